// The packet rings of all workers on all interfaces: opened, watched, opened anew when an interface comes back.
// Apart from the workers because sockets outlive a worker's thread, and an interface outlives a socket.
// Always holds: a ring is closed only when its worker has said that it let go of it; counts only grow.

import { WINDOWS_BASE, WINDOWS_REGION_SIZE } from "../../assembly/layout.js";
import { type BpfInstruction, compileCaptureFilter } from "../capture/live/bpf.js";
import { interfaceState } from "../capture/live/interface.js";
import { type Fanout, PacketRing } from "../capture/live/packet-socket.js";
import { RingReader } from "../capture/live/ring-reader.js";
import type { StrayConfig } from "../config/types.js";
import { StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import type { Capture } from "./capture.js";
import type { InterfaceReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";
import type { WorkerInput, WorkerMessage } from "./worker-messages.js";

const BLOCK_BYTES = 262_144;
/** The kernel hands over a block that is not full after that long. */
const RETIRE_MS = 20;

export interface RingCounts {
  packets: number;
  drops: number;
  freezes: number;
}

/** One worker's ring on one interface. */
interface Place {
  readonly worker: WorkerHandle;
  readonly input: number;
  readonly name: string;
  readonly counts: RingCounts;
  ring: PacketRing | undefined;
  link: InterfaceReport["link"];
  error: string | undefined;
}

/** Hears that frames of a worker's ring were lost between two moments, ms since 1970. */
export interface LossListener {
  noteLoss(worker: WorkerHandle, sinceMs: number, nowMs: number): void;
}

export type CaptureSettings = StrayConfig["capture"];
/** Kernel filters by interface. */
export type CaptureFilters = ReadonlyMap<string, readonly BpfInstruction[]>;

/** @throws StrayError for a filter that is none. */
export function compileFilters({ interfaces, filter }: CaptureSettings): CaptureFilters {
  return new Map(interfaces.map((name) => [name, filter === "" ? [] : compileCaptureFilter(filter, name)]));
}

export class CaptureSet implements Capture {
  private readonly places: Place[];
  private isBusy = false;
  private readMs = Date.now();

  private constructor(
    private readonly workers: readonly WorkerHandle[],
    private settings: CaptureSettings,
    private filters: CaptureFilters,
    private readonly log: SinkLog,
    private readonly losses: LossListener | undefined,
  ) {
    this.places = settings.interfaces.flatMap((name, input) =>
      workers.map((worker) => ({
        worker,
        input,
        name,
        counts: { packets: 0, drops: 0, freezes: 0 },
        ring: undefined,
        link: "absent" as const,
        error: undefined,
      })),
    );
  }

  /** Opens every ring; frames arrive from then on. @throws StrayError when one can't be opened: then none is. */
  static open(
    workers: readonly WorkerHandle[],
    settings: CaptureSettings,
    filters: CaptureFilters,
    log: SinkLog,
    losses?: LossListener,
  ): CaptureSet {
    const total = ringBytes(settings) * settings.interfaces.length;
    if (total > WINDOWS_REGION_SIZE) {
      const most = Math.floor(WINDOWS_REGION_SIZE / settings.interfaces.length / 2 ** 20);
      const message = `capture.ring: ${settings.interfaces.length} rings have room for ${most} MiB each, not ${settings.ringBytes / 2 ** 20}`;
      throw new StrayError("RING_TOO_LARGE", message, 2);
    }
    const set = new CaptureSet(workers, settings, filters, log, losses);
    try {
      // Held until all are there: a fan-out spreads frames over the members it has.
      for (const place of set.places) set.openRing(place, true);
      for (const { ring } of set.places) ring?.start();
    } catch (error) {
      set.close();
      throw error;
    }
    return set;
  }

  assignment(worker: WorkerHandle): WorkerMessage {
    return { type: "inputs", inputs: this.inputs(worker) };
  }

  /** The rings of that worker that are open. */
  inputs(worker: WorkerHandle): WorkerInput[] {
    return this.places
      .filter((place) => place.worker === worker && place.ring !== undefined)
      .map((place) => ({ input: place.input, handle: place.ring!.handle }));
  }

  /** Gives the block that a worker died in back unread, if it did: what killed it once would kill it again. */
  skipBlock(worker: WorkerHandle): boolean {
    const { words, memory } = worker;
    const input = words.busyInput;
    words.busyInput = undefined;
    const ring = this.places.find((place) => place.worker === worker && place.input === input)?.ring;
    if (ring === undefined || input === undefined) return false;
    const reader = new RingReader(
      memory.buffer,
      ring.handle,
      Number(words.blocks(input) % BigInt(ring.blocks)),
    );
    if (reader.next() === 0) return false;
    reader.release();
    words.countBlock(input, 0);
    return true;
  }

  get reports(): InterfaceReport[] {
    this.readStatistics();
    return this.places.map((place) => this.report(place));
  }

  get counters(): { name: string; worker: number; counters: Record<string, number> }[] {
    this.readStatistics();
    return this.places.map(({ name, worker, counts, input }) => ({
      name,
      worker: worker.number,
      counters: {
        "kernel-packets": counts.packets,
        "kernel-drops": counts.drops,
        "kernel-freezes": counts.freezes,
        frames: Number(worker.words.frames(input)),
        blocks: Number(worker.words.blocks(input)),
      },
    }));
  }

  /** Of all rings, as last read. */
  get drops(): number {
    return this.places.reduce((sum, { counts }) => sum + counts.drops, 0);
  }

  /** Why the mapping was not to be had, where a ring is copied though `auto` was asked for. */
  get notes(): string[] {
    return this.places.flatMap(({ name, ring }) =>
      ring?.mode === "copy" && this.settings.mode === "auto"
        ? [
            `${name}: frames are copied, since the ring could not be mapped: ${ring.modeReason ?? "no reason given"}`,
          ]
        : [],
    );
  }

  /** Once a second: takes the kernel's counts, follows interfaces that go and come. */
  async pulse(): Promise<void> {
    this.readStatistics();
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let input = 0; input < this.settings.interfaces.length; input++) {
        await this.tend(this.places.filter((place) => place.input === input));
      }
    } finally {
      this.isBusy = false;
    }
  }

  /** Applies a new kernel filter and promiscuity; rings stay open. */
  adjust({ capture: settings }: StrayConfig, filters: CaptureFilters): void {
    this.settings = settings;
    this.filters = filters;
    for (const { ring, name } of this.places) {
      ring?.setFilter(filters.get(name) ?? []);
      ring?.setPromiscuous(settings.promiscuous);
    }
  }

  /** No worker may be reading any more. */
  close(): void {
    this.readStatistics();
    for (const place of this.places) {
      place.ring?.close();
      place.ring = undefined;
    }
  }

  private readStatistics(): void {
    // Frames carry the time of the same clock.
    const [sinceMs, nowMs] = [this.readMs, Date.now()];
    this.readMs = nowMs;
    for (const { ring, counts, worker } of this.places) {
      if (ring === undefined) continue;
      const { packets, drops, freezes } = ring.statistics();
      counts.packets += packets;
      counts.drops += drops;
      counts.freezes += freezes;
      if (drops > 0) this.losses?.noteLoss(worker, Math.min(sinceMs, nowMs), nowMs);
    }
  }

  /** All rings of one interface: a fan-out group belongs to its interface, so all go before any comes. */
  private async tend(places: readonly Place[]): Promise<void> {
    const [{ name, link: before } = { name: "", link: "absent" }] = places;
    const now = interfaceState(name);
    const link = now?.link ?? "absent";
    if (link !== before) {
      this.log(link === "up" ? "info" : "warn", `interface ${name} is ${link}`, { interface: name });
    }
    for (const place of places) {
      place.link = link;
      if (place.ring !== undefined && place.ring.interfaceIndex !== now?.index) await this.letGo(place);
    }
    for (const place of places) {
      if (place.ring !== undefined) await this.look(place);
      else if (now !== undefined) await this.reopen(place);
    }
  }

  /** The interface is gone, or another one has its name. */
  private async letGo(place: Place): Promise<void> {
    const { ring, worker } = place;
    place.ring = undefined;
    await worker.send({ type: "inputs", inputs: this.inputs(worker) });
    ring?.close();
  }

  /** Takes note of an error that the worker met, and has it go on. */
  private async look(place: Place): Promise<void> {
    const { ring, worker, input } = place;
    if (worker.words.revents(input) !== 0) {
      place.error = ring?.pendingError();
      await worker.send({ type: "inputs", inputs: this.inputs(worker) });
    } else if (place.link === "up") {
      place.error = undefined;
    }
  }

  private async reopen(place: Place): Promise<void> {
    const { worker, name } = place;
    try {
      this.openRing(place);
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      if (place.error !== error.message) this.log("warn", error.message, { interface: name });
      place.error = error.message;
      return;
    }
    place.error = undefined;
    this.log("info", `capturing on ${name} again`, { interface: name, worker: worker.number });
    await worker.send({ type: "inputs", inputs: this.inputs(worker) });
  }

  private openRing(place: Place, held = false): void {
    const { settings } = this;
    const bytes = ringBytes(settings);
    place.worker.words.setBlocks(place.input, 0n);
    place.ring = PacketRing.open(place.worker.memory.buffer, WINDOWS_BASE + place.input * bytes, {
      interface: place.name,
      ringBytes: bytes,
      blockBytes: BLOCK_BYTES,
      retireMs: RETIRE_MS,
      snapLen: settings.snapLen,
      promiscuous: settings.promiscuous,
      filter: this.filters.get(place.name) ?? [],
      held,
      fanout: this.fanout(place.input),
      mode: settings.mode,
    });
    place.link = interfaceState(place.name)?.link ?? "absent";
  }

  private fanout(input: number): Fanout | undefined {
    const members = this.workers.length;
    return members > 1 ? { group: fanoutGroup(input), members, by: this.settings.fanout } : undefined;
  }

  private report(place: Place): InterfaceReport {
    const { name, ring, counts, worker, input, error, link } = place;
    const blocks = ring?.blocks ?? 1;
    return {
      name,
      index: ring?.interfaceIndex ?? 0,
      link,
      mode: ring?.mode ?? "mapped",
      ringBytes: ringBytes(this.settings),
      promiscuous: this.settings.promiscuous,
      packets: counts.packets,
      drops: counts.drops,
      freezes: counts.freezes,
      ringUsed: worker.words.waiting(input) / blocks,
      worker: worker.number,
      ...(error === undefined ? {} : { error }),
    };
  }
}

function ringBytes({ ringBytes: bytes }: CaptureSettings): number {
  return Math.max(2, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
}

/** Of this process's own: another capture's group of the same number would take half of the packets. */
function fanoutGroup(input: number): number {
  return (process.pid * 16 + input) % 65_536;
}
