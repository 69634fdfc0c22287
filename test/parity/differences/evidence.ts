// What the rules look at, in words. Apart because the rules are read for their reasons, not for their loops.
// Always holds: nothing here decides who is right.

import { type Flow, isIp } from "../canonical.js";
import type { Difference } from "../compare.js";

export const COUNTERS = ["packets", "bytes", "appbytes"] as const;
export const EVERYTHING = ["alone", "source", "arrow", ...COUNTERS, "flags"] as const;

/** Any of these notes on any of the stray flow's records. */
export function hasNote(flow: Flow | undefined, ...notes: readonly string[]): boolean {
  return flow?.stray.some((record) => record.notes.some((note) => notes.includes(note))) ?? false;
}

/** Why stray says that its source is the source. */
export function reasonOf(flow: Flow | undefined): string {
  return flow?.stray[0]?.dir_reason ?? "";
}

/** Address of an end, its port left out. */
export function addressOf(end: string): string {
  return end.split(" ")[0] ?? "";
}

export function isIp6(flow: Flow | undefined): boolean {
  return flow?.ends.some((end) => addressOf(end).includes(":") && isIp(addressOf(end))) ?? false;
}

/** A flow by MAC addresses. */
export function isByMac(flow: Flow | undefined): boolean {
  return flow?.ends.every((end) => !isIp(addressOf(end))) ?? false;
}

export function isSamePair(a: Flow, b: Flow): boolean {
  const pair = (flow: Flow): string => flow.ends.map(addressOf).sort().join(" ");
  return pair(a) === pair(b);
}

/** argus' mark `f` (fragments without their first) in its place of the Flgs column. */
export function isFragmentRecord(flow: Flow | undefined): boolean {
  return flow?.argus.some(({ flgs }) => flgs[FRAGMENT_PLACE] === "f") ?? false;
}

const FRAGMENT_PLACE = 6;

/** A flow that only one of the two has, for which `test` holds. */
export function isAlone(
  difference: Difference,
  who: "argus" | "stray",
  test: (flow: Flow) => boolean,
): boolean {
  if (!difference.aspects.includes("alone")) return false;
  const flow = difference[who];
  return flow !== undefined && test(flow);
}

/** argus has a flow that stray has not, for which `test` holds. */
export function argusHas({ capture }: Difference, test: (flow: Flow) => boolean): boolean {
  return capture.argus.some(test);
}

export function strayHas({ capture }: Difference, test: (flow: Flow) => boolean): boolean {
  return capture.stray.some(test);
}

/** stray could not decode at least so many packets, for any of these reasons (any at all when none is named). */
export function hasUndecoded(
  { capture }: Difference,
  packets: number,
  ...reasons: readonly string[]
): boolean {
  const counts = Object.entries(capture.undecoded).filter(
    ([reason]) => reasons.length === 0 || reasons.includes(reason),
  );
  return counts.reduce((sum, [, count]) => sum + count, 0) >= packets;
}

/** stray counts packets that argus does not. */
export function hasMorePackets({ argus, stray }: Difference): boolean {
  return argus === undefined || (stray !== undefined && total(stray.packets) > total(argus.packets));
}

export function hasFlag(flow: Flow, end: 0 | 1, letter: string): boolean {
  return flow.flags[end].includes(letter);
}

export function total(pair: readonly [number, number]): number {
  return pair[0] + pair[1];
}

/** Packets of the capture that are in no flow of argus. */
export function argusMisses({ capture }: Difference): number {
  const sum = (flows: readonly Flow[]): number => flows.reduce((n, flow) => n + total(flow.packets), 0);
  const undecoded = Object.values(capture.undecoded).reduce((n, count) => n + count, 0);
  return sum(capture.stray) + undecoded - sum(capture.argus);
}

/** argus' mark for several encapsulations around a flow. */
export function isWrapped(flow: Flow): boolean {
  return flow.argus.some(({ flgs }) => flgs[ENCAPSULATION_PLACE] === "*");
}

const ENCAPSULATION_PLACE = 1;
