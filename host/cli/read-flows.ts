// The work of `stray read` for files of flow records (IPFIX, RFC 5655): one after the other, as they were named.
// Apart from captures because no classifier is needed, and the summary can't tell what it never saw.
// Always holds: memory does not grow with the files; a damaged file costs what is behind the damage.

import type { Inputs } from "../capture/inputs.js";
import { CaptureProblem } from "../capture/problem.js";
import { type DecoderCounts, IpfixDecoder } from "../ipfix/decoder.js";
import { readIpfix } from "../ipfix/file-reader.js";
import type { FlowRecord } from "../record/flow-record.js";
import type { ReadSettings } from "./read-options.js";
import type { RecordPrinter } from "./record-printer.js";

interface Totals {
  records: number;
  packets: number;
  wireBytes: number;
  setsUnknown: number;
  recordsOther: number;
  templatesRefused: number;
}

/** The problems of the files, at most one each; they are told, and so is the summary. */
export async function readFlowFiles(
  settings: ReadSettings,
  inputs: Inputs,
  printer: RecordPrinter,
): Promise<readonly CaptureProblem[]> {
  const startTime = performance.now();
  const totals = {
    records: 0,
    packets: 0,
    wireBytes: 0,
    setsUnknown: 0,
    recordsOther: 0,
    templatesRefused: 0,
  };
  const problems: CaptureProblem[] = [];
  printer.begin();
  const take = (record: FlowRecord): boolean => {
    totals.packets += record.packets("orig") + record.packets("resp");
    totals.wireBytes += record.wireBytes("orig") + record.wireBytes("resp");
    printer.print(record);
    return !isDone(settings, printer);
  };
  for (const file of settings.files) {
    if (isDone(settings, printer)) break;
    const decoder = new IpfixDecoder(take);
    const problem = await readFile(file, inputs, decoder, () => {
      printer.pause();
      return printer.signal.aborted;
    });
    if (problem) problems.push(problem);
    count(totals, decoder.counts);
  }
  printer.end();
  for (const { message } of problems) process.stderr.write(`stray: ${message}\n`);
  const elapsedMs = performance.now() - startTime;
  const rest = { printed: printer.printed, elapsedMs, isPartial: isDone(settings, printer) };
  if (settings.summary !== "none") process.stderr.write(`${summary(settings.summary, totals, rest)}\n`);
  return problems;
}

/** -N's last record is out. With -q none is, and all are counted. */
function isDone({ last }: ReadSettings, printer: RecordPrinter): boolean {
  return last > 0 && !printer.isWanting;
}

async function readFile(
  file: string,
  inputs: Inputs,
  decoder: IpfixDecoder,
  isStopped: () => boolean,
): Promise<CaptureProblem | undefined> {
  try {
    const source = await inputs.open(file);
    try {
      return await readIpfix(file, source, decoder, { isStopped });
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof CaptureProblem) return error;
    throw error;
  }
}

function count(totals: Totals, counts: DecoderCounts): void {
  totals.records += counts.records;
  totals.setsUnknown += counts.setsUnknown;
  totals.recordsOther += counts.recordsOther;
  totals.templatesRefused += counts.templatesRefused;
}

interface SummaryRest {
  readonly printed: number;
  readonly elapsedMs: number;
  readonly isPartial: boolean;
}

/** `stray: 24 packets, 7 of 7 records printed, 0.012 s`; packets are those that the records tell of. */
function summary(
  form: "text" | "json",
  totals: Totals,
  { printed, elapsedMs, isPartial }: SummaryRest,
): string {
  if (form === "json") {
    return JSON.stringify({
      packets: totals.packets,
      wire_bytes: totals.wireBytes,
      records: totals.records,
      printed,
      sets_without_template: totals.setsUnknown,
      records_other: totals.recordsOther,
      templates_refused: totals.templatesRefused,
      elapsed: Number((elapsedMs / 1000).toFixed(6)),
      partial: isPartial,
    });
  }
  const parts = [
    plural(totals.packets, "packet"),
    `${printed} of ${plural(totals.records, "record")} printed`,
    ...(totals.setsUnknown > 0 ? [`${plural(totals.setsUnknown, "set")} without a template`] : []),
    ...(totals.recordsOther > 0 ? [`${plural(totals.recordsOther, "record")} of no flow`] : []),
    ...(totals.templatesRefused > 0 ? [`${plural(totals.templatesRefused, "template")} refused`] : []),
    `${(elapsedMs / 1000).toFixed(3)} s`,
  ];
  return `stray: ${parts.join(", ")}${isPartial ? " (stopped early)" : ""}`;
}

function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
