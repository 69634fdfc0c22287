// Incidents as text: a list, a page of one, mutes.
// Apart from the work so that a test reads them without a sensor.
// Always holds: text that came from packets, rules or people is printed with control characters escaped.

import type { IncidentsListParams } from "../../control/incident-protocol.js";
import { printable } from "../../errors.js";
import type { Incident, IncidentSummary, Mute } from "../../incident/model.js";
import { type TextColumn, textTable } from "./text-table.js";
import { bytesText, countText, durationText, timeText } from "./units.js";

const COLUMNS: readonly TextColumn<IncidentSummary>[] = [
  { header: "ID", text: ({ id }) => printable(id) },
  { header: "SEVERITY", text: ({ severity }) => severity },
  { header: "STATE", text: ({ state }) => state },
  { header: "LAST SEEN", text: ({ lastUs }) => usText(lastUs) },
  { header: "ALERTS", text: ({ alerts }) => countText(alerts), isRight: true },
  { header: "FLOWS", text: ({ flows }) => countText(flows), isRight: true },
  { header: "CAUSE", text: ({ cause }) => cause ?? "-" },
  { header: "TITLE", text: ({ title }) => printable(title) },
];

const MUTE_COLUMNS: readonly TextColumn<Mute>[] = [
  { header: "MUTE", text: ({ number }) => String(number), isRight: true },
  { header: "KIND", text: ({ kind }) => kind },
  { header: "VALUE", text: ({ value }) => printable(value) },
  { header: "UNTIL", text: ({ untilMs }) => (untilMs === null ? "for ever" : timeText(untilMs)) },
  { header: "KEPT AWAY", text: ({ matched }) => countText(matched), isRight: true },
  { header: "BY", text: ({ who }) => printable(who) },
  { header: "REASON", text: ({ reason }) => printable(reason) },
];

const EVIDENCE_SHOWN = 8;
const VALUES_SHOWN = 8;

/** `asked`: what the list was narrowed by. */
export function listLines(
  incidents: readonly IncidentSummary[],
  hasMore: boolean,
  { states, ...others }: IncidentsListParams = {},
): readonly string[] {
  if (incidents.length === 0) {
    const which = states === undefined ? "" : ` ${states.join(" or ")}`;
    return [`no${which} incidents${Object.keys(others).length > 0 ? " that pass" : ""}`];
  }
  const more = hasMore ? ["there are more: -n N, or narrow the list down"] : [];
  return [...textTable(COLUMNS, incidents), ...more];
}

/** After a change. */
export function summaryLine({ id, state, severity, title }: IncidentSummary): string {
  return `${printable(id)} is ${state} (${severity}): ${printable(title)}`;
}

export function muteLines(mutes: readonly Mute[]): readonly string[] {
  return mutes.length === 0 ? ["nothing is muted"] : textTable(MUTE_COLUMNS, mutes);
}

export function muteLine({ number, kind, value, untilMs, matched, reason }: Mute): string {
  const until = untilMs === null ? "for ever" : `until ${timeText(untilMs)}`;
  const kept = matched === 0 ? "" : `, kept away ${countText(matched)}`;
  return `mute ${number}: ${kind} ${printable(value)} ${until}${kept} (${printable(reason)})`;
}

export function incidentPage(it: Incident): string {
  const sections = [
    head(it),
    causes(it),
    table("Alerts", ["COUNT", "SID", "PRIORITY", "MESSAGE"], alertRows(it)),
    table("Findings", ["FLOWS", "FINDING"], findingRows(it)),
    evidence(it),
    table("Life", ["WHEN", "WHAT", "WHO", "WHY"], eventRows(it)),
    table("Notes", ["WHEN", "WHO", "NOTE"], noteRows(it)),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function head(it: Incident): string[] {
  const { reopened, suppressed, previous, merged, inForce } = it;
  const line = (name: string, text: string) => `${name.padEnd(14)} ${text}`;
  const spanMs = (it.lastUs - it.firstUs) / 1000;
  const last = inForce.at(-1);
  return [
    `${printable(it.id)}: ${printable(it.title)}`,
    line("State", `${it.state}${reopened > 0 ? `, reopened ${countText(reopened)} times` : ""}`),
    line("Severity", it.severity),
    line("Seen", `${usText(it.firstUs)} to ${usText(it.lastUs)} (${durationText(spanMs)})`),
    line(
      "Counts",
      `${countText(it.alerts)} alerts, ${countText(it.flows)} flows, ${countText(it.packets)} packets, ${bytesText(it.bytes)}`,
    ),
    line("Sources", valuesText(it.sources, it.sourceList)),
    line("Destinations", valuesText(it.destinations, it.destinationList)),
    line("Ports", valuesText(it.ports, it.portList)),
    ...(suppressed > 0
      ? [line("Not told", `${countText(suppressed)} since it was called a false positive`)]
      : []),
    ...(previous === null ? [] : [line("Before it", printable(previous))]),
    ...(merged.length === 0 ? [] : [line("Merged", merged.map(printable).join(", "))]),
    ...(last === undefined
      ? []
      : [
          line(
            "In force",
            `configuration ${printable(last.config)}, rules ${printable(last.rules) || "none"}`,
          ),
        ]),
  ];
}

function causes({ causes: list }: Incident): string[] {
  if (list.length === 0) return [];
  return [
    "Causes",
    ...list.flatMap(({ cause, score, evidence: reasons }) => [
      `  ${printable(cause)} (${Math.round(score)})`,
      ...reasons.map(
        ({ text, weight }) => `    ${weight > 0 ? "+" : weight < 0 ? "-" : " "} ${printable(text)}`,
      ),
    ]),
  ];
}

function evidence({ evidence: list }: Incident): string[] {
  if (list.length === 0) return [];
  const rows = list
    .slice(0, EVIDENCE_SHOWN)
    .map(({ timeUs, packet, gid, sid, file }) => [
      usText(timeUs),
      countText(packet),
      `${gid}:${sid}`,
      printable(file ?? "-"),
    ]);
  const more = list.length - EVIDENCE_SHOWN;
  return [
    ...table("Evidence", ["WHEN", "PACKET", "SID", "FILE"], rows),
    ...(more > 0 ? [`  and ${more} more: --json`] : []),
  ];
}

function alertRows({ alertsBySid }: Incident): string[][] {
  return alertsBySid.map(({ gid, sid, count, priority, message }) => [
    countText(count),
    `${gid}:${sid}`,
    String(priority),
    printable(message),
  ]);
}

function findingRows({ findings }: Incident): string[][] {
  return Object.entries(findings)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => [countText(count), printable(name)]);
}

function eventRows({ events }: Incident): string[][] {
  return events.map(({ ms, what, who, text }) => [
    timeText(ms),
    printable(what),
    printable(who),
    printable(text),
  ]);
}

function noteRows({ notes }: Incident): string[][] {
  return notes.map(({ ms, who, text }) => [timeText(ms), printable(who), printable(text)]);
}

function table(title: string, headers: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = headers.map(
    (header, index): TextColumn<readonly string[]> => ({
      header,
      text: (row) => row[index] ?? "",
      isRight: header === "COUNT" || header === "FLOWS",
    }),
  );
  return rows.length === 0 ? [] : [title, ...textTable(columns, rows).map((line) => `  ${line}`)];
}

/** `213: 192.0.2.1, 192.0.2.2 …` */
function valuesText(count: number, values: readonly string[]): string {
  if (count === 0) return "-";
  const shown = values.slice(0, VALUES_SHOWN).map(printable).join(", ");
  if (count <= VALUES_SHOWN && values.length === count) return shown;
  return `${countText(count)}: ${shown} …`;
}

function usText(us: number): string {
  return timeText(Math.floor(us / 1000));
}
