// What all workers heard, put together in one book, and told to each of them.
// Apart from the keeper because here are tables and messages, and nothing of networks or files.
// Always holds: no worker waits; a worker that begins anew begins with the whole book; what one heard just before its
// death is taken from its table first.

import { ALIVE_HOW_GIVEN } from "../../assembly/detect/detect-layout.js";
import { type Address, addressAt, putAddress } from "../dark/address.js";
import { AliveBook, type AliveEntry, type Heard } from "../dark/alive-book.js";
import { AliveReader } from "./alive-reader.js";
import { AliveShare, packAddresses } from "./alive-share.js";
import type { WorkerHandle } from "./worker-handle.js";
import { GIVEN_SIZE, packGiven } from "./worker-known.js";

/** Later than any packet: who is listed as used does not expire. */
const FOR_EVER_NS = 0xffff_ffff_ffff_ffffn;
const ADDRESS_SIZE = 16;

interface Link {
  readonly reader: AliveReader;
  readonly share: AliveShare;
  readonly limit: number;
}

export class AliveSync {
  book = new AliveBook(0);
  /** A conversation of one of ours passed, in whichever worker; and no worker that runs sees one direction only. */
  hasConversed = false;
  private readonly links = new Map<WorkerHandle, Link>();
  private readonly before = { told: 0, torn: 0, evicted: 0 };

  constructor(
    private readonly workers: () => readonly WorkerHandle[],
    private readonly onHeard: (heard: Heard) => void,
  ) {}

  /** A book of another size takes over what is in the one before. */
  resize(capacity: number): void {
    if (capacity === this.book.capacity) return;
    const { book } = this;
    this.before.evicted += book.evicted;
    this.book = new AliveBook(capacity);
    for (const [address, entry] of book.all()) this.book.hear(address, entry);
  }

  get counts(): { readonly told: number; readonly torn: number; readonly evicted: number } {
    const links = [...this.links.values()];
    return {
      told: links.reduce((sum, { share }) => sum + share.told, this.before.told),
      torn: links.reduce((sum, { reader }) => sum + reader.torn, this.before.torn),
      evicted: this.before.evicted + this.book.evicted,
    };
  }

  /** Takes what the worker has heard since the last look. */
  collect(worker: WorkerHandle): void {
    if (worker.hasConversed) this.hasConversed = true;
    const others = this.workers().filter((other) => other !== worker);
    this.linkOf(worker).reader.changes((words, sinceMs, lastMs, how) => {
      const heard = this.book.hearWords(words, 0, sinceMs, lastMs, how);
      if (heard === "nothing") return;
      this.onHeard(heard);
      if (others.length > 0 && heard !== "later") this.note(addressOfWords(words), heard, others);
    });
  }

  collectAll(): void {
    for (const worker of this.workers()) this.collect(worker);
    // Those that begin were told of a conversation: if now none knows of one, they see that only one direction passes.
    const running = this.workers().filter(({ state }) => state === "running");
    if (running.length > 0 && running.every((worker) => !worker.hasConversed)) this.hasConversed = false;
  }

  /** Told from outside. */
  hear(address: Address, entry: AliveEntry): void {
    const heard = this.book.hear(address, entry);
    if (heard === "nothing") return;
    this.onHeard(heard);
    this.note(address, heard, this.workers());
  }

  private note(address: Address, heard: Heard, workers: readonly WorkerHandle[]): void {
    for (const worker of workers) this.linkOf(worker).share.note(address, heard);
  }

  /** Tells each worker what others heard, a bounded part of it at a time. */
  async share(): Promise<void> {
    const { book, hasConversed } = this;
    await Promise.all(this.workers().map((worker) => this.linkOf(worker).share.flush(book, hasConversed)));
  }

  /** All that a worker with empty tables is to know; `listed` are in use for ever. */
  begin(worker: WorkerHandle, listed: readonly Address[]): Uint8Array {
    this.linkOf(worker).share.restart(this.hasConversed);
    const heard = packAddresses([...this.book.all()]);
    const lists = packListed(listed);
    const all = new Uint8Array(heard.length + lists.length);
    all.set(heard);
    all.set(lists, heard.length);
    return all;
  }

  /** Every worker takes these at its turn. @throws StrayError WORKER_SILENT */
  async giveListed(addresses: readonly Address[]): Promise<void> {
    if (addresses.length === 0) return;
    const { hasConversed } = this;
    const given = packListed(addresses);
    await Promise.all(this.workers().map((worker) => worker.send({ type: "alive", given, hasConversed })));
  }

  /** Every worker frees their places; what was heard of them is told anew where it is still in the book. */
  async dropListed(addresses: readonly Address[]): Promise<void> {
    await this.free(addresses);
    const heard = addresses.flatMap((address) => {
      const entry = this.book.get(address);
      return entry === undefined ? [] : [[address, entry] as const];
    });
    if (heard.length === 0) return;
    const given = packAddresses(heard);
    const { hasConversed } = this;
    await Promise.all(this.workers().map((worker) => worker.send({ type: "alive", given, hasConversed })));
  }

  /** Of the book and of every worker; answers how many there were. */
  async forget(isForgotten: (address: Address) => boolean): Promise<number> {
    const gone = [...this.book.sorted()].filter(isForgotten);
    this.book.forget(isForgotten);
    await this.free(gone);
    return gone.length;
  }

  /** Lets go of workers that are no more. */
  tidy(): void {
    const workers = new Set(this.workers());
    for (const [worker, { share, reader }] of this.links) {
      if (workers.has(worker)) continue;
      this.before.told += share.told;
      this.before.torn += reader.torn;
      this.links.delete(worker);
    }
  }

  private async free(addresses: readonly Address[]): Promise<void> {
    if (addresses.length === 0) return;
    const bytes = new Uint8Array(addresses.length * ADDRESS_SIZE);
    const view = new DataView(bytes.buffer);
    for (const [index, address] of addresses.entries()) putAddress(view, index * ADDRESS_SIZE, address);
    await Promise.all(this.workers().map((worker) => worker.send({ type: "forget", addresses: bytes })));
  }

  private linkOf(worker: WorkerHandle): Link {
    const known = this.links.get(worker);
    const limit = worker.aliveMax;
    if (known?.limit === limit) return known;
    this.before.told += known?.share.told ?? 0;
    this.before.torn += known?.reader.torn ?? 0;
    const link = { reader: new AliveReader(worker.memory, limit), share: new AliveShare(worker), limit };
    this.links.set(worker, link);
    return link;
  }
}

function addressOfWords(words: Uint32Array): Address {
  return addressAt(new DataView(words.buffer, words.byteOffset), 0);
}

function packListed(addresses: readonly Address[]): Uint8Array {
  const bytes = new Uint8Array(addresses.length * GIVEN_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, address] of addresses.entries()) {
    putAddress(view, index * GIVEN_SIZE, address);
    packGiven(bytes, index, FOR_EVER_NS, ALIVE_HOW_GIVEN);
  }
  return bytes;
}
