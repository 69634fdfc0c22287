// Every address of ours that has shown itself, as the host knows it: what all workers heard, over restarts too.
// Apart from the workers' tables because each of those has its own part, and none outlives its worker.
// Always holds: memory is fixed by the capacity: columns of numbers, a place found by hashing, the next free one taken;
// of more than the capacity those go that only sent, then those longest unheard; what is heard again is never older or
// less than before.

import { randomInt } from "node:crypto";
import {
  ALIVE_HOW_ANSWERED,
  ALIVE_HOW_ARP,
  ALIVE_HOW_ND,
  ALIVE_HOW_SENT,
} from "../../assembly/detect/detect-layout.js";
import { type Address, addressAt, putAddress } from "./address.js";

/** How an address shows itself, as files and lists say it. */
export const HOW_WORDS: readonly (readonly [word: string, how: number])[] = [
  ["sent", ALIVE_HOW_SENT],
  ["answered", ALIVE_HOW_ANSWERED],
  ["arp", ALIVE_HOW_ARP],
  ["nd", ALIVE_HOW_ND],
];
export const HOW_MASK = HOW_WORDS.reduce((mask, [, how]) => mask | how, 0);

const ADDRESS_SIZE = 16;
const ADDRESS_WORDS = 4;
/** Places for each address at least: a search passes few others. */
const SPREAD = 1.5;
/** Let go at once, of the capacity: that looks through them all. */
const PRUNED = 0.125;

export interface AliveEntry {
  /** ms since 1970, first and latest. */
  sinceMs: number;
  lastMs: number;
  /** ALIVE_HOW_*, one at least, never GIVEN. */
  how: number;
}

/** What was new in it: the address, a way of showing itself, a time in another minute, a time. */
export type Heard = "new" | "more" | "minute" | "later" | "nothing";

const MINUTE_MS = 60_000;

export class AliveBook {
  /** Let go for others. */
  evicted = 0;
  private count = 0;
  /** Nobody outside can choose what falls together. */
  private readonly seed = randomInt(2 ** 32);
  /** Number of places, a power of two. */
  private readonly places: number;
  private readonly words: Uint32Array;
  private readonly view: DataView;
  private readonly since: Float64Array;
  private readonly last: Float64Array;
  /** 0: the place is free. */
  private readonly how: Uint8Array;
  private readonly wanted = new Uint32Array(ADDRESS_WORDS);
  private readonly wantedView = new DataView(this.wanted.buffer);
  /** Places in the order of addresses, while it holds. */
  private order: Uint32Array | undefined;

  constructor(readonly capacity: number) {
    this.places = 2 ** Math.ceil(Math.log2(Math.max(8, capacity * SPREAD)));
    this.words = new Uint32Array(this.places * ADDRESS_WORDS);
    this.view = new DataView(this.words.buffer);
    this.since = new Float64Array(this.places);
    this.last = new Float64Array(this.places);
    this.how = new Uint8Array(this.places);
  }

  get size(): number {
    return this.count;
  }

  get(address: Address): AliveEntry | undefined {
    putAddress(this.wantedView, 0, address);
    const place = this.find(this.wanted, 0);
    return this.how[place] === 0 ? undefined : this.entryAt(place);
  }

  hear(address: Address, { sinceMs, lastMs, how }: AliveEntry): Heard {
    putAddress(this.wantedView, 0, address);
    return this.hearWords(this.wanted, 0, sinceMs, lastMs, how);
  }

  /** The same for the 16 bytes of an address at that word: nothing is allocated. */
  hearWords(words: Uint32Array, at: number, sinceMs: number, lastMs: number, how: number): Heard {
    const ways = how & HOW_MASK;
    if (ways === 0) return "nothing";
    const place = this.find(words, at);
    const known = this.how[place]!;
    if (known === 0) {
      if (this.capacity === 0) return "nothing";
      this.put(place, words, at, sinceMs, lastMs, ways);
      if (this.count > this.capacity) this.prune();
      return "new";
    }
    const before = this.last[place]!;
    this.since[place] = Math.min(this.since[place]!, sinceMs);
    this.last[place] = Math.max(before, lastMs);
    this.how[place] = known | ways;
    if ((ways & ~known) !== 0) return "more";
    if (lastMs <= before) return "nothing";
    return Math.floor(lastMs / MINUTE_MS) > Math.floor(before / MINUTE_MS) ? "minute" : "later";
  }

  /** Answers how many there were. */
  forget(isForgotten: (address: Address) => boolean): number {
    return this.keep((place) => !isForgotten(this.addressAt(place)));
  }

  /** Takes those away that were last heard before. */
  expire(beforeMs: number): number {
    return this.keep((place) => this.last[place]! >= beforeMs);
  }

  /** In no order; what comes or goes meanwhile may be told or not. */
  *all(): Generator<[Address, AliveEntry]> {
    for (let place = 0; place < this.places; place++) {
      if (this.how[place] !== 0) yield [this.addressAt(place), this.entryAt(place)];
    }
  }

  /** In the order of addresses, those from `from` on. Nothing may come or go meanwhile. */
  *sorted(from: Address = 0n): Generator<Address> {
    const order = this.inOrder();
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.addressAt(order[middle]!) < from) low = middle + 1;
      else high = middle;
    }
    for (; low < order.length; low++) yield this.addressAt(order[low]!);
  }

  private inOrder(): Uint32Array {
    if (this.order === undefined) {
      const order = new Uint32Array(this.count);
      for (let place = 0, index = 0; place < this.places; place++) {
        if (this.how[place] !== 0) order[index++] = place;
      }
      this.order = order.sort((a, b) => this.compare(a, b));
    }
    return this.order;
  }

  /** Bytes are as on the wire: the first word weighs most. */
  private compare(a: number, b: number): number {
    for (let byte = 0; byte < ADDRESS_SIZE; byte += 4) {
      const x = this.view.getUint32(a * ADDRESS_SIZE + byte);
      const y = this.view.getUint32(b * ADDRESS_SIZE + byte);
      if (x !== y) return x - y;
    }
    return 0;
  }

  private addressAt(place: number): Address {
    return addressAt(this.view, place * ADDRESS_SIZE);
  }

  private entryAt(place: number): AliveEntry {
    return { sinceMs: this.since[place]!, lastMs: this.last[place]!, how: this.how[place]! };
  }

  /** The address's place, or the free one where it would go. */
  private find(words: Uint32Array, at: number): number {
    const mask = this.places - 1;
    for (let place = hash(this.seed, words, at) & mask; ; place = (place + 1) & mask) {
      if (this.how[place] === 0 || this.isAt(place, words, at)) return place;
    }
  }

  private isAt(place: number, words: Uint32Array, at: number): boolean {
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      if (this.words[place * ADDRESS_WORDS + word] !== words[at + word]) return false;
    }
    return true;
  }

  private put(
    place: number,
    words: Uint32Array,
    at: number,
    sinceMs: number,
    lastMs: number,
    how: number,
  ): void {
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      this.words[place * ADDRESS_WORDS + word] = words[at + word]!;
    }
    this.since[place] = sinceMs;
    this.last[place] = lastMs;
    this.how[place] = how;
    this.count++;
    this.order = undefined;
  }

  /** Room for an eighth of the capacity. */
  private prune(): void {
    const gone = this.count - Math.floor(this.capacity * (1 - PRUNED));
    const times = new Float64Array(this.count);
    const weak = this.timesOf((how) => how === ALIVE_HOW_SENT, times);
    const strong =
      weak.length >= gone
        ? undefined
        : this.timesOf((how) => how !== ALIVE_HOW_SENT, times.subarray(weak.length));
    // Those up to this moment go; of several that were heard in that very moment, as many as it takes.
    const isWeakCut = strong === undefined;
    const cut = isWeakCut ? weak[gone - 1]! : strong[gone - weak.length - 1]!;
    let left = gone;
    for (const isExact of [false, true]) {
      const removed = this.keep((place) => {
        const isWeak = this.how[place] === ALIVE_HOW_SENT;
        if (left === 0 || (isWeakCut && !isWeak)) return true;
        const isGone =
          (!isWeakCut && isWeak) || (isExact ? this.last[place] === cut : this.last[place]! < cut);
        if (isGone) left--;
        return !isGone;
      });
      this.evicted += removed;
    }
  }

  /** When those were last heard, the longest ago first, in `times`. */
  private timesOf(isWanted: (how: number) => boolean, times: Float64Array): Float64Array {
    let length = 0;
    for (let place = 0; place < this.places; place++) {
      if (this.how[place] !== 0 && isWanted(this.how[place]!)) times[length++] = this.last[place]!;
    }
    return times.subarray(0, length).sort();
  }

  /** Lets all others go, and closes the gaps that they leave; answers how many they were. */
  private keep(isKept: (place: number) => boolean): number {
    const before = this.count;
    // Free before and after: no search goes over it.
    const start = this.how.indexOf(0);
    for (let place = 0; place < this.places; place++) {
      if (this.how[place] === 0 || isKept(place)) continue;
      this.how[place] = 0;
      this.count--;
    }
    const gone = before - this.count;
    if (gone === 0) return 0;
    this.order = undefined;
    this.closeGaps(start);
    return gone;
  }

  /** Every address is put where a search for it ends: from behind that place on, once round. */
  private closeGaps(start: number): void {
    const mask = this.places - 1;
    const moved = new Uint32Array(ADDRESS_WORDS);
    for (let step = 1; step < this.places; step++) {
      const place = (start + step) & mask;
      const how = this.how[place]!;
      if (how === 0) continue;
      for (let word = 0; word < ADDRESS_WORDS; word++)
        moved[word] = this.words[place * ADDRESS_WORDS + word]!;
      const sinceMs = this.since[place]!;
      const lastMs = this.last[place]!;
      this.how[place] = 0;
      this.count--;
      this.put(this.find(moved, 0), moved, 0, sinceMs, lastMs, how);
    }
  }
}

function hash(seed: number, words: Uint32Array, at: number): number {
  let value = seed;
  for (let word = 0; word < ADDRESS_WORDS; word++) {
    value = Math.imul(value ^ words[at + word]!, 0x9e3779b1);
    value ^= value >>> 15;
  }
  return value >>> 0;
}

/** `sent,arp` */
export function howText(how: number): string {
  return HOW_WORDS.flatMap(([word, bit]) => ((how & bit) === 0 ? [] : [word])).join(",");
}

export function howOf(text: string): number | undefined {
  let how = 0;
  for (const word of text.split(",")) {
    const bit = HOW_WORDS.find(([name]) => name === word)?.[1];
    if (bit === undefined) return undefined;
    how |= bit;
  }
  return how;
}
