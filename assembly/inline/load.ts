// How much waits, and what is not inspected for it: bytes of long conversations that have shown nothing to accuse them
// of, before frames are lost. Apart from the verdict because it judges nothing. Always holds: flows, evidence and findings of headers go
// on whatever waits; each packet that is not inspected is counted.

import { NO_ACCUSATION } from "../detect/quiet";
import { Flow } from "../flow/flow";
import {
  CLASS_TWO_WAY,
  COUNTER_INLINE_THINNED_FULL,
  COUNTER_INLINE_THINNED_HIGH,
  FLOW_FLAG_DROPPED,
  PACKET_BIT_SWAPPED,
} from "../layout";
import { config, count } from "../state";
import { Packet } from "../wire/packet";
import {
  INLINE_LOAD_FULL,
  INLINE_LOAD_HIGH,
  INLINE_LOAD_NONE,
  THIN_FULL_BYTES,
  THIN_HIGH_BYTES,
} from "./inline-layout";
import { isReceived, receiveSlot } from "./rings";
import { inlineState, Side } from "./state";

/** Takes the measure of both sides; the kernel fills slots in order, so one that far ahead tells of all before it. */
export function measureLoad(side: Side, other: Side): void {
  side.load = loadOf(side);
  other.load = loadOf(other);
  inlineState().load = max(side.load, other.load);
}

function loadOf(side: Side): u32 {
  if (side.rxBase == 0) return INLINE_LOAD_NONE;
  if (!isReceived(receiveSlot(side, side.rxSlots >> 2))) return INLINE_LOAD_NONE;
  return isReceived(receiveSlot(side, side.rxSlots >> 1)) ? INLINE_LOAD_FULL : INLINE_LOAD_HIGH;
}

/** Whether the packet, which its flow took in, is passed on without a look into it. */
export function isThinned(p: Packet, flow: Flow): bool {
  const load = inlineState().load;
  return load != INLINE_LOAD_NONE && isSpared(p, flow, load);
}

function isSpared(p: Packet, flow: Flow, load: u32): bool {
  if (!config().inspects) return false;
  const isFull = load == INLINE_LOAD_FULL;
  if (!flow.has(FLOW_FLAG_DROPPED)) {
    if ((flow.findings & ~NO_ACCUSATION) != 0 || (!isFull && <i32>flow.flowClass < CLASS_TWO_WAY))
      return false;
    const sent = flow.direction(p.has(PACKET_BIT_SWAPPED)).appBytes;
    const before = sent - min<u64>(sent, p.appBytes);
    if (before < <u64>(isFull ? THIN_FULL_BYTES : THIN_HIGH_BYTES)) return false;
  }
  count(isFull ? COUNTER_INLINE_THINNED_FULL : COUNTER_INLINE_THINNED_HIGH);
  return true;
}

if (INLINE_LOAD_HIGH >= INLINE_LOAD_FULL) ERROR("the larger load is the higher number");
