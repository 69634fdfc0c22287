// Pairs the flows of argus and stray over one capture, compares them field by field, and asks the list of known
// differences about each that differs.
// Apart from reading and printing so that it can be tested on flows written by hand.
// Always holds: every flow of either side ends in exactly one verdict; what no rule explains is "unexplained".

import { arrowOf, type Flow, type Group } from "./canonical.js";
import { KNOWN, type Known } from "./differences.js";
import type { CaptureFacts } from "./facts-of-capture.js";
import { LEFT_OUT } from "./left-out.js";

export const FIELDS = ["source", "arrow", "packets", "bytes", "appbytes", "flags"] as const;
export type Field = (typeof FIELDS)[number];

/** "alone" stands for a flow that only one of the two has. */
export type Aspect = Field | "alone";

export interface Difference {
  group: Group;
  argus?: Flow;
  stray?: Flow;
  aspects: readonly Aspect[];
  /** All flows of the capture, for rules that look for a feature's other half. */
  capture: Capture;
}

export interface Capture {
  facts: CaptureFacts;
  argus: readonly Flow[];
  stray: readonly Flow[];
  /** Packets that stray put in no flow, by reason. */
  undecoded: Readonly<Record<string, number>>;
}

export type Verdict =
  | { kind: "agree"; group: Group }
  | { kind: "explained" | "outside"; group: Group; difference: Difference; rules: readonly Known[] }
  | { kind: "unexplained"; group: Group; difference: Difference; rules: readonly Known[] };

export interface Comparison {
  verdicts: Verdict[];
  /** By field: how many pairs were compared in it, and how many are equal. */
  fields: Record<Field, { compared: number; equal: number }>;
  /** How often a rule left a field, or a flow, out of the comparison. */
  leftOut: Map<string, number>;
}

export function compare(capture: Capture): Comparison {
  const fields = Object.fromEntries(FIELDS.map((field) => [field, { compared: 0, equal: 0 }]));
  const result: Comparison = {
    verdicts: [],
    fields: fields as Comparison["fields"],
    leftOut: new Map(),
  };
  const strayByKey = new Map(capture.stray.map((flow) => [flow.key, flow]));
  for (const argus of capture.argus) {
    const stray = strayByKey.get(argus.key);
    strayByKey.delete(argus.key);
    judge(result, capture, argus, stray);
  }
  for (const stray of strayByKey.values()) judge(result, capture, undefined, stray);
  return result;
}

function judge(result: Comparison, capture: Capture, argus: Flow | undefined, stray: Flow | undefined): void {
  const { group } = (argus ?? stray)!;
  const skipped = new Set<Field>();
  for (const rule of LEFT_OUT) {
    if (!rule.applies(argus, stray)) continue;
    result.leftOut.set(rule.id, (result.leftOut.get(rule.id) ?? 0) + 1);
    if (rule.fields === "flow") return;
    for (const field of rule.fields) skipped.add(field);
  }
  const aspects: Aspect[] = argus && stray ? [] : ["alone"];
  if (argus && stray) {
    for (const field of FIELDS) {
      if (skipped.has(field) || (field === "flags" && group !== "tcp")) continue;
      const isEqual = equal(field, argus, stray);
      result.fields[field].compared += 1;
      if (isEqual) result.fields[field].equal += 1;
      else aspects.push(field);
    }
  }
  if (aspects.length === 0) {
    result.verdicts.push({ kind: "agree", group });
    return;
  }
  const difference: Difference = {
    group,
    aspects,
    capture,
    ...(argus && { argus }),
    ...(stray && { stray }),
  };
  result.verdicts.push({ group, difference, ...explain(difference) });
}

/** Every aspect needs a rule that speaks of it. */
function explain(difference: Difference): {
  kind: "explained" | "outside" | "unexplained";
  rules: readonly Known[];
} {
  const rules = KNOWN.filter(
    (rule) =>
      rule.aspects.some((aspect) => difference.aspects.includes(aspect)) && rule.isEvident(difference),
  );
  const isWhole = difference.aspects.every((aspect) => rules.some((rule) => rule.aspects.includes(aspect)));
  if (!isWhole) return { kind: "unexplained", rules };
  return { kind: rules.some((rule) => rule.outside) ? "outside" : "explained", rules };
}

function equal(field: Field, argus: Flow, stray: Flow): boolean {
  switch (field) {
    case "source":
      return argus.ends[argus.source] === stray.ends[stray.source];
    case "arrow":
      // When the source differs the arrow must too, so it is compared as if it did not.
      return arrowOf({ ...argus, source: stray.source }) === arrowOf(stray);
    case "packets":
      return same(argus.packets, stray.packets);
    case "bytes":
      return same(argus.bytes, stray.bytes);
    case "appbytes":
      return same(argus.appBytes, stray.appBytes);
    case "flags":
      return same(argus.flags, stray.flags);
  }
}

function same<T>(a: readonly [T, T], b: readonly [T, T]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
