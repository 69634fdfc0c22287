// A report of an incident that a sensor kept: from its facts, alerts and evidence packets.
// Apart from the report of captures, where every packet can be asked for.
// Always holds: what was not kept is said; what is read back from a database may be anything, and is held to a form
// before it is used.

import type { FlowFacts } from "../cause/facts.js";
import { endsOf, isFailed } from "../cause/questions.js";
import type { Incident } from "../incident/model.js";
import { factsFrom } from "../incident/weighing.js";
import { version } from "../version.js";
import { buildCase } from "./build-case.js";
import { makeClock } from "./clock.js";
import { type Evidence, readEvidence } from "./evidence.js";
import type { Look } from "./features/look.js";
import { type CaseAlert, type IncidentOrigin, REPORT_VERSION, type Report } from "./model.js";

export interface IncidentReportOptions {
  readonly incident: Incident;
  /** Where the sensor's evidence files are. */
  readonly evidenceFolder: string;
  readonly zone: string;
  readonly nowMs: number;
}

export async function makeIncidentReport(options: IncidentReportOptions): Promise<Report> {
  const { incident, evidenceFolder, zone, nowMs } = options;
  const facts = factsFrom(incident.facts.map((one) => JSON.stringify(one)));
  const isStrange = strangeness(incident);
  const flows = facts.filter(isStrange);
  const evidence = await readEvidence(incident, flows, evidenceFolder);
  return {
    format: "stray-report",
    version: REPORT_VERSION,
    about: {
      program: "stray",
      programVersion: version(),
      madeMs: nowMs,
      origin: originOf(incident),
      firstUs: incident.firstUs,
      lastUs: incident.lastUs,
      zone,
      counts: null,
      home: { networks: [], how: "unknown", unused: [] },
      rules: { name: "those of the sensor", count: null, hash: incident.inForce.at(-1)?.rules || null },
      profile: null,
      gaps: [
        "What the sensor's home networks and profile were is not kept with an incident.",
        "Besides what is told here, its flow records and evidence files may hold more.",
      ],
    },
    cases: [
      caseOf(
        incident,
        flows,
        facts.filter((one) => !isStrange(one)),
        evidence,
      ),
    ],
    casesLeftOut: 0,
  };
}

/** Facts are kept of what speaks for or against causes too. */
function strangeness({ kind, subject }: Incident): (flow: FlowFacts) => boolean {
  return (flow) => {
    if (flow.findings.length > 0 || kind === "target") return true;
    return kind === "sweep" && endsOf(flow).actor.address === subject && isFailed(flow);
  };
}

function originOf(incident: Incident): IncidentOrigin {
  const { id, state, openedMs, changedMs, closedMs, reopened, suppressed, previous, merged } = incident;
  const { inForce, notes, events, evidence } = incident;
  return {
    kind: "incident",
    id,
    state,
    openedMs,
    changedMs,
    closedMs,
    reopened,
    suppressed,
    previous,
    merged,
    inForce,
    notes,
    events,
    evidence,
  };
}

function caseOf(
  incident: Incident,
  flows: readonly FlowFacts[],
  context: readonly FlowFacts[],
  evidence: Evidence,
) {
  const { id, kind, title, subject, severity, firstUs, lastUs } = incident;
  const { packets } = evidence;
  const total = incident.packets;
  const isWhole = packets.length === total && total > 0;
  const look: Look = {
    kind,
    subject,
    flows,
    ...(flows.length < incident.flows
      ? {
          all: {
            flows: incident.flows,
            spanUs: lastUs - firstUs,
            sources: incident.sources,
            destinations: incident.destinations,
            ports: incident.ports,
          },
        }
      : {}),
    // A few of many would be taken for all of them.
    packets: isWhole ? packets : [],
    kept: packets,
    isWhole,
    place: "while the sensor ran",
    addressState: (address) => (isDark(flows, address) ? "dark" : "unknown"),
    hasSpoken: () => undefined,
    clock: makeClock(firstUs, lastUs),
  };
  return buildCase(
    {
      id,
      kind,
      title,
      severity,
      firstUs,
      lastUs,
      counts: {
        flows: incident.flows,
        packets: total,
        bytes: incident.bytes,
        alerts: incident.alerts,
        sources: incident.sources,
        destinations: incident.destinations,
        ports: incident.ports,
      },
      sources: incident.sourceList,
      destinations: incident.destinationList,
      ports: incident.portList.map(Number),
      findings: incident.findings,
      look,
      context,
      causes: incident.causes,
      alerts: alertsOf(incident, evidence),
      alertsLeftOut: 0,
      packets:
        isWhole || total === 0
          ? { count: total, leftOut: 0, reason: null }
          : {
              count: packets.length,
              leftOut: Math.max(0, total - packets.length),
              reason: "a sensor keeps only packets that rules ask for",
            },
      isOurs: undefined,
      files: [],
      gaps: [
        ...(flows.length < incident.flows
          ? [
              `Facts of ${flows.length} of ${incident.flows} flows were kept: features and estimates rest on them.`,
            ]
          : []),
        ...evidence.gaps,
      ],
    },
    1,
  );
}

function isDark(flows: readonly FlowFacts[], address: string): boolean {
  return flows.some(
    (flow) => flow.findings.includes("dark-destination") && endsOf(flow).target.address === address,
  );
}

/** The rule's words besides its message are not kept with an incident. */
function alertsOf(
  { alertsBySid, evidence: references, firstUs, lastUs }: Incident,
  { dumps }: Evidence,
): CaseAlert[] {
  return alertsBySid
    .map(({ gid, sid, message, priority, count }): CaseAlert => {
      const times = references
        .filter((one) => one.sid === sid && one.gid === gid)
        .map(({ timeUs }) => timeUs);
      const [dump = null, ...moreDumps] = dumps.get(`${gid}:${sid}`) ?? [];
      return {
        gid,
        sid,
        rev: 0,
        message,
        classification: "",
        priority,
        references: [],
        count,
        firstUs: times[0] ?? firstUs,
        lastUs: times.at(-1) ?? lastUs,
        dump,
        moreDumps,
        flow: null,
      };
    })
    .sort((a, b) => a.priority - b.priority || b.count - a.count);
}
