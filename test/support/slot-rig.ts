// Two interfaces' rings in a core's memory, and both their kernels: frames are put into the slots for receiving, and
// taken out of those for sending, as linux/if_packet.h has it (TPACKET_V2). Apart so that every inline test speaks of
// frames. Always holds: what lies around the rings, and in slots for sending that are free, is poisoned.

import * as I from "../../assembly/inline/inline-layout.js";
import * as L from "../../assembly/layout.js";
import { type InlinePolicy, type SideNumber, setSide, writeInline } from "../../host/wasm/inline.js";
import { viewMemory } from "../../host/wasm/memory.js";
import type { Core } from "./core.js";

export const MAC_OFFSET = 82;
export const TX_DATA_OFFSET = 32;
export const VIRTIO_SIZE = 10;
const POISON = 0xa5;
/** What a kernel left in a slot behind and before the frame. */
const LEFT = 0x3c;
const RINGS_BASE = L.WINDOWS_BASE + L.WINDOW_SIZE * 5;
const SIDE_ROOM = L.WINDOW_SIZE * 2;
const AROUND = 4096;

export const STATUS_SEND_REQUEST = 1;
export const STATUS_WRONG_FORMAT = 4;

export interface Received {
  readonly bytes: Uint8Array;
  readonly timeNs?: bigint;
  readonly wire?: number;
  readonly vlan?: { readonly tag: number; readonly type?: number };
  readonly virtio?: Partial<Virtio>;
}

/** struct virtio_net_hdr */
export interface Virtio {
  readonly flags: number;
  readonly type: number;
  readonly headers: number;
  readonly segment: number;
  readonly start: number;
  readonly offset: number;
}

export interface Sent {
  readonly bytes: Uint8Array;
  readonly virtio: Virtio;
}

export interface RigOptions {
  readonly rxSlots?: number;
  readonly txSlots?: number;
  readonly slotSize?: number;
  /** Of slots for sending; as those for receiving, unless said: then nothing is joined. */
  readonly txSlotSize?: number;
  readonly frameMax?: number;
  /** What lies around the rings, and in slots that were never used. */
  readonly poison?: number;
}

export const PASS_ALL: InlinePolicy = { mode: "inline", drop: 0n, reject: 0n, allow: [], rejectRate: 100 };

export class InlineRig {
  readonly slotSize: number;
  readonly txSlotSize: number;
  readonly rxSlots: number;
  readonly txSlots: number;
  /** Where each kernel puts the next frame, and takes the next one. */
  private readonly rxHead = [0, 0];
  private readonly txHead = [0, 0];
  private readonly poison: number;

  constructor(
    readonly core: Core,
    options: RigOptions = {},
    policy: Partial<InlinePolicy> = {},
  ) {
    const { rxSlots = 64, txSlots = 64, slotSize = 2048, frameMax = 1514, poison = POISON } = options;
    const { txSlotSize = slotSize } = options;
    this.poison = poison;
    this.slotSize = slotSize;
    this.txSlotSize = txSlotSize;
    this.rxSlots = rxSlots;
    this.txSlots = txSlots;
    for (const side of [0, 1] as const) {
      const room = rxSlots * slotSize + txSlots * txSlotSize;
      core.bytes.fill(poison, this.rxBase(side) - AROUND, this.rxBase(side) + room + AROUND);
      for (let slot = 0; slot < rxSlots; slot++) core.view.setUint32(this.rxSlot(side, slot), 0, true);
      for (let slot = 0; slot < txSlots; slot++) core.view.setUint32(this.txSlot(side, slot), 0, true);
      setSide(viewMemory(core.memory), side, {
        rxBase: this.rxBase(side),
        rxSlots,
        txBase: this.txBase(side),
        txSlots,
        slotSize,
        txSlotSize,
        frameMax,
        linkType: 1,
      });
    }
    this.policy(policy);
  }

  policy(policy: Partial<InlinePolicy>): void {
    writeInline(viewMemory(this.core.memory), { ...PASS_ALL, ...policy });
  }

  rxBase(side: SideNumber): number {
    return RINGS_BASE + side * SIDE_ROOM;
  }

  txBase(side: SideNumber): number {
    return this.rxBase(side) + this.rxSlots * this.slotSize;
  }

  rxSlot(side: SideNumber, slot: number): number {
    return this.rxBase(side) + (slot % this.rxSlots) * this.slotSize;
  }

  txSlot(side: SideNumber, slot: number): number {
    return this.txBase(side) + (slot % this.txSlots) * this.txSlotSize;
  }

  /** A word of the side's state (SIDE_*). */
  word(side: SideNumber, offset: number): number {
    return this.core.view.getUint32(
      L.INLINE_BASE + I.INLINE_SIDES_OFFSET + side * I.INLINE_SIDE_SIZE + offset,
      true,
    );
  }

  /** Puts a frame into the side's next slot; its address. */
  receive(side: SideNumber, frame: Uint8Array | Received): number {
    const {
      bytes,
      timeNs = 1_000_000_000n,
      wire,
      vlan,
      virtio = {},
    } = frame instanceof Uint8Array ? { bytes: frame } : frame;
    const slot = this.rxSlot(side, this.rxHead[side]!++);
    const { view } = this.core;
    if (view.getUint32(slot, true) !== 0) throw new Error(`side ${side}: the ring for receiving is full`);
    if (MAC_OFFSET + bytes.length > this.slotSize)
      throw new Error(`a frame of ${bytes.length} bytes has no room`);
    this.core.bytes.fill(LEFT, slot + 4, slot + this.slotSize);
    view.setUint32(slot + 4, wire ?? bytes.length, true);
    view.setUint32(slot + 8, bytes.length, true);
    view.setUint16(slot + 12, MAC_OFFSET, true);
    view.setUint32(slot + 16, Number(timeNs / 1_000_000_000n), true);
    view.setUint32(slot + 20, Number(timeNs % 1_000_000_000n), true);
    view.setUint16(slot + 24, vlan?.tag ?? 0, true);
    view.setUint16(slot + 26, vlan?.type ?? 0, true);
    const at = slot + MAC_OFFSET - VIRTIO_SIZE;
    view.setUint8(at, virtio.flags ?? 0);
    view.setUint8(at + 1, virtio.type ?? 0);
    for (const [index, name] of (["headers", "segment", "start", "offset"] as const).entries()) {
      view.setUint16(at + 2 + index * 2, virtio[name] ?? 0, true);
    }
    this.core.bytes.set(bytes, slot + MAC_OFFSET);
    view.setUint32(slot, 1 | (vlan ? 16 : 0) | (vlan?.type === undefined ? 0 : 64), true);
    return slot;
  }

  forward(side: SideNumber, budget = 1000, mayDrop = false): { taken: number; isFull: boolean } {
    const answer = this.core.exports.forward(side, budget, mayDrop ? 1 : 0);
    return { taken: answer & ~I.FORWARD_FULL, isFull: (answer & I.FORWARD_FULL) !== 0 };
  }

  /** What the side's kernel sends: all that was handed over, in order, `most` frames at most. */
  sent(side: SideNumber, most = Number.POSITIVE_INFINITY): Sent[] {
    const out: Sent[] = [];
    const { view, bytes } = this.core;
    while (out.length < most) {
      const slot = this.txSlot(side, this.txHead[side]!);
      if (view.getUint32(slot, true) !== STATUS_SEND_REQUEST) break;
      this.txHead[side]!++;
      const length = view.getUint32(slot + 4, true);
      const at = slot + TX_DATA_OFFSET;
      out.push({ bytes: bytes.slice(at + VIRTIO_SIZE, at + length), virtio: this.virtio(at) });
      bytes.fill(this.poison, slot + 4, slot + this.txSlotSize);
      view.setUint32(slot, 0, true);
    }
    return out;
  }

  virtio(at: number): Virtio {
    const { view } = this.core;
    return {
      flags: view.getUint8(at),
      type: view.getUint8(at + 1),
      headers: view.getUint16(at + 2, true),
      segment: view.getUint16(at + 4, true),
      start: view.getUint16(at + 6, true),
      offset: view.getUint16(at + 8, true),
    };
  }

  /** Each frame in at a side and out at the other; all that came out. */
  pass(side: SideNumber, frames: readonly (Uint8Array | Received)[]): Sent[] {
    const out: Sent[] = [];
    for (const frame of frames) {
      this.receive(side, frame);
      this.forward(side);
      out.push(...this.sent(side === 0 ? 1 : 0));
    }
    return out;
  }

  /** frames taken = forwarded + dropped + oversize + damaged + without room + stale. */
  balance(): { taken: number; accounted: number } {
    const { core } = this;
    const accounted = [
      L.COUNTER_INLINE_FORWARDED,
      L.COUNTER_INLINE_DROPPED,
      L.COUNTER_INLINE_OVERSIZE,
      L.COUNTER_INLINE_DAMAGED,
      L.COUNTER_INLINE_TX_FULL,
      L.COUNTER_INLINE_STALE,
    ].reduce((sum, index) => sum + core.counter(index), 0);
    return { taken: core.counter(L.COUNTER_INLINE_TAKEN), accounted };
  }

  /** Whether the bytes around the side's rings are as they were. */
  isPoisoned(side: SideNumber): boolean {
    const { bytes } = this.core;
    const end = this.txBase(side) + this.txSlots * this.txSlotSize;
    const around = [
      bytes.subarray(this.rxBase(side) - AROUND, this.rxBase(side)),
      bytes.subarray(end, end + AROUND),
    ];
    return around.every((part) => part.every((byte) => byte === this.poison));
  }
}
