// `stray board` as a user runs it: lists, budgets, checks and configurations, and how each ends.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boardNames } from "../../../host/board/folder.js";
import { parseConfig } from "../../../host/config/load.js";
import { runStray } from "../../support/run-stray.js";
import { BOARD_TEXT, boardText } from "../board/samples.js";

describe("stray board", () => {
  let folder: string;
  const file = (text: string): string => {
    const path = join(folder, "mine.yaml");
    writeFileSync(path, text);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stray-board-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("lists them", () => {
    const { stdout, stderr, exitCode } = runStray(["board", "list"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(" ")[0]),
    ).toEqual(boardNames());
    const all = JSON.parse(runStray(["board", "list", "--json"]).stdout) as { name: string; fits: boolean }[];
    expect(all.map(({ name, fits }) => [name, fits])).toEqual(boardNames().map((name) => [name, true]));
  });

  it("shows the budget of one by its name", () => {
    const { stdout, stderr, exitCode } = runStray(["board", "show", "pc-engines-apu2"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    for (const words of [
      /^flow table +[\d.]+ MiB +stray\.sensor\.profile$/m,
      /^enp2s0: ring to send/m,
      /^left /m,
    ]) {
      expect(stdout).toMatch(words);
    }
    const shown = JSON.parse(runStray(["board", "show", "--json", "qemu-x64"]).stdout) as {
      memory: { needBytes: number; leftBytes: number; bytes: number; parts: { bytes: number }[] };
    };
    const { needBytes, leftBytes, bytes, parts } = shown.memory;
    expect(parts.reduce((total, part) => total + part.bytes, 0)).toBe(needBytes);
    expect(bytes - needBytes).toBe(leftBytes);
  });

  it("checks all of them, or a file", () => {
    const all = runStray(["board", "check"]);
    expect([all.stderr, all.exitCode]).toEqual(["", 0]);
    expect(all.stdout.trimEnd().split("\n")).toHaveLength(boardNames().length);
    expect(runStray(["board", "check", file(BOARD_TEXT)])).toMatchObject({ stderr: "", exitCode: 0 });
  });

  it("refuses one that asks for more memory than there is: 1, shown all the same, but no configuration", () => {
    const path = file(boardText("memory: 1GiB", "memory: 128MiB"));
    const check = runStray(["board", "check", path]);
    expect([check.stdout, check.exitCode]).toEqual(["", 1]);
    expect(check.stderr).toMatch(
      /^stray: \S+mine\.yaml:3:9: memory: expected .* too little \(largest: process /,
    );
    const show = runStray(["board", "show", path]);
    expect(show.exitCode).toBe(1);
    expect(show.stdout).toMatch(/^left +-\d+ MiB$/m);
    expect(show.stderr).toBe(check.stderr);
    expect(runStray(["board", "config", path])).toEqual({ stdout: "", stderr: check.stderr, exitCode: 1 });
    const [told] = JSON.parse(runStray(["board", "check", "--json", path]).stdout) as {
      valid: boolean;
      fits: boolean;
      problems: { line: number; key: string }[];
    }[];
    expect(told).toMatchObject({ valid: true, fits: false, problems: [{ line: 3, key: "memory" }] });
  });

  it("refuses what is no profile, or not there: 2", () => {
    const bad = runStray(["board", "show", file(boardText("cores: 2", "cores: two"))]);
    expect([bad.stdout, bad.exitCode]).toEqual(["", 2]);
    expect(bad.stderr).toContain(":4:8: cores: expected a whole number");
    expect(runStray(["board", "show", "pc-engines-apu"])).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining("did you mean pc-engines-apu2?"),
      exitCode: 2,
    });
    expect(runStray(["board", "check", join(folder, "none.yaml")])).toMatchObject({
      stdout: "",
      exitCode: 2,
    });
  });

  it("prints a configuration that stray takes", () => {
    for (const name of boardNames()) {
      const { stdout, stderr, exitCode } = runStray(["board", "config", name]);
      expect([stderr, exitCode]).toEqual(["", 0]);
      const { capture } = parseConfig(stdout, name).config;
      const json = JSON.parse(runStray(["board", "config", "--json", name]).stdout) as { capture: unknown };
      expect(json.capture).toEqual(capture);
    }
  });

  it("escapes what a foreign profile says", () => {
    const path = file(boardText("title: Test board", 'title: "\\e]0;x\\a"'));
    for (const words of [["show"], ["config"]]) {
      const { stdout, exitCode } = runStray(["board", ...words, path]);
      expect(exitCode).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });
});
