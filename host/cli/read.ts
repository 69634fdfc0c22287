// The work of `stray read`: captures in, flow records out; or files of flow records in, the same records out.
// Apart from options and printers: here is only how they meet.
// Always holds: records are printed in the order in which the classifier makes them; memory does not grow with
// their number; every problem is one line on standard error, and the records before it are printed.

import { type Inputs, lookAtInputs } from "../capture/inputs.js";
import type { CaptureProblem } from "../capture/problem.js";
import { CaptureReader, type ReadResult } from "../capture/reader.js";
import { StrayError } from "../errors.js";
import { FlowRecord } from "../record/flow-record.js";
import { writeHomes } from "../wasm/homes.js";
import { createSensor, type Sensor } from "../wasm/module.js";
import { keepHeapSmall } from "./heap.js";
import { startProgress } from "./output/progress.js";
import { readSummary, summaryJson, summaryText } from "./output/summary.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";
import { AlertReader, refuseOverwriting, rulesOf } from "./read-alerts.js";
import type { RawReadOptions } from "./read-command.js";
import { readFlowFiles } from "./read-flows.js";
import { type ReadSettings, readSettings } from "./read-options.js";
import { RecordPrinter } from "./record-printer.js";

const STDOUT = 1;

export async function runRead(
  files: readonly string[],
  filter: string | undefined,
  raw: RawReadOptions,
): Promise<number> {
  keepHeapSmall();
  const isTerminal = process.stdout.isTTY === true;
  const { NO_COLOR: noColour, TERM: terminal } = process.env;
  const isColourWelcome = isTerminal && !noColour && terminal !== "dumb";
  const settings = readSettings(files, filter, raw, isColourWelcome);
  const out = new OutputWriter(STDOUT);
  const printer = new RecordPrinter(settings, out, isTerminal);
  const rules = rulesOf(raw, settings.limits);
  refuseOverwriting(raw.alertFile, [...settings.files, ...raw.rules]);
  const inputs = await lookAtInputs(settings.files);
  try {
    if (inputs.kind === "packets") {
      const alertsOf =
        rules &&
        ((sensor: Sensor) =>
          new AlertReader(
            sensor,
            rules,
            raw.alerts ?? (raw.json ? "json" : "full"),
            raw.alertFile,
            out,
            isTerminal,
          ));
      return await readPackets(settings, inputs, printer, raw.q === true, alertsOf);
    }
    if (rules !== undefined) {
      throw new StrayError("USAGE", "--rules looks into packets: these files have flow records (IPFIX)", 2);
    }
    if (raw.status !== undefined) {
      const message = "--status makes records of packets: these files have flow records already (IPFIX)";
      throw new StrayError("USAGE", message, 2);
    }
    return exitCode(await readFlowFiles(settings, inputs, printer), settings.files.length);
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    await inputs.close();
  }
}

async function readPackets(
  settings: ReadSettings,
  inputs: Inputs,
  printer: RecordPrinter,
  isQuiet: boolean,
  alertsOf: ((sensor: Sensor) => AlertReader) | undefined,
): Promise<number> {
  const sensor = createSensor(settings.limits);
  writeHomes(
    sensor.memory,
    settings.home.map((network) => ({ network, kind: "ours" })),
  );
  const alerts = alertsOf?.(sensor);
  const record = new FlowRecord(sensor.memory.buffer);
  // On the terminal that shows the records a progress bar would be drawn into them.
  const isOutputShown = process.stdout.isTTY === true && !isQuiet;
  const progress = startProgress(process.stderr.isTTY === true && !isOutputShown);
  let result: ReadResult;
  try {
    printer.begin();
    const reader = new CaptureReader(sensor, settings.files, inputs.open);
    result = await reader.read(
      (ring, count) => {
        for (let index = 0; index < count && printer.isWanting; index++) {
          printer.print(record.pointAt(ring.address(index)));
        }
        printer.pause();
      },
      {
        orderedFlush: settings.last > 0,
        signal: printer.signal,
        ...(alerts === undefined ? {} : { onRun: () => alerts.drain() }),
        ...(progress === undefined ? {} : { onProgress: progress.update }),
      },
    );
    alerts?.end();
    printer.end();
  } finally {
    progress?.stop();
  }
  report(result, settings, sensor, printer.printed, alerts?.printed);
  return exitCode(result.problems, settings.files.length);
}

function report(
  result: ReadResult,
  settings: ReadSettings,
  sensor: Sensor,
  printed: number,
  alerts: number | undefined,
): void {
  for (const warning of result.warnings) process.stderr.write(`stray: warning: ${warning}\n`);
  for (const problem of result.problems) process.stderr.write(`stray: ${problem.message}\n`);
  if (settings.summary === "none") return;
  const { elapsedMs, aborted } = result;
  const summary = readSummary(sensor.memory, { printed, alerts, elapsedMs, isPartial: aborted });
  process.stderr.write(`${settings.summary === "json" ? summaryJson(summary) : summaryText(summary)}\n`);
}

/** 2 when no file could even be opened, 1 when any was not read to its end. */
export function exitCode(problems: readonly CaptureProblem[], files: number): number {
  if (problems.length === 0) return 0;
  const unopened = problems.filter((problem) => problem.exitCode === 2).length;
  return unopened === files ? 2 : 1;
}
