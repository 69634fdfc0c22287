// The page that `stray status` prints.
// Apart because it is text from data, and nothing else.
// Always holds: whatever came from outside (names, reasons) is escaped; problems come last, where the eye ends.

import { printable } from "../../errors.js";
import type {
  DetectionReport,
  InterfaceReport,
  RulesReport,
  SinkReport,
  StatusReport,
  WorkerReport,
} from "../../sensor/view.js";
import { inlineLines } from "./bypass.js";
import { type TextColumn, textTable } from "./text-table.js";
import { bytesText, countText, durationText, percentText, timeText } from "./units.js";

const INTERFACES: readonly TextColumn<InterfaceReport>[] = [
  { header: "Interface", text: ({ name }) => printable(name) },
  { header: "Worker", text: ({ worker }) => String(worker) },
  { header: "Link", text: ({ link }) => link },
  { header: "Mode", text: ({ mode, promiscuous }) => (promiscuous ? `${mode}, promiscuous` : mode) },
  { header: "Packets", text: ({ packets }) => countText(packets), isRight: true },
  { header: "Drops", text: ({ drops }) => countText(drops), isRight: true },
  { header: "Freezes", text: ({ freezes }) => countText(freezes), isRight: true },
  { header: "Ring", text: ({ ringBytes }) => bytesText(ringBytes), isRight: true },
  { header: "Used", text: ({ ringUsed }) => percentText(ringUsed), isRight: true },
  { header: "", text: ({ error }) => printable(error ?? "") },
];

const WORKERS: readonly TextColumn<WorkerReport>[] = [
  { header: "Worker", text: ({ worker }) => String(worker) },
  { header: "State", text: ({ state }) => state },
  { header: "Restarts", text: ({ restarts }) => countText(restarts), isRight: true },
  { header: "Flows", text: ({ flows }) => countText(flows), isRight: true },
  { header: "Peak", text: ({ flowsPeak }) => countText(flowsPeak), isRight: true },
  { header: "Room", text: ({ flowsMax }) => countText(flowsMax), isRight: true },
  { header: "Packets", text: ({ packets }) => countText(packets), isRight: true },
  { header: "Bytes", text: ({ bytes }) => bytesText(bytes), isRight: true },
  {
    header: "Records waiting",
    text: ({ recordsWaiting, recordsMax }) => `${countText(recordsWaiting)} of ${countText(recordsMax)}`,
    isRight: true,
  },
  { header: "Silent", text: ({ lagMs }) => `${countText(lagMs)} ms`, isRight: true },
];

const SINKS: readonly TextColumn<SinkReport>[] = [
  { header: "Output", text: ({ name }) => printable(name) },
  { header: "", text: ({ ok }) => (ok ? "ok" : "BAD") },
  { header: "", text: ({ text }) => printable(text) },
];

/** Of the files of rules; the rest are counted. */
const HOMES_SHOWN = 3;
const FILES_SHOWN = 4;

/** What an operator should do something about; a configuration that was refused is among it. */
export function problemsOf({ problems, configError }: StatusReport): string[] {
  if (configError === undefined || problems.some((problem) => problem.includes(configError)))
    return [...problems];
  return [...problems, `the latest configuration was refused, the one before stays in force: ${configError}`];
}

export function statusPage(report: StatusReport): string {
  const sections = [
    about(report),
    textTable(INTERFACES, report.interfaces),
    textTable(WORKERS, report.workers),
    textTable(SINKS, report.sinks),
    problemLines(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function about(report: StatusReport): string[] {
  const { capture, memory, workers } = report;
  const filter = capture.filter === "" ? "everything" : `"${printable(capture.filter)}"`;
  const flows = workers.reduce((sum, worker) => sum + worker.flows, 0);
  const room = workers.reduce((sum, worker) => sum + worker.flowsMax, 0);
  return [
    `strayd ${printable(report.version)} "${printable(report.name)}", process ${report.pid}, up ${durationText(report.uptimeMs)} since ${timeText(report.startedMs)}`,
    `Account        ${printable(report.user)} (${printable(report.privileges)})`,
    `Configuration  ${printable(report.config)}, loaded ${timeText(report.configLoadedMs)}, profile ${printable(report.profile)}`,
    `Capture        ${filter}, mode ${capture.mode}, up to ${countText(capture.snapLen)} bytes a packet`,
    `Flows          ${countText(flows)} of ${countText(room)}${room > 0 ? ` (${percentText(flows / room)})` : ""}`,
    `Rules          ${rulesText(report.rules)}`,
    `Detection      ${detectionText(report.detection)}`,
    ...incidentLines(report),
    ...(report.inline === undefined ? [] : inlineLines(report.inline)),
    `Memory         ${bytesText(memory.residentBytes)} resident, of it ${bytesText(memory.tableBytes)} tables`,
  ];
}

/** `on; home 192.0.2.0/24, guessed from eth0; 17 addresses alive; learning until 2026-11-24 19:00:00` */
function detectionText({ enabled, homes, alive, hasConversed }: DetectionReport): string {
  if (!enabled) return "off";
  if (homes.length === 0) return "on; no home networks are known: set sensor.home";
  const names = homes.slice(0, HOMES_SHOWN).map(({ network }) => printable(network));
  const rest = homes.length - names.length;
  const froms = [...new Set(homes.map(({ from }) => from).filter((from) => from !== "sensor.home"))];
  const until = Math.max(...homes.map(({ learningUntilMs }) => learningUntilMs ?? 0));
  return [
    "on",
    `home ${names.join(", ")}${rest > 0 ? ` and ${countText(rest)} more` : ""}`,
    ...froms.map((from) => printable(from)),
    `${countText(alive)} ${alive === 1 ? "address" : "addresses"} alive`,
    ...(until > 0 ? [`learning until ${timeText(until)}`] : []),
    ...(hasConversed ? [] : ["no conversation of ours seen yet"]),
  ].join("; ");
}

/** `12 open (1 critical, 3 high, 8 medium), 4 acknowledged`; nothing where none are kept. */
function incidentLines({ incidents }: StatusReport): string[] {
  if (incidents === undefined) return [];
  const { open, acknowledged } = incidents;
  const parts = (["critical", "high", "medium", "low"] as const)
    .filter((severity) => open[severity] > 0)
    .map((severity) => `${countText(open[severity])} ${severity}`);
  const total = open.critical + open.high + open.medium + open.low;
  const which = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  const rest = acknowledged > 0 ? `, ${countText(acknowledged)} acknowledged` : "";
  return [`Incidents      ${countText(total)} open${which}${rest}`];
}

/** `123 in force (2 refused), 310 KiB of 8 MiB, files /etc/stray/local.rules and 3 more` */
function rulesText({ rules, refused, bytes, bytesMax, files }: RulesReport): string {
  if (files.length === 0) return "none";
  const inForce = `${countText(rules)} in force${refused > 0 ? ` (${countText(refused)} refused)` : ""}`;
  const shown = files.slice(0, FILES_SHOWN).map(printable).join(", ");
  const rest = files.length - FILES_SHOWN;
  const names = `${files.length === 1 ? "file" : "files"} ${shown}${rest > 0 ? ` and ${countText(rest)} more` : ""}`;
  return `${inForce}, ${bytesText(bytes)} of ${bytesText(bytesMax)}, ${names}`;
}

function problemLines(report: StatusReport): string[] {
  const problems = problemsOf(report);
  if (problems.length === 0) return ["No problems."];
  return ["Problems:", ...problems.map((problem) => `  ${printable(problem)}`)];
}
