// The work of `stray alerts`: a page of alerts, then pages of what follows.
// Apart from the forms, which print an alert wherever it comes from.
// Always holds: no more is held than strayd keeps at hand; what a sensor sends is printed by our own forms, so nothing in it reaches
// the terminal as it is.

import {
  type AlertsParams,
  type AlertsReport,
  PAGE_ALERTS_DEFAULT,
  PAGE_ALERTS_MAX,
} from "../../control/alert-protocol.js";
import type { ControlClient } from "../../control/client.js";
import { StrayError } from "../../errors.js";
import type { AlertFormatName, AlertsOptions } from "../alerts-command.js";
import { keepHeapSmall } from "../heap.js";
import type { Output } from "../output/output.js";
import { timeArgument } from "../stored-flows-time.js";
import { visit } from "./session.js";

const FOLLOW_MS = 500;
const FOLLOW_FIRST = 10;

/** An event as text with its newlines, or undefined when it is none. */
type Print = (event: Readonly<Record<string, unknown>>) => string | undefined;

export async function runAlerts(options: AlertsOptions): Promise<number> {
  keepHeapSmall();
  const print = await printOf(options.json ? "json" : options.format);
  const filter = filterOf(options, Date.now());
  const first = options.n ?? (options.follow ? FOLLOW_FIRST : PAGE_ALERTS_DEFAULT);
  return await visit(options, async (client, out) => {
    let next = await newest(client, filter, first, print, out);
    while (options.follow) {
      out.flush();
      const report = await client.call("v1.alerts.list", { ...filter, after: next, limit: most(filter) });
      if (report.missed > 0)
        out.warn(`${report.missed} alerts came faster than they were printed and are left out`);
      printAll(report, print, out);
      out.flush();
      next = report.next;
      if (!report.more) await client.rest(FOLLOW_MS);
    }
    return 0;
  });
}

const most = ({ packets }: AlertsParams): number =>
  packets ? PAGE_ALERTS_MAX.packets : PAGE_ALERTS_MAX.plain;

/** Prints the newest `count`, in pages where they don't fit in one; answers what to go on after. */
async function newest(
  client: ControlClient,
  filter: AlertsParams,
  count: number,
  print: Print,
  out: Output,
): Promise<number> {
  // An answer has at least one; with none wanted, only where the log ends counts.
  const limit = Math.min(Math.max(1, count), most(filter));
  const report = await client.call("v1.alerts.list", { ...filter, limit });
  if (count === 0) return report.next;
  // Not all that are wanted fit in an answer, and there are more.
  if (report.more && report.count < count) return await inPages(client, filter, count, print, out);
  printAll(report, print, out);
  return report.next;
}

/** The `count` newest with their packets, from the oldest on. */
async function inPages(
  client: ControlClient,
  filter: AlertsParams,
  count: number,
  print: Print,
  out: Output,
): Promise<number> {
  let total = 0;
  const all: AlertsReport[] = [];
  let after = 0;
  for (;;) {
    const report = await client.call("v1.alerts.list", { ...filter, after, limit: most(filter) });
    all.push(report);
    total += report.count;
    after = report.next;
    if (!report.more) break;
  }
  let skip = Math.max(0, total - count);
  for (const report of all) {
    const alerts = report.alerts.slice(skip);
    skip = Math.max(0, skip - report.count);
    printAll({ ...report, alerts }, print, out);
  }
  return after;
}

function printAll({ alerts }: AlertsReport, print: Print, out: Output): void {
  for (const event of alerts) {
    const text = print(event);
    if (text !== undefined) out.line(text);
  }
}

function filterOf({ sid: rule, host, since, format, json }: AlertsOptions, nowMs: number): AlertsParams {
  const hasPackets = json === true || format !== "fast";
  return {
    ...rule,
    ...(host === undefined ? {} : { ip: host }),
    ...(since === undefined ? {} : { since: sinceMs(since, nowMs) }),
    ...(hasPackets ? { packets: true } : {}),
  };
}

function sinceMs(text: string, nowMs: number): number {
  try {
    return Math.max(0, timeArgument(text, "from", nowMs));
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    throw new StrayError(error.code, error.message.replace(/^--from:/, "--since:"), 2);
  }
}

async function printOf(form: AlertFormatName): Promise<Print> {
  if (form === "json") {
    const { asciiJson } = await import("../../export/eve-evidence.js");
    return (event) => `${asciiJson(event)}\n`;
  }
  const { alertFromEve } = await import("../../alert/from-eve.js");
  const format = await formatOf(form);
  return (event) => {
    const alert = alertFromEve(event);
    return alert === undefined ? "an alert that this stray can't read\n" : format.text(alert);
  };
}

async function formatOf(form: Exclude<AlertFormatName, "json">) {
  if (form === "fast") return new (await import("../../alert/fast-format.js")).FastFormat();
  const { FullFormat } = await import("../../alert/full-format.js");
  return new FullFormat({ style: form === "full" ? "letter" : "snort" });
}
