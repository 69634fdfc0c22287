// `stray rules stats` as a user runs it, against a control server here.

import { describe, expect, it } from "vitest";
import { statsLines } from "../../../host/cli/control/rules-stats.js";
import { addRuleMethods, type RuleLine } from "../../../host/control/rule-methods.js";
import { ruleLines } from "../control/fake-sensor.js";
import { bundleCommands, runCommand } from "../control/run-command.js";
import { startControl } from "../control/support.js";

bundleCommands();

async function stats(rules: readonly RuleLine[], ...args: string[]) {
  const { server, path } = await startControl();
  addRuleMethods(server.methods, () => rules);
  return await runCommand(["rules", "stats", ...args, "--socket", path]);
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

describe("stray rules stats", () => {
  it("prints the rules that matched, most first", async () => {
    const { stdout, stderr, exitCode } = await stats(ruleLines(2011));
    expect([stderr, exitCode]).toEqual(["", 0]);
    const [header, first, ...others] = lines(stdout);
    expect(header).toBe("SID          ACTION  MATCHES  ALERTS  LIMITED  FILTERED  MESSAGE");
    expect(first).toBe("1:1002011:2  alert     2,011      50        0         0  rule number 2010");
    expect(others).toHaveLength(201);
  });

  it("prints only some with --top, all with --all, and both as JSON", async () => {
    const rules = ruleLines(30);
    expect(lines((await stats(rules, "--top", "2")).stdout)).toHaveLength(3);
    expect(lines((await stats(rules, "--all")).stdout)).toHaveLength(31);
    const { stdout } = await stats(rules, "--all", "--top", "4", "--json");
    expect(lines(stdout)).toHaveLength(1);
    const report = JSON.parse(stdout) as { count: number; rules: RuleLine[] };
    expect(report.count).toBe(30);
    expect(report.rules.map(({ matches }) => matches)).toEqual([21, 11, 1, 0]);
    expect(report.rules[0]).toEqual(rules[20]);
  });

  it("takes as many pages as it needs", async () => {
    const rules = ruleLines(9000).map((rule) => ({ ...rule, message: "x".repeat(300) }));
    const { stdout, exitCode } = await stats(rules, "--all", "--json");
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as { rules: unknown[] }).rules).toHaveLength(9000);
  });

  it("says so when nothing has matched, or there are no rules", async () => {
    expect((await stats(ruleLines(10).slice(1))).stdout).toBe("none of 9 rules has matched yet\n");
    expect(statsLines(1, [])).toEqual(["the one rule in force has not matched yet"]);
    expect((await stats([])).stdout).toBe("no rules are in force\n");
    expect(JSON.parse((await stats([], "--json")).stdout)).toEqual({ count: 0, rules: [] });
  });

  it("escapes what a rule says", async () => {
    const [rule] = ruleLines(1);
    const { stdout } = await stats([{ ...rule!, message: "\u001b[2J" }]);
    expect(stdout).toContain("\\x1b[2J");
  });

  it("ends with 2 when nobody is there", async () => {
    const { stdout, stderr, exitCode } = await runCommand(["rules", "stats", "--socket", "/nonexistent/s"]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toMatch(/^stray: strayd is not running/);
  });
});
