// `v1.incidents.*` and `stray incidents` as a user runs it: against a control server here, and against a file.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusPage } from "../../../host/cli/control/status-page.js";
import { addIncidentMethods } from "../../../host/control/incident-methods.js";
import { RPC_ERRORS } from "../../../host/control/protocol.js";
import { StrayError } from "../../../host/errors.js";
import type { IncidentsReport } from "../../../host/sensor/view.js";
import { status } from "../control/fake-sensor.js";
import { RawClient, startControl } from "../control/support.js";
import { later, Rig } from "../incident/rig.js";
import { keepLetter } from "../report/kept-letter.js";

const SOURCE = "217.29.131.130";
const TARGET = "130.216.236.45";
const LETTER = ["midstream-data", "fin-with-data-no-handshake", "unanswered-retransmit"] as const;
const ENTRY = fileURLToPath(new URL("incidents-entry.ts", import.meta.url));
const REQUIRE = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(${JSON.stringify(import.meta.url)});`;

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stray-incidents-command-"));
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    banner: { js: REQUIRE },
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi"],
  });
  // koffi is looked for from here, not from where the program lies.
  const text = outputFiles[0]!.text.replaceAll("(import.meta.url)", `(${JSON.stringify(import.meta.url)})`);
  writeFileSync(join(folder, "incidents.mjs"), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Result {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

function stray(...args: string[]): Promise<Result> {
  const child = spawn(process.execPath, [join(folder, "incidents.mjs"), "incidents", ...args], {
    env: { ...process.env, TZ: "UTC", SUDO_USER: "anna", COLUMNS: "200" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  later(() => child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output.stderr += text;
  });
  return new Promise((resolve) => {
    child.on("close", (exitCode) => resolve({ ...output, exitCode }));
  });
}

async function start() {
  const control = await startControl();
  const rig = new Rig();
  addIncidentMethods(control.server.methods, () => rig.engine);
  const run = (...args: string[]) => stray(...args, "--socket", control.path);
  return { ...control, rig, run };
}

/** The letter, a sweep, a flood. */
function fill(rig: Rig): void {
  rig.flow(SOURCE, TARGET, LETTER);
  rig.alert(SOURCE, TARGET, { sid: 981 });
  rig.pass(60_000);
  for (let n = 0; n < 40; n++) rig.flow("192.0.2.7", `10.0.0.${n}`, ["host-sweep"]);
  rig.pass(60_000);
  for (let n = 0; n < 3; n++) rig.flow(`100.64.0.${n}`, "192.0.2.80", ["syn-flood"]);
  rig.all();
}

describe("stray status", () => {
  it("says how many are open, by severity, where any are kept", () => {
    const page = (incidents?: IncidentsReport) =>
      statusPage({ ...status(), ...(incidents === undefined ? {} : { incidents }) });
    const open = { low: 0, medium: 8, high: 3, critical: 1 };
    expect(page({ open, acknowledged: 4 })).toContain(
      "Incidents      12 open (1 critical, 3 high, 8 medium), 4 acknowledged\n",
    );
    const none = { low: 0, medium: 0, high: 0, critical: 0 };
    expect(page({ open: none, acknowledged: 0 })).toContain("Incidents      0 open\n");
    expect(page()).not.toContain("Incidents");
  });
});

describe("stray incidents list", () => {
  it("prints those that are open, the latest seen first, and is what the command does without words", async () => {
    const { rig, run } = await start();
    expect(await run()).toEqual({ stdout: "no open or acknowledged incidents\n", stderr: "", exitCode: 0 });
    fill(rig);
    const { stdout, exitCode } = await run();
    expect(exitCode).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header?.split(/\s+/)).toEqual([
      "ID",
      "SEVERITY",
      "STATE",
      "LAST",
      "SEEN",
      "ALERTS",
      "FLOWS",
      "CAUSE",
      "TITLE",
    ]);
    expect(rows.map((row) => row.replace(/^I-\w{8} +/, "").replace(/ {2,}/g, " | "))).toEqual([
      expect.stringMatching(
        /^high \| open \| 2026-11-24 22:02:00 \| 0 \| 3 \| .* \| SYN flood against 192.0.2.80 from 3 sources$/,
      ),
      expect.stringMatching(
        /^medium \| open \| 2026-11-24 22:01:00 \| 0 \| 40 \| .* \| 192.0.2.7 .* to 40 destinations port 80$/,
      ),
      expect.stringMatching(
        /^high \| open \| 2026-11-24 22:00:00 \| 1 \| 1 \| .* \| rule 981: 217.29.131.130 to 130.216.236.45 port 80$/,
      ),
    ]);
    expect((await run("list")).stdout).toBe(stdout);
  });

  it("narrows by state, severity, time and address; -n; --json", async () => {
    const { rig, run } = await start();
    fill(rig);
    const [flood, sweep, letter] = rig.all();
    rig.operator.update({ id: sweep!.id, action: "close", text: "", who: "x" });
    const ids = async (...args: string[]) => {
      const { stdout, exitCode } = await run("list", "--json", ...args);
      expect(exitCode).toBe(0);
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { id: string }).id);
    };
    expect(await ids()).toEqual([flood!.id, letter!.id]);
    expect(await ids("--all")).toEqual([flood!.id, sweep!.id, letter!.id]);
    expect(await ids("--state", "closed")).toEqual([sweep!.id]);
    expect(await ids("--state", "closed,open", "-n", "2")).toEqual([flood!.id, sweep!.id]);
    expect(await ids("--severity", "high", "--since", "2026-11-24T22:01")).toEqual([flood!.id]);
    expect(await ids("--source", "::ffff:192.0.2.80")).toEqual([flood!.id]);
    expect((await run("list", "--severity", "critical")).stdout).toBe(
      "no open or acknowledged incidents that pass\n",
    );
  });

  it("goes through all pages", async () => {
    const { rig, run } = await start();
    for (let n = 0; n < 700; n++) {
      rig.flow(`10.1.${n >> 8}.${n & 255}`, TARGET, LETTER);
      rig.pass(2000);
    }
    rig.all();
    const { stdout } = await run("list", "-n", "650");
    expect(stdout.trimEnd().split("\n")).toHaveLength(652);
    expect(stdout).toContain("there are more: -n N");
    const ids = (await run("--json", "-n", "5000")).stdout.trimEnd().split("\n");
    expect(new Set(ids).size).toBe(700);
  });
});

describe("stray incidents show", () => {
  it("tells everything on a page, with control characters escaped", async () => {
    const { rig, run } = await start();
    fill(rig);
    const letter = rig.all()[2]!;
    rig.alert(SOURCE, TARGET, { sid: 7, rule: { message: "evil \u001b[2J text", priority: 2 } });
    const { stdout: shown } = await run("note", letter.id, "asked", "the", "provider");
    expect(shown).toContain(`${letter.id} is open (high): rule 981`);
    const { stdout, exitCode } = await run("show", letter.id.slice(2, 8).toLowerCase());
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${letter.id}: rule 981: ${SOURCE} to ${TARGET} port 80\n`);
    for (const part of [
      "State          open\n",
      "Severity       high\n",
      "Seen           2026-11-24 22:00:00 to 2026-11-24 22:02:00 (2 min)\n",
      "Counts         2 alerts, 1 flows, 2 packets, 200 B\n",
      `Sources        ${SOURCE}\n`,
      "Ports          80\n",
      "evil \\x1b[2J text",
      "  fin-with-data-no-handshake",
      "opened",
      "anna  asked the provider\n",
    ]) {
      expect(stdout).toContain(part);
    }
    const json = JSON.parse((await run("show", letter.id, "--json")).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      id: letter.id,
      alertsBySid: [{ sid: 981 }, { sid: 7 }],
      notes: [{ who: "anna" }],
    });
    expect(Object.keys(json).sort()).toEqual(Object.keys(letter).sort());
  });

  it("of one that is not there ends with 1", async () => {
    const { run } = await start();
    expect(await run("show", "I-00000000")).toEqual({
      stdout: "",
      stderr: "stray: no incident is called I-00000000\n",
      exitCode: 1,
    });
  });
});

describe("stray incidents report", () => {
  it("writes the letter of what the sensor kept, asked for or read from the file", async () => {
    const { rig, evidenceFolder } = await keepLetter();
    const control = await startControl();
    addIncidentMethods(control.server.methods, () => rig.engine);
    const { id } = rig.only();
    const asked = await stray(
      "report",
      id.slice(2, 7),
      "--evidence",
      evidenceFolder,
      "--socket",
      control.path,
    );
    expect(asked).toMatchObject({ stderr: "", exitCode: 0 });
    expect(asked.stdout).toMatch(new RegExp(`^Report on incident ${id}\n`));
    for (const part of ["leaky-filter (100 of 100)", "About 2.7 hidden connections a second", "ID:20959"]) {
      expect(asked.stdout).toContain(part);
    }
    await rig.engine.close();
    const database = join(rig.directory, "incidents.db");
    const read = await stray("report", id, "--evidence", evidenceFolder, "--database", database);
    const withoutDate = (text: string) => text.replace(/^Written by .*$/m, "");
    expect(withoutDate(read.stdout)).toBe(withoutDate(asked.stdout));
  });

  it("takes forms and files as stray report does", async () => {
    const { rig, run } = await start();
    fill(rig);
    const { id } = rig.all()[0]!;
    const path = join(folder, "incident.json");
    expect(await run("report", id, "-o", path)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      format: "stray-report",
      about: { origin: { kind: "incident", id } },
      cases: [{ id, kind: "target", subject: "192.0.2.80" }],
    });
    expect((await run("report", id, "--format", "markdown")).stdout).toMatch(/^# Report on incident I-/);
  });

  it("of one that is not there ends with 1, of an output that can't be with 2", async () => {
    const { rig, run } = await start();
    fill(rig);
    expect(await run("report", "I-00000000")).toEqual({
      stdout: "",
      stderr: "stray: no incident is called I-00000000\n",
      exitCode: 1,
    });
    const { exitCode, stderr } = await run("report", rig.all()[0]!.id, "-o", join(folder, "no", "x.md"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("it can't be written (ENOENT)");
  });
});

describe("stray incidents: changes", () => {
  it("ack, close, reopen, false-positive: with who and why", async () => {
    const { rig, run } = await start();
    fill(rig);
    const [flood, sweep] = rig.all();
    expect((await run("ack", flood!.id, sweep!.id)).stdout.split("\n").slice(0, 2)).toEqual([
      expect.stringContaining(`${flood!.id} is acknowledged (high)`),
      expect.stringContaining(`${sweep!.id} is acknowledged (medium)`),
    ]);
    expect((await run("close", flood!.id, "--text", "over")).exitCode).toBe(0);
    expect((await run("reopen", flood!.id, "--json")).stdout).toContain('"state":"open"');
    expect((await run("false-positive", sweep!.id)).exitCode).toBe(0);
    const events = rig.all()[0]!.events.map(({ what, who, text }) => [what, who, text]);
    expect(events).toEqual([
      ["opened", "strayd", ""],
      ["acknowledged", "anna", ""],
      ["closed", "anna", "over"],
      ["reopened", "anna", ""],
    ]);
  });

  it("one unknown among several: nothing is changed", async () => {
    const { rig, run } = await start();
    fill(rig);
    const { exitCode } = await run("close", rig.all()[0]!.id, "I-00000000");
    expect(exitCode).toBe(1);
    expect(rig.all().every(({ state }) => state === "open")).toBe(true);
  });

  it("merge: the first stays", async () => {
    const { rig, run } = await start();
    fill(rig);
    const [flood, sweep, letter] = rig.all();
    const { stdout } = await run("merge", letter!.id, sweep!.id, flood!.id, "--text", "one actor");
    expect(stdout).toBe(`${letter!.id} is open (high): rule 981: ${SOURCE} to 42 destinations port 80\n`);
    expect(rig.only()).toMatchObject({ id: letter!.id, flows: 44, merged: [sweep!.id, flood!.id] });
    expect((await run("show", sweep!.id)).stdout).toContain(`Merged         ${sweep!.id}, ${flood!.id}`);
  });

  it("mute, mutes, unmute", async () => {
    const { rig, run } = await start();
    fill(rig);
    expect((await run("mutes")).stdout).toBe("nothing is muted\n");
    expect(
      (await run("mute", "--source", "192.0.2.0/24", "--for", "7d", "--reason", "tests")).stdout,
    ).toEqual(
      expect.stringMatching(
        /^mute 1: source 192\.0\.2\.0\/24 until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(tests\)\n$/,
      ),
    );
    const { stdout } = await run("mute", rig.all()[0]!.id, "--reason", "repair", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      number: 2,
      kind: "destination",
      value: "192.0.2.80",
      untilMs: null,
      who: "anna",
    });
    rig.flow("192.0.2.9", TARGET, LETTER);
    expect((await run("mutes")).stdout).toMatch(/1 {2}source +192\.0\.2\.0\/24 .* 1 {2}anna {2}tests\n/);
    expect((await run("unmute", "1")).stdout).toMatch(/^taken away: mute 1: .*, kept away 1 \(tests\)\n$/);
    expect((await run("unmute", "1")).exitCode).toBe(1);
    expect((await run("mutes", "--json")).stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  it("export: whole ones, a line each, as many as there are", async () => {
    const { rig, run } = await start();
    fill(rig);
    const [flood, , letter] = rig.all();
    const lines = (text: string) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { id: string; facts: object[] });
    expect(lines((await run("export")).stdout).map(({ id }) => id)).toEqual(rig.all().map(({ id }) => id));
    const named = lines((await run("export", letter!.id, flood!.id)).stdout);
    expect(named.map(({ id }) => id)).toEqual([letter!.id, flood!.id]);
    expect(named[0]!.facts).toHaveLength(1);
    for (let n = 0; n < 60; n++) {
      rig.pass(2000);
      for (let flow = 0; flow < 40; flow++) rig.flow(`10.3.0.${n}`, `10.4.0.${flow}`, ["port-sweep"]);
    }
    rig.all();
    const all = lines((await run("export", "--all")).stdout);
    expect(new Set(all.map(({ id }) => id)).size).toBe(63);
  });
});

describe("usage", () => {
  it.each([
    [["show", "what?"], "An incident such as I-7K3QF2MX was expected"],
    [["show"], "missing required argument 'id'"],
    [["list", "--state", "shut"], "One of open, acknowledged, closed, false-positive was expected"],
    [["list", "--all", "--state", "open"], "cannot be used with"],
    [["list", "--severity", "bad"], "Allowed choices are low, medium, high, critical"],
    [["list", "--source", "nobody"], "An IPv4 or IPv6 address was expected"],
    [["list", "--since", "someday"], "--since: expected a time"],
    [["mute", "--source", "192.0.2.1"], "required option '--reason <text>' not specified"],
    [
      ["mute", "--reason", "x"],
      "one of an incident's id, --source, --destination, --sid and --finding was expected",
    ],
    [["mute", "--sid", "1", "--source", "192.0.2.1", "--reason", "x"], "one of an incident's id"],
    [
      ["mute", "--sid", "1", "--for", "soon", "--reason", "x"],
      "--for: a duration such as 12h or 7d was expected",
    ],
    [["unmute", "x"], "A whole number from 1"],
    [["note", "I-7K3QF2MX"], "missing required argument 'text'"],
    [["nonsense"], "too many arguments"],
  ])("%j is refused with 2", async (args, message) => {
    const { stdout, stderr, exitCode } = await stray(...args, "--socket", "/nonexistent/stray.sock");
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain(message);
  });

  it("without strayd: says so, with 2", async () => {
    const { stderr, exitCode } = await stray("--socket", "/nonexistent/stray.sock");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("strayd is not running");
  });
});

describe("--database", () => {
  it("reads the file of a strayd that does not run, and of one that does", async () => {
    const rig = new Rig();
    fill(rig);
    const path = join(rig.directory, "incidents.db");
    const here = await stray("list", "--database", path);
    expect(here).toMatchObject({ stderr: "", exitCode: 0 });
    await rig.engine.close();
    const list = await stray("list", "--database", path);
    expect(list).toEqual(here);
    expect(list.stdout).toContain("rule 981");
    const id = /I-\w{8}/.exec(list.stdout)![0];
    expect((await stray("show", id.slice(0, 6), "--database", path)).stdout).toContain("SYN flood");
    expect((await stray("export", "--database", path)).stdout.trimEnd().split("\n")).toHaveLength(3);
    expect((await stray("show", "I-00000000", "--database", path)).exitCode).toBe(1);
    expect(await stray("list", "--database", "/nonexistent/x.db")).toMatchObject({ exitCode: 2 });
    writeFileSync(path, "no database at all ".repeat(300));
    const { stderr, exitCode } = await stray("list", "--database", path);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("file is not a database");
  });
});

describe("v1.incidents.*", () => {
  it.each([
    ["v1.incidents.list", { limit: 0 }, "limit: a whole number from 1 to 500"],
    ["v1.incidents.list", { after: "x" }, "after: next of the page before"],
    ["v1.incidents.list", { states: ["open", "shut"] }, "states: a list of open"],
    ["v1.incidents.list", { severity: 3 }, "severity: one of low"],
    ["v1.incidents.list", { address: "192.0.2" }, "address: an IPv4 or IPv6 address"],
    [
      "v1.incidents.list",
      { nosuch: 1 },
      "no parameter of that name; there are states, severity, since, address, limit, after",
    ],
    ["v1.incidents.list", [1], "parameters by name"],
    ["v1.incidents.show", {}, "id: an incident such as"],
    ["v1.incidents.show", { id: "'; DROP TABLE incidents" }, "id: an incident such as"],
    ["v1.incidents.update", { ids: [], action: "close" }, "ids: a list of 1 to 100"],
    ["v1.incidents.update", { ids: ["I-1"], action: "burn" }, "action: one of acknowledge"],
    [
      "v1.incidents.update",
      { ids: ["I-1"], action: "close", into: "I-2" },
      "into: an incident was expected with merge",
    ],
    ["v1.incidents.update", { ids: ["I-1"], action: "merge" }, "into: an incident was expected with merge"],
    [
      "v1.incidents.update",
      { ids: ["I-1"], action: "note", text: "x".repeat(2001) },
      "text: a text of at most 2000",
    ],
    ["v1.incidents.mute", { kind: "source", value: "192.0.2.1" }, "reason: a text"],
    ["v1.incidents.mute", { kind: "source", reason: "x" }, "kind and value were expected together"],
    ["v1.incidents.mute", { reason: "x" }, "or the id of an incident"],
    ["v1.incidents.mutes", { x: 1 }, "takes no parameters"],
    ["v1.incidents.unmute", {}, "number: that of a mute"],
    ["v1.incidents.export", { ids: "I-1" }, "ids: a list of 1 to 100"],
  ])("%s refuses %j", async (method, params, message) => {
    const { path } = await start();
    const { error } = await (await RawClient.connect(path)).ask(method, params);
    expect(error?.code).toBe(RPC_ERRORS.invalidParams);
    expect(error?.message).toContain(message);
  });

  it("answer pages that go on, also of named ones", async () => {
    const { path, rig } = await start();
    for (let n = 0; n < 60; n++) {
      rig.pass(2000);
      for (let flow = 0; flow < 60; flow++) rig.flow(`10.3.0.${n}`, `10.4.0.${flow}`, ["port-sweep"]);
    }
    const ids = rig.all().map(({ id }) => id);
    const client = await RawClient.connect(path);
    const seen: string[] = [];
    let pages = 0;
    for (let after: unknown = "0-0"; after !== null && pages < 50; pages++) {
      const { result } = await client.ask("v1.incidents.export", { ids, after });
      const page = result as unknown as { incidents: { id: string }[]; next: string | null };
      seen.push(...page.incidents.map(({ id }) => id));
      after = page.next;
    }
    expect(seen).toEqual(ids);
    expect(pages).toBeGreaterThan(1);
  });

  it("say that none are kept, or that they can't be written", async () => {
    const control = await startControl();
    addIncidentMethods(control.server.methods, () => {
      throw new StrayError("INCIDENTS_OFF", "no incidents are kept");
    });
    const { error } = await (await RawClient.connect(control.path)).ask("v1.incidents.list");
    expect(error).toMatchObject({ code: RPC_ERRORS.sensor, message: "no incidents are kept" });
  });
});
