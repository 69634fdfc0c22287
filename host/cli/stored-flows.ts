// The work of `stray flows --from --to`: records of the store in, lines out. strayd need not run.
// Apart from the live table's flows, which come over the control socket.
// Always holds: memory does not grow with the store; a problem of a file is one line on standard error, and the other
// files are read.

import { StrayError } from "../errors.js";
import { compileFilter } from "../filter/compile.js";
import type { Printer } from "../print/printer.js";
import type { FlowRecord } from "../record/flow-record.js";
import { TopRecords } from "../record/top-records.js";
import type { SortKey } from "../sensor/view.js";
import { readStore } from "../store/read-store.js";
import { OutputClosed, OutputWriter } from "./output/writer.js";
import { timeArgument } from "./stored-flows-time.js";

export interface StoredFlowsOptions {
  /** As timeArgument() reads them; without, from the first or to the last record. */
  readonly from?: string;
  readonly to?: string;
  /** The store's directory. */
  readonly store: string;
  /** Blank for all. */
  readonly filter: string;
  readonly printer: Printer;
  /** Only the largest, largest first. */
  readonly top?: number;
  readonly by?: SortKey;
  /** Which of those that pass are printed, counted from 1, both ends included. */
  readonly first: number;
  readonly last: number;
}

const STDOUT = 1;
/** The year 2400: behind every record, and far from the end of what numbers can count. */
const NEVER_MS = 13_569_465_600_000;

/** The exit code: 0, or 1 when a file was damaged. @throws StrayError for a bad time, filter or directory. */
export async function runStoredFlows(options: StoredFlowsOptions): Promise<number> {
  const nowMs = Date.now();
  const fromMs = options.from === undefined ? 0 : timeArgument(options.from, "from", nowMs);
  const toMs = options.to === undefined ? NEVER_MS : timeArgument(options.to, "to", nowMs);
  if (fromMs > toMs) {
    throw new StrayError("USAGE", "--from is later than --to: no record can lie between them", 2);
  }
  const test = compileFilter(options.filter);
  const out = new OutputWriter(STDOUT);
  const rows = new Rows(options, out);
  try {
    // Nothing is printed for a directory that can't be read.
    const { problems } = await readStore(options.store, { fromMs, toMs }, (record) => {
      return test(record) ? rows.take(record) : true;
    });
    rows.end();
    for (const { message } of problems) process.stderr.write(`stray: ${message}\n`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  }
}

/** Prints what is wanted of the records that pass. */
class Rows {
  private readonly top: TopRecords | undefined;
  private passed = 0;
  private hasBegun = false;

  constructor(
    private readonly options: StoredFlowsOptions,
    private readonly out: OutputWriter,
  ) {
    const { top, by = "bytes" } = options;
    this.top = top === undefined ? undefined : new TopRecords(top, by);
  }

  /** False once the last wanted one is out. */
  take(record: FlowRecord): boolean {
    if (this.top === undefined) return this.print(record);
    this.top.add(record);
    return true;
  }

  end(): void {
    this.begin();
    for (const record of this.top?.sorted() ?? []) if (!this.print(record)) break;
    this.out.flush();
  }

  private print(record: FlowRecord): boolean {
    const { first, last, printer } = this.options;
    this.begin();
    if (this.passed >= last) return false;
    this.passed++;
    if (this.passed >= first) this.out.line(printer.line(record));
    return this.passed < last;
  }

  private begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.out.line(this.options.printer.header());
  }
}
