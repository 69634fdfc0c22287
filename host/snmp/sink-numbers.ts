// Numbers for sinks, which have names: rows of the table of sinks.
// Apart because a number must stay with its name while sinks go and come with the configuration.
// Always holds: a sink keeps its number as long as it is there; the next one takes the lowest that is free, so numbers
// don't grow with reloads; of two sinks of one name each has its own.

import type { CountersReport, SinkReport } from "../sensor/view.js";
import type { NumberedSink } from "./snapshot.js";

export class SinkNumbers {
  private numbers = new Map<string, number>();

  /** In the order of their numbers. */
  assign(reports: readonly SinkReport[], counters: CountersReport["sinks"]): NumberedSink[] {
    const seen = new Map<string, number>();
    const keys = reports.map(({ name }) => {
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return `${name} ${count}`;
    });
    const next = new Map<string, number>();
    for (const key of keys) {
      const number = this.numbers.get(key);
      if (number !== undefined) next.set(key, number);
    }
    const taken = new Set(next.values());
    let free = 1;
    for (const key of keys) {
      if (next.has(key)) continue;
      while (taken.has(free)) free++;
      taken.add(free);
      next.set(key, free);
    }
    this.numbers = next;
    return reports
      .map((report, at) => ({
        number: next.get(keys[at]!)!,
        report,
        counters: countersOf(report.name, at, counters),
      }))
      .sort((a, b) => a.number - b.number);
  }
}

/** Reports and counters are told in the same order; a sink that came in between is found by its name. */
function countersOf(name: string, at: number, counters: CountersReport["sinks"]) {
  const same = counters[at];
  const found = same?.name === name ? same : counters.find((sink) => sink.name === name);
  return found?.counters ?? {};
}
