// The table of findings as text. Apart from adding up so that both can be read by themselves.
// Always holds: lines are plain text; what comes from files is escaped.

import { printable } from "../../host/errors.js";
import type { CaptureFindings } from "./read-capture.js";
import type { FindingRow, Totals } from "./totals.js";

export function totalsText(totals: Totals): string {
  const { captures, damaged, unread, packets, flows, accused } = totals;
  const found = totals.findings.filter((row) => row.flows > 0).sort((a, b) => b.flows - a.flows);
  const absent = totals.findings.filter((row) => row.flows === 0).map(({ finding }) => finding);
  const lines = [
    `captures: ${captures} read (${damaged} of them damaged), ${unread} unreadable`,
    `packets: ${packets}, flows: ${flows}, with a finding that accuses (*): ${accused} (${percent(flows === 0 ? 0 : accused / flows)})`,
    "",
    `  ${"finding".padEnd(28)} ${"flows".padStart(8)} ${"captures".padStart(9)} ${"share".padStart(9)}`,
    ...found.map(rowText),
  ];
  if (absent.length > 0) lines.push(`  nowhere: ${absent.join(" ")}`);
  if (totals.rules.length > 0) lines.push("", "  rule         flows  captures  message");
  for (const rule of totals.rules) {
    const numbers = `${String(rule.flows).padStart(6)} ${String(rule.captures).padStart(9)}`;
    lines.push(`  ${String(rule.sid).padEnd(11)} ${numbers}  ${printable(rule.message)}`);
  }
  return lines.join("\n");
}

function rowText({ finding, flows, captures, share, accuses }: FindingRow): string {
  const name = `${accuses ? "*" : " "} ${finding.padEnd(28)}`;
  return `${name} ${String(flows).padStart(8)} ${String(captures).padStart(9)} ${percent(share).padStart(9)}`;
}

/** Every capture with something wrong, a line each. */
export function problemsText(captures: readonly CaptureFindings[]): string {
  return captures.flatMap(({ problem }) => (problem === undefined ? [] : [problem])).join("\n");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
