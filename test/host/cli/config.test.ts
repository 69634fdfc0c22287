// `stray config` as a user runs it: what goes to which stream, exit codes, and JSON that a program can use.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configCommand } from "../../../host/cli/config-command.js";
import { defaultConfigText } from "../../../host/config/default-text.js";
import { parseConfig } from "../../../host/config/load.js";
import type { StrayResult } from "../../support/run-stray.js";
import { requireProgram } from "../../support/system.js";

// The command alone, so that these tests need no bundle.
const SCRIPT = `
  import { configCommand } from "./host/cli/config-command.ts";
  import { StrayError } from "./host/errors.ts";
  let exitCode = 0;
  const configure = (command) => {
    command.commands.forEach(configure);
    return command.exitOverride();
  };
  try {
    await configure(configCommand((code) => { exitCode = code; })).parseAsync(process.argv.slice(1), { from: "user" });
  } catch (error) {
    if (error instanceof StrayError) process.stderr.write("stray: " + error.message + "\\n");
    exitCode = error.code === "commander.helpDisplayed" ? 0 : (error.exitCode === 1 ? 2 : error.exitCode);
  }
  process.exitCode = exitCode;`;

function stray(args: readonly string[], input = ""): StrayResult {
  const node = ["--import", "./tools/ts.mjs", "--input-type=module", "-e", SCRIPT, "--", ...args];
  const cwd = new URL("../../..", import.meta.url);
  const { stdout, stderr, status } = spawnSync(process.execPath, node, { cwd, encoding: "utf8", input });
  return { stdout, stderr, exitCode: status };
}

const GOOD = "capture: {interfaces: [eth0], snaplen: 96}\nlog: {level: warn}\n";
const BAD = "capture: {interfaces: [eth0], mode: zero}\nlogs: {}\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("config check", () => {
  it("says valid, with the warnings, and ends with 0, or 1 with --strict", () => {
    const path = put("good.yaml", GOOD);
    const expected = {
      stdout: `${path}: valid, 1 warning\n`,
      stderr: `stray: warning: ${path}: capture.snaplen: headers can be longer than 96 bytes; flows will lack evidence\n`,
    };
    expect(stray(["check", path])).toEqual({ ...expected, exitCode: 0 });
    expect(stray(["check", "--strict", path])).toEqual({ ...expected, exitCode: 1 });
  });

  it("tells every problem on standard error and ends with 2", () => {
    const { stdout, stderr, exitCode } = stray(["check", put("bad.yaml", BAD)]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr.split("\n")).toEqual([
      `stray: ${folder}/bad.yaml:1:37: capture.mode: expected one of auto, mapped, copy; found "zero"`,
      `stray: ${folder}/bad.yaml:2:1: logs: expected one of the sections sensor, capture, inline, flows, inspection, detection, rules, alerts, incidents, store, export, control, notices, snmp, metrics, log; found "logs" (did you mean log?)`,
      "",
    ]);
  });

  it("tells the same as JSON", () => {
    const { stdout, stderr, exitCode } = stray(["check", "--json", "-"], BAD);
    expect([stderr, exitCode]).toEqual(["", 2]);
    const result = JSON.parse(stdout) as { problems: object[] };
    expect(result).toMatchObject({ file: "standard input", valid: false, total: 2, warnings: [] });
    expect(result.problems[1]).toEqual({
      line: 2,
      column: 1,
      key: "logs",
      expected:
        "one of the sections sensor, capture, inline, flows, inspection, detection, rules, alerts, incidents, store, export, control, notices, snmp, metrics, log",
      found: '"logs"',
      hint: "did you mean log?",
      message: expect.stringMatching(/^standard input:2:1: logs: expected /),
    });
    const good = stray(["check", "--json", "-"], GOOD);
    expect([good.stderr, good.exitCode]).toEqual(["", 0]);
    expect(JSON.parse(good.stdout)).toMatchObject({ valid: true, problems: [], warnings: [/./] });
  });

  it("has one line and exit code 2 for a file that is not there", () => {
    const { stdout, stderr, exitCode } = stray(["check", join(folder, "none.yaml")]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toBe(
      `stray: ${folder}/none.yaml: there is no such file: "stray config default" prints one to begin with\n`,
    );
  });

  it.skipIf(!requireProgram("tcpdump", "tcpdump"))("asks tcpdump about the capture filter", () => {
    const file = (filter: string) => `capture: {interfaces: [lo], filter: "${filter}"}\n`;
    expect(stray(["check", "-"], file("tcp port 80")).exitCode).toBe(0);
    const { stderr, exitCode } = stray(["check", "-"], file("tcp prot 80"));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^stray: standard input:1:37: capture\.filter: expected a filter in the language of pcap-filter\(7\); found "tcp prot 80" \(.+\)\n$/,
    );
  });
});

describe("config show", () => {
  it("prints the whole configuration, and marks what is not as by default", () => {
    const { stdout, exitCode } = stray(["show", "-"], GOOD);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("  snaplen: 96 # default: 65535\n");
    expect(stdout).toContain("  level: warn # default: info\n");
    expect(stdout.match(/# default/g)).toHaveLength(2);
    expect(parseConfig(stdout, "a").config).toEqual(parseConfig(GOOD, "b").config);
  });

  it("prints only what is not as by default with --changed", () => {
    expect(stray(["show", "--changed", "-"], GOOD).stdout).toBe(
      "capture:\n  interfaces: [eth0]\n  snaplen: 96 # default: 65535\nlog:\n  level: warn # default: info\n",
    );
  });

  it("prints JSON in ms and bytes", () => {
    const { stdout } = stray(["show", "--json", "-"], GOOD);
    expect(JSON.parse(stdout)).toMatchObject({
      file: "standard input",
      changed: ["capture.snaplen", "log.level"],
      config: {
        capture: { interfaces: ["eth0"], ringBytes: 8 << 20, snapLen: 96 },
        flows: { statusMs: 60_000 },
        export: { eve: null },
      },
    });
  });

  it("prints the defaults, and takes no file then", () => {
    const { stdout, exitCode } = stray(["show", "--defaults"]);
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain("#");
    expect(parseConfig(stdout, "a").config).toEqual(parseConfig("capture: {interfaces: [eth0]}", "b").config);
    expect(stray(["show", "--defaults", "a.yaml"])).toMatchObject({ stdout: "", exitCode: 2 });
  });

  it("refuses what is not valid", () => {
    const { stdout, stderr, exitCode } = stray(["show", "-"], BAD);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr.split("\n")).toHaveLength(3);
  });
});

describe("config default", () => {
  it("prints a configuration that config check takes", () => {
    const { stdout, exitCode } = stray(["default"]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(defaultConfigText());
    expect(stray(["check", "-"], stdout)).toEqual({
      stdout: "standard input: valid\n",
      stderr: "",
      exitCode: 0,
    });
  });
});

describe("help", () => {
  it("of each subcommand has a description, examples and what it ends with", () => {
    const command = configCommand(() => undefined);
    expect(command.commands.map((one) => one.name())).toEqual(["check", "show", "default"]);
    for (const one of command.commands) expect(one.description()).not.toBe("");
    for (const name of ["check", "show"]) {
      const { stdout, exitCode } = stray([name, "--help"]);
      expect(exitCode).toBe(0);
      for (const word of ["Examples:", "Exit status:", "--json", "/etc/stray/stray.yaml"])
        expect(stdout).toContain(word);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
    }
  });
});
