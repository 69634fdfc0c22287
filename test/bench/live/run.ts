// `npm run bench:live`: strayd, tcpdump, argus and softflowd listen in turn to the same traffic at rising rates; what
// each lost goes to test/bench/live/RESULTS.md. As root. `-- --quick` takes fewer rates and one round and writes
// nothing; `--rounds=N` sets their number.
// Apart from its parts: tools, trial, report. Always holds: one run, one machine, the order turns with every round,
// nothing left out silently. The exit code is 0 when the run came to its end, whether targets are met or not.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { canPlayLive, LiveRig } from "../../support/live-rig.js";
import { hasProgram } from "../../support/system.js";
import { machineFacts, targetsTable } from "../report.js";
import type { TrafficCase } from "../traffic.js";
import {
  caseSection,
  caseTitle,
  type LiveCase,
  type LiveResult,
  liveMemoryTarget,
  lossTarget,
  memoryTable,
  type RateResult,
} from "./report.js";
import { ARGUS, COLLECTOR_PORT, type LiveTool, SOFTFLOWD, straydTool, TCPDUMP } from "./tools.js";
import { lostShare, type Rate, runTrial } from "./trial.js";

const RESULTS = new URL("RESULTS.md", import.meta.url);
const MEMORY_TARGETS_MB = { default: 160, small: 110 };
/** Of what the peer loses. */
const LOSS_TARGETS = [
  { peer: TCPDUMP.name, most: 1 },
  { peer: ARGUS.name, most: 0.5 },
];
const SECONDS = 2;
/** For the highest rate there is: about as long. */
const PACKETS_AT_MOST = 2_000_000;

const isQuick = process.argv.includes("--quick");
const rounds = Number(
  process.argv.find((word) => word.startsWith("--rounds="))?.slice(9) ?? (isQuick ? 1 : 2),
);
const rates: Rate[] = isQuick
  ? [100_000, 400_000, undefined]
  : [50_000, 100_000, 200_000, 400_000, undefined];

function traffics(): LiveCase["traffic"][] {
  const full = [
    { flows: 1_000, mix: "64" },
    { flows: 100_000, mix: "64" },
    { flows: 100_000, mix: "imix" },
  ] as const;
  return isQuick ? [full[0], full[2]] : [...full];
}

function trafficAt(traffic: LiveCase["traffic"], rate: Rate): TrafficCase {
  // IMIX packets are slower to send.
  const atMost = traffic.mix === "imix" ? PACKETS_AT_MOST / 2 : PACKETS_AT_MOST;
  return { ...traffic, packets: rate === undefined ? atMost : rate * SECONDS };
}

class LiveBench {
  constructor(
    private readonly rig: LiveRig,
    private readonly folder: string,
  ) {}

  async case(traffic: LiveCase["traffic"], tools: readonly LiveTool[]): Promise<LiveCase> {
    console.log(caseTitle(traffic));
    const results: RateResult[] = rates.map((rate) => ({
      rate,
      results: tools.map((tool) => ({ tool, trials: [] })),
    }));
    for (let round = 0; round < rounds; round++) {
      for (const each of results) await this.round(traffic, each, round);
    }
    return { traffic, rates: results };
  }

  /** Every sensor once at one rate; who is first changes from round to round. */
  async round(traffic: LiveCase["traffic"], { rate, results }: RateResult, round: number): Promise<void> {
    const first = round % results.length;
    for (const result of [...results.slice(first), ...results.slice(0, first)]) {
      if (result.failure === undefined) await this.trial(trafficAt(traffic, rate), rate, result);
    }
  }

  private async trial(traffic: TrafficCase, rate: Rate, result: LiveResult): Promise<void> {
    const label = `  ${result.tool.name} at ${rate?.toLocaleString("en") ?? "the most"}`;
    try {
      const trial = await runTrial(this.rig, result.tool, traffic, rate, this.folder);
      const share = lostShare(trial);
      result.trials.push(trial);
      const veth = trial.delivered === trial.sent ? "" : `, the interface received ${trial.delivered}`;
      console.log(`${label}: ${(share * 100).toFixed(3)}% of ${trial.sent} lost${veth}`);
    } catch (error) {
      result.failure = error instanceof Error ? error.message : String(error);
      result.trials = [];
      console.log(`${label}: ${result.failure}`);
    }
  }
}

function isThere(tool: LiveTool): boolean {
  const missing = tool.programs.filter((program) => !hasProgram(program));
  if (missing.length === 0) return true;
  console.log(`${tool.name}: left out, ${missing.join(", ")} not installed (Debian: ${tool.debianPackages})`);
  return false;
}

function resultsText(cases: readonly LiveCase[], small: LiveCase): string {
  const targets = [
    ...cases.flatMap((live) => LOSS_TARGETS.map(({ peer, most }) => lossTarget(live, peer, most))),
    liveMemoryTarget(cases, "default", MEMORY_TARGETS_MB.default),
    liveMemoryTarget([small], "small", MEMORY_TARGETS_MB.small),
  ];
  const shared =
    cpus().length <= 2 ? " On two processors that is all there is, so the daemon's threads share one." : "";
  const intro =
    "Written by `npm run bench:live`; see `test/bench/live/` for what it does. tcpreplay sends made traffic into one end\n" +
    "of a veth pair, in bursts of a millisecond; one sensor at a time listens at the other. The sender is held to one\n" +
    `processor and the sensor to another.${shared} A veth's\n` +
    "receiving half runs where its sender runs, so the kernel's copy into the ring is paid for by the sender.\n" +
    `Every capture buffer is 8 MiB (4 MiB with strayd's small profile). ${rounds} rounds, their order turning; figures are medians (least to most). Share\n` +
    "lost is 1 - packets the sensor counted / packets sent. Target found: lost by strayd and by the peer, at the rate\n" +
    "where strayd does worst against it.\n";
  const sections = {
    Targets: targetsTable(targets),
    Memory: `Of the whole process, over all trials.\n\n${memoryTable([...cases, small])}`,
    Loss: cases.map(caseSection).join("\n\n"),
  };
  const facts = machineFacts().map((fact) => `- ${fact}`);
  const body = Object.entries(sections).map(([title, text]) => `## ${title}\n\n${text}\n`);
  return `# Live benchmark results\n\n${intro}\n${facts.join("\n")}\n\n${body.join("\n")}`;
}

async function main(): Promise<void> {
  if (!canPlayLive()) {
    console.error("bench:live: needs root, network namespaces and tcpreplay");
    process.exitCode = 1;
    return;
  }
  const begin = Date.now();
  const folder = mkdtempSync(join(tmpdir(), "stray-bench-live-"));
  const rig = new LiveRig("bench");
  const sink = `require("node:dgram").createSocket("udp4").bind(${COLLECTOR_PORT}, "127.0.0.1")`;
  const collector = rig.sensor.spawn([process.execPath, "-e", sink], { stdio: "ignore" });
  try {
    const bench = new LiveBench(rig, folder);
    const tools = [straydTool("default"), TCPDUMP, ARGUS, SOFTFLOWD].filter(isThere);
    const cases: LiveCase[] = [];
    for (const traffic of traffics()) {
      cases.push(await bench.case(traffic, tools));
      console.log(`\n${caseSection(cases.at(-1)!)}\n`);
    }
    const smallRate: RateResult = { rate: undefined, results: [{ tool: straydTool("small"), trials: [] }] };
    const small: LiveCase = { traffic: { flows: 100_000, mix: "64" }, rates: [smallRate] };
    await bench.round(small.traffic, smallRate, 0);
    const text = resultsText(cases, small);
    console.log(`\n${text}\nThe run took ${((Date.now() - begin) / 60_000).toFixed(1)} minutes.`);
    if (!isQuick) writeFileSync(RESULTS, text);
  } finally {
    collector.kill();
    rig.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
