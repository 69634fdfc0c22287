// Words and counts that the features share.
// Apart so that "all" is said in one place, and never where there are exceptions.
// Always holds: few exceptions are listed, many are counted.

import type { FlowFacts } from "../../cause/facts.js";
import { endsOf } from "../../cause/questions.js";
import type { Feature, FeatureException } from "../model.js";
import type { PacketFacts } from "../packet-facts.js";
import type { Look } from "./look.js";

/** Listed one by one. */
const EXCEPTIONS_MAX = 5;
/** From this share on something is told as what nearly all have. */
export const MOST = 0.8;
/** From this share on it is told of those that have it. */
export const HALF = 0.5;

/** `all 24 packets`, `23 of 24 packets`, `the one packet`. */
export function share(holds: number, of: number, noun: string): string {
  if (holds < of) return `${holds} of ${plural(of, noun)}`;
  return of === 1 ? `the one ${noun}` : `all ${plural(of, noun)}`;
}

export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${noun}${noun.endsWith("s") ? "es" : "s"}`;
}

/** `packet`, or `packet looked at` where not all could be. */
export function packets(look: Look, count: number, total: number): string {
  const text = share(count, total, "packet");
  return look.isWhole ? text : `${text} looked at`;
}

export interface Told {
  readonly key: string;
  readonly text: string;
  readonly holds: number;
  readonly of: number;
  readonly unit: Feature["unit"];
  readonly exceptions?: readonly FeatureException[];
  readonly ordinary?: string | undefined;
}

export function feature({ exceptions = [], ordinary, ...rest }: Told): Feature {
  return {
    ...rest,
    exceptions: exceptions.slice(0, EXCEPTIONS_MAX),
    exceptionsLeftOut: Math.max(0, exceptions.length - EXCEPTIONS_MAX),
    ordinary: ordinary ?? null,
  };
}

/** The value that most have; of equals the one that came first. */
export function commonest<Item>(
  items: readonly Item[],
  pick: (item: Item) => number | string,
): { readonly value: number | string; readonly holds: number; readonly others: readonly Item[] } | undefined {
  const counts = new Map<number | string, number>();
  for (const item of items) counts.set(pick(item), (counts.get(pick(item)) ?? 0) + 1);
  let best: number | string | undefined;
  for (const [value, count] of counts) if (best === undefined || count > counts.get(best)!) best = value;
  if (best === undefined) return undefined;
  return { value: best, holds: counts.get(best)!, others: items.filter((item) => pick(item) !== best) };
}

/** `20959 in the packet logged at 11:37:07.512622`. */
export function packetException(look: Look, packet: PacketFacts, what: string): FeatureException {
  const which = packet.isLogged ? "the packet logged at" : "the packet of";
  return {
    text: `${what} in ${which} ${look.clock(packet.timeUs)}`,
    timeUs: packet.timeUs,
    flow: packet.flow,
  };
}

/** `3 packets back in the flow of 11:31:06.204518 from port 26735`. */
export function flowException(look: Look, flow: FlowFacts, what: string): FeatureException {
  const { actor } = endsOf(flow);
  const from = actor.port >= 0 ? ` from port ${actor.port}` : "";
  return {
    text: `${what} in the flow of ${look.clock(flow.startUs)}${from}`,
    timeUs: flow.startUs,
    flow: flow.id,
  };
}

/** `217.29.131.130`, `2 addresses`. */
export function addresses(list: readonly string[]): string {
  return list.length === 1 ? list[0]! : plural(list.length, "address");
}

export function hex(value: number, digits = 1): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, "0")}`;
}

/** `3.0 s`, `12 ms`, `2.5 h`. */
export function span(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 1) return `${Math.round(us / 1000)} ms`;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
