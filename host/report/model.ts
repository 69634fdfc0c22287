// What a report holds, as plain data: what the network officer's letter said, and what it rests on.
// Apart, and only types and constants, because the one who fills it knows no layout, and text, Markdown, HTML and IODEF
// know no sensor.
// Always holds: safe to send as JSON and read back (no undefined, no bigint, no NaN); lists are bounded and say how much
// was left out; times are microseconds since 1970 of the packets where a name ends in Us, milliseconds of this machine's
// clock where it ends in Ms. Texts are sentences in plain words, but may hold what came from packets, rules and people:
// whoever prints them escapes them.

import type { FlowFacts } from "../cause/facts.js";
import type { CauseName } from "../cause/names.js";
import type { NotSequential, SequentialFit, TooFew } from "../hidden/fit.js";
import type {
  EvidenceReference,
  IncidentEvent,
  IncidentKind,
  IncidentNote,
  IncidentState,
  InForce,
  Severity,
} from "../incident/model.js";
import { DEFAULT_FIELD_NAMES, fieldByName } from "../record/fields.js";
import type { FindingName } from "../record/findings.js";

/** Goes up when a member changes its meaning or goes; new members do not change it. */
export const REPORT_VERSION = 1;

export interface Report {
  readonly format: "stray-report";
  readonly version: typeof REPORT_VERSION;
  readonly about: About;
  /** Gravest first. Empty: nothing strange was found. */
  readonly cases: readonly Case[];
  /** Cases that are not told: those beyond the number asked for, or of another source than was asked for. */
  readonly casesLeftOut: number;
}

// ---- About ----------------------------------------------------------------------------------------------

export interface About {
  readonly program: "stray";
  readonly programVersion: string;
  readonly madeMs: number;
  readonly origin: CaptureOrigin | IncidentOrigin;
  /** First and last packet, null without any. */
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  /** The time zone that the texts tell their times in: "UTC", or what TZ said. */
  readonly zone: string;
  /** null where it is not known: of an incident that a sensor kept. */
  readonly counts: Counts | null;
  readonly home: HomeNetworks;
  readonly rules: RulesInForce;
  /** Name of the profile of limits and memory; null where it is not known. */
  readonly profile: string | null;
  /** What could not be known or was cut short, for the whole report: sentences. */
  readonly gaps: readonly string[];
}

/** `stray report CAPTURE...` */
export interface CaptureOrigin {
  readonly kind: "captures";
  readonly files: readonly CaptureFile[];
}

export interface CaptureFile {
  /** As it was given; "-" is standard input. */
  readonly path: string;
  /** null for a pipe. */
  readonly bytes: number | null;
}

/** `stray incidents report ID`: what the sensor kept of it. */
export interface IncidentOrigin {
  readonly kind: "incident";
  readonly id: string;
  readonly state: IncidentState;
  readonly openedMs: number;
  readonly changedMs: number;
  readonly closedMs: number | null;
  readonly reopened: number;
  readonly suppressed: number;
  readonly previous: string | null;
  readonly merged: readonly string[];
  readonly inForce: readonly InForce[];
  readonly notes: readonly IncidentNote[];
  readonly events: readonly IncidentEvent[];
  /** Where packets of it are, in the sensor's evidence files. */
  readonly evidence: readonly EvidenceReference[];
}

export interface Counts {
  readonly packets: number;
  readonly wireBytes: number;
  readonly flows: number;
  readonly alerts: number;
  /** Packets in no flow, and why: names as in `stray read`'s summary. */
  readonly undecoded: number;
  readonly undecodedByReason: Readonly<Record<string, number>>;
  /** Packets that were captured in part. */
  readonly truncated: number;
  /** Flows whose record was made early for want of room, and packets of flows that found no room. */
  readonly evicted: number;
  readonly refused: number;
  readonly badChecksums: number;
  /** Packets whose time lies before that of the packet before them. */
  readonly clockBack: number;
}

export interface HomeNetworks {
  readonly networks: readonly string[];
  /** given: by --home or the configuration; rules: HOME_NET of the rules; unknown: nothing was said. */
  readonly how: "given" | "rules" | "guessed" | "unknown";
  /** Networks and addresses that were said to be used by nobody. */
  readonly unused: readonly string[];
}

export interface RulesInForce {
  /** "starter", the files' names, "none"; of an incident the hash of what was in force. */
  readonly name: string;
  readonly count: number | null;
  /** First 16 hexadecimal digits of the compiled rules' SHA-256, null without rules. */
  readonly hash: string | null;
}

// ---- A case ---------------------------------------------------------------------------------------------

/** What is strange about one source, one target of many, or one sweep. */
export interface Case {
  /** From 1 on, in the order of the report. */
  readonly number: number;
  /** The incident's id where a sensor keeps one, else made of kind and subject: the same in each report. */
  readonly id: string;
  readonly kind: IncidentKind;
  /** One line. */
  readonly title: string;
  /** The address that it is about: source or target. */
  readonly subject: string;
  readonly severity: Severity;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly counts: CaseCounts;
  /** Some of them: all while there are few. The counts say how many there are. */
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly ports: readonly number[];
  /** Flows by finding, the gravest finding first. */
  readonly findings: readonly FindingCount[];
  /** In the order of time. */
  readonly flows: readonly CaseFlow[];
  readonly flowsLeftOut: number;
  readonly packets: PacketsLookedAt;
  readonly features: readonly Feature[];
  /** A distinct rule each, gravest first. */
  readonly alerts: readonly CaseAlert[];
  readonly alertsLeftOut: number;
  /** Heaviest first; empty where there is nothing to look for a cause of. */
  readonly causes: readonly CaseCause[];
  /** By source port, then by IP ID where it counts up. */
  readonly hidden: readonly Hidden[];
  /** What to do next, in order. */
  readonly checks: readonly Check[];
  readonly series: Series;
  /** What could not be known of this case: sentences. */
  readonly gaps: readonly string[];
}

export interface CaseCounts {
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
  readonly alerts: number;
  readonly sources: number;
  readonly destinations: number;
  readonly ports: number;
}

export interface FindingCount {
  readonly finding: FindingName;
  readonly flows: number;
}

/** FlowFacts as JSON has them. */
export type ReportFlow = Omit<FlowFacts, "startNs">;

/** A line of the log, as `stray read -Z b` prints it. */
export interface CaseFlow {
  readonly facts: ReportFlow;
  /** Texts of LOG_COLUMNS, in their order; times in the report's zone. */
  readonly cells: readonly string[];
  /** strange: it has findings that count; context: what else the source did, which speaks for or against causes. */
  readonly role: "strange" | "context";
}

export interface LogColumn {
  readonly name: string;
  readonly header: string;
  readonly align: "left" | "right" | "center";
}

/** ra's columns, as `stray read` prints them unless told otherwise. */
export const LOG_COLUMNS: readonly LogColumn[] = DEFAULT_FIELD_NAMES.map((name) => {
  const { header, align } = fieldByName(name)!;
  return { name, header, align };
});

/** How far the packets themselves were looked at, beyond what flows tell of them. */
export interface PacketsLookedAt {
  readonly count: number;
  readonly leftOut: number;
  /** Why none, or not all, were looked at: a sentence; null when all were. */
  readonly reason: string | null;
}

// ---- Features to note -----------------------------------------------------------------------------------

/** `2/ no SYN packet: no flow has S in its flags (24 packets)`. */
export interface Feature {
  /** Stable: a unit of host/report/features/. */
  readonly key: string;
  /** The sentence, with its evidence, and never "all" where there are exceptions. */
  readonly text: string;
  /** In `holds` of `of` packets (or flows, or other things: `unit`). */
  readonly holds: number;
  readonly of: number;
  readonly unit: "packets" | "flows" | "addresses" | "requests";
  readonly exceptions: readonly FeatureException[];
  /** Exceptions that are not in the list. */
  readonly exceptionsLeftOut: number;
  /** Where it is nothing odd by itself: half a sentence, such as "zero with DF is ordinary today (RFC 6864)". */
  readonly ordinary: string | null;
}

export interface FeatureException {
  /** "20959 in the packet logged at 11:37:07.512622". */
  readonly text: string;
  readonly timeUs: number | null;
  /** The flow's id, where it is of one. */
  readonly flow: string | null;
}

// ---- Alerts ---------------------------------------------------------------------------------------------

export interface CaseAlert {
  readonly gid: number;
  readonly sid: number;
  readonly rev: number;
  readonly message: string;
  readonly classification: string;
  readonly priority: number;
  readonly references: readonly AlertReference[];
  /** How often it was raised in this case. */
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** The first one, as the letter had it: header, packet and hex; ASCII, a line each. null where it was not kept. */
  readonly dump: readonly string[] | null;
  /** Of the ones after it, two at most. */
  readonly moreDumps: readonly (readonly string[])[];
  /** Flow of the first one, null where it is not known. */
  readonly flow: string | null;
}

export interface AlertReference {
  readonly system: string;
  readonly id: string;
  readonly url: string | null;
}

// ---- Causes ---------------------------------------------------------------------------------------------

export interface CaseCause {
  readonly cause: CauseName;
  readonly title: string;
  /** In plain words. */
  readonly meaning: string;
  /** 0 to 100. */
  readonly score: number;
  /** Weights above 0 (heaviest first), below 0, and 0. */
  readonly speaksFor: readonly CauseEvidence[];
  readonly speaksAgainst: readonly CauseEvidence[];
  readonly neither: readonly CauseEvidence[];
  /** The story as a person would tell it: sentences, for the first cause above all. */
  readonly story: readonly string[];
}

export interface CauseEvidence {
  /** Of the table of weights; empty where only its text was kept. */
  readonly key: string;
  readonly text: string;
  readonly weight: number;
}

// ---- Hidden connections ---------------------------------------------------------------------------------

/** What a counter of the source tells of what was not seen: connections by its ports, packets by its IP IDs. */
export interface Hidden {
  readonly counter: "source-port" | "ip-id";
  /** The estimate, or why there is none, in words. */
  readonly text: string;
  readonly fit: SequentialFit | NotSequential | TooFew;
  /** For a plot: value against time; bounded. */
  readonly points: readonly HiddenPoint[];
  readonly pointsLeftOut: number;
  /** The line in pieces, a new one each time the counter goes round; empty where there is no line. */
  readonly line: readonly LinePiece[];
}

export interface HiddenPoint {
  readonly timeUs: number;
  readonly value: number;
  readonly flow: string;
  /** It lies on the line, as far as the line's tolerance goes; false where there is none. */
  readonly isOnLine: boolean;
}

export interface LinePiece {
  readonly fromUs: number;
  readonly fromValue: number;
  readonly toUs: number;
  readonly toValue: number;
}

// ---- What to check next ---------------------------------------------------------------------------------

export interface Check {
  readonly text: string;
  /** A command line that can be pasted into a shell, null where there is none. */
  readonly command: string | null;
}

// ---- For plots ------------------------------------------------------------------------------------------

export interface Series {
  readonly packetsByFinding: PacketsByFinding;
  /** Sequence numbers against time, of the flows with most to show; bounded. */
  readonly sequences: readonly SequenceSeries[];
  readonly sequencesLeftOut: number;
}

/** Packets in equal stretches of time. A packet counts for each finding of its flow. */
export interface PacketsByFinding {
  /** packets: counted packet by packet; flows: each flow's packets at its start, where packets are not known. */
  readonly basis: "packets" | "flows";
  readonly startUs: number;
  readonly bucketUs: number;
  readonly buckets: number;
  /** "none": of flows without findings. `counts` has a number a bucket. */
  readonly series: readonly { readonly finding: FindingName | "none"; readonly counts: readonly number[] }[];
}

/** What one end of a flow sent, in bytes since its first sequence number that was seen. */
export interface SequenceSeries {
  readonly flow: string;
  /** `217.29.131.130.27708 -> 130.216.236.45.80`. */
  readonly label: string;
  /** Sequence number that is 0 here. */
  readonly base: number;
  readonly points: readonly SequencePoint[];
  readonly pointsLeftOut: number;
}

export interface SequencePoint {
  readonly timeUs: number;
  /** From base; below 0 where it lies before. */
  readonly offset: number;
  /** Bytes of data. */
  readonly size: number;
  /** `SYN`, `FIN,ACK,PSH`. */
  readonly flags: string;
  /** Sent before, all of it. */
  readonly isAgain: boolean;
}
