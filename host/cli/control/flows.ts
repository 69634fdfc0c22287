// The work of `stray flows`: pages of live flows in, lines out.
// Apart from options and printers: here is only how they meet.
// Always holds: one page is held at a time; the sensor is asked for the next one when this one is written, so a slow
// reader of the output holds up nobody but this command.

import type { ControlClient, FlowRecords } from "../../control/client.js";
import { PAGE_RECORDS_MAX } from "../../control/protocol.js";
import { recordLayout } from "../../control/record-layout.js";
import type { Printer } from "../../print/printer.js";
import { FlowRecord } from "../../record/flow-record.js";
import type { FlowsOptions } from "../flows-command.js";
import { keepHeapSmall } from "../heap.js";
import type { Output } from "../output/output.js";
import { printer as printerOf } from "../read-options.js";
import { filterText, type Wanted, wanted } from "./flows-options.js";
import { visit } from "./session.js";
import { isColourWelcome } from "./terminal.js";

const DEFAULT_STORE = "/var/lib/stray/flows";

export async function runFlows(words: readonly string[], options: FlowsOptions): Promise<number> {
  keepHeapSmall();
  const want = wanted(options);
  const filter = filterText(words, options.filter);
  const printer = printerOf(options, isColourWelcome());
  if (want.isStored) return await readStore(filter, printer, want, options);
  return await visit(options, async (client, out) => {
    out.line(printer.header());
    let passed = 0;
    let skipped = 0;
    for await (const page of pages(client, filter, want)) {
      passed = printPage(page, passed, want, printer, out);
      skipped += page.skipped;
      out.flush();
      if (passed >= want.last) break;
    }
    if (skipped > 0) out.warn(`${skipped} flows changed while they were read and are left out`);
    return 0;
  });
}

/** The other half of `stray flows`: strayd is not asked. */
async function readStore(
  filter: string,
  printer: Printer,
  want: Wanted,
  { from, to, store = DEFAULT_STORE }: FlowsOptions,
): Promise<number> {
  const { runStoredFlows } = await import("../stored-flows.js");
  const { first, last, top, by } = want;
  return await runStoredFlows({
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(top === undefined ? {} : { top }),
    ...(by === undefined ? {} : { by }),
    store,
    filter,
    printer,
    first,
    last,
  });
}

async function* pages(client: ControlClient, filter: string, want: Wanted): AsyncGenerator<FlowRecords> {
  const { top, by } = want;
  if (top !== undefined) {
    yield await client.flows({ filter, top, ...(by === undefined ? {} : { sort: by }) });
    return;
  }
  let after: number | undefined;
  do {
    // A page no larger than what is wanted: -N 5 of a full table is one small answer.
    const limit = Math.max(1, Math.min(PAGE_RECORDS_MAX.raw, want.last));
    const page: FlowRecords = await client.flows({
      filter,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    yield page;
    after = page.next;
  } while (after !== undefined);
}

/** Answers how many flows have passed so far, printed or not. */
function printPage(
  page: FlowRecords,
  passedBefore: number,
  want: Wanted,
  printer: Printer,
  out: Output,
): number {
  const { size } = recordLayout();
  const { bytes, count } = page;
  const record = new FlowRecord(bytes.buffer);
  let passed = passedBefore;
  for (let index = 0; index < count && passed < want.last; index++) {
    passed++;
    if (passed >= want.first) out.line(printer.line(record.pointAt(bytes.byteOffset + index * size)));
  }
  return passed;
}
