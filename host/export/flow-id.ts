// A number for a flow, the same in each of its records, as EVE's `flow_id`.
// Apart because it is a hash: of the key (addresses, ports, protocol, kind) and the start of the flow's life.
// Always holds: below 2^53, so that every JSON reader keeps it; the same on every machine.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "../record/flow-record.js";

/** The key's u32 words: both addresses, both ports, protocol, kind and extra. */
const KEY_WORDS = 10;
const C1 = 0x85ebca6b;
const C2 = 0xc2b2ae35;
const TWO_TO_32 = 4294967296;
const HIGH_MASK = 0x1fffff;

export function flowId(record: FlowRecord): number {
  let a = 0x9e3779b9;
  let b = 0x7f4a7c15;
  for (let i = 0; i < KEY_WORDS; i++) {
    const word = record.u32(record.flow + i * 4);
    a = mix(a ^ word, C1);
    b = mix(b + word, C2);
  }
  for (const offset of [L.FLOW_START_OFFSET, L.FLOW_START_OFFSET + 4]) {
    const word = record.u32(record.flow + offset);
    a = mix(a ^ word, C1);
    b = mix(b + word, C2);
  }
  return (mix(a ^ (b >>> 16), C2) & HIGH_MASK) * TWO_TO_32 + (mix(b ^ (a >>> 16), C1) >>> 0);
}

/** Multiply, and fold the high half into the low one. */
function mix(value: number, factor: number): number {
  const product = Math.imul(value, factor);
  return product ^ (product >>> 15);
}
