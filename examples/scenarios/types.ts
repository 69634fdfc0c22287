// What a scenario is: its frames, the networks that are ours, and what a sensor should make of them.
// Apart because the scenarios, the tests and the README's table speak of it alike.
// Always holds: everything in it follows from its name and seed; times ascend.

import type { CauseName } from "../../host/cause/names.js";
import type { FindingName } from "../../host/record/findings.js";
import type { TimedFrame } from "../letter.js";

/** Circumstances that a sensor knows by itself. */
export interface Circumstances {
  /** When the sensor began, microseconds since 1970: a live one may be younger than what it sees. */
  readonly startUs?: number;
  /** Only one direction of the line passes. */
  readonly isOneWay?: boolean;
  /** The capture tells of lost frames. */
  readonly losesFrames?: boolean;
}

export interface Expected {
  /** The address whose flows are judged together ... */
  readonly source?: string;
  /** ... or the flow that is judged by itself (flowKey); without both, every source there is. */
  readonly flow?: string;
  readonly cause: CauseName | "none";
  /** By flow (flowKey) or by address (in at least one of its flows): what must be found. */
  readonly findings: Readonly<Record<string, readonly FindingName[]>>;
  /** What must be found nowhere. */
  readonly forbidden: readonly FindingName[];
  /** Hosts that do only what is ordinary: in flows among them nothing of NEVER_ORDINARY is found. */
  readonly ordinary: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly frames: readonly TimedFrame[];
  /** In CIDR form. */
  readonly home: readonly string[];
  readonly sensor: Circumstances;
  readonly expected: Expected;
}

/** Which flow, whoever began it: both ends as `address:port`, in the order of their texts. */
export function flowKey(address: string, port: number, other: string, otherPort: number): string {
  return [`${address}:${port}`, `${other}:${otherPort}`].sort().join(" ");
}

/** By this time after the first frame all hosts of ours have spoken; what is strange begins later. */
export const LEARNT_US = 45_000_000;

/** Findings that accuse somebody, or tell of damage: ordinary traffic has none of them. */
export const NEVER_ORDINARY: readonly FindingName[] = [
  "midstream-data",
  "dark-destination",
  "ip-id-zero",
  "fin-with-data-no-handshake",
  "unanswered-retransmit",
  "null-scan",
  "fin-scan",
  "xmas-scan",
  "ack-scan",
  "syn-scan",
  "port-sweep",
  "host-sweep",
  "syn-flood",
  "backscatter",
  "land",
  "martian-source",
  "bad-checksum",
  "bad-header",
  "fragment-overlap",
  "fragment-tiny",
  "ttl-jitter",
  "ip-id-jitter",
  "overlap-conflict",
  "rst-injected",
];

/** NEVER_ORDINARY without those that the scenario is about. */
export function forbiddenBut(...allowed: readonly FindingName[]): FindingName[] {
  return NEVER_ORDINARY.filter((name) => !allowed.includes(name));
}
