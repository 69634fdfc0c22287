// Objects of STRAY-MIB about incidents: how many, and the most severe ones.
// Apart because they come from a file, and what is in it was written from packets.
// Always holds: see types.ts; what came from the wire is escaped before it is a value (values.ts).

import { INCIDENT_KINDS, type IncidentSummary, SEVERITIES } from "../../incident/model.js";
import { TOP_INCIDENTS } from "../snapshot.js";
import { choice, counter, gauge, percent, type ScalarDef, type Section, table, text, time } from "./types.js";

const US_PER_MS = 1000;

const open = (severity: (typeof SEVERITIES)[number], object: string): ScalarDef => ({
  name: object,
  syntax: gauge,
  units: "incidents",
  description: `Open incidents of severity ${severity}.`,
  from: `\`incidents.open.${severity}\` of \`stray status\``,
  value: ({ status }) => status.incidents?.open[severity] ?? 0,
});

const counted = (name: string, object: string, description: string): ScalarDef => ({
  name: object,
  syntax: counter,
  units: "incidents",
  description,
  from: `\`${name}\` of the sink \`incidents\` of \`stray counters --json\``,
  value: ({ sinks }) => sinks.find(({ report }) => report.name === "incidents")?.counters[name] ?? 0,
});

export const INCIDENTS: Section = {
  name: "strayIncidents",
  title: "Incidents",
  about: "What somebody should look at (docs/incidents.md). All is 0 or empty where no incidents are kept.",
  scalars: [
    open("low", "strayIncidentsLow"),
    open("medium", "strayIncidentsMedium"),
    open("high", "strayIncidentsHigh"),
    open("critical", "strayIncidentsCritical"),
    {
      name: "strayIncidentsAcknowledged",
      syntax: gauge,
      units: "incidents",
      description: "Incidents that somebody has acknowledged and not closed.",
      from: "`incidents.acknowledged` of `stray status`",
      value: ({ status }) => status.incidents?.acknowledged ?? 0,
    },
    counted("opened", "strayIncidentsOpened", "Incidents that were opened."),
    counted("reopened", "strayIncidentsReopened", "Incidents that recurred after they had been closed."),
    counted(
      "not-opened",
      "strayIncidentsNotOpened",
      "Incidents that were not opened because there were too many at once.",
    ),
    counted("muted", "strayIncidentsMuted", "Alerts and flows that a mute kept away from incidents."),
  ],
  tables: [
    table<IncidentSummary>({
      name: "strayTopIncident",
      description:
        `The open incidents, the most severe first, of those the latest seen; ${TOP_INCIDENTS} at most. ` +
        "What is in a row changes as incidents come and go: strayTopIncidentId tells which one it is.",
      row: "One open incident.",
      indices: [{ name: "strayTopIncidentRank", description: "1 for the most severe." }],
      columns: [
        {
          name: "strayTopIncidentId",
          syntax: text(32),
          description: "Its id: what `stray incidents show` takes.",
          from: "`id` of `stray incidents`",
          value: (it) => it.id,
        },
        {
          name: "strayTopIncidentTitle",
          syntax: text(),
          description: "What it is about, in a line.",
          from: "`title` of `stray incidents`",
          value: (it) => it.title,
        },
        {
          name: "strayTopIncidentSeverity",
          syntax: choice(...SEVERITIES),
          description: "How severe it is.",
          from: "`severity` of `stray incidents`",
          value: (it) => it.severity,
        },
        {
          name: "strayTopIncidentState",
          syntax: choice("open", "acknowledged", "closed", "falsePositive"),
          description: "Its state: open, as all that are listed here.",
          from: "`state` of `stray incidents`",
          value: (it) => it.state,
        },
        {
          name: "strayTopIncidentKind",
          syntax: choice(...INCIDENT_KINDS),
          description: "What joins its parts: one source, one target, one source that asks many.",
          from: "`kind` of `stray incidents`",
          value: (it) => it.kind,
        },
        {
          name: "strayTopIncidentSubject",
          syntax: text(64),
          description: "The address that it is about, as text.",
          from: "`subject` of `stray incidents`",
          value: (it) => it.subject,
        },
        {
          name: "strayTopIncidentCause",
          syntax: text(64),
          description: "strayCauseName of its first cause, empty while none was weighed.",
          from: "`cause` of `stray incidents`",
          value: (it) => it.cause ?? "",
        },
        {
          name: "strayTopIncidentCauseScore",
          syntax: percent,
          description: "How much speaks for that cause: 100 is the most.",
          from: "`causeScore` of `stray incidents`",
          value: (it) => it.causeScore,
        },
        {
          name: "strayTopIncidentFlows",
          syntax: gauge,
          units: "flows",
          description: "Flows that belong to it.",
          from: "`flows` of `stray incidents`",
          value: (it) => it.flows,
        },
        {
          name: "strayTopIncidentAlerts",
          syntax: gauge,
          units: "alerts",
          description: "Alerts that belong to it.",
          from: "`alerts` of `stray incidents`",
          value: (it) => it.alerts,
        },
        {
          name: "strayTopIncidentFirst",
          syntax: time,
          description: "Time of its first packet.",
          from: "`firstUs` of `stray incidents`",
          value: (it) => it.firstUs / US_PER_MS,
        },
        {
          name: "strayTopIncidentLast",
          syntax: time,
          description: "Time of its latest packet.",
          from: "`lastUs` of `stray incidents`",
          value: (it) => it.lastUs / US_PER_MS,
        },
      ],
      rows: ({ incidents }) => (incidents?.top ?? []).map((of, at) => ({ index: [at + 1], of })),
    }),
  ],
};
