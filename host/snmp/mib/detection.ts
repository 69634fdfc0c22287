// Objects of STRAY-MIB about what is strange: anomalies by finding, causes, rules and alerts.
// Apart from traffic because these are judgements.
// Always holds: see types.ts; the number of a finding and of a cause is that of the classifier plus 1, for ever.

import { CAUSE_NAMES } from "../../alert/causes.js";
import { FINDING_NAMES } from "../../record/findings.js";
import { counter, gauge, type ScalarDef, type Section, table, text, time } from "./types.js";

interface AnomalyRow {
  readonly name: string;
  readonly flows: number | undefined;
  readonly lastMs: number | undefined;
}

export const ANOMALIES: Section = {
  name: "strayAnomalies",
  title: "Anomalies",
  about: "What stray calls strange, by finding (docs/findings.md).",
  scalars: [],
  tables: [
    table<AnomalyRow>({
      name: "strayAnomaly",
      description: "The findings, each a row, whether it was ever raised or not.",
      row: "One finding.",
      indices: [{ name: "strayAnomalyNumber", description: "Number of the finding: it never changes." }],
      columns: [
        {
          name: "strayAnomalyName",
          syntax: text(64),
          description: "Name of the finding: it never changes.",
          from: "docs/findings.md",
          value: (it) => it.name,
        },
        {
          name: "strayAnomalyFlows",
          syntax: counter,
          units: "flows",
          description: "Flows with that finding.",
          from: "`finding-NAME` of `stray counters`",
          value: (it) => it.flows,
        },
        {
          name: "strayAnomalyLast",
          syntax: time,
          description:
            "When that counter last moved. strayd looks each second while SNMP is switched on and keeps the time in " +
            "memory: it is up to a second late, and all zeros when the counter has not moved since.",
          from: "looked at each second",
          value: (it) => it.lastMs,
        },
      ],
      rows: ({ counters, findingTimes }) =>
        FINDING_NAMES.map((name, at) => ({
          index: [at + 1],
          of: { name, flows: counters.total[`finding-${name}`], lastMs: findingTimes[at] },
        })),
    }),
  ],
};

interface CauseRow {
  readonly name: string;
  readonly open: number | undefined;
  readonly kept: number | undefined;
}

export const CAUSES: Section = {
  name: "strayCauses",
  title: "Causes",
  about: "Why conversations are strange, by the incidents that have that cause first (docs/causes.md).",
  scalars: [],
  tables: [
    table<CauseRow>({
      name: "strayCause",
      description: "The causes, each a row.",
      row: "One cause.",
      indices: [{ name: "strayCauseNumber", description: "Number of the cause: it never changes." }],
      columns: [
        {
          name: "strayCauseName",
          syntax: text(64),
          description: "Name of the cause: it never changes.",
          from: "docs/causes.md",
          value: (it) => it.name,
        },
        {
          name: "strayCauseIncidentsOpen",
          syntax: gauge,
          units: "incidents",
          description: "Open incidents whose first cause it is.",
          from: "incidents.db",
          value: (it) => it.open,
        },
        {
          name: "strayCauseIncidentsKept",
          syntax: gauge,
          units: "incidents",
          description:
            "Incidents of any state that are kept and whose first cause it is. Old ones go when there is no room.",
          from: "incidents.db",
          value: (it) => it.kept,
        },
      ],
      rows: ({ incidents }) =>
        CAUSE_NAMES.map((name, at) => {
          const { open = 0, kept = 0 } = incidents?.causes.get(name) ?? {};
          return { index: [at + 1], of: { name, open, kept } };
        }),
    }),
  ],
};

const alerts = (name: string, object: string, description: string): ScalarDef => ({
  name: object,
  syntax: counter,
  units: "alerts",
  description,
  from: `\`${name}\` of \`stray counters\``,
  value: ({ counters }) => counters.total[name],
});

export const RULES: Section = {
  name: "strayRules",
  title: "Rules and alerts",
  about: "Which rules are in force, and what became of their matches.",
  scalars: [
    {
      name: "strayRulesInForce",
      syntax: gauge,
      units: "rules",
      description: "Rules in force.",
      from: "`rules.rules` of `stray status`",
      value: ({ status }) => status.rules.rules,
    },
    {
      name: "strayRulesRefused",
      syntax: gauge,
      units: "rules",
      description: "Rules of the files that were refused when they were read last.",
      from: "`rules.refused` of `stray status`",
      value: ({ status }) => status.rules.refused,
    },
    {
      name: "strayRulesWarnings",
      syntax: gauge,
      description: "What was told of rules that were taken all the same.",
      from: "`rules.warnings` of `stray status`",
      value: ({ status }) => status.rules.warnings,
    },
    {
      name: "strayRulesLoaded",
      syntax: time,
      description: "When the rules in force were read.",
      from: "`rules.loadedMs` of `stray status`",
      value: ({ status }) => status.rules.loadedMs,
    },
    {
      name: "strayRulesSize",
      syntax: gauge,
      units: "bytes",
      description: "Size of the compiled rules.",
      from: "`rules.bytes` of `stray status`",
      value: ({ status }) => status.rules.bytes,
    },
    {
      name: "strayRulesSizeMax",
      syntax: gauge,
      units: "bytes",
      description: "What it may be.",
      from: "`rules.bytesMax` of `stray status`",
      value: ({ status }) => status.rules.bytesMax,
    },
    alerts("alerts", "strayAlerts", "Alerts given."),
    alerts("alerts-limited", "strayAlertsLimited", "Alerts held back by the rate of their rule."),
    alerts(
      "alerts-filtered",
      "strayAlertsFiltered",
      "Alerts held back by a threshold, detection or event filter.",
    ),
    alerts("alerts-suppressed", "strayAlertsSuppressed", "Alerts held back by a suppression."),
    alerts("alerts-passed", "strayAlertsPassed", "Matches held back because a pass rule matched the packet."),
    alerts("alerts-lost", "strayAlertsLost", "Alerts lost because they were not taken out in time."),
    alerts("alerts-over", "strayAlertsOver", "Matches beyond the most that one packet may have."),
  ],
  tables: [],
};
