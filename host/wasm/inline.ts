// What the host writes for standing inline, and what it reads of it: policy, allowed networks, the rings of both sides.
// Apart from config.ts because policy changes while packets pass. Always holds: it is written by the thread that runs
// the packets, between two calls of forward(); what can't be is refused before anything is written.

import {
  ALLOW_MASK_OFFSET,
  ALLOW_NETWORK_OFFSET,
  INLINE_ALLOW_COUNT_OFFSET,
  INLINE_DROP_FINDINGS_OFFSET,
  INLINE_FROM_OFFSET,
  INLINE_LOAD_OFFSET,
  INLINE_MODE_OFF,
  INLINE_MODE_OFFSET,
  INLINE_MODE_ON,
  INLINE_MODE_SIMULATE,
  INLINE_REJECT_FINDINGS_OFFSET,
  INLINE_REJECT_RATE_OFFSET,
  INLINE_SIDE_SIZE,
  INLINE_SIDES_OFFSET,
  INLINE_UNTIL_OFFSET,
  SIDE_FRAME_MAX_OFFSET,
  SIDE_LINK_TYPE_OFFSET,
  SIDE_RX_BASE_OFFSET,
  SIDE_RX_BUSY_OFFSET,
  SIDE_RX_NEXT_OFFSET,
  SIDE_RX_SLOTS_OFFSET,
  SIDE_SLOT_SIZE_OFFSET,
  SIDE_TX_BASE_OFFSET,
  SIDE_TX_FILLED_OFFSET,
  SIDE_TX_NEXT_OFFSET,
  SIDE_TX_PENDING_OFFSET,
  SIDE_TX_SLOT_SIZE_OFFSET,
  SIDE_TX_SLOTS_OFFSET,
} from "../../assembly/inline/inline-layout.js";
import {
  ALLOW_CAPACITY,
  ALLOW_SIZE,
  ALLOWS_BASE,
  FINDING_CAPACITY,
  INLINE_BASE,
  WINDOWS_BASE,
  WINDOWS_REGION_SIZE,
} from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import { networkBytes } from "./homes.js";
import { readU32, type SensorMemory, writeU32, writeU64 } from "./memory.js";

export const INLINE_MODES = ["tap", "simulate", "inline"] as const;
export type InlineMode = (typeof INLINE_MODES)[number];
const MODE_NUMBERS = {
  tap: INLINE_MODE_OFF,
  simulate: INLINE_MODE_SIMULATE,
  inline: INLINE_MODE_ON,
} as const;

/** Either side of the path: what comes in at one goes out at the other. */
export type SideNumber = 0 | 1;

export interface InlinePolicy {
  readonly mode: InlineMode;
  /** Findings for which a flow is dropped, a bit each (FINDING_*). */
  readonly drop: bigint;
  /** Findings for which it is rejected: dropped, and both ends are told. */
  readonly reject: bigint;
  /** Addresses or networks that are never dropped. */
  readonly allow: readonly string[];
  /** Packets that may be made a second to reject, 0 = none. */
  readonly rejectRate: number;
}

/** The rings of one interface, both with slots of that size. */
export interface SideRings {
  /** Address of the first slot for receiving. */
  readonly rxBase: number;
  readonly rxSlots: number;
  /** Address of the first slot for sending. */
  readonly txBase: number;
  readonly txSlots: number;
  /** Bytes of a slot for receiving: a multiple of 16. */
  readonly slotSize: number;
  /** Of one for sending, which may be larger: segments of a connection go out together. */
  readonly txSlotSize: number;
  /** Bytes of the largest frame that the interface sends (link header and MTU), 0 = whatever a slot holds. */
  readonly frameMax: number;
  /** LINKTYPE_* */
  readonly linkType: number;
}

/** How far the rings of a side are read and filled. */
const POSITIONS = [
  SIDE_RX_NEXT_OFFSET,
  SIDE_RX_BUSY_OFFSET,
  SIDE_TX_NEXT_OFFSET,
  SIDE_TX_PENDING_OFFSET,
  SIDE_TX_FILLED_OFFSET,
];

const SLOT_ALIGNMENT = 16;
const SLOT_SIZE_MIN = 128;
/** What is told of frames in a slot is a u16: where they begin. */
const SLOT_SIZE_MAX = 1 << 20;
const REJECT_RATE_MAX = 1_000_000;
const FINDINGS_MASK = (1n << BigInt(FINDING_CAPACITY)) - 1n;

/**
 * Writes the policy; the next frame is judged by it.
 * @throws StrayError INLINE_POLICY
 */
export function writeInline(memory: SensorMemory, policy: InlinePolicy): void {
  const { mode, drop, reject, rejectRate } = policy;
  const allow = allowBytes(policy.allow);
  if (!Number.isInteger(rejectRate) || rejectRate < 0 || rejectRate > REJECT_RATE_MAX) {
    throw invalid(`the reject rate is 0 to ${REJECT_RATE_MAX} packets a second, not ${rejectRate}`);
  }
  for (const mask of [drop, reject]) {
    if (mask < 0n || mask > FINDINGS_MASK) throw invalid(`findings are a mask of 64 bits, not ${mask}`);
  }
  // The count last: an entry is never read before it is there.
  writeU32(memory, INLINE_BASE + INLINE_ALLOW_COUNT_OFFSET, 0);
  for (const [index, { network, mask }] of allow.entries()) {
    const at = ALLOWS_BASE + index * ALLOW_SIZE;
    memory.u8.set(network, at + ALLOW_NETWORK_OFFSET);
    memory.u8.set(mask, at + ALLOW_MASK_OFFSET);
  }
  writeU32(memory, INLINE_BASE + INLINE_ALLOW_COUNT_OFFSET, allow.length);
  writeU64(memory, INLINE_BASE + INLINE_DROP_FINDINGS_OFFSET, drop);
  writeU64(memory, INLINE_BASE + INLINE_REJECT_FINDINGS_OFFSET, reject);
  writeU32(memory, INLINE_BASE + INLINE_REJECT_RATE_OFFSET, rejectRate);
  writeU32(memory, INLINE_BASE + INLINE_MODE_OFFSET, MODE_NUMBERS[mode]);
}

function allowBytes(allow: readonly string[]) {
  if (allow.length > ALLOW_CAPACITY) {
    throw invalid(`at most ${ALLOW_CAPACITY} networks can be allowed, not ${allow.length}: give larger ones`);
  }
  return allow.map((text) => {
    const bytes = networkBytes(text);
    if (bytes !== undefined) return bytes;
    throw invalid(`expected an address or a network to allow, such as 192.0.2.0/24, found "${text}"`);
  });
}

/**
 * Gives a side its rings, or with undefined takes them away: nothing is read from it, nothing goes out by it.
 * @throws StrayError INLINE_RINGS
 */
export function setSide(memory: SensorMemory, side: SideNumber, rings: SideRings | undefined): void {
  placeRings(memory, side, rings);
  for (const offset of POSITIONS) writeU32(memory, sideBase(side) + offset, 0);
}

/**
 * Says again where the rings of a side lie, and leaves how far both are read and filled.
 * @throws StrayError INLINE_RINGS
 */
export function placeRings(memory: SensorMemory, side: SideNumber, rings: SideRings | undefined): void {
  if (rings !== undefined) check(rings);
  const at = sideBase(side);
  const word = (offset: number, value: number): void => writeU32(memory, at + offset, value);
  word(SIDE_RX_BASE_OFFSET, rings?.rxBase ?? 0);
  word(SIDE_RX_SLOTS_OFFSET, rings?.rxSlots ?? 0);
  word(SIDE_SLOT_SIZE_OFFSET, rings?.slotSize ?? 0);
  word(SIDE_TX_BASE_OFFSET, rings?.txBase ?? 0);
  word(SIDE_TX_SLOTS_OFFSET, rings?.txSlots ?? 0);
  word(SIDE_FRAME_MAX_OFFSET, rings?.frameMax ?? 0);
  word(SIDE_LINK_TYPE_OFFSET, rings?.linkType ?? 0);
  word(SIDE_TX_SLOT_SIZE_OFFSET, rings?.txSlotSize ?? 0);
}

function check({ rxBase, rxSlots, txBase, txSlots, slotSize, txSlotSize, frameMax }: SideRings): void {
  const isSize = (value: number): boolean => Number.isInteger(value) && value >= 0;
  if (!isSize(frameMax)) throw wrongRings(`the largest frame is a number of bytes, not ${frameMax}`);
  for (const [base, slots, size] of [
    [rxBase, rxSlots, slotSize],
    [txBase, txSlots, txSlotSize],
  ] as const) {
    if (!isSize(size) || size % SLOT_ALIGNMENT !== 0 || size < SLOT_SIZE_MIN || size > SLOT_SIZE_MAX) {
      throw wrongRings(
        `a slot is ${SLOT_SIZE_MIN} to ${SLOT_SIZE_MAX} bytes, a multiple of ${SLOT_ALIGNMENT}, not ${size}`,
      );
    }
    const isWithin =
      isSize(base) &&
      isSize(slots) &&
      slots > 0 &&
      base % SLOT_ALIGNMENT === 0 &&
      base >= WINDOWS_BASE &&
      base + slots * size <= WINDOWS_BASE + WINDOWS_REGION_SIZE;
    if (!isWithin) {
      throw wrongRings(`a ring lies within the windows: not ${slots} slots of ${size} bytes at ${base}`);
    }
  }
  const isApart = rxBase + rxSlots * slotSize <= txBase || txBase + txSlots * txSlotSize <= rxBase;
  if (!isApart) throw wrongRings("the rings for receiving and for sending overlap");
}

/** Frames received before `fromNs`, or from `untilNs` on (ns since 1970, 0n = none), were carried by the kernel. */
export function writeCarried(memory: SensorMemory, at: { fromNs?: bigint; untilNs?: bigint }): void {
  if (at.fromNs !== undefined) Atomics.store(memory.u64, (INLINE_BASE + INLINE_FROM_OFFSET) / 8, at.fromNs);
  if (at.untilNs !== undefined)
    Atomics.store(memory.u64, (INLINE_BASE + INLINE_UNTIL_OFFSET) / 8, at.untilNs);
}

export const INLINE_LOADS = ["none", "high", "full"] as const;
export type InlineLoad = (typeof INLINE_LOADS)[number];

/** How much waits in the fuller of both rings. */
export function inlineLoad(memory: SensorMemory): InlineLoad {
  return INLINE_LOADS[readU32(memory, INLINE_BASE + INLINE_LOAD_OFFSET)] ?? "none";
}

/** Slots filled for that side's interface since the kernel was last asked to send them. */
export function pendingSends(memory: SensorMemory, side: SideNumber): number {
  return readU32(memory, sideBase(side) + SIDE_TX_PENDING_OFFSET);
}

/** To be called right before the kernel is asked to send what that side's ring holds. */
export function clearPending(memory: SensorMemory, side: SideNumber): void {
  writeU32(memory, sideBase(side) + SIDE_TX_PENDING_OFFSET, 0);
}

function sideBase(side: SideNumber): number {
  return INLINE_BASE + INLINE_SIDES_OFFSET + side * INLINE_SIDE_SIZE;
}

function invalid(message: string): StrayError {
  return new StrayError("INLINE_POLICY", message, 2);
}

function wrongRings(message: string): StrayError {
  return new StrayError("INLINE_RINGS", message, 2);
}
