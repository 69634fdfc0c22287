// Counters as a flat list of names, and the list as a page.
// Apart because `stray top` reckons rates from the same list.
// Always holds: a name means the same counter in every answer; after a restart of the counting there is no rate.

import type { CountersAnswer } from "../../control/protocol.js";
import { printable } from "../../errors.js";
import type { Counts } from "../../sensor/view.js";
import { textTable } from "./text-table.js";
import { countText, rateText, timeText } from "./units.js";

/** Which breakdowns, beside the whole sensor's counters, are wanted. */
export interface CounterScope {
  readonly worker?: number | true;
  readonly interface?: string | true;
}

type Entry = readonly [name: string, value: number];

export function flatCounters(report: CountersAnswer, scope: CounterScope): Entry[] {
  const { worker: wantedWorker, interface: wantedName } = scope;
  const workers = report.workers.filter(({ worker }) => wantedWorker === true || wantedWorker === worker);
  const interfaces = report.interfaces.filter(({ name }) => wantedName === true || wantedName === name);
  return [
    ...entries("", report.total),
    ...report.sinks.flatMap(({ name, counters }) => entries(`sink.${name}.`, counters)),
    ...entries("control.", report.control),
    ...workers.flatMap(({ worker, counters }) => entries(`worker.${worker}.`, counters)),
    ...interfaces.flatMap(({ name, worker, counters }) => entries(`interface.${name}/${worker}.`, counters)),
  ];
}

function entries(prefix: string, counters: Counts): Entry[] {
  return Object.entries(counters).map(([name, value]) => [prefix + name, value]);
}

/** Per second, by name; empty when there is nothing to compare with. */
export function rates(
  before: CountersAnswer | undefined,
  after: CountersAnswer,
  scope: CounterScope,
): Readonly<Record<string, number>> {
  const seconds = before === undefined ? 0 : (after.nowMs - before.nowMs) / 1000;
  if (before === undefined || before.resetMs !== after.resetMs || seconds <= 0) return {};
  const old = new Map(flatCounters(before, scope));
  const perSecond: Record<string, number> = {};
  for (const [name, value] of flatCounters(after, scope)) {
    const was = old.get(name);
    if (was !== undefined && value >= was) perSecond[name] = Number(((value - was) / seconds).toFixed(3));
  }
  return perSecond;
}

/** `isAll`: zeros too. */
export function countersPage(
  report: CountersAnswer,
  before: CountersAnswer | undefined,
  options: CounterScope & { readonly all?: true },
): string {
  const shown = flatCounters(report, options).filter(([, value]) => options.all || value !== 0);
  const perSecond = rates(before, report, options);
  const hasRates = Object.keys(perSecond).length > 0;
  const lines = textTable<Entry>(
    [
      { header: "Counter", text: ([name]) => printable(name) },
      { header: "Value", text: ([, value]) => countText(value), isRight: true },
      ...(hasRates
        ? [{ header: "Rate", text: ([name]: Entry) => rateText(perSecond[name]), isRight: true }]
        : []),
    ],
    shown,
  );
  const now = textTable<Entry>(
    [
      { header: "Just now", text: ([name]) => printable(name) },
      { header: "Value", text: ([, value]) => countText(value), isRight: true },
    ],
    Object.entries(report.gauges),
  );
  const when = `${timeText(report.nowMs)}, counting since ${timeText(report.resetMs)}`;
  const counted = lines.length > 0 ? lines : ["Nothing counted yet."];
  return `${[when, ...counted, "", ...now].join("\n")}\n`;
}
