// Objects of STRAY-MIB about every counter by its name, and about where records and alerts go.
// Apart because what is in these tables is others' business: a new counter or sink needs nothing here but a number.
// Always holds: see types.ts; a counter's number is its place in COUNTER_NUMBERS, for ever.

import type { NumberedSink } from "../snapshot.js";
import { COUNTER_NUMBERS } from "./counter-numbers.js";
import { counter, type Section, table, text, truth } from "./types.js";

interface CounterRow {
  readonly name: string;
  readonly value: number;
}

export const COUNTERS_SECTION: Section = {
  name: "strayCounters",
  title: "Counters",
  about: "Every total of `stray counters`.",
  scalars: [],
  tables: [
    table<CounterRow>({
      name: "strayCounter",
      description: "The totals of all counters, each a row.",
      row: "One counter, over all workers and interfaces.",
      indices: [{ name: "strayCounterNumber", description: "Number of the counter: it never changes." }],
      columns: [
        {
          name: "strayCounterName",
          syntax: text(64),
          description: "Name of the counter: it never changes.",
          from: "`total` of `stray counters --json`",
          value: (it) => it.name,
        },
        {
          name: "strayCounterValue",
          syntax: counter,
          description: "What was counted.",
          from: "`total` of `stray counters --json`",
          value: (it) => it.value,
        },
      ],
      rows: ({ counters }) => {
        const rows: { index: number[]; of: CounterRow }[] = [];
        for (const [at, name] of COUNTER_NUMBERS.entries()) {
          const value = counters.total[name];
          if (value !== undefined) rows.push({ index: [at + 1], of: { name, value } });
        }
        return rows;
      },
    }),
  ],
};

/** What sinks call what they wrote: flow records, alerts, packets of evidence, messages. */
const WRITTEN = ["records", "alerts", "packets", "messages", "flows", "notifications", "requests"];

/** The first of these that the sink counts. */
function written({ counters }: NumberedSink): number {
  const name = WRITTEN.find((word) => word in counters);
  return name === undefined ? 0 : (counters[name] ?? 0);
}

export const SINKS: Section = {
  name: "straySinks",
  title: "Sinks",
  about: "Where records, alerts and notices go.",
  scalars: [],
  tables: [
    table<NumberedSink>({
      name: "straySink",
      description: "Files, collectors and servers that are written to.",
      row: "One of them.",
      indices: [
        {
          name: "straySinkNumber",
          description:
            "It stays with the name of the sink while that is there. A sink that comes by a reload takes the lowest " +
            "number that is free.",
        },
      ],
      columns: [
        {
          name: "straySinkName",
          syntax: text(),
          description: "Its name in `stray status`.",
          from: "`sinks[].name` of `stray status`",
          value: (it) => it.report.name,
        },
        {
          name: "straySinkOk",
          syntax: truth,
          description: "It works.",
          from: "`sinks[].ok` of `stray status`",
          value: (it) => it.report.ok,
        },
        {
          name: "straySinkText",
          syntax: text(),
          description: "How it stands, in words.",
          from: "`sinks[].text` of `stray status`",
          value: (it) => it.report.text,
        },
        {
          name: "straySinkWritten",
          syntax: counter,
          description: "Records, alerts, packets or messages that it took to write or to send.",
          from: `the first there is of ${WRITTEN.map((word) => `\`${word}\``).join(", ")}, in \`sinks[].counters\` of \`stray counters --json\``,
          value: written,
        },
        {
          name: "straySinkDropped",
          syntax: counter,
          description: "What it dropped: it had no room, or could not get rid of it.",
          from: "`dropped` there",
          value: (it) => it.counters["dropped"] ?? 0,
        },
        {
          name: "straySinkErrors",
          syntax: counter,
          description: "What failed: writing, sending.",
          from: "`errors` there",
          value: (it) => it.counters["errors"] ?? 0,
        },
        {
          name: "straySinkReconnects",
          syntax: counter,
          description: "How often it had to begin with its peer anew.",
          from: "`reconnects` there",
          value: (it) => it.counters["reconnects"] ?? 0,
        },
      ],
      rows: ({ sinks }) => sinks.map((of) => ({ index: [of.number], of })),
    }),
  ],
};
