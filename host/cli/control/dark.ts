// The work of `stray dark`: asks strayd, or reads dark.state where strayd does not run, and prints.
// Apart from the pages, which are text from data.
// Always holds: whether it comes from the socket or from the file, the same is printed; a list that has a wrong line is
// not sent.

import { readFileSync, readSync, statSync } from "node:fs";
import type { ControlClient } from "../../control/client.js";
import {
  type DarkChoice,
  type DarkListReport,
  LIST_PART_MAX,
  PAGE_LINES_MAX,
  PAGE_RANGES_MAX,
} from "../../control/dark-protocol.js";
import { howText } from "../../dark/alive-book.js";
import { LIST_TEXT_MAX, parseList } from "../../dark/list-text.js";
import type { AddressReport } from "../../dark/report.js";
import { printable, StrayError } from "../../errors.js";
import { asciiJson } from "../../export/eve-evidence.js";
import { reasonOf } from "../../store/store-problem.js";
import type { DarkImportOptions, DarkListOptions, DarkPlace, DarkPlainOptions } from "../dark-command.js";
import type { Output } from "../output/output.js";
import { OutputClosed, OutputWriter } from "../output/writer.js";
import { addressLines, networkLines, rangeLines } from "./dark-page.js";
import { visit } from "./session.js";

const STDOUT = 1;
const STDIN = 0;
/** No character takes more of them. */
const LIST_BYTES_MAX = 4 * LIST_TEXT_MAX;
const CHUNK_BYTES = 65_536;

/** Where addresses are asked for: a running strayd, or a file. */
interface Source {
  list(
    state: DarkChoice,
    network: string | undefined,
    after: string | undefined,
  ): Promise<Omit<DarkListReport, "count">>;
  explain(address: string): Promise<AddressReport>;
  lines(after: number): Promise<{ readonly lines: readonly string[]; readonly next: number | null }>;
}

export async function runList(network: string | undefined, options: DarkListOptions): Promise<number> {
  const state = options.alive ? "alive" : options.all ? "all" : "dark";
  return await reading(options, async (source, out) => {
    const first = await source.list(state, network, undefined);
    const ranges = [...first.ranges];
    for (let { next } = first; next !== null; ) {
      const page = await source.list(state, network, next);
      ranges.push(...page.ranges);
      ({ next } = page);
    }
    if (options.json) {
      for (const one of first.networks) out.line(`${asciiJson({ kind: "network", ...one })}\n`);
      for (const one of ranges) out.line(`${asciiJson({ kind: "range", ...one })}\n`);
      return 0;
    }
    for (const line of networkLines(first.networks)) out.line(`${line}\n`);
    if (first.networks.length === 0 && ranges.length === 0) return 0;
    out.line("\n");
    for (const line of rangeLines(ranges, state === "all" ? "known" : state)) out.line(`${line}\n`);
    return 0;
  });
}

export async function runExplain(address: string, options: DarkPlace): Promise<number> {
  return await reading(options, async (source, out) => {
    const report = await source.explain(address);
    const text = addressLines(report);
    if (options.json) out.line(`${asciiJson({ ...report, text })}\n`);
    else for (const line of text) out.line(`${line}\n`);
    return 0;
  });
}

export async function runExport(options: DarkPlace): Promise<number> {
  return await reading(options, async (source, out) => {
    let next: number | null = 0;
    while (next !== null) {
      const page: Awaited<ReturnType<Source["lines"]>> = await source.lines(next);
      for (const line of page.lines)
        out.line(`${options.json ? asciiJson(lineObject(line)) : printable(line)}\n`);
      ({ next } = page);
    }
    return 0;
  });
}

export async function runImport(file: string, options: DarkImportOptions): Promise<number> {
  const text = textOf(file);
  const { problems } = parseList(text, Date.now());
  if (problems.length > 0) {
    const name = file === "-" ? "standard input" : printable(file);
    for (const { line, message } of problems) process.stderr.write(`stray: ${name}:${line}: ${message}\n`);
    return 1;
  }
  return await visit(options, async (client, out) => {
    const report = await send(client, text, options.replace === true);
    const { used, unused, alive } = report;
    out.line(
      options.json
        ? `${asciiJson({ used, unused, alive })}\n`
        : `in force: ${used} used, ${unused} unused, ${alive} alive\n`,
    );
    return 0;
  });
}

export async function runForget(networks: readonly string[], options: DarkPlainOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const report = await client.call("v1.dark.forget", { networks });
    const { lists, alive } = report;
    const words = `forgotten: ${lists} imported ${lists === 1 ? "line" : "lines"}, ${alive} ${alive === 1 ? "address" : "addresses"} heard`;
    out.line(`${options.json ? asciiJson(report) : words}\n`);
    return 0;
  });
}

/** In parts that fit in a request each; strayd takes the whole with the last one. */
async function send(client: ControlClient, text: string, replace: boolean) {
  let upload: number | undefined;
  for (let at = 0; ; at += LIST_PART_MAX) {
    const more = at + LIST_PART_MAX < text.length;
    const report = await client.call("v1.dark.import", {
      text: text.slice(at, at + LIST_PART_MAX),
      ...(upload === undefined ? {} : { upload }),
      ...(more ? { more } : {}),
      ...(replace ? { replace } : {}),
    });
    if (!more) return report;
    ({ upload } = report);
  }
}

// ---- Where from -------------------------------------------------------------------------------------------

async function reading(
  options: DarkPlace,
  work: (source: Source, out: Output) => Promise<number>,
): Promise<number> {
  const { state } = options;
  if (state === undefined) return await visit(options, (client, out) => work(running(client), out));
  const source = await offline(state);
  const out = new OutputWriter(STDOUT);
  try {
    const exitCode = await work(source, out);
    out.flush();
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  }
}

function running(client: ControlClient): Source {
  return {
    list: (state, network, after) =>
      client.call("v1.dark.list", {
        state,
        ...(network === undefined ? {} : { network }),
        ...(after === undefined ? {} : { after }),
      }),
    explain: (address) => client.call("v1.dark.explain", { address }),
    lines: (after) => client.call("v1.dark.export", { after }),
  };
}

async function offline(path: string): Promise<Source> {
  const { readStateFile } = await import("../../dark/state-file.js");
  const { judgeOf } = await import("../../dark/saved-view.js");
  const { addressOf, networkOf } = await import("../../dark/address.js");
  const { addressReport, linePage, networkReports, rangePage } = await import("../../dark/report.js");
  const { STATES_OF } = await import("../../control/dark-methods.js");
  const judge = judgeOf(readStateFile(path));
  return {
    list: async (state, network, after) => {
      const within = network === undefined ? undefined : networkOf(network);
      const behind = after === undefined ? undefined : addressOf(after);
      const page = rangePage(judge, STATES_OF[state], within, behind, PAGE_RANGES_MAX);
      return { networks: networkReports(judge), ...page };
    },
    explain: async (address) => addressReport(judge, addressOf(address)!),
    lines: async (after) => linePage(judge, after, PAGE_LINES_MAX),
  };
}

/** @throws StrayError LIST_UNREADABLE, LIST_TOO_LONG */
function textOf(file: string): string {
  try {
    if (file !== "-" && statSync(file).size > LIST_BYTES_MAX) throw tooLong();
    const text = file === "-" ? standardInput() : readFileSync(file, "utf8");
    if (text.length > LIST_TEXT_MAX) throw tooLong();
    return text;
  } catch (error) {
    if (error instanceof StrayError) throw error;
    throw new StrayError("LIST_UNREADABLE", `${printable(file)} can't be read: ${reasonOf(error)}`, 2);
  }
}

/** Whoever sends without end from another machine must not fill the memory of this one. */
function standardInput(): string {
  const chunks: Uint8Array[] = [];
  for (let total = 0; total <= LIST_BYTES_MAX; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(STDIN, chunk, 0, chunk.length, null);
    if (read === 0) return Buffer.concat(chunks).toString("utf8");
    chunks.push(chunk.subarray(0, read));
    total += read;
  }
  throw tooLong();
}

function tooLong(): StrayError {
  return new StrayError("LIST_TOO_LONG", `a list has at most ${LIST_TEXT_MAX} characters`, 2);
}

/** A line of an export as an object. */
function lineObject(line: string): object {
  const { lists, alive } = parseList(line, Number.MAX_SAFE_INTEGER);
  const [list, living] = [lists[0], alive[0]];
  if (list !== undefined) return { network: list.network.text, use: list.use, comment: list.comment };
  const { sinceMs, lastMs, how } = living?.entry ?? { sinceMs: 0, lastMs: 0, how: 0 };
  return { network: living?.network.text ?? "", use: "alive", sinceMs, lastMs, how: howText(how).split(",") };
}
