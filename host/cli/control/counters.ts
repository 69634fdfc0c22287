// The work of `stray counters`: once, or again and again with rates.
// Apart from the page it prints, which is tested without a sensor.
// Always holds: only the report before is kept, however long it watches.

import type { ControlClient } from "../../control/client.js";
import type { CountersAnswer } from "../../control/protocol.js";
import { StrayError } from "../../errors.js";
import type { CountersOptions } from "../counters-command.js";
import type { Output } from "../output/output.js";
import { type CounterScope, countersPage, rates } from "./counters-page.js";
import { jsonLine, visit } from "./session.js";
import { canDraw } from "./terminal.js";

const WATCH_SECONDS = 2;
const HOME = "\u001b[H";
const CLEAR = "\u001b[2J";
const CLEAR_LINE = "\u001b[K";
const CLEAR_REST = "\u001b[J";

export async function runCounters(options: CountersOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    if (options.watch === undefined) {
      const report = await client.counters();
      checkScope(report, options);
      out.line(options.json ? jsonLine(report) : countersPage(report, undefined, options));
      return 0;
    }
    return await watch(client, out, options);
  });
}

/** Until interrupted, or until the output's reader has gone. */
async function watch(client: ControlClient, out: Output, options: CountersOptions): Promise<number> {
  const seconds = typeof options.watch === "number" ? options.watch : WATCH_SECONDS;
  let before: CountersAnswer | undefined;
  let nextMs = performance.now();
  for (;;) {
    const report = await client.counters();
    if (before === undefined) checkScope(report, options);
    if (options.json) out.line(jsonLine({ ...report, rates: rates(before, report, {}) }));
    else show(out, countersPage(report, before, options), before === undefined);
    out.flush();
    before = report;
    nextMs = Math.max(nextMs + seconds * 1000, performance.now());
    await client.rest(nextMs - performance.now());
  }
}

/** On a terminal that can draw each page is drawn over the one before; elsewhere pages follow each other. */
function show(out: Output, page: string, isFirst: boolean): void {
  if (out.isMarked || !canDraw()) {
    out.line(isFirst ? page : `\n${page}`);
    return;
  }
  const { rows = 24 } = process.stdout;
  const lines = page.trimEnd().split("\n");
  const hidden = lines.length - (rows - 1);
  const shown = hidden > 0 ? [...lines.slice(0, rows - 2), `… ${hidden + 1} more lines`] : lines;
  out.line(
    (isFirst ? CLEAR : "") + HOME + shown.map((line) => `${line}${CLEAR_LINE}\n`).join("") + CLEAR_REST,
  );
}

/** @throws StrayError when the worker or interface asked for does not exist. */
function checkScope(report: CountersAnswer, scope: CounterScope): void {
  const { worker, interface: name } = scope;
  if (typeof worker === "number" && !report.workers.some((candidate) => candidate.worker === worker)) {
    const known = report.workers.map((candidate) => candidate.worker).join(", ");
    throw new StrayError("USAGE", `--worker: there is no worker ${worker}; there are ${known}`, 2);
  }
  if (typeof name === "string" && !report.interfaces.some((candidate) => candidate.name === name)) {
    const known = report.interfaces.map((candidate) => candidate.name).join(", ");
    throw new StrayError("USAGE", `--interface: strayd does not listen on "${name}"; it does on ${known}`, 2);
  }
}
