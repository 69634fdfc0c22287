// `npm run bench`: stray against argus, softflowd and tcpdump on the same made traffic, then the WASM module alone,
// then without and with findings; the figures go to test/bench/RESULTS.md. `npm run bench -- --quick` takes a quarter of
// the packets and fewer rounds and writes nothing; `--rounds=N` sets their number; its ratios are worse than a full
// run's, since Node's start weighs more. `--only=findings` measures that part alone and puts it in its place.
// Apart from its parts: traffic, tools, measuring, report. Always holds: one run, one machine, nothing left out
// silently. The exit code is 0 when the run came to its end, whether targets are met or not.

import { readFileSync, writeFileSync } from "node:fs";
import { hasProgram } from "../support/system.js";
import { compareTools, type ToolResult, wallMs } from "./compare.js";
import { findingsCases, findingsCosts } from "./findings.js";
import {
  type CaseResult,
  caseSection,
  findingsTable,
  findingsTargets,
  machineFacts,
  memoryTarget,
  speedTargets,
  targetsTable,
  wasmTable,
  wasmTarget,
} from "./report.js";
import { ARGUS, isThere, SOFTFLOWD, strayTool, TCPDUMP, type Tool, tsharkTool } from "./tools.js";
import { type FrameMix, type TrafficCase, trafficFile } from "./traffic.js";
import { wasmCosts } from "./wasm-alone.js";

const RESULTS = new URL("RESULTS.md", import.meta.url);
const PEER_TARGETS = [
  { name: ARGUS.name, least: 3 },
  { name: SOFTFLOWD.name, least: 2 },
  { name: TCPDUMP.name, least: 1 },
];
const FINDINGS_TITLE = "Findings";
const FINDINGS_MOST = 1.35;
const MEMORY_TARGETS_MB = { default: 200, small: 110 };

const isQuick = process.argv.includes("--quick");
const rounds = Number(
  process.argv.find((word) => word.startsWith("--rounds="))?.slice(9) ?? (isQuick ? 2 : 5),
);
const scale = isQuick ? 0.25 : 1;

/** Small frames come in greater number; with a million flows the peers are slow, so fewer. */
function trafficCases(): TrafficCase[] {
  const mixes: FrameMix[] = ["64", "imix", "1500"];
  return [1_000, 100_000, 1_000_000].flatMap((flows) =>
    mixes.map((mix) => {
      const most = mix === "1500" ? 2_000_000 : flows === 1_000_000 ? 4_000_000 : 8_000_000;
      return { flows, mix, packets: most * scale };
    }),
  );
}

function compareCase(traffic: TrafficCase, peers: readonly Tool[]): CaseResult {
  const { path, bytes } = trafficFile(traffic);
  const profiles = traffic.flows > 100_000 ? (["default", "large"] as const) : (["default"] as const);
  const tools = [...profiles.map(strayTool), ...peers];
  const result = { traffic, fileBytes: bytes, results: compareTools(tools, path, traffic, rounds) };
  console.log(`\n${caseSection(result)}`);
  return result;
}

/** tshark on a part of one capture, once, beside stray's cost on the whole of it. */
function tsharkLine(cases: readonly CaseResult[]): string {
  const packets = 500_000 * scale;
  const tool = tsharkTool(packets);
  const own = cases.find(({ traffic }) => traffic.flows === 100_000 && traffic.mix === "64");
  const stray = own?.results.find(({ tool }) => tool.profile === "default");
  if (!isThere(tool) || !own || !stray || stray.failure !== undefined) return "tshark: not measured.";
  const [result] = compareTools([tool], trafficFile(own.traffic).path, own.traffic, 1);
  if (!result || result.failure !== undefined) return "tshark: failed.";
  const each = (wallMs(result) * 1e6) / packets;
  const strayEach = (wallMs(stray) * 1e6) / own.traffic.packets;
  return (
    `tshark -q -z conv,tcp, once, on the first ${packets.toLocaleString("en")} packets of 100,000 flows in 64-byte ` +
    `frames: ${each.toFixed(0)} ns a packet, ${(each / strayEach).toFixed(0)} times stray's ${strayEach.toFixed(0)} ns.`
  );
}

/** The small profile on the capture with most flows and the one with most bytes. */
function smallProfileRuns(cases: readonly CaseResult[]): ToolResult[] {
  return cases
    .filter(({ traffic }) => traffic.flows === 1_000_000)
    .flatMap(({ traffic }) => compareTools([strayTool("small")], trafficFile(traffic).path, traffic, 1));
}

/** Detection off and on inside the module, with its own targets and machine: it may be measured alone. */
async function findingsSection(): Promise<string> {
  const found = await findingsCosts(findingsCases(trafficCases(), scale), isQuick ? 3 : rounds + 2, (cost) =>
    console.log(findingsTable([cost])),
  );
  const intro =
    "The classifier alone, processor time inside run() only, detection off and on in turn in one process; profile large unless\n" +
    `said. ${rounds + 2} pairs, who goes first changes; ratios are taken pair by pair (median, least to most). "At rest": each\n` +
    "call of run() (16,384 packets at most) from the round in which it took least, so that what else the machine does\n" +
    "counts least. Homes: 65,536 addresses, as many as the table of the living holds; every flow has a client of its own.\n" +
    "Below the line is what no ordinary traffic does: it is told, and no target.";
  const ordinary = found.filter(({ isOrdinary }) => isOrdinary);
  const worst = found.filter(({ isOrdinary }) => !isOrdinary);
  return [
    intro,
    machineFacts()
      .map((fact) => `- ${fact}`)
      .join("\n"),
    targetsTable(findingsTargets(found, FINDINGS_MOST)),
    findingsTable(ordinary),
    "---",
    findingsTable(worst),
  ].join("\n\n");
}

/** Puts a section in its place among those that are there. */
function replaceSection(title: string, text: string): string {
  const before = readFileSync(RESULTS, "utf8");
  const begin = before.indexOf(`\n## ${title}\n`);
  if (begin < 0) return `${before}\n## ${title}\n\n${text}\n`;
  const end = before.indexOf("\n## ", begin + 1);
  return `${before.slice(0, begin)}\n## ${title}\n\n${text}\n${end < 0 ? "" : before.slice(end)}`;
}

function resultsText(sections: Record<string, string>): string {
  const body = Object.entries(sections).map(([title, text]) => `## ${title}\n\n${text}\n`);
  const intro =
    "Written by `npm run bench`; see `test/bench/` for what it does. Whole processes in turn, one warm-up round and\n" +
    `${rounds} counted ones; times are medians, ratios are taken pair by pair within a round (median, least to most).\n` +
    "A peer's ratio above 1 means that stray was faster. Output is discarded by every tool. argus sleeps for a part of\n" +
    "a second whatever the file: the processor time beside the wall time shows it. A frame mix names the data frames;\n" +
    "handshakes are 64 bytes long, so the mean frame is smaller where flows are many.\n";
  return `# Benchmark results\n\n${intro}\n${machineFacts()
    .map((fact) => `- ${fact}`)
    .join("\n")}\n\n${body.join("\n")}`;
}

async function main(): Promise<void> {
  if (process.argv.includes("--only=findings")) {
    const text = await findingsSection();
    console.log(`\n${text}`);
    if (!isQuick) writeFileSync(RESULTS, replaceSection(FINDINGS_TITLE, text));
    return;
  }
  if (!hasProgram("python3")) {
    console.error("bench: python3 is needed to measure each program's time and peak memory: install it");
    process.exitCode = 1;
    return;
  }
  const begin = Date.now();
  const peers = [ARGUS, SOFTFLOWD, TCPDUMP].filter(isThere);
  const cases = trafficCases().map((traffic) => compareCase(traffic, peers));
  const tshark = tsharkLine(cases);
  const small = smallProfileRuns(cases);
  const costs = await wasmCosts(
    [1_000, 100_000, 1_000_000].map((flows) => ({ flows, mix: "64", packets: 8_000_000 * scale })),
    isQuick ? 1 : 3,
  );
  const targets = [
    ...speedTargets(cases, PEER_TARGETS),
    wasmTarget(costs),
    memoryTarget(
      cases.flatMap(({ results }) => results),
      "default",
      MEMORY_TARGETS_MB.default,
    ),
    memoryTarget(small, "small", MEMORY_TARGETS_MB.small),
  ];
  const text = resultsText({
    Targets: targetsTable(targets),
    "Inside the WASM module": `64-byte frames, profile large, processor time inside run() only.\n\n${wasmTable(costs)}`,
    "Whole processes": `${cases.map(caseSection).join("\n\n")}\n\n${tshark}`,
    [FINDINGS_TITLE]: await findingsSection(),
  });
  console.log(`\n${text}\nThe run took ${((Date.now() - begin) / 60_000).toFixed(1)} minutes.`);
  if (!isQuick) writeFileSync(RESULTS, text);
}

await main();
