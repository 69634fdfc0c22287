// Compares tools on one capture: whole processes in turn, A B C D A B C D, so that a machine that slows down for a
// while slows all of them; the first round only warms up.
// Apart from the tools and from the report. Always holds: ratios are taken pair by pair within a round.

import { CommandFailed, type Measurement, measure, median } from "./measure.js";
import type { Tool } from "./tools.js";
import type { TrafficCase } from "./traffic.js";

export interface ToolResult {
  tool: Tool;
  /** One a counted round. */
  rounds: Measurement[];
  /** Why there are none. */
  failure?: string;
}

export function compareTools(
  tools: readonly Tool[],
  path: string,
  traffic: TrafficCase,
  rounds: number,
): ToolResult[] {
  const results: ToolResult[] = tools.map((tool) => ({ tool, rounds: [] }));
  for (let round = 0; round <= rounds; round++) {
    for (const result of results) {
      if (result.failure !== undefined) continue;
      try {
        const measured = measure(result.tool.pipeline(path, traffic));
        if (round > 0) result.rounds.push(measured);
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        result.failure = error.message;
        result.rounds = [];
        console.log(`  ${result.tool.name}: ${error.message}`);
      }
    }
  }
  return results;
}

export function wallMs(result: ToolResult): number {
  return median(result.rounds.map((round) => round.wallMs));
}

export function peakMb(result: ToolResult): number {
  return Math.max(...result.rounds.map((round) => round.peakMb));
}

/** How many times as long `other` took as `own`: the median over the rounds, and the least and the most. */
export function slowdown(
  own: ToolResult,
  other: ToolResult,
): { median: number; low: number; high: number } | undefined {
  if (own.failure !== undefined || other.failure !== undefined) return undefined;
  const ratios = other.rounds.map((round, index) => round.wallMs / own.rounds[index]!.wallMs);
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
