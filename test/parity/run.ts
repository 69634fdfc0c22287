// npm run parity -- [--json] [--verbose] [--cases] DIR|FILE...
// Reads each capture with argus and with stray and compares their flows. Apart from the comparison because
// this is where files, processes and the exit code are.
// Always holds: exit 0 when at least 98% of the flows agree in everything and every difference is explained; 1
// when not; 2 when nothing could be compared. Made cases (--cases) are there to differ: only the second counts.

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { capturesOf } from "../support/capture-files.js";
import { requireProgram } from "../support/system.js";
import { runArgus } from "./argus.js";
import { fromArgus, fromStray } from "./canonical.js";
import { CASES, writeCase } from "./cases.js";
import { compare } from "./compare.js";
import { factsOfCapture } from "./facts-of-capture.js";
import { type CaptureResult, captureText, FRACTION_MIN, total, totalsText } from "./report.js";
import { runStray } from "./stray.js";

/** argus sleeps a second for each capture, so more run at once than there are processors. */
const AT_ONCE = availableParallelism() * 6;

export async function compareCapture(path: string, name = basename(path)): Promise<CaptureResult> {
  const [argus, stray] = await Promise.all([runArgus(path), runStray(path)]);
  const details = [argus, stray].flatMap((outcome) => ("detail" in outcome ? [outcome.detail] : []));
  const result: CaptureResult = { name, argus: argus.kind, stray: stray.kind, detail: details.join("; ") };
  if (argus.kind !== "flows" || stray.kind !== "flows") return result;
  const sum = (flows: readonly { spkts: number; dpkts: number }[]): number =>
    flows.reduce((n, flow) => n + flow.spkts + flow.dpkts, 0);
  const { undecodable, undecodable_by_reason: undecoded } = stray.summary;
  return {
    ...result,
    packets: { argus: sum(argus.flows), stray: sum(stray.flows), undecodable },
    comparison: compare({
      facts: await factsOfCapture(path),
      argus: fromArgus(argus.flows),
      stray: fromStray(stray.flows),
      undecoded,
    }),
  };
}

export async function compareAll(paths: readonly { path: string; name: string }[]): Promise<CaptureResult[]> {
  const results: CaptureResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < paths.length) {
      const index = next++;
      const { path, name } = paths[index]!;
      results[index] = await compareCapture(path, name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, work));
  return results;
}

export async function compareCases(): Promise<CaptureResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "stray-cases-"));
  try {
    const paths = CASES.map((made) => ({ path: join(folder, `${made.name}.pcap`), name: made.name }));
    CASES.forEach((made, index) => {
      writeCase(paths[index]!.path, made);
    });
    return await compareAll(paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Installs argus where that is possible, says so where not. */
export function hasArgus(): boolean {
  return requireProgram("argus", "argus-server") && requireProgram("racluster", "argus-client");
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      verbose: { type: "boolean", short: "v", default: false },
      cases: { type: "boolean", default: false },
    },
  });
  if (positionals.length === 0 && !values.cases) {
    console.error("usage: npm run parity -- [--json] [--verbose] [--cases] DIR|FILE...");
    return 2;
  }
  if (!hasArgus()) return 2;
  const results = await compareAll(await capturesOf(positionals));
  if (values.cases) results.push(...(await compareCases()));
  const totals = total(results);
  if (values.json) {
    console.log(JSON.stringify({ totals, captures: results.map(summary) }));
  } else {
    const texts = results.map((result) => captureText(result, values.verbose)).filter((text) => text !== "");
    console.log([...texts, "", totalsText(totals)].join("\n"));
  }
  if (totals.compared === 0) return 2;
  const isEnough = positionals.length === 0 || totals.fraction >= FRACTION_MIN;
  return isEnough && totals.unexplained === 0 && totals.strayFailed === 0 ? 0 : 1;
}

/** A capture's result without what it was read from. */
function summary({ comparison, ...rest }: CaptureResult): object {
  const differences = (comparison?.verdicts ?? []).flatMap((verdict) => {
    if (verdict.kind === "agree") return [];
    const { aspects, argus, stray } = verdict.difference;
    const key = (argus ?? stray)?.key;
    return [{ kind: verdict.kind, key, aspects, rules: verdict.rules.map(({ id }) => id) }];
  });
  return { ...rest, agree: (comparison?.verdicts.length ?? 0) - differences.length, differences };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main();
}
