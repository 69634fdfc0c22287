// The comparison as text: fractions by field and by protocol, each difference with who is right and why, and what
// nothing explains, loudly. Apart from comparing so that `--json` and the tests read the same totals.
// Always holds: the fraction is of TCP, UDP, ICMP (v4, v6) and ARP flows that both can decode.

import { arrowOf, type Flow, type Group } from "./canonical.js";
import { type Comparison, type Difference, FIELDS, type Field, type Verdict } from "./compare.js";
import { KNOWN } from "./differences.js";
import { LEFT_OUT } from "./left-out.js";

export const MAIN_GROUPS: readonly Group[] = ["tcp", "udp", "icmp", "icmp6", "arp"];
const GROUPS: readonly Group[] = [...MAIN_GROUPS, "other"];
export const FRACTION_MIN = 0.98;

export interface CaptureResult {
  name: string;
  /** Undefined when one of the two gave nothing to compare. */
  comparison?: Comparison;
  argus: string;
  stray: string;
  /** What a failing side said. */
  detail: string;
  packets?: { argus: number; stray: number; undecodable: number };
}

type Tally = Record<Verdict["kind"], number>;

export interface Totals {
  captures: number;
  compared: number;
  apart: Record<string, number>;
  groups: Record<Group, Tally>;
  fields: Record<Field, { compared: number; equal: number }>;
  rules: Record<string, number>;
  leftOut: Record<string, number>;
  /** Of the main groups: agreeing flows of those that both can decode. */
  fraction: number;
  unexplained: number;
  /** Captures that argus read and stray did not. */
  strayFailed: number;
}

export function total(results: readonly CaptureResult[]): Totals {
  const groups = Object.fromEntries(
    GROUPS.map((group) => [group, { agree: 0, explained: 0, outside: 0, unexplained: 0 }]),
  ) as Record<Group, Tally>;
  const fields = Object.fromEntries(
    FIELDS.map((field) => [field, { compared: 0, equal: 0 }]),
  ) as Totals["fields"];
  const apart: Record<string, number> = {};
  const rules: Record<string, number> = {};
  const leftOut: Record<string, number> = {};
  const add = (into: Record<string, number>, key: string, n = 1): void => {
    into[key] = (into[key] ?? 0) + n;
  };
  for (const { comparison, argus, stray } of results) {
    if (!comparison) {
      add(apart, argus === "flows" ? `stray ${stray}` : `argus ${argus}`);
      continue;
    }
    for (const verdict of comparison.verdicts) {
      groups[verdict.group][verdict.kind] += 1;
      if (verdict.kind === "explained" || verdict.kind === "outside") {
        for (const rule of verdict.rules) add(rules, rule.id);
      }
    }
    for (const field of FIELDS) {
      fields[field].compared += comparison.fields[field].compared;
      fields[field].equal += comparison.fields[field].equal;
    }
    for (const [id, count] of comparison.leftOut) add(leftOut, id, count);
  }
  const sum = (kind: Verdict["kind"], of: readonly Group[]): number =>
    of.reduce((n, group) => n + groups[group][kind], 0);
  const agree = sum("agree", MAIN_GROUPS);
  const both = agree + sum("explained", MAIN_GROUPS) + sum("unexplained", MAIN_GROUPS);
  return {
    captures: results.length,
    compared: results.filter(({ comparison }) => comparison).length,
    apart,
    groups,
    fields,
    rules,
    leftOut,
    fraction: both === 0 ? 1 : agree / both,
    unexplained: sum("unexplained", GROUPS),
    strayFailed: results.filter(({ argus, stray }) => argus === "flows" && stray !== "flows").length,
  };
}

export function totalsText(totals: Totals): string {
  const lines = [`captures: ${totals.captures}, compared: ${totals.compared}`];
  for (const [what, count] of Object.entries(totals.apart)) lines.push(`  counted apart: ${what}: ${count}`);
  lines.push("", "flows         agree  explained  unexplained  argus cannot decode");
  for (const group of GROUPS) {
    const { agree, explained, unexplained, outside } = totals.groups[group];
    lines.push(
      `  ${group.padEnd(8)} ${pad(agree, 8)} ${pad(explained, 10)} ${pad(unexplained, 12)} ${pad(outside, 20)}`,
    );
  }
  lines.push("", "field      compared     equal");
  for (const field of FIELDS) {
    const { compared, equal } = totals.fields[field];
    lines.push(
      `  ${field.padEnd(8)} ${pad(compared, 8)} ${pad(equal, 9)}  ${percent(compared ? equal / compared : 1)}`,
    );
  }
  if (Object.keys(totals.rules).length > 0) lines.push("", "known differences");
  for (const { id, right, why } of KNOWN) {
    const count = totals.rules[id];
    if (count) lines.push(`  ${pad(count, 5)}  ${id} (right: ${right}): ${why}`);
  }
  if (Object.keys(totals.leftOut).length > 0) lines.push("", "not compared");
  for (const { id, why } of LEFT_OUT) {
    const count = totals.leftOut[id];
    if (count) lines.push(`  ${pad(count, 5)}  ${id}: ${why}`);
  }
  lines.push(
    "",
    `agree in everything: ${percent(totals.fraction)} of the TCP, UDP, ICMP and ARP flows that both can decode`,
  );
  if (totals.strayFailed > 0)
    lines.push(`*** ${totals.strayFailed} CAPTURES THAT ARGUS READ AND STRAY DID NOT ***`);
  if (totals.unexplained > 0) lines.push(`*** ${totals.unexplained} DIFFERENCES THAT NOTHING EXPLAINS ***`);
  return lines.join("\n");
}

/** The capture's line, then each difference; agreeing captures and explained differences only with `verbose`. */
export function captureText(result: CaptureResult, verbose: boolean): string {
  const { name, comparison, packets } = result;
  if (!comparison) return `${name}: argus ${result.argus}, stray ${result.stray} ${result.detail}`.trimEnd();
  const lines: string[] = [];
  const count = { agree: 0, explained: 0, outside: 0, unexplained: 0 };
  for (const verdict of comparison.verdicts) {
    count[verdict.kind] += 1;
    if (verdict.kind === "agree") continue;
    if (verdict.kind === "unexplained") lines.push(`  *** UNEXPLAINED ${differenceText(verdict.difference)}`);
    else if (verbose) {
      const ids = verdict.rules.map(({ id, right }) => `${id} (right: ${right})`).join(", ");
      lines.push(`  ${ids} ${differenceText(verdict.difference)}`);
    }
  }
  if (packets && packets.argus !== packets.stray && verbose) {
    lines.push(
      `  packets: argus ${packets.argus}, stray ${packets.stray} and ${packets.undecodable} undecodable`,
    );
  }
  if (lines.length === 0 && !verbose) return "";
  const { agree, explained, outside, unexplained } = count;
  const head = `${name}: ${agree} agree, ${explained} explained, ${outside} argus cannot decode, ${unexplained} unexplained`;
  return [head, ...lines].join("\n");
}

function differenceText({ aspects, argus, stray }: Difference): string {
  return `${aspects.join(" ")}\n      argus ${flowText(argus)}\n      stray ${flowText(stray)}`;
}

function flowText(flow: Flow | undefined): string {
  if (!flow) return "has no such flow";
  const s = flow.source;
  const d = s === 0 ? 1 : 0;
  const pair = <T>(values: readonly [T, T]): string => `${values[s]}/${values[d]}`;
  const flags = flow.group === "tcp" ? ` ${flow.flags[s]}_${flow.flags[d]}` : "";
  const more = flow.stray.flatMap(({ notes, dir_reason, reason }) => [dir_reason, reason, ...notes]);
  const marks = flow.argus.map(({ proto, flgs }) => `${proto} "${flgs.trimEnd()}"`);
  return (
    `${flow.key.split(" ")[0]} ${flow.ends[s]} ${arrowOf(flow)} ${flow.ends[d]} packets ${pair(flow.packets)}` +
    ` bytes ${pair(flow.bytes)} app ${pair(flow.appBytes)}${flags} [${[...more, ...marks].join(" ")}]`
  );
}

function percent(fraction: number): string {
  return `${(Math.floor(fraction * 10000) / 100).toFixed(2)}%`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width);
}
