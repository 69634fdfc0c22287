// The benchmark's arithmetic and its honesty: ratios pair by pair, targets judged without rounding, and a peer that
// is missing or fails never counts as beaten. Mirrors compare.ts, measure.ts and report.ts.

import { describe, expect, it } from "vitest";
import { hasProgram } from "../support/system.js";
import { slowdown, type ToolResult } from "./compare.js";
import { type FindingsCost, findingsRatio } from "./findings.js";
import { CommandFailed, measure, median } from "./measure.js";
import {
  type CaseResult,
  caseTable,
  findingsTable,
  findingsTargets,
  memoryTarget,
  speedTargets,
  table,
} from "./report.js";
import { ARGUS, SOFTFLOWD, strayTool, type Tool } from "./tools.js";

const TRAFFIC = { flows: 1_000, mix: "64", packets: 1_000_000 } as const;

function result(tool: Tool, wallMs: readonly number[], peakMb = 100): ToolResult {
  return { tool, rounds: wallMs.map((ms) => ({ wallMs: ms, cpuMs: ms, peakMb })) };
}

function caseOf(...results: ToolResult[]): CaseResult {
  return { traffic: TRAFFIC, fileBytes: 80e6, results };
}

describe("the median", () => {
  it("is the middle, or the mean of the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe("ratios", () => {
  it("are taken within a round", () => {
    const ratio = slowdown(result(strayTool("default"), [100, 200, 100]), result(ARGUS, [300, 600, 500]));
    expect(ratio).toEqual({ median: 3, low: 3, high: 5 });
  });
});

describe("targets", () => {
  const stray = result(strayTool("default"), [100, 100, 100]);

  it("are met by the figures alone, without rounding", () => {
    const least = [{ name: ARGUS.name, least: 3 }];
    expect(speedTargets([caseOf(stray, result(ARGUS, [300, 300, 300]))], least)[0]?.met).toBe(true);
    expect(speedTargets([caseOf(stray, result(ARGUS, [299, 299.9, 300]))], least)[0]?.met).toBe(false);
    expect(memoryTarget([stray], "default", 100).met).toBe(false);
    expect(memoryTarget([stray], "default", 101).met).toBe(true);
  });

  it("are not met by a peer that is missing or failed", () => {
    const failed: ToolResult = { tool: SOFTFLOWD, rounds: [], failure: "softflowd ended with 1" };
    const targets = speedTargets(
      [caseOf(stray, failed)],
      [
        { name: SOFTFLOWD.name, least: 2 },
        { name: ARGUS.name, least: 3 },
      ],
    );
    expect(targets.map(({ found, met }) => [found, met])).toEqual([
      ["not measured", false],
      ["not measured", false],
    ]);
    expect(memoryTarget([], "small", 110)).toMatchObject({ found: "not measured", met: false });
    expect(caseTable(caseOf(stray, failed))).toMatch(/softflowd +\| failed/);
  });
});

describe("what findings cost", () => {
  const cost: FindingsCost = {
    name: "some traffic",
    isOrdinary: true,
    aloneNs: [100, 200, 100],
    detectingNs: [135, 400, 120],
    aloneLeastNs: 90,
    detectingLeastNs: 99,
    asked: 5,
  };

  it("is told pair by pair", () => {
    expect(findingsRatio(cost)).toEqual({ median: 1.35, low: 1.2, high: 2 });
    expect(findingsTable([cost])).toMatch(/100\.0 +\| 135\.0 +\| 1\.35 \(1\.20 to 2\.00\) +\| 1\.10/);
  });

  it("is a target of ordinary traffic alone, met without rounding", () => {
    const worse = { ...cost, detectingNs: [135.1, 400, 120] };
    expect(findingsTargets([cost, { ...worse, isOrdinary: false }], 1.35).map(({ met }) => met)).toEqual([
      true,
    ]);
    expect(findingsTargets([worse], 1.35).map(({ met }) => met)).toEqual([false]);
  });
});

describe("tables", () => {
  it("have columns of one width", () => {
    expect(
      table([
        ["a", "long head"],
        ["longer", "b"],
      ]),
    ).toBe("| a      | long head |\n| ------ | --------- |\n| longer | b         |");
  });
});

describe.skipIf(!hasProgram("python3"))("measuring", () => {
  it("tells time and peak memory of the child, also in a pipeline", () => {
    const hungry = `const b = Buffer.alloc(150e6, 1); process.stdout.write(String(b.length))`;
    const found = measure([
      [process.execPath, "-e", hungry],
      [process.execPath, "-e", "process.stdin.resume()"],
    ]);
    expect(found.peakMb).toBeGreaterThan(150);
    expect(found.peakMb).toBeLessThan(400);
    expect(found.wallMs).toBeGreaterThan(10);
  });

  it("does not take a command that failed for a fast one", () => {
    const failing = [process.execPath, "-e", "console.error('no such luck'); process.exit(3)"];
    expect(() => measure([failing])).toThrow(CommandFailed);
    expect(() => measure([failing])).toThrow(/ended with 3.*no such luck/);
  });
});
