// Sentences that text and Markdown say alike: what was read, what a case comes to, a feature with its exceptions.
// Apart so that both say the same. Always holds: nothing here is escaped yet; whoever prints it does that.

import { timeFormatter } from "../../print/time-format.js";
import type { About, Case, CaseAlert, Feature, Report } from "../model.js";

const SECOND = timeFormatter("%d %b %y %H:%M:%S");
const CLOCK = timeFormatter("%H:%M:%S");
const DAY = timeFormatter("%F");
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** What the report is about, for its title. */
export function titleOfReport({ about: { origin } }: Report): string {
  if (origin.kind === "incident") return `Report on incident ${origin.id}`;
  const names = origin.files.map(({ path }) => (path === "-" ? "standard input" : path));
  const [first = "no capture", ...others] = names;
  return `Report on ${first}${others.length === 0 ? "" : ` and ${plural(others.length, "other capture")}`}`;
}

/** Lines of the head, each a sentence. */
export function aboutLines(report: Report): string[] {
  const { about } = report;
  return [...originLines(about), ...countLines(about), ruleLine(about), homeLine(about)].filter(
    (line) => line !== "",
  );
}

function originLines({ origin }: About): string[] {
  if (origin.kind === "captures") {
    if (origin.files.length < 2) return [];
    const files = origin.files.map(({ path, bytes }) =>
      bytes === null ? path : `${path} (${bytesText(bytes)})`,
    );
    return [`Captures: ${files.join(", ")}`];
  }
  const { state, openedMs, reopened, suppressed, previous, merged } = origin;
  const more = [
    reopened > 0 ? `reopened ${plural(reopened, "time")}` : "",
    suppressed > 0 ? `${suppressed} not told since it was called a false positive` : "",
    previous === null ? "" : `the one before it was ${previous}`,
    merged.length === 0 ? "" : `merged with ${merged.join(", ")}`,
  ].filter((text) => text !== "");
  return [[`Incident ${origin.id} is ${state}, opened ${SECOND(openedMs * 1000)}`, ...more].join("; ")];
}

function countLines({ counts, firstUs, lastUs, zone }: About): string[] {
  const time = firstUs === null || lastUs === null ? "" : `, ${spanText(firstUs, lastUs)} ${zone}`;
  if (counts === null) return time === "" ? [] : [`Seen${time.slice(1)}`];
  const { packets, flows, alerts, undecoded, undecodedByReason, truncated, evicted, refused } = counts;
  const reasons = Object.entries(undecodedByReason).map(([name, count]) => `${name} ${count}`);
  const bad = [
    undecoded > 0 ? `${undecoded} undecodable (${reasons.join(", ")})` : "",
    truncated > 0 ? `${truncated} captured in part` : "",
    counts.badChecksums > 0 ? `${counts.badChecksums} with a wrong checksum` : "",
    counts.clockBack > 0 ? `${counts.clockBack} out of the order of time` : "",
    evicted > 0 ? `${plural(evicted, "flow")} cut short for want of room` : "",
    refused > 0 ? `${refused} packets without room for their flow` : "",
  ].filter((text) => text !== "");
  const line = `${plural(packets, "packet")} in ${plural(flows, "flow")}${time}; ${plural(alerts, "alert")}`;
  return [line, ...(bad.length === 0 ? [] : [`Of the packets: ${bad.join(", ")}`])];
}

function ruleLine({ rules, profile }: About): string {
  const { name, count, hash } = rules;
  const known = [count === null ? "" : plural(count, "rule"), hash ?? ""].filter((text) => text !== "");
  const text =
    name === "none" ? "Rules: none" : `Rules: ${name}${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
  return profile === null ? text : `${text}; profile: ${profile}`;
}

function homeLine({ home: { networks, how, unused } }: About): string {
  const idle = unused.length === 0 ? "" : `; said to be used by nobody: ${unused.join(", ")}`;
  if (networks.length === 0) return how === "unknown" ? `Home networks: not known${idle}` : "";
  const from = { given: "", rules: " (by the rules)", guessed: " (a guess)", unknown: "" }[how];
  return `Home networks: ${networks.join(", ")}${from}${idle}`;
}

/** `17 Oct 01 11:31:06 to 11:47:13`, with the second day where it is another. */
export function spanText(firstUs: number, lastUs: number): string {
  const isOneDay = DAY(firstUs) === DAY(lastUs);
  return `${SECOND(firstUs)} to ${isOneDay ? CLOCK(lastUs) : SECOND(lastUs)}`;
}

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** What was found, in one sentence. */
export function verdict({ about: { counts }, cases, casesLeftOut }: Report): string {
  if (counts?.packets === 0) return "No packet was read: nothing can be said.";
  if (cases.length === 0) {
    return casesLeftOut === 0
      ? "Nothing strange was found."
      : `Nothing strange was found of what was asked for; ${plural(casesLeftOut, "other case")} not told.`;
  }
  const more = casesLeftOut === 0 ? "" : `; ${plural(casesLeftOut, "more is", "more are")} not told (--most)`;
  return `${plural(cases.length, "case")}, the gravest first${more}.`;
}

/** `C-7K3QF2MX, high: 7 flows, 24 packets, 1 alert, 17 Oct 01 11:31:06 to 11:47:13`. */
export function caseLine({ id, kind, severity, counts, firstUs, lastUs }: Case): string {
  const { flows, packets, alerts, sources } = counts;
  const many = kind === "target" && sources > 1 ? `, ${plural(sources, "source")}` : "";
  return (
    `${id}, ${severity}: ${plural(flows, "flow")}, ${plural(packets, "packet")}, ${plural(alerts, "alert")}${many}, ` +
    spanText(firstUs, lastUs)
  );
}

export function findingsLine({ findings }: Case): string {
  return findings.map(({ finding, flows }) => `${finding} in ${plural(flows, "flow")}`).join(", ");
}

/** The sentence, then half a sentence where it is ordinary, then its exceptions. */
export function featureText({ text, ordinary, exceptions, exceptionsLeftOut }: Feature): string {
  const listed = exceptions.map((exception) => exception.text).join(", ");
  const more = exceptionsLeftOut === 0 ? "" : `, and ${exceptionsLeftOut} more`;
  const but = listed === "" ? "" : `; except ${listed}${more}`;
  return `${text}${ordinary === null ? "" : ` (${ordinary})`}${but}`;
}

/** `1:1000001 (web-application-attack, priority 1), 12 times from 11:37:07 to 11:40:00`. */
export function alertLine({
  gid,
  sid,
  rev,
  message,
  classification,
  priority,
  count,
  firstUs,
  lastUs,
}: CaseAlert): string {
  const named = classification === "" ? "" : `${classification}, `;
  const when =
    count === 1 ? `at ${CLOCK(firstUs)}` : `${plural(count, "time")}, ${spanText(firstUs, lastUs)}`;
  return `${message} [${gid}:${sid}:${rev}] (${named}priority ${priority}), ${when}`;
}

/** Whose log it is. */
export function whose({ kind, subject, counts }: Case): string {
  if (kind !== "target") return `from ${subject}`;
  return counts.sources === 1
    ? `from ${subject}`
    : `about ${subject}, from ${plural(counts.sources, "source")}`;
}

export function signature({ about: { programVersion, madeMs, zone } }: Report): string {
  return `Written by stray ${programVersion} on ${SECOND(madeMs * 1000)} ${zone}.`;
}

/** At most `max` of them, and how many there are. */
export function some(values: readonly (string | number)[], count: number, max = 8): string {
  const shown = values.slice(0, max).join(", ");
  return count > Math.min(max, values.length) ? `${shown} and others (${count})` : shown;
}
