// `stray rules check`, `list` and `show` as a user runs them: what goes to which stream, exit codes, JSON.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStray, type StrayResult } from "../../support/run-stray.js";

const GOOD = `alert tcp any any -> any 80 (msg:"one"; content:"needle"; classtype:trojan-activity; sid:1; rev:3;)
alert udp any any -> any any (msg:"two"; dsize:>500; sid:2;)
`;
const BAD = 'alert tcp any any -> any any (msg:"bad"; nosuch; sid:3;)\n';
/** Loads, but looks wrong. */
const ODD = 'alert tcp any any -> any any (msg:"odd"; content:"x"; flowbits:isset,never; sid:4;)\n';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-rules-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function rules(...args: string[]): StrayResult {
  const result = runStray(["rules", ...args]);
  expect(result.stderr + result.stdout).not.toMatch(/^\s+at |internal error/m);
  return result;
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

describe("stray rules check", () => {
  it("counts what would load and says what it takes, of how much", () => {
    const { stdout, stderr, exitCode } = rules("check", put("good.rules", GOOD));
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toMatch(
      /^2 rules would load, 0 refused, 0 warnings\ncompiled, of 8388608 bytes that profile default/,
    );
    expect(stdout).toMatch(/\n {2}rules +\d+\n/);
    expect(stdout).toMatch(/\n {2}total +\d+\n$/);
  });

  it("loads the rest of a file with a bad rule: it is told by file, line, sid and reason", () => {
    const path = put("bad.rules", GOOD + BAD);
    const { stdout, stderr, exitCode } = rules("check", path);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^2 rules would load, 1 refused, 0 warnings\n/);
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/^stray: .*\/bad\.rules:3: sid 3: refused: .*nosuch/),
    ]);
    expect(stderr).toContain(path);
  });

  it("lets warnings pass, but for --strict", () => {
    const path = put("odd.rules", ODD);
    const { stdout, stderr, exitCode } = rules("check", path);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 rule would load, 0 refused, 1 warning\n/);
    expect(stderr).toMatch(/odd\.rules:1: sid 4: warning: .*never/);
    expect(rules("check", "--strict", path).exitCode).toBe(1);
  });

  it("says the same as JSON, and nothing else", () => {
    const path = put("json.rules", GOOD + BAD + ODD);
    const { stdout, stderr, exitCode } = rules("check", "--json", "--profile", "small", path);
    expect([stderr, exitCode, lines(stdout).length]).toEqual(["", 1, 1]);
    const report = JSON.parse(stdout) as { problems: object[]; bytes: { total: number }; bytes_max: number };
    expect(report).toMatchObject({ files: [path], rules: 3, refused: 1, warnings: 1, bytes_max: 4 << 20 });
    expect(report.problems[0]).toMatchObject({ file: path, line: 3, sid: 3, level: "error", message: "bad" });
    expect(report.problems[1]).toMatchObject({ line: 4, sid: 4, level: "warning" });
    expect(report.bytes.total).toBeLessThan(report.bytes_max);
  });

  it("takes variables, which go before the files'", () => {
    const path = put(
      "var.rules",
      'ipvar NET 10.0.0.0/8\nalert ip $NET any -> $OTHER any (msg:"v"; sid:1;)\n',
    );
    expect(rules("check", path)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("$OTHER") });
    const both = ["--var", "OTHER=192.0.2.1", "--var=NET=[192.0.2.0/24,!192.0.2.9]"];
    expect(rules("check", ...both, path)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/var\.rules:1: warning: \$NET stays as the configuration has it/),
    });
  });

  it("knows the rules that come with stray", () => {
    const { stdout, exitCode } = rules("check", "--json", "starter");
    const report = JSON.parse(stdout) as { rules: number; files: string[] };
    expect(exitCode).toBeLessThan(2);
    expect(report.files).toEqual([expect.stringMatching(/\/rules\/stray\.rules$/)]);
    expect(report.rules).toBeGreaterThan(10);
  });

  it.each([
    ["is not there", "none.rules", /can't read .*none\.rules: there is no such file/],
    ["is a folder", "folder", /folder is not a file/],
  ])("ends with 2 and says what to do when a file %s", (_what, name, words) => {
    mkdirSync(join(folder, "folder"), { recursive: true });
    const path = join(folder, name);
    for (const json of [[], ["--json"]]) {
      const { stdout, stderr, exitCode } = rules("check", ...json, put("also.rules", GOOD), path);
      expect([stdout, exitCode]).toEqual(["", 2]);
      expect(lines(stderr)).toHaveLength(1);
      expect(stderr).toMatch(words);
      expect(stderr).toContain("name files of rules that can be read");
    }
  });

  it("ends with 1 when only an included file is not there: the rest would load", () => {
    const { stdout, stderr, exitCode } = rules("check", put("include.rules", `include none.rules\n${GOOD}`));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^2 rules would load, 1 refused/);
    expect(stderr).toMatch(/include\.rules:1: refused: can't read .*none\.rules/);
  });

  it("ends with 2 when the rules are too large for the profile, with the sizes", () => {
    const rule = (sid: number) =>
      `alert tcp any any -> any any (msg:"m"; content:"${"x".repeat(300)}${sid}"; sid:${sid};)\n`;
    const path = put("large.rules", Array.from({ length: 15_000 }, (_, index) => rule(index + 1)).join(""));
    const { stdout, stderr, exitCode } = rules("check", "--profile", "small", path);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toMatch(/\d{7,} bytes/);
    expect(stderr).toContain("4194304");
  });

  it.each([
    [["check"], "missing required argument"],
    [["check", "--var", "OTHER", "x.rules"], '--var: expected NAME=VALUE, found "OTHER"'],
    [["check", "--var", "1A=b", "x.rules"], "--var"],
    [["check", "--profile", "huge", "x.rules"], "small, default, large"],
    [["check", "--nosuch", "x.rules"], "unknown option"],
    [["chek", "x.rules"], "Did you mean check?"],
    [["show", "abc", "x.rules"], 'expected a sid or gid:sid, found "abc"'],
    [["stats", "--top", "0"], "A whole number from 1"],
    [["stats", "--top", "many"], "A whole number from 1"],
  ])("ends with 2 for wrong usage: %j", (args, words) => {
    const { stdout, stderr, exitCode } = rules(...args);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain(words);
  });

  it("has help with examples and exit status for each", () => {
    for (const name of ["check", "list", "show", "stats"]) {
      const { stdout, exitCode } = rules(name, "--help");
      expect([name, exitCode]).toEqual([name, 0]);
      expect(stdout).toMatch(/\nExamples:\n {2}stray rules /);
      expect(stdout).toMatch(/\nExit status:\n {2}0 {2}/);
    }
    expect(rules("--help").stdout).toMatch(/\nExamples:\n {2}stray rules check/);
  });

  it("prints nothing of a rule that could disturb a terminal", () => {
    const path = put(
      "esc.rules",
      'alert tcp any any -> any any (msg:"\u001b[2Jred\u202e"; content:"a"; sid:1;)\nalert \u001b[1m\n',
    );
    for (const args of [["check"], ["list"], ["show", "1"], ["list", "--json"]]) {
      const { stdout, stderr } = rules(...args, path);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

describe("stray rules list", () => {
  it("has a line a rule, with what it is found by", () => {
    const { stdout, stderr, exitCode } = rules("list", put("list.rules", GOOD + BAD));
    expect(exitCode).toBe(0);
    expect(lines(stdout)).toEqual([
      "SID    ACTION  PROTO  PRIO  FOUND BY          MESSAGE",
      '1:1:3  alert   tcp       1  payload "needle"  one',
      "1:2:0  alert   udp       3  -                 two",
    ]);
    expect(stderr).toMatch(/^stray: .*list\.rules:3: sid 3: refused: /);
  });

  it("has an object a rule with --json", () => {
    const path = put("list-json.rules", GOOD);
    const { stdout } = rules("list", "--json", path);
    expect(lines(stdout).map((line) => JSON.parse(line) as object)).toEqual([
      {
        gid: 1,
        sid: 1,
        rev: 3,
        action: "alert",
        protocol: "tcp",
        message: "one",
        priority: 1,
        classtype: "trojan-activity",
        file: path,
        line: 1,
        found_by: 'payload "needle"',
      },
      expect.objectContaining({ sid: 2, classtype: null, found_by: null, line: 2 }),
    ]);
  });

  it("prints nothing for files without rules", () => {
    expect(rules("list", put("empty.rules", "# nothing\n"))).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });
});

describe("stray rules show", () => {
  it("shows what a rule was understood as, by sid or gid:sid", () => {
    const path = put("show.rules", GOOD);
    for (const id of ["1", "1:1"]) {
      const { stdout, stderr, exitCode } = rules("show", id, path);
      expect([stderr, exitCode]).toEqual(["", 0]);
      expect(lines(stdout)[0]).toBe(`${path}:1: 1:1:3 one`);
      expect(stdout).toContain('"needle"');
    }
    const { stdout } = rules("show", "--json", "2", path);
    expect(JSON.parse(stdout)).toMatchObject({
      sid: 2,
      program: expect.arrayContaining([expect.any(String)]),
    });
  });

  it("ends with 1 for a rule that is not there, or is refused, and says which", () => {
    const path = put("show-bad.rules", GOOD + BAD);
    expect(rules("show", "77", path)).toEqual({
      stdout: "",
      stderr: "stray: 1:77: no rule of these files has it\n",
      exitCode: 1,
    });
    expect(rules("show", "3:1", path).exitCode).toBe(1);
    expect(rules("show", "3", path)).toMatchObject({
      stdout: "",
      stderr: expect.stringMatching(/^stray: 1:3: refused: .*nosuch/),
      exitCode: 1,
    });
  });
});
