// `stray help`: everything that has a name is told about, in text and as JSON.

import { describe, expect, it } from "vitest";
import { CAUSES_IN_ORDER } from "../../../host/cause/names.js";
import { buildProgram } from "../../../host/cli/program.js";
import { keyRows } from "../../../host/config/key-rows.js";
import { ERROR_TABLE } from "../../../host/help/error-table.js";
import { allCommands, modelOf } from "../../../host/help/program-model.js";
import { TOPICS } from "../../../host/help/topic-names.js";
import { entriesNamed, topicEntries } from "../../../host/help/topics.js";
import { COUNTER_WORDS } from "../../../host/metrics/counter-help.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { runStray } from "../../support/run-stray.js";

const kindsOf = (name: string) => entriesNamed(name).map(({ kind }) => kind);

describe("topics", () => {
  it("have every finding, cause, error code, counter and key", () => {
    for (const name of FINDING_NAMES) expect(kindsOf(name)).toContain("finding");
    for (const name of CAUSES_IN_ORDER) expect(kindsOf(name)).toContain("cause");
    for (const { code } of ERROR_TABLE) expect(kindsOf(code)).toEqual(["error"]);
    for (const table of Object.values(COUNTER_WORDS)) {
      for (const { name } of table) expect(kindsOf(name)).toContain("counter");
    }
    for (const { key } of keyRows()) expect(kindsOf(key)).toContain("key");
  });

  it("find a metric by its name, and a result of SQLite by its own", () => {
    expect(entriesNamed("stray_wire_bytes_total").map(({ name }) => name)).toEqual(["wire-bytes"]);
    expect(entriesNamed("SQLITE_FULL").map(({ name }) => name)).toEqual(["SQLITE_FULL"]);
    expect(entriesNamed("nosuch")).toEqual([]);
  });

  it("say something under each heading, and what to do of each finding and error", () => {
    for (const entry of (["findings", "causes", "errors", "counters", "keys"] as const).flatMap(
      topicEntries,
    )) {
      expect(entry.meaning, entry.name).toMatch(/^\S.*[.…]$/);
      for (const { title, lines } of entry.sections) {
        expect(lines.length, `${entry.name}: ${title}`).toBeGreaterThan(0);
        for (const line of lines) expect(line, `${entry.name}: ${title}`).toMatch(/\S/);
      }
      if (entry.kind === "finding" || entry.kind === "error") {
        expect(entry.sections.map(({ title }) => title)).toContain("What to do");
      }
    }
  });
});

describe("stray help", () => {
  it("tells of every topic that it lists", () => {
    const { stdout, exitCode } = runStray(["help", "topics"]);
    expect(exitCode).toBe(0);
    for (const topic of TOPICS) expect(stdout).toMatch(new RegExp(`^  ${topic} `, "m"));
  });

  it("tells of a finding in lines of 80 columns at most", () => {
    const { stdout, exitCode } = runStray(["help", "syn-scan"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^syn-scan \(finding\)\n[\s\S]*^What to do:\n/m);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("tells everything of a name that is several things", () => {
    const { stdout } = runStray(["help", "--json", "backscatter"]);
    expect((JSON.parse(stdout) as { kind: string }[]).map(({ kind }) => kind)).toEqual(["finding", "cause"]);
  });

  it("tells of commands as they do themselves, behind any word", () => {
    expect(runStray(["help", "incidents", "mute"]).stdout).toBe(
      runStray(["incidents", "mute", "--help"]).stdout,
    );
    const { stdout } = runStray(["help", "--json", "incidents", "mute"]);
    expect(JSON.parse(stdout)).toMatchObject([{ kind: "command", path: "incidents mute", name: "mute" }]);
    expect(runStray(["help"]).stdout).toContain("Usage: stray ");
  });

  it("says what is near to a name that is none", () => {
    const { stderr, stdout, exitCode } = runStray(["help", "sweep"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^stray: nothing is called "sweep"; there are port-sweep, host-sweep[^\n]*\n$/);
    expect(runStray(["help", "x\u001b[2J"]).stderr).toContain("x\\x1b[2J");
  });
});

describe("the program's model", () => {
  const model = modelOf(buildProgram(() => undefined));

  it("has examples and exit codes of each command that does something", () => {
    for (const { path, examples, exitStatus, commands, summary } of allCommands(model)) {
      expect(summary, path).toMatch(/^[a-z]/);
      // A group's subcommands have their own, or share the group's.
      const parent = allCommands(model).find((candidate) =>
        candidate.commands.some((child) => child.path === path),
      );
      const shown = [...examples, ...(path.includes(" ") ? (parent?.examples ?? []) : [])];
      if (path !== "") expect(shown.length, path).toBeGreaterThan(0);
      if (commands.length === 0 && examples.length > 0)
        expect(
          exitStatus.map(([code]) => code),
          path,
        ).toContain(path === "shell" ? "2" : "0");
    }
  });

  it("knows files, folders, choices and repeated options", () => {
    const read = allCommands(model).find(({ path }) => path === "read");
    expect(read?.arguments).toMatchObject([
      { name: "file", kind: "file", isRequired: true, isVariadic: true },
    ]);
    const byFlag = new Map(read?.options.map((option) => [option.long ?? option.short, option]));
    expect(byFlag.get("-Z")?.value).toMatchObject({ kind: "choice", choices: ["b", "s", "d"] });
    expect(byFlag.get("--rules")).toMatchObject({ isRepeatable: true, value: { kind: "file" } });
    expect(byFlag.has("--no-header")).toBe(false);
  });
});
