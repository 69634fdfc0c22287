// The work of `stray read`: captures in, flow records out.
// Apart from options and printers: here is only how they meet.
// Always holds: records are printed in the order in which the classifier makes them; memory does not grow with
// their number; every problem is one line on standard error, and the records before it are printed.

import { CaptureReader, type ReadResult } from "../capture/reader.js";
import { FlowRecord } from "../record/flow-record.js";
import { createSensor, type Sensor } from "../wasm/module.js";
import type { RecordRing } from "../wasm/record-ring.js";
import { keepHeapSmall } from "./heap.js";
import { startProgress } from "./output/progress.js";
import { readSummary, summaryJson, summaryText } from "./output/summary.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";
import type { RawReadOptions } from "./read-command.js";
import { type ReadSettings, readSettings } from "./read-options.js";

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
  const sensor = createSensor(settings.limits);
  const printer = new RecordPrinter(settings, sensor, new OutputWriter(STDOUT), isTerminal);
  // On the terminal that shows the records a progress bar would be drawn into them.
  const progress = startProgress(process.stderr.isTTY === true && (!isTerminal || raw.q === true));
  let result: ReadResult;
  try {
    printer.begin();
    const reader = new CaptureReader(sensor, settings.files);
    result = await reader.read((ring, count) => printer.print(ring, count), {
      orderedFlush: settings.last > 0,
      signal: printer.signal,
      ...(progress === undefined ? {} : { onProgress: progress.update }),
    });
    printer.end();
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    progress?.stop();
  }
  report(result, settings, sensor, printer.printed);
  return exitCode(result, settings.files.length);
}

/** Filters and prints the records of the ring; asks to stop once the last wanted one is out. */
class RecordPrinter {
  printed = 0;
  private passed = 0;
  private readonly record: FlowRecord;
  private readonly stop = new AbortController();

  constructor(
    private readonly settings: ReadSettings,
    sensor: Sensor,
    private readonly writer: OutputWriter,
    private readonly isPrompt: boolean,
  ) {
    this.record = new FlowRecord(sensor.memory.buffer);
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  begin(): void {
    if (this.settings.last > 0) this.writer.line(this.settings.printer.header());
  }

  print(ring: RecordRing, count: number): void {
    const { test, printer, first, last } = this.settings;
    if (last === 0) return;
    for (let index = 0; index < count && this.passed < last; index++) {
      const record = this.record.pointAt(ring.address(index));
      if (!test(record)) continue;
      this.passed++;
      if (this.passed < first) continue;
      this.printed++;
      this.writer.line(printer.line(record));
    }
    if (this.isPrompt) this.writer.flush();
    if (this.passed >= last) this.stop.abort();
  }

  end(): void {
    this.writer.flush();
  }
}

function report(result: ReadResult, settings: ReadSettings, sensor: Sensor, printed: number): void {
  for (const warning of result.warnings) process.stderr.write(`stray: warning: ${warning}\n`);
  for (const problem of result.problems) process.stderr.write(`stray: ${problem.message}\n`);
  if (settings.summary === "none") return;
  const { elapsedMs, aborted } = result;
  const summary = readSummary(sensor.memory, { printed, elapsedMs, isPartial: aborted });
  process.stderr.write(`${settings.summary === "json" ? summaryJson(summary) : summaryText(summary)}\n`);
}

/** 2 when no file could even be opened, 1 when any was not read to its end. */
function exitCode({ problems }: ReadResult, files: number): number {
  if (problems.length === 0) return 0;
  const unopened = problems.filter((problem) => problem.exitCode === 2).length;
  return unopened === files ? 2 : 1;
}
