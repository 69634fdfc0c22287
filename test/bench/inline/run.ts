// `npm run bench:inline`: the kernel's bridge, stray without and with 1,000 rules, suricata and tcpbridge stand in turn
// between the same two wires; throughput, 64-byte packets and round trips go to test/bench/inline/RESULTS.md. As root.
// `-- --quick` takes one round and writes nothing; `--rounds=N` sets their number, `--only=PATTERN` the tools
// by a regular expression on their names (the bridge always takes part, and nothing is written).
// Apart from its parts: tools, flood, trial, report. Always holds: one run, one machine, the order turns with every round,
// nothing left out silently. The exit code is 0 when the run came to its end, whether targets are met or not.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { canRunInline, InlineRig } from "../../support/inline/rig.js";
import { canPlayLive } from "../../support/live-rig.js";
import { hasProgram } from "../../support/system.js";
import { machineFacts, targetsTable } from "../report.js";
import {
  type InlineResult,
  medianUs,
  mostKpps,
  p99Us,
  packetsSection,
  roundTripSection,
  targetsOf,
  tcpGbits,
  tcpManyGbits,
  tcpSection,
} from "./report.js";
import { BRIDGE, type InlineTool, strayTool, suricataTool, TCPBRIDGE } from "./tools.js";
import { type InlineTrial, type Plan, runTrial } from "./trial.js";

const RESULTS = new URL("RESULTS.md", import.meta.url);
const RULES = 1_000;
/** Before anything of ours runs: others' work takes from three processes at once what it takes from the bridge's two. */
const [loadBefore = 0] = loadavg();

const isQuick = process.argv.includes("--quick");
const option = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
const rounds = Number(option("rounds") ?? (isQuick ? 1 : 5));
const only = option("only");
const plan: Plan = isQuick
  ? { tcpSeconds: 2, rates: [100_000], pings: 500, pingIntervalS: 0.002 }
  : { tcpSeconds: 3, rates: [50_000, 100_000, 200_000], pings: 1500, pingIntervalS: 0.002 };

const allTools: readonly InlineTool[] = [
  BRIDGE,
  strayTool(0),
  strayTool(RULES),
  strayTool(0, false),
  suricataTool(0),
  suricataTool(RULES),
  TCPBRIDGE,
];

function isThere(tool: InlineTool): boolean {
  const missing = tool.programs.filter((program) => !hasProgram(program));
  if (missing.length === 0) return true;
  console.log(`${tool.name}: left out, ${missing.join(", ")} not installed (Debian: ${tool.debianPackages})`);
  return false;
}

function trialText(trial: InlineTrial): string {
  const kpps = `${mostKpps(trial).toFixed(0)} of ${(trial.most.sent / trial.most.seconds / 1e3).toFixed(0)} kpps`;
  const tcp = `${tcpGbits(trial).toFixed(2)} and ${tcpManyGbits(trial).toFixed(2)} Gbit/s`;
  return `${tcp}, ${kpps}, round trip ${medianUs(trial).toFixed(0)} us (p99 ${p99Us(trial).toFixed(0)})`;
}

/** Every tool once; who is first changes from round to round. */
async function round(number: number, results: readonly InlineResult[]): Promise<void> {
  const first = number % results.length;
  for (const result of [...results.slice(first), ...results.slice(0, first)]) {
    // A network of its own for each: what one leaves behind is not the next one's trouble.
    const rig = await InlineRig.create("bench");
    try {
      const trial = await runTrial(rig, result.tool, plan);
      result.trials.push(trial);
      console.log(`  ${result.tool.name}: ${trialText(trial)}`);
    } catch (error) {
      result.trials.push(undefined);
      result.failure = error instanceof Error ? error.message : String(error);
      console.log(`  ${result.tool.name}: ${result.failure}`);
    } finally {
      await rig.remove();
    }
  }
}

function resultsText(results: readonly InlineResult[], bridge: InlineResult): string {
  const targets = results
    .filter(({ tool }) => tool.isJudged === true)
    .flatMap((result) => targetsOf(result, bridge));
  const failures = results.flatMap(({ tool, failure, trials }) => {
    const failed = trials.filter((trial) => trial === undefined).length;
    return failed === 0 ? [] : [`- ${tool.name} failed in ${failed} of ${trials.length} rounds: ${failure}`];
  });
  const shared =
    cpus().length <= 2 ? ", all on the same two processors: sender, receiver and sensor share them" : "";
  const intro =
    "Written by `npm run bench:inline`; see `test/bench/inline/` for what it does. A client and a server in namespaces of\n" +
    `their own, between them one tool at a time, joined to each by a veth pair${shared}.\n` +
    "Nothing is pinned. Both ends send frames as a wire has them: 1,500 bytes at most, whole checksums, none merged.\n" +
    `${rounds} ${rounds === 1 ? "round" : "rounds"}, their order turning; figures are medians (least to most), ratios and differences are to the bridge of\n` +
    "the same round. The bridge works in its sender's own time, so its 64-byte rate is the sender's limit too.\n";
  const sections = {
    Targets: targetsTable(targets),
    TCP: `iperf3, ${plan.tcpSeconds} s.\n\n${tcpSection(results, bridge)}`,
    "64-byte packets": `UDP of 1,000 flows, one way, as fast as tcpreplay can and at fixed rates.\n\n${packetsSection(results, bridge, plan.rates)}`,
    "Round trips": `ping, ${1 / plan.pingIntervalS} a second, ${plan.pings} of them.\n\n${roundTripSection(results, bridge)}`,
    ...(failures.length > 0 && { Failures: failures.join("\n") }),
  };
  const busy = `Load of others before it began: ${loadBefore.toFixed(2)}`;
  const facts = [...machineFacts(), busy].map((fact) => `- ${fact}`);
  const body = Object.entries(sections).map(([title, words]) => `## ${title}\n\n${words}\n`);
  return `# Inline benchmark results\n\n${intro}\n${facts.join("\n")}\n\n${body.join("\n")}`;
}

if (!(canRunInline() && canPlayLive())) {
  console.error("bench:inline: needs root, namespaces and the programs named above");
  process.exitCode = 1;
} else {
  const tools = allTools.filter(
    (tool) => only === undefined || tool === BRIDGE || new RegExp(only).test(tool.name),
  );
  const results: InlineResult[] = tools.filter(isThere).map((tool) => ({ tool, trials: [] }));
  for (let number = 0; number < rounds; number++) {
    console.log(`round ${number + 1} of ${rounds}`);
    await round(number, results);
  }
  const text = resultsText(results, results.find(({ tool }) => tool === BRIDGE)!);
  console.log(`\n${text}`);
  if (!isQuick && only === undefined) writeFileSync(RESULTS, text);
}
