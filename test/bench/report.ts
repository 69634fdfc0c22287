// Turns measurements into the table a person reads: test/bench/RESULTS.md and the terminal.
// Apart from measuring. Always holds: a target is "met" or "NOT met" by the figures beside it, without rounding in
// its favour; what was not measured says so.

import { cpus, release, type as systemName, totalmem } from "node:os";
import { peakMb, slowdown, type ToolResult, wallMs } from "./compare.js";
import { type FindingsCost, findingsRatio } from "./findings.js";
import { median } from "./measure.js";
import type { TrafficCase } from "./traffic.js";
import type { WasmCost } from "./wasm-alone.js";

export interface CaseResult {
  traffic: TrafficCase;
  fileBytes: number;
  results: ToolResult[];
}

export interface Target {
  text: string;
  found: string;
  met: boolean;
}

/** A Markdown table with its columns made as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

export function machineFacts(): string[] {
  const processors = cpus();
  return [
    `Processor: ${processors[0]?.model ?? "unknown"}, ${processors.length} seen`,
    `Memory: ${(totalmem() / 1e9).toFixed(1)} GB`,
    `Kernel: ${systemName()} ${release()}`,
    `Node.js: ${process.version} (V8 ${process.versions.v8})`,
  ];
}

function caseName({ flows, mix }: TrafficCase): string {
  return `${flows.toLocaleString("en")} flows, ${mix === "imix" ? "IMIX" : `${mix} bytes`}`;
}

/** The rows of one capture: each tool's time, and how much longer than stray (each profile) it took. */
export function caseTable({ traffic, results }: CaseResult): string {
  const strays = results.filter((result) => result.tool.profile !== undefined);
  const head = [
    "Tool",
    "s",
    "ns a packet",
    "CPU s",
    "Peak MB",
    ...strays.map(({ tool }) => `times ${tool.name}`),
  ];
  const rows = results.map((result) => {
    if (result.failure !== undefined) return [result.tool.name, "failed", ...head.slice(2).map(() => "-")];
    const ratios = strays.map((stray) => {
      const ratio = slowdown(stray, result);
      if (!ratio || stray === result) return "-";
      return `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`;
    });
    const ms = wallMs(result);
    const cpu = median(result.rounds.map((round) => round.cpuMs));
    return [
      result.tool.name,
      (ms / 1000).toFixed(2),
      ((ms * 1e6) / traffic.packets).toFixed(0),
      (cpu / 1000).toFixed(2),
      peakMb(result).toFixed(0),
      ...ratios,
    ];
  });
  return table([head, ...rows]);
}

export function caseSection(result: CaseResult): string {
  const { traffic, fileBytes } = result;
  const mean = fileBytes / traffic.packets - 16;
  const facts = `${traffic.packets.toLocaleString("en")} packets, mean frame ${mean.toFixed(0)} bytes, ${(fileBytes / 1e6).toFixed(0)} MB.`;
  return `### ${caseName(traffic)}\n\n${facts}\n\n${caseTable(result)}`;
}

/** One target a peer, a capture and a profile. */
export function speedTargets(
  cases: readonly CaseResult[],
  peers: readonly { name: string; least: number }[],
): Target[] {
  return cases.flatMap(({ traffic, results }) =>
    results
      .filter((result) => result.tool.profile !== undefined)
      .flatMap((stray) => peers.map((peer) => speedTarget(traffic, results, stray, peer))),
  );
}

function speedTarget(
  traffic: TrafficCase,
  results: readonly ToolResult[],
  stray: ToolResult,
  peer: { name: string; least: number },
): Target {
  const text = `${caseName(traffic)}: ${peer.name} takes at least ${peer.least} times as long as ${stray.tool.name}`;
  const other = results.find((result) => result.tool.name === peer.name);
  const ratio = other && slowdown(stray, other);
  if (!ratio) return { text, found: "not measured", met: false };
  return { text, found: ratio.median.toFixed(2), met: ratio.median >= peer.least };
}

export function memoryTarget(results: readonly ToolResult[], profile: string, limitMb: number): Target {
  const runs = results.filter((result) => result.tool.profile === profile && result.failure === undefined);
  const text = `peak resident memory, profile ${profile}, under ${limitMb} MB`;
  if (runs.length === 0) return { text, found: "not measured", met: false };
  const peak = Math.max(...runs.map(peakMb));
  return { text, found: `${peak.toFixed(0)} MB`, met: peak < limitMb };
}

export function wasmTable(costs: readonly WasmCost[]): string {
  const rows = costs.map((cost) => [
    cost.flows.toLocaleString("en"),
    cost.nsPerPacket.toFixed(1),
    cost.passesNs.map((ns) => ns.toFixed(1)).join(", "),
    cost.flowsPeak.toLocaleString("en"),
    cost.evicted.toLocaleString("en"),
  ]);
  return table([["Flows", "ns a packet", "each pass", "most flows at once", "evicted"], ...rows]);
}

export function wasmTarget(costs: readonly WasmCost[]): Target {
  const text = "inside WASM at 64 bytes, 1M flows cost at most 3 times what 1k cost";
  const few = costs.find(({ flows }) => flows === 1_000);
  const many = costs.find(({ flows }) => flows === 1_000_000);
  if (!few || !many) return { text, found: "not measured", met: false };
  const ratio = many.nsPerPacket / few.nsPerPacket;
  return { text, found: ratio.toFixed(2), met: ratio <= 3 };
}

export function targetsTable(targets: readonly Target[]): string {
  const rows = targets.map(({ text, found, met }) => [text, found, met ? "met" : "NOT met"]);
  return table([["Target", "Found", ""], ...rows]);
}

export function findingsTable(costs: readonly FindingsCost[]): string {
  const rows = costs.map((cost) => {
    const ratio = findingsRatio(cost);
    return [
      cost.name,
      median(cost.aloneNs).toFixed(1),
      median(cost.detectingNs).toFixed(1),
      `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
      (cost.detectingLeastNs / cost.aloneLeastNs).toFixed(2),
      cost.asked.toLocaleString("en"),
    ];
  });
  const head = [
    "Traffic",
    "Flows alone, ns",
    "Findings too, ns",
    "times as long",
    "at rest",
    "Flows that ask",
  ];
  return table([head, ...rows]);
}

/** Of ordinary traffic alone: what is worse is told, and is no target. */
export function findingsTargets(costs: readonly FindingsCost[], most: number): Target[] {
  return costs
    .filter(({ isOrdinary }) => isOrdinary)
    .map((cost) => {
      const ratio = findingsRatio(cost).median;
      const text = `${cost.name}: findings take at most ${most} times as long as flows alone`;
      return { text, found: ratio.toFixed(2), met: ratio <= most };
    });
}
