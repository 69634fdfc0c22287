// How a direction chooses its IPv4 identifications, in one word.
// Apart because the thresholds are a judgement; the counts it is made from are fields of their own.
// Always holds: the word says what all (or, for counting and random, nearly all) packets did; else `mixed`.

import * as L from "../../assembly/layout.js";
import type { End, FlowRecord } from "./flow-record.js";

export type IpIdBehaviour = "single" | "zero" | "constant" | "counting-up" | "random" | "mixed";

/** Steps of 1 to 1024 between neighbours, of all steps, from which the sender is called counting. */
const COUNTING_SHARE = 0.9;
/** A random 16-bit ID lands in such a step 1024 times in 65536; well above that it is not random. */
const RANDOM_SHARE = 0.1;
const RANDOM_PACKETS_MIN = 4;

/** Undefined without IPv4 packets. `single`: one packet, and its ID is not 0. */
export function ipIdBehaviour(record: FlowRecord, end: End): IpIdBehaviour | undefined {
  const packets = record.packetsOfLife(end);
  if (packets === 0 || !hasIpId(record, end)) return undefined;
  const zero = record.dirU32(end, L.DIR_ID_ZERO_OFFSET);
  if (zero >= packets) return "zero";
  if (packets === 1) return "single";
  if (zero > 0) return "mixed";
  const steps = packets - 1;
  const same = record.dirU32(end, L.DIR_ID_SAME_OFFSET);
  if (same >= steps) return "constant";
  const up = record.dirU32(end, L.DIR_ID_UP_OFFSET);
  if (up >= steps * COUNTING_SHARE) return "counting-up";
  const isScattered = up <= Math.max(1, steps * RANDOM_SHARE) && same === 0;
  return packets >= RANDOM_PACKETS_MIN && isScattered ? "random" : "mixed";
}

export function hasIpId(record: FlowRecord, end: End): boolean {
  return record.kind === L.KIND_IPV4 && (record.dirBits(end) & L.DIR_BIT_ID) !== 0;
}
