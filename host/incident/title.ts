// What an incident is called, in words.
// Apart because it is language: from counts and names to a line that somebody reads first.
// Always holds: one line, printable ASCII but for what a rule's message has, at most TITLE_MAX characters; the gravest
// thing is said first.

import { asciiText } from "../alert/text.js";
import type { CauseName } from "../cause/names.js";
import type { LiveIncident } from "./live.js";
import { FINDING_POLICY } from "./policy.js";

const TITLE_MAX = 160;
const CAUSE_SCORE_LEAST = 50;

/** What a source does, by cause; the address goes before it. */
const CAUSE_DEEDS: Readonly<Partial<Record<CauseName, string>>> = {
  "leaky-filter": "leaks through a filter: data without a handshake",
  "asymmetric-route": "is answered on another way",
  scan: "scans",
  "stealth-scan": "scans with odd TCP flags",
  injected: "has packets of a third party in its conversation",
  pickup: "was talking before the sensor began",
};

const FINDING_DEEDS: Readonly<Record<string, string>> = {
  "midstream-data": "sends data without a handshake",
  "dark-destination": "asks for addresses that nobody uses",
  "fin-with-data-no-handshake": "ends conversations that never began",
  "unanswered-retransmit": "repeats what nobody acknowledges",
  "null-scan": "scans with no TCP flag",
  "fin-scan": "scans with FIN",
  "xmas-scan": "scans with FIN, PSH and URG",
  "ack-scan": "scans with ACK",
  "syn-scan": "scans with SYN",
  "port-sweep": "asks for many ports",
  "host-sweep": "asks for many hosts",
  land: "sends with its target's address as its own",
  "fragment-overlap": "sends fragments that contradict each other",
  "fragment-tiny": "sends tiny fragments",
  "ttl-jitter": "has packets that came by another way",
  "overlap-conflict": "sends two versions of one stream",
  "rst-injected": "has a connection that a third party reset",
  "http-traversal": "asks a web server for files outside of its folder",
  "http-overlong-utf8": "hides characters in overlong UTF-8",
  "http-double-encode": "hides characters behind two encodings",
};

export function titleOf(live: LiveIncident): string {
  return asciiText(live.columns.kind === "target" ? targetTitle(live) : sourceTitle(live)).slice(
    0,
    TITLE_MAX,
  );
}

function sourceTitle(live: LiveIncident): string {
  const { subject, cause, causeScore } = live.columns;
  const whom = destinations(live);
  const alert = gravestAlert(live);
  if (alert !== undefined) return `${alert}: ${subject}${whom}`;
  const byCause = cause !== null && causeScore >= CAUSE_SCORE_LEAST ? CAUSE_DEEDS[cause] : undefined;
  const deed = byCause ?? FINDING_DEEDS[gravestFinding(live) ?? ""] ?? "is strange";
  return `${subject} ${deed}${whom}`;
}

function targetTitle(live: LiveIncident): string {
  const { subject } = live.columns;
  const from = counted(live.sources.count, "source");
  if (live.findings.has("syn-flood")) return `SYN flood against ${subject} from ${from}`;
  if (live.findings.has("backscatter")) {
    const whom = counted(live.destinations.count, "address", "addresses");
    return `${subject} answers ${whom} that did not ask: somebody floods it with forged addresses`;
  }
  const what = gravestAlert(live) ?? gravestFinding(live) ?? "strange conversations";
  return `${what} from ${from} against ${subject}`;
}

/** ` to 192.0.2.1 port 80`, ` to 213 destinations, 5 ports` */
function destinations({ destinations: to, ports }: LiveIncident): string {
  const port = ports.count === 1 ? ` port ${ports.values[0]}` : "";
  if (to.count === 0) return "";
  if (to.count === 1)
    return ` to ${to.values[0]}${port || (ports.count > 1 ? `, ${ports.count} ports` : "")}`;
  return ` to ${to.count} destinations${port || (ports.count > 1 ? `, ${ports.count} ports` : "")}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function gravestAlert({ alertCounts }: LiveIncident): string | undefined {
  const [first] = alertCounts.toSorted((a, b) => a.priority - b.priority || b.count - a.count);
  return first?.message;
}

function gravestFinding({ findings }: LiveIncident): string | undefined {
  const [first] = FINDING_POLICY.filter(({ finding }) => findings.has(finding)).toSorted(
    (a, b) => b.severity - a.severity || b.points - a.points,
  );
  return first?.finding;
}
