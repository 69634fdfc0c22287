// A report as an IODEF document (RFC 7970) in JSON (RFC 8727), for systems that keep incidents: an Incident a case.
// Apart from its parts (event.ts, assessment.ts); docs/iodef.md has the table of what goes where.
// Always holds: valid by the RFC's data model; texts from the wire, rules and people have no control characters and no
// marks that turn the writing direction; nothing is claimed that the report does not say.

import { StrayError } from "../../errors.js";
import type { WriterOptions } from "../formats.js";
import type { Case, IncidentOrigin, Report } from "../model.js";
import { featureText } from "../print/sentences.js";
import { assessments } from "./assessment.js";
import type {
  Contact,
  Discovery,
  Extension,
  HistoryItem,
  IncidentId,
  IodefDocument,
  IodefIncident,
  Method,
  Reference,
  RelatedActivity,
} from "./classes.js";
import { caseEvent } from "./event.js";
import { atMs, atUs, filled, plain, softwareOf } from "./values.js";

/** No such domain can exist (RFC 2606): whoever reads it sees that nobody gave a name. */
export const NAME_UNKNOWN = "unnamed.invalid";
/** IANA's Security External Enumeration Registry (RFC 7495). */
const SPEC_INDEX_CVE = 1;
const CVE = /^(?:CVE-|CAN-)?(\d{4}-\d{4,})$/i;
const WEB_LINK = /^https?:\/\/[^\s<>"{}|\\^`]+$/;

const STATUS = {
  open: "new",
  acknowledged: "in-progress",
  closed: "resolved",
  "false-positive": "resolved",
} as const;

/** What is done to an incident, in the words of HistoryItem's action (RFC 7970, 3.13.1). */
export const HISTORY_ACTIONS = {
  opened: "status-new-info",
  reopened: "status-new-info",
  acknowledged: "status-triage",
  closed: "other",
  "false-positive": "other",
  merged: "status-new-info",
  muted: "other",
  severity: "status-new-info",
} as const;

/** @throws StrayError REPORT_EMPTY where nothing strange was found: IODEF knows no document without an incident. */
export function iodefReport(report: Report, options: WriterOptions = {}): string {
  return `${JSON.stringify(iodefDocument(report, options), null, 2)}\n`;
}

export function iodefDocument(report: Report, options: WriterOptions = {}): IodefDocument {
  if (report.cases.length === 0) {
    const message =
      "nothing strange was found, and an IODEF document needs an incident: there is nothing to write";
    throw new StrayError("REPORT_EMPTY", message);
  }
  return { version: "2.0", lang: "en", Incident: report.cases.map((one) => incident(one, report, options)) };
}

function incident(of: Case, { about }: Report, options: WriterOptions): IodefIncident {
  const { origin, madeMs } = about;
  const name = options.name ?? NAME_UNKNOWN;
  const kept = origin.kind === "incident" ? origin : undefined;
  const history = kept === undefined ? [] : historyOf(kept);
  return {
    purpose: "reporting",
    status: kept === undefined ? "new" : STATUS[kept.state],
    lang: "en",
    // The RFC's default, said aloud: whom it may be told is for people to say.
    restriction: "private",
    IncidentID: { id: plain(of.id), name },
    ...filled("RelatedActivity", kept === undefined ? [] : relatedTo(kept, name)),
    DetectTime: atMs(kept?.openedMs ?? madeMs),
    StartTime: atUs(of.firstUs),
    EndTime: atUs(of.lastUs),
    ReportTime: atMs(madeMs),
    GenerationTime: atMs(madeMs),
    Description: [
      of.title,
      ...of.features.map(featureText),
      ...of.hidden.map(({ text }) => text),
      ...[...of.gaps, ...about.gaps].map((gap) => `Not known: ${gap}`),
    ].map(plain),
    Discovery: discoveries(of, about.programVersion),
    Assessment: assessments(of),
    ...filled("Method", methods(of)),
    // RFC 7970 (3.4) wants the sender's domain name beside an id, so that ids are one of a kind.
    Contact: [creator(name, options.contact, about.programVersion)],
    EventData: [caseEvent(of, about.programVersion)],
    ...(history.length > 0 ? { History: { HistoryItem: history } } : {}),
    AdditionalData: additional(of),
  };
}

function creator(name: string, contact: string | undefined, version: string): Contact {
  return {
    role: "creator",
    type: "organization",
    ContactName: [plain(name === NAME_UNKNOWN ? `stray ${version}` : name)],
    ...(contact === undefined ? {} : { Email: [{ EmailTo: contact }] }),
  };
}

function relatedTo({ previous, merged }: IncidentOrigin, name: string): RelatedActivity[] {
  const related = (ids: readonly string[], words: string): RelatedActivity[] =>
    ids.length === 0
      ? []
      : [{ IncidentID: ids.map((id): IncidentId => ({ id: plain(id), name })), Description: [words] }];
  return [
    ...related(previous === null ? [] : [previous], "The incident before it, of the same address"),
    ...related(merged, "Merged into it"),
  ];
}

/** By rules where there are alerts, and by the flows themselves. */
function discoveries(of: Case, version: string): Discovery[] {
  const byRule: Discovery[] =
    of.alerts.length === 0
      ? []
      : [
          {
            source: "nidps",
            Description: ["Rules that matched"],
            DetectionPattern: of.alerts.map(({ gid, sid, rev, message }) => ({
              Application: softwareOf(version),
              DetectionConfiguration: [plain(`${gid}:${sid}:${rev} ${message}`.trim())],
            })),
          },
        ];
  const findings = of.findings.map(({ finding, flows }) => `${finding} in ${flows} flows`);
  return [
    ...byRule,
    {
      source: "network-flow",
      Description: [findings.length === 0 ? "The flows' conduct" : findings.join(", ")],
    },
  ];
}

function methods({ alerts }: Case): Method[] {
  return alerts.map(({ message, classification, references }) => ({
    ...filled("Reference", references.map(reference)),
    Description: [message, classification].filter((text) => text !== "").map(plain),
  }));
}

function reference({ system, id, url }: Case["alerts"][number]["references"][number]): Reference {
  const [, number] = /^(cve|can)$/i.test(system) ? (CVE.exec(id) ?? []) : [];
  return {
    ...(number === undefined
      ? { Description: [plain(`${system} ${id}`)] }
      : { ReferenceName: { specIndex: SPEC_INDEX_CVE, ID: `CVE-${number}` } }),
    ...(url !== null && WEB_LINK.test(plain(url)) ? { URL: [plain(url)] } : {}),
  };
}

function historyOf({ events, notes }: IncidentOrigin): HistoryItem[] {
  const items = [
    ...events.map(({ ms, what, who, text }) => ({
      ms,
      action: HISTORY_ACTIONS[what],
      words: `${what} by ${who}${text === "" ? "" : `: ${text}`}`,
    })),
    ...notes.map(({ ms, who, text }) => ({
      ms,
      action: "status-new-info" as const,
      words: `note of ${who}: ${text}`,
    })),
  ];
  return items
    .toSorted((a, b) => a.ms - b.ms)
    .map(({ ms, action, words }) => ({ action, DateTime: atMs(ms), Description: [plain(words)] }));
}

/** What IODEF has no class for, as JSON: the causes with their evidence, and the fits. */
function additional(of: Case): Extension[] {
  const json = (name: string, value: unknown, meaning: string): Extension => ({
    name,
    dtype: "json",
    meaning,
    value: JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? plain(part) : part)),
  });
  const { causes, hidden, features, findings } = of;
  return [
    json("stray-causes", causes, "Causes weighed by stray, with what speaks for and against each"),
    json("stray-features", features, "What is odd about the packets, with exceptions"),
    json("stray-findings", findings, "Flows by finding"),
    json(
      "stray-hidden-connections",
      hidden.map(({ counter, text, fit }) => ({ counter, text, fit })),
      "What a counter of the source tells of connections that were not seen",
    ),
  ];
}
