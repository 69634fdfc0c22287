// What was found in many captures, added up by finding and by rule.
// Apart from the text so that --json and the tests have the same numbers.
// Always holds: a flow counts once for each finding it has; every finding there is has a row, found or not.

import { NEVER_ORDINARY } from "../../examples/scenarios/types.js";
import { FINDING_NAMES, type FindingName } from "../../host/record/findings.js";
import type { CaptureFindings } from "./read-capture.js";

export interface FindingRow {
  readonly finding: FindingName;
  readonly flows: number;
  readonly captures: number;
  /** Of all flows. */
  readonly share: number;
  /** Ordinary traffic has none of these. */
  readonly accuses: boolean;
}

export interface RuleRow {
  readonly sid: number;
  readonly message: string;
  readonly flows: number;
  readonly captures: number;
}

export interface Totals {
  /** That were read, at least in part. */
  readonly captures: number;
  readonly damaged: number;
  /** Of which nothing could be read. */
  readonly unread: number;
  readonly packets: number;
  readonly flows: number;
  /** Flows with a finding that accuses. */
  readonly accused: number;
  readonly findings: readonly FindingRow[];
  readonly rules: readonly RuleRow[];
}

const ACCUSING: ReadonlySet<FindingName> = new Set(NEVER_ORDINARY);

export function accuses(finding: FindingName): boolean {
  return ACCUSING.has(finding);
}

/** How many flows, and in how many captures, by key. */
class Tally<Key> {
  readonly flows = new Map<Key, number>();
  private readonly captures = new Map<Key, Set<string>>();

  add(key: Key, capture: string): void {
    this.flows.set(key, (this.flows.get(key) ?? 0) + 1);
    this.captures.set(key, (this.captures.get(key) ?? new Set()).add(capture));
  }

  of(key: Key): { flows: number; captures: number } {
    return { flows: this.flows.get(key) ?? 0, captures: this.captures.get(key)?.size ?? 0 };
  }
}

export function total(captures: readonly CaptureFindings[], ruleTexts: ReadonlyMap<number, string>): Totals {
  const findings = new Tally<FindingName>();
  const rules = new Tally<number>();
  let flows = 0;
  let accused = 0;
  for (const { name, flows: found } of captures) {
    flows += found.length;
    for (const { facts, sids } of found) {
      for (const finding of facts.findings) findings.add(finding, name);
      for (const sid of sids) rules.add(sid, name);
      if (facts.findings.some(accuses)) accused++;
    }
  }
  return {
    captures: captures.filter(({ isUnread }) => !isUnread).length,
    damaged: captures.filter(({ problem, isUnread }) => problem !== undefined && !isUnread).length,
    unread: captures.filter(({ isUnread }) => isUnread).length,
    packets: captures.reduce((sum, { packets }) => sum + packets, 0),
    flows,
    accused,
    findings: FINDING_NAMES.map((finding) => ({
      finding,
      ...findings.of(finding),
      share: flows === 0 ? 0 : findings.of(finding).flows / flows,
      accuses: accuses(finding),
    })),
    rules: [...rules.flows.keys()]
      .sort((a, b) => a - b)
      .map((sid) => ({ sid, message: ruleTexts.get(sid) ?? "", ...rules.of(sid) })),
  };
}
