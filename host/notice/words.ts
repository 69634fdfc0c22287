// The sentences of notices, and how grave each is.
// Apart from the watch because these are the words that operators read and filter by (docs/notices.md).
// Always holds: one printable line of ASCII; what comes from packets or files is escaped and cut.

import { asciiText } from "../alert/text.js";
import type { Severity } from "../incident/model.js";
import type {
  BypassFacts,
  DropFacts,
  IncidentFacts,
  Notice,
  NoticeSeverity,
  RefusalFacts,
  TableFacts,
} from "./notice.js";

const WORDS_MAX = 160;
const SEVERITIES: Readonly<Record<Severity, NoticeSeverity>> = {
  low: "info",
  medium: "warning",
  high: "critical",
  critical: "critical",
};

export function incidentNew(timeMs: number, facts: IncidentFacts, heldBack: number): Notice {
  const { id, severity, title } = facts;
  const text = `incident ${id} (${severity}): ${clean(title)}`;
  return {
    kind: "incident-new",
    timeMs,
    severity: SEVERITIES[severity],
    text: withHeld(text, heldBack),
    heldBack,
    facts: { ...facts, title: clean(title), subject: clean(facts.subject) },
  };
}

export function bypassEngaged(timeMs: number, facts: BypassFacts, heldBack: number): Notice {
  const why = facts.reason === "operator" ? "it was asked for" : "the sensor stood still";
  const text = `bypass engaged on ${facts.interfaces}: ${why}, the kernel carries frames past the sensor`;
  return {
    kind: "bypass-engaged",
    timeMs,
    severity: "critical",
    text: withHeld(text, heldBack),
    heldBack,
    facts,
  };
}

export function bypassReleased(timeMs: number, facts: BypassFacts, heldBack: number): Notice {
  const seconds = Math.round(facts.durationMs / 1000);
  const text = `bypass released on ${facts.interfaces} after ${seconds} s: frames go through the sensor again`;
  return {
    kind: "bypass-released",
    timeMs,
    severity: "info",
    text: withHeld(text, heldBack),
    heldBack,
    facts,
  };
}

export function dropsHigh(timeMs: number, facts: DropFacts): Notice {
  const { percent, limitPercent, dropped, packets } = facts;
  const text =
    `${percent.toFixed(1)} percent of packets were dropped in the last minute (${dropped} of ${packets}): ` +
    `more than ${limitPercent} percent`;
  return { kind: "drops-high", timeMs, severity: "warning", text, heldBack: 0, facts };
}

export function tablePressure(timeMs: number, facts: TableFacts): Notice {
  const { percent, limitPercent, flows, flowsMax } = facts;
  const text =
    `the flow table is ${percent.toFixed(1)} percent full (${flows} of ${flowsMax} flows): ` +
    `more than ${limitPercent} percent`;
  return { kind: "table-pressure", timeMs, severity: "warning", text, heldBack: 0, facts };
}

export function configRefused(timeMs: number, facts: RefusalFacts, heldBack: number): Notice {
  const config = clean(facts.config);
  const reason = clean(facts.reason === "" ? "it was put right since" : facts.reason);
  const text = `the configuration ${config} was refused, the one before stays in force: ${reason}`;
  return {
    kind: "config-refused",
    timeMs,
    severity: "warning",
    text: withHeld(text, heldBack),
    heldBack,
    facts: { config, reason },
  };
}

function withHeld(text: string, heldBack: number): string {
  return heldBack === 0 ? text : `${text} (and ${heldBack} more of this kind, not told one by one)`;
}

function clean(text: string): string {
  return asciiText(text, WORDS_MAX);
}
