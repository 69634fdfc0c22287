// Filters and prints records for `stray read`, and knows when the last wanted one is out.
// Apart from where records come from: captures through the classifier, or files of flow records.
// Always holds: -N counts what passes the filter; nothing is printed when no record is wanted.

import type { FlowRecord } from "../record/flow-record.js";
import type { OutputWriter } from "./output/writer.js";
import type { ReadSettings } from "./read-options.js";

export class RecordPrinter {
  printed = 0;
  private passed = 0;
  private readonly stop = new AbortController();

  /** `isPrompt`: a person waits for the lines. */
  constructor(
    private readonly settings: ReadSettings,
    private readonly writer: OutputWriter,
    private readonly isPrompt: boolean,
  ) {}

  /** Aborted once the last wanted record is out. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** More records may be wanted. */
  get isWanting(): boolean {
    return this.passed < this.settings.last;
  }

  begin(): void {
    if (this.settings.last > 0) this.writer.line(this.settings.printer.header());
  }

  print(record: FlowRecord): void {
    const { test, printer, first, last } = this.settings;
    if (this.passed >= last || !test(record)) return;
    this.passed++;
    if (this.passed < first) return;
    this.printed++;
    this.writer.line(printer.line(record));
  }

  /** After some records. */
  pause(): void {
    if (this.isPrompt) this.writer.flush();
    if (this.settings.last > 0 && !this.isWanting) this.stop.abort();
  }

  end(): void {
    this.writer.flush();
  }
}
