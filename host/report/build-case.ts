// A case from what was gathered of it: features, causes, hidden connections, what to check, series.
// Apart from the gathering because captures and a sensor's incident give the same material.
// Always holds: what is listed is bounded, and what was left out is counted; the same material makes the same case.

import type { FlowFacts } from "../cause/facts.js";
import type { IncidentKind, Severity } from "../incident/model.js";
import { FINDING_POLICY } from "../incident/policy.js";
import { DEFAULT_TIME_FORMAT, timeFormatter } from "../print/time-format.js";
import type { FindingName } from "../record/findings.js";
import { causesOf, type RankedCause } from "./causes.js";
import { logCells } from "./cells.js";
import { checksOf } from "./checks.js";
import type { Look } from "./features/look.js";
import { featuresOf } from "./features/table.js";
import { hiddenOf } from "./hidden.js";
import type {
  Case,
  CaseAlert,
  CaseCounts,
  CaseFlow,
  FindingCount,
  PacketsLookedAt,
  ReportFlow,
} from "./model.js";
import { seriesOf } from "./series.js";

/** Flows in the log: the first and the last of them. */
const FLOWS_MAX = 200;
const FLOWS_LAST = 50;
const CAUSES_MAX = 4;

export interface CaseMaterial {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly title: string;
  readonly severity: Severity;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly counts: CaseCounts;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly ports: readonly number[];
  readonly findings: Readonly<Record<string, number>>;
  readonly look: Look;
  /** What else the source did. */
  readonly context: readonly FlowFacts[];
  readonly causes: readonly RankedCause[];
  readonly alerts: readonly CaseAlert[];
  readonly alertsLeftOut: number;
  readonly packets: PacketsLookedAt;
  readonly isOurs: boolean | undefined;
  readonly files: readonly string[];
  readonly gaps: readonly string[];
}

export function buildCase(material: CaseMaterial, number: number): Case {
  const { id, kind, title, severity, firstUs, lastUs, counts, look, alerts, alertsLeftOut, gaps } = material;
  const hidden = hiddenOf(look);
  const known = {
    look,
    alerts,
    hidden,
    isOurs: material.isOurs,
    files: material.files,
    findings: Object.keys(material.findings),
  };
  const listed = ends(look.flows);
  const flows = [...listed.map(toFlow("strange")), ...material.context.map(toFlow("context"))];
  return {
    number,
    id,
    kind,
    title,
    subject: look.subject,
    severity,
    firstUs,
    lastUs,
    counts,
    sources: material.sources,
    destinations: material.destinations,
    ports: material.ports,
    findings: findingCounts(material.findings),
    flows: flows.sort((a, b) => a.facts.startUs - b.facts.startUs),
    flowsLeftOut: Math.max(0, counts.flows - listed.length),
    packets: material.packets,
    features: featuresOf(look),
    alerts,
    alertsLeftOut,
    causes: causesOf(material.causes.slice(0, CAUSES_MAX), known),
    hidden,
    checks: checksOf(material.causes[0]?.cause, known),
    series: seriesOf(look),
    gaps,
  };
}

function ends<Item>(all: readonly Item[]): readonly Item[] {
  if (all.length <= FLOWS_MAX) return all;
  return [...all.slice(0, FLOWS_MAX - FLOWS_LAST), ...all.slice(-FLOWS_LAST)];
}

function toFlow(role: CaseFlow["role"]): (flow: FlowFacts) => CaseFlow {
  const time = timeFormatter(DEFAULT_TIME_FORMAT);
  return (flow) => {
    const { startNs: _notInJson, ...facts } = flow;
    return { facts: facts satisfies ReportFlow, cells: logCells(facts, time), role };
  };
}

/** The gravest first, as the policy has them. */
function findingCounts(findings: Readonly<Record<string, number>>): FindingCount[] {
  const weight = (name: string): number => {
    const row = FINDING_POLICY.find(({ finding }) => finding === name);
    return row === undefined ? -1 : row.severity * 1000 + row.points;
  };
  return Object.entries(findings)
    .sort(([a, x], [b, y]) => weight(b) - weight(a) || y - x || (a < b ? -1 : 1))
    .map(([name, flows]) => ({ finding: name as FindingName, flows }));
}
