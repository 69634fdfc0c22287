// Two interfaces joined by a worker: their sockets opened, watched, and opened anew when both are there again.
// Apart from the rings that only listen because here one side is nothing without the other.
// Always holds: sockets are closed only when the worker has said that it let go of them; counts only grow.

import { WINDOWS_BASE } from "../../assembly/layout.js";
import { interfaceState } from "../capture/live/interface.js";
import type { WireHandle } from "../capture/live/wire-handle.js";
import { WireSocket, wireBytes } from "../capture/live/wire-socket.js";
import type { StrayConfig } from "../config/types.js";
import { messageOf, StrayError } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { placeRings, type SideNumber, type SideRings, setSide } from "../wasm/inline.js";
import type { Capture } from "./capture.js";
import type { LossListener, RingCounts } from "./capture-set.js";
import type { InterfaceReport } from "./view.js";
import type { WorkerHandle } from "./worker-handle.js";
import type { WorkerMessage } from "./worker-messages.js";

const FOR_EVER = 0xffff_ffff_ffff_ffffn;

interface Side {
  readonly name: string;
  readonly counts: RingCounts;
  socket: WireSocket | undefined;
  link: InterfaceReport["link"];
  error: string | undefined;
}

/** Hears that a side has another index than before: it went away and came back. */
export type SideReturned = (side: SideNumber, index: number) => void;

export interface PairOptions {
  readonly worker: WorkerHandle;
  readonly config: StrayConfig;
  readonly log: SinkLog;
  readonly losses?: LossListener | undefined;
  /** Keeps out of the side's socket what the kernel carries; false where it can't. */
  readonly guard: (side: SideNumber, fd: number) => boolean;
  readonly onReturn: SideReturned;
  readonly onLost: (side: SideNumber) => void;
}

export class InlinePair implements Capture {
  private readonly sides: readonly [Side, Side];
  private readonly worker: WorkerHandle;
  private readonly log: SinkLog;
  private isBusy = false;
  private readMs = Date.now();
  private config: StrayConfig;

  private constructor(private readonly options: PairOptions) {
    const [first = "", second = ""] = options.config.capture.interfaces;
    this.sides = [newSide(first), newSide(second)];
    this.worker = options.worker;
    this.config = options.config;
    this.log = options.log;
  }

  /** Opens both sides; frames arrive from then on. @throws StrayError when one can't be opened: then none is. */
  static open(options: PairOptions): InlinePair {
    const pair = new InlinePair(options);
    pair.openBoth();
    return pair;
  }

  assignment(): WorkerMessage {
    const [first, second] = this.sides.map(({ socket }) => socket?.handle);
    const handles: readonly [WireHandle, WireHandle] | undefined = first && second && [first, second];
    return { type: "pair", handles, waitMs: this.config.inline.waitMs };
  }

  /**
   * What waited when the worker died is given back unread. Where the rings lie is told anew before, since its memory may
   * hold anything; where that does not help the rings are opened anew.
   */
  skipBlock(worker: WorkerHandle): boolean {
    if (this.sides.some(({ socket }) => socket === undefined)) return false;
    try {
      let given = 0;
      for (const [number, { socket }] of this.sides.entries()) {
        placeRings(worker.memory, number as SideNumber, socket && ringsOf(socket.handle));
        given += worker.viewer.discard(number, FOR_EVER);
      }
      return given > 0;
    } catch (error) {
      const message = messageOf(error);
      this.log("error", `the dead worker's rings can't be read (${message}): they are opened anew`);
      this.closeBoth();
      return true;
    }
  }

  get reports(): InterfaceReport[] {
    this.readStatistics();
    return this.sides.map(({ name, socket, link, counts, error }, side) => ({
      name,
      index: socket?.handle.interfaceIndex ?? 0,
      link,
      mode: "mapped",
      ringBytes: this.config.capture.ringBytes,
      promiscuous: true,
      packets: counts.packets,
      drops: counts.drops,
      freezes: 0,
      ringUsed: this.worker.words.waiting(side) / (socket?.handle.rxSlots ?? 1),
      worker: this.worker.number,
      ...(error === undefined ? {} : { error }),
    }));
  }

  get counters(): { name: string; worker: number; counters: Record<string, number> }[] {
    this.readStatistics();
    return this.sides.map(({ name, counts }, side) => ({
      name,
      worker: this.worker.number,
      counters: {
        "kernel-packets": counts.packets,
        "kernel-drops": counts.drops,
        "kernel-freezes": 0,
        frames: Number(this.worker.words.frames(side)),
        blocks: 0,
      },
    }));
  }

  get drops(): number {
    return this.sides.reduce((sum, { counts }) => sum + counts.drops, 0);
  }

  get notes(): string[] {
    return [];
  }

  async pulse(): Promise<void> {
    this.readStatistics();
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.tend();
    } finally {
      this.isBusy = false;
    }
  }

  adjust(config: StrayConfig): void {
    this.config = config;
  }

  close(): void {
    this.readStatistics();
    this.closeBoth();
  }

  private openBoth(): void {
    const { ringBytes } = this.config.capture;
    const sizes = { rxBytes: ringBytes, txBytes: ringBytes };
    try {
      for (const [number, side] of this.sides.entries()) {
        const address = WINDOWS_BASE + number * wireBytes(sizes);
        side.socket = WireSocket.open(this.worker.memory.buffer, address, { interface: side.name, ...sizes });
        setSide(this.worker.memory, number as SideNumber, ringsOf(side.socket.handle));
        side.link = interfaceState(side.name)?.link ?? "absent";
      }
    } catch (error) {
      this.closeBoth();
      throw error;
    }
    for (const [number, { socket }] of this.sides.entries())
      socket?.start((fd) => this.options.guard(number as SideNumber, fd));
  }

  private closeBoth(): void {
    for (const [number, side] of this.sides.entries()) {
      if (side.socket === undefined) continue;
      setSide(this.worker.memory, number as SideNumber, undefined);
      side.socket.close();
      side.socket = undefined;
    }
  }

  private readStatistics(): void {
    const [sinceMs, nowMs] = [this.readMs, Date.now()];
    this.readMs = nowMs;
    for (const { socket, counts } of this.sides) {
      if (socket === undefined) continue;
      const { packets, drops } = socket.statistics();
      counts.packets += packets;
      counts.drops += drops;
      if (drops > 0) this.options.losses?.noteLoss(this.worker, Math.min(sinceMs, nowMs), nowMs);
    }
  }

  /** Both sides together: when one is gone the other's frames have nowhere to go. */
  private async tend(): Promise<void> {
    let isGone = false;
    let areThere = true;
    for (const [number, side] of this.sides.entries()) {
      const now = interfaceState(side.name);
      const link = now?.link ?? "absent";
      if (link !== side.link)
        this.log(link === "up" ? "info" : "warn", `interface ${side.name} is ${link}`, {
          interface: side.name,
        });
      side.link = link;
      if (now === undefined) areThere = false;
      if (side.socket?.isOutdated) isGone = true;
      if (side.socket !== undefined && side.socket.handle.interfaceIndex !== now?.index) {
        isGone = true;
        this.options.onLost(number as SideNumber);
      }
    }
    if (isGone) await this.letGo();
    const isClosed = this.sides.some(({ socket }) => socket === undefined);
    if (isClosed && areThere) await this.reopen();
    else if (!isClosed) await this.look();
  }

  private async letGo(): Promise<void> {
    await this.worker.send({ type: "pair", handles: undefined, waitMs: 0 });
    this.closeBoth();
    this.log(
      "warn",
      "one side of the pair is gone or has changed: the kernel carries frames until both are there again",
    );
  }

  private async reopen(): Promise<void> {
    try {
      this.openBoth();
    } catch (error) {
      if (!(error instanceof StrayError)) throw error;
      for (const side of this.sides) {
        if (side.error !== error.message) this.log("warn", error.message, { interface: side.name });
        side.error = error.message;
      }
      return;
    }
    for (const [number, side] of this.sides.entries()) {
      side.error = undefined;
      this.options.onReturn(number as SideNumber, side.socket?.handle.interfaceIndex ?? 0);
    }
    this.log("info", `forwarding between ${this.sides[0].name} and ${this.sides[1].name} again`);
    await this.worker.send(this.assignment());
  }

  /** Takes note of an error that the worker met, and has it go on. */
  private async look(): Promise<void> {
    let hasFailed = false;
    for (const [number, side] of this.sides.entries()) {
      if (this.worker.words.revents(number) === 0) {
        if (side.link === "up") side.error = undefined;
        continue;
      }
      side.error = side.socket?.pendingError();
      this.worker.words.setRevents(number, 0);
      hasFailed = true;
    }
    if (hasFailed) await this.worker.send(this.assignment());
  }
}

function ringsOf(handle: WireHandle): SideRings {
  const { address, slotBytes, rxSlots, txSlotBytes, txSlots, frameMax, linkType } = handle;
  const txBase = address + rxSlots * slotBytes;
  return {
    rxBase: address,
    rxSlots,
    txBase,
    txSlots,
    slotSize: slotBytes,
    txSlotSize: txSlotBytes,
    frameMax,
    linkType,
  };
}

function newSide(name: string): Side {
  return {
    name,
    counts: { packets: 0, drops: 0, freezes: 0 },
    socket: undefined,
    link: "absent",
    error: undefined,
  };
}
