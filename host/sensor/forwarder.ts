// The worker's part of standing in the wire: frames of one interface through the classifier and out of the other one.
// Apart from the loop of a worker that only listens because here a frame must go on at once, and somebody watches that
// it does. Always holds: a beat is given only when the turn got on: what came in was taken, and what was to be sent was
// handed to the kernel; no wait is longer than a part of the dead man's limit; what is not sent is counted.

import {
  DEADMAN_BEAT_OFFSET,
  DEADMAN_HOLD_OFFSET,
  DEADMAN_LIMIT_OFFSET,
  FORWARD_FULL,
  INLINE_FROM_OFFSET,
  INLINE_SIDE_SIZE,
  INLINE_SIDES,
  INLINE_SIDES_OFFSET,
  SIDE_TX_NEXT_OFFSET,
} from "../../assembly/inline/inline-layout.js";
import { COUNTER_INLINE_TX_WRONG, COUNTERS_BASE, DEADMAN_BASE, INLINE_BASE } from "../../assembly/layout.js";
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT } from "../capture/live/tpacket.js";
import type { WireHandle } from "../capture/live/wire-handle.js";
import { WirePoll } from "../capture/live/wire-poll.js";
import { libc } from "../system/libc.js";
import { clearPending, pendingSends, type SideNumber } from "../wasm/inline.js";
import type { SensorMemory } from "../wasm/memory.js";
import type { SensorExports } from "../wasm/module.js";

/** Frames of one side at a time: the other side's turn comes after that. */
const BUDGET = 64;
/** Turns without a look at anything else while frames keep coming. */
const ROUNDS = 16;
/** Of the dead man's limit: how long to sleep when nothing comes. */
const IDLE_SHARE = 8;
const IDLE_MS_MAX = 50;
/** Of the dead man's limit: how long to wait for room at most, whatever inline.wait says. */
const WAIT_SHARE = 4;
/**
 * While so many frames came within a window, the worker naps instead of asking the kernel to wake it: a wake-up a frame
 * costs more than the frame, and puts us on the sender's processor.
 */
const BUSY_FRAMES = 20;
const BUSY_WINDOW_NS = 1_000_000n;
const NAP_US = 20;
const PR_SET_TIMERSLACK = 29;
const FRAMES = [POLLIN, POLLIN];
/** How soon what the kernel refused is tried again. */
const RETRY_MS = 5;
const MSG_DONTWAIT = 0x40;
const REFUSED_NS = 100_000_000n;
/** A slot to be sent (linux/if_packet.h): its status, then its length. */
const TP_STATUS_SEND_REQUEST = 1;
const SLOT_LENGTH_WORD = 1;
const NS_PER_MS = 1_000_000n;
const FORGET_NS = 1000n * NS_PER_MS;
const BEAT_LONG = (DEADMAN_BASE + DEADMAN_BEAT_OFFSET) / 8;
const LIMIT_LONG = (DEADMAN_BASE + DEADMAN_LIMIT_OFFSET) / 8;
const HOLD_WORD = (DEADMAN_BASE + DEADMAN_HOLD_OFFSET) / 4;
const FROM_LONG = (INLINE_BASE + INLINE_FROM_OFFSET) / 8;
const TROUBLE = POLLERR | POLLHUP | POLLNVAL;

/** What the worker tells of a side: errors that poll(2) told of, 0 for none. */
export interface ForwarderEvents {
  trouble(side: number, revents: number): void;
  frames(side: number, count: number): void;
}

export class Forwarder {
  private readonly poll: WirePoll;
  private readonly u32: Uint32Array;
  private readonly u64: BigUint64Array;
  private readonly failed = [false, false];
  /** What was to be sent, and the kernel did not take. */
  private readonly owed = [false, false];
  /** Since when the kernel refuses the frame that is next, 0n = it does not. */
  private readonly refusedNs = [0n, 0n];
  private windowNs = 0n;
  private windowFrames = 0;
  private wasBusy = false;
  /** When frames were last left to the kernel, 0n = long ago. */
  private fromNs = 0n;

  constructor(
    private readonly memory: SensorMemory,
    private readonly exports: SensorExports,
    private readonly handles: readonly [WireHandle, WireHandle],
    private waitMs: number,
    private readonly events: ForwarderEvents,
    /** Makes room for the records that so many frames may end; waits little. */
    private readonly makeRoom: (frames: number) => void,
  ) {
    this.u32 = memory.u32;
    this.u64 = memory.u64;
    this.poll = new WirePoll(handles);
    // Of this thread alone: naps as short as asked for.
    libc().prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  }

  /** Takes what waits on both sides and sends it on; answers how many frames were taken. */
  turn(): number {
    let all = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const nowNs = process.hrtime.bigint();
      if (this.isStale(nowNs)) this.leaveToKernel(nowNs);
      this.makeRoom(2 * BUDGET);
      const taken = this.take(0) + this.take(1);
      all += taken;
      // One side that does not send must not hold up the other.
      const areSent = [this.send(0), this.send(1)];
      if (areSent[0] && areSent[1]) this.beat(nowNs);
      if (taken === 0) break;
    }
    if (this.fromNs !== 0n) this.forget();
    this.windowFrames += all;
    return all;
  }

  /** Nothing came: sleeps until something does, a part of the dead man's limit at most. */
  rest(): void {
    if (this.isBusy()) {
      libc().usleep(NAP_US);
      return;
    }
    // There is room for what the kernel refused: waiting for that would not be waiting at all.
    const most = this.owed[0] || this.owed[1] ? RETRY_MS : IDLE_MS_MAX;
    const timeoutMs = Math.max(1, Math.min(most, Math.floor(this.limitMs / IDLE_SHARE)));
    if (!this.poll.wait(FRAMES, timeoutMs)) return;
    for (const side of [0, 1]) {
      const revents = this.poll.revents(side);
      if ((revents & TROUBLE) === 0) continue;
      this.failed[side] = true;
      this.poll.ignore(side);
      this.events.trouble(side, revents);
    }
  }

  /** Another time to wait for room, from the next wait on. */
  waitAtMost(ms: number): void {
    this.waitMs = ms;
  }

  /** The last frames go on before the rings are closed. */
  finish(): void {
    for (let round = 0; round < ROUNDS * ROUNDS && this.turn() > 0; round++) {}
  }

  /** By the window before, so that the first frame after a silence finds us in poll(2). */
  private isBusy(): boolean {
    const nowNs = process.hrtime.bigint();
    if (nowNs - this.windowNs >= BUSY_WINDOW_NS) {
      this.wasBusy = this.windowFrames > BUSY_FRAMES && nowNs - this.windowNs < 2n * BUSY_WINDOW_NS;
      this.windowNs = nowNs;
      this.windowFrames = 0;
    }
    return this.wasBusy;
  }

  private take(side: number): number {
    if (this.failed[side]) return 0;
    const other = 1 - side;
    let answer = this.exports.forward(side, BUDGET, 0);
    let taken = answer & (FORWARD_FULL - 1);
    if ((answer & FORWARD_FULL) !== 0) {
      this.waitForRoom(other);
      answer = this.exports.forward(side, BUDGET, 1);
      taken += answer & (FORWARD_FULL - 1);
    }
    if (taken > 0) this.events.frames(side, taken);
    return taken;
  }

  /** The ring of that side is full of frames to be sent: asks the kernel to, and waits a little until it has. */
  private waitForRoom(side: number): void {
    this.send(side);
    if (this.waitMs === 0 || this.failed[side]) return;
    const wanted = [0, 0];
    wanted[side] = POLLOUT;
    const { limitMs } = this;
    const most = limitMs === 0 ? this.waitMs : Math.max(1, Math.floor(limitMs / WAIT_SHARE));
    this.poll.wait(wanted, Math.min(this.waitMs, most));
  }

  /** True when nothing waits to be handed to the kernel any more. A side that failed is not waited for. */
  private send(side: number): boolean {
    if (!this.hasToSend(side) || this.failed[side]) return true;
    clearPending(this.memory, side as SideNumber);
    const done = libc().sendto(this.handles[side]!.fd, null, 0, MSG_DONTWAIT, null, 0);
    this.owed[side] = done < 0;
    if (done >= 0) this.refusedNs[side] = 0n;
    else this.passOver(side);
    return done >= 0;
  }

  /**
   * The kernel stops at a frame that it can't send now (no carrier, no memory), and tries it again. What it has refused for
   * long may hold up all behind it for ever: without a length it is passed over (PACKET_LOSS).
   */
  private passOver(side: number): void {
    const nowNs = process.hrtime.bigint();
    if (this.refusedNs[side] === 0n) this.refusedNs[side] = nowNs;
    if (nowNs - this.refusedNs[side]! < REFUSED_NS) return;
    this.refusedNs[side] = nowNs;
    const { address, rxSlots, slotBytes, txSlots, txSlotBytes } = this.handles[side]!;
    const next = this.u32[sideWord(side, SIDE_TX_NEXT_OFFSET)]!;
    for (let ahead = 0; ahead < txSlots; ahead++) {
      const slot = address + rxSlots * slotBytes + ((next + ahead) % txSlots) * txSlotBytes;
      if (Atomics.load(this.u32, slot / 4) !== TP_STATUS_SEND_REQUEST) continue;
      this.u32[slot / 4 + SLOT_LENGTH_WORD] = 0;
      Atomics.add(this.u64, COUNTERS_BASE / 8 + COUNTER_INLINE_TX_WRONG, 1n);
      return;
    }
  }

  private hasToSend(side: number): boolean {
    return this.owed[side] === true || pendingSends(this.memory, side as SideNumber) !== 0;
  }

  private beat(nowNs: bigint): void {
    if (Atomics.load(this.u32, HOLD_WORD) === 0) Atomics.store(this.u64, BEAT_LONG, nowNs);
  }

  /** The dead man's, 0 without one. */
  private get limitMs(): number {
    return Number(Atomics.load(this.u64, LIMIT_LONG) / NS_PER_MS);
  }

  private isStale(nowNs: bigint): boolean {
    const limitNs = Atomics.load(this.u64, LIMIT_LONG);
    return limitNs !== 0n && nowNs - Atomics.load(this.u64, BEAT_LONG) > limitNs;
  }

  /**
   * Nobody beat for too long, so the kernel carried what came: that is given back unread. The beat comes first: what is
   * received from then on is ours, and nothing goes out twice. While the switch is being tried, it stays the kernel's.
   */
  private leaveToKernel(nowNs: bigint): void {
    this.beat(nowNs);
    this.fromNs = nowNs;
    Atomics.store(this.u64, FROM_LONG, BigInt(Date.now()) * NS_PER_MS);
  }

  /** Soon nothing older can be in a ring; a clock set back must not make new frames old. */
  private forget(): void {
    if (process.hrtime.bigint() - this.fromNs < FORGET_NS) return;
    this.fromNs = 0n;
    Atomics.store(this.u64, FROM_LONG, 0n);
  }
}

function sideWord(side: number, offset: number): number {
  if (side < 0 || side >= INLINE_SIDES) throw new RangeError(`side ${side}`);
  return (INLINE_BASE + INLINE_SIDES_OFFSET + side * INLINE_SIDE_SIZE + offset) / 4;
}
