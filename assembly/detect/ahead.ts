// Loads what a flow that begins will need of detection's tables, of a whole batch together, so that the cache misses
// overlap. Apart from the tables because nothing is decided here. Always holds: nothing is written but the packet's two
// hashes, and a wrong guess costs only time.

import { KIND_IPV4, KIND_IPV6, PACKET_BIT_SWAPPED } from "../layout";
import { Packet } from "../wire/packet";
import { addressHash } from "./address";
import { touchSource, touchSourceSet } from "./sources";
import { targetHash, touchTarget, touchTargetSet } from "./targets";

/** `p` probably begins a flow: the sets of both ends. */
export function touchSets(p: Packet): u64 {
  if (p.has(PACKET_BIT_SWAPPED)) {
    p.senderHash = addressHash(p.addressB0, p.addressB1);
    p.targetHash = targetHash(p.addressA0, p.addressA1, <u32>p.portA);
  } else {
    p.senderHash = addressHash(p.addressA0, p.addressA1);
    p.targetHash = targetHash(p.addressB0, p.addressB1, <u32>p.portB);
  }
  return touchSourceSet(p.senderHash) + touchTargetSet(p.targetHash);
}

/** The entries, once the sets are there. */
export function touchEntries(p: Packet): u64 {
  return touchSource(p.senderHash) + touchTarget(p.targetHash);
}

/** Its addresses are of those that detection keeps. */
export function isAddressed(p: Packet): bool {
  return <i32>p.kind == KIND_IPV4 || <i32>p.kind == KIND_IPV6;
}
