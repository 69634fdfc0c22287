// `v1.alerts.list` and `stray alerts` as a user runs it, against a control server here.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AlertLog } from "../../../host/alert/alert-log.js";
import { FastFormat, utcTime } from "../../../host/alert/fast-format.js";
import { FullFormat } from "../../../host/alert/full-format.js";
import { addAlertMethods } from "../../../host/control/alert-methods.js";
import { type AlertsReport, PAGE_ALERTS_MAX } from "../../../host/control/alert-protocol.js";
import { RPC_ERRORS } from "../../../host/control/protocol.js";
import { eventually } from "../../support/eventually.js";
import { later, RawClient, startControl, temporaryFolder } from "../control/support.js";
import { buildAlert, TIME_NS } from "./alert-builder.js";
import { LETTER, SAMPLES } from "./samples.js";

const ENTRY = fileURLToPath(new URL("alerts-entry.ts", import.meta.url));
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";
let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stray-alerts-command-"));
  await build({
    entryPoints: [ENTRY],
    outdir: folder,
    bundle: true,
    splitting: true,
    banner: { js: REQUIRE },
    outExtension: { ".js": ".mjs" },
    platform: "node",
    format: "esm",
    target: "node20",
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function startCommand(...args: string[]) {
  const child = spawn(process.execPath, [join(folder, "alerts-entry.mjs"), "alerts", ...args], {
    env: { ...process.env, TZ: "UTC" },
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
  const ended = new Promise<typeof output & { exitCode: number | null }>((resolve) => {
    child.on("close", (exitCode) => resolve({ ...output, exitCode }));
  });
  return { child, output, ended };
}

async function start(keep = 1000) {
  const control = await startControl();
  const log = await AlertLog.open({
    directory: join(temporaryFolder(), "alerts"),
    rotateBytes: 1 << 20,
    quotaBytes: 1 << 22,
    sensorName: "lab",
    interfaceName: () => "eth0",
    log: () => undefined,
    keep,
  });
  later(() => log.close());
  addAlertMethods(control.server.methods, () => log);
  const run = (...args: string[]) => startCommand(...args, "--socket", control.path).ended;
  return { ...control, log, run };
}

const numbered = (sid: number) =>
  buildAlert({ ...LETTER, sid, gid: sid % 2 ? 1 : 3, timeNs: TIME_NS + BigInt(sid) * 1_000_000_000n });
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const sidsOf = (text: string) => lines(text).map((line) => Number(/\[\d+:(\d+):\d+\]/.exec(line)?.[1]));
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe("v1.alerts.list", () => {
  it("gives pages, and refuses what it does not know", async () => {
    const { path, log } = await start();
    for (const sid of range(1, 5)) log.write(numbered(sid), 0);
    const client = await RawClient.connect(path);
    const { result } = await client.ask("v1.alerts.list", { after: 1, limit: 2 });
    expect(result).toMatchObject({ count: 2, next: 3, missed: 0, alerts: [{ event_type: "alert" }, {}] });
    expect((await client.ask("v1.alerts.list")).result).toMatchObject({ count: 5 });
    expect(
      (await client.ask("v1.alerts.list", { ip: "::ffff:217.29.131.130", limit: 1 })).result,
    ).toMatchObject({ count: 1 });
    for (const params of [
      { nosuch: 1 },
      { limit: 0 },
      { limit: PAGE_ALERTS_MAX.plain + 1 },
      { packets: true, limit: PAGE_ALERTS_MAX.packets + 1 },
      { after: -1 },
      { sid: "1" },
      { gid: 1.5 },
      { ip: "example.net" },
      { ip: "fe80::1%eth0" },
      { ip: 1 },
      { since: null },
      { packets: 1 },
      [1],
    ]) {
      const { error } = await client.ask("v1.alerts.list", params);
      expect(error?.code, JSON.stringify(params)).toBe(RPC_ERRORS.invalidParams);
    }
  });

  it("fits in a response with the largest pages there are", async () => {
    const { path, log, run } = await start();
    const large = {
      ...LETTER,
      frame: Buffer.concat([LETTER.frame, new Uint8Array(3000).fill(7)]),
      rule: { message: "\u00e9".repeat(5000), metadata: new Array(99).fill("k \u00e9".repeat(99)) },
    };
    for (let sequence = 1; sequence <= 1000; sequence++) log.write(buildAlert({ ...large, sequence }), 0);
    const client = await RawClient.connect(path);
    for (const params of [
      { limit: PAGE_ALERTS_MAX.plain },
      { limit: PAGE_ALERTS_MAX.packets, packets: true },
    ]) {
      const sequences = new Set<unknown>();
      for (let after = 0, more = true; more; ) {
        const { result, error } = await client.ask("v1.alerts.list", { ...params, after });
        expect(error).toBeUndefined();
        const page = result as unknown as AlertsReport;
        for (const { stray } of page.alerts) sequences.add((stray as { sequence: number }).sequence);
        after = page.next;
        more = page.more;
      }
      expect(sequences.size).toBe(1000);
    }
    expect(lines((await run("-n", "1000")).stdout)).toHaveLength(1000);
    expect(lines((await run("-n", "990", "--json")).stdout)).toHaveLength(990);
  });
});

describe("stray alerts", () => {
  it("prints the latest in every form as the sinks write them", async () => {
    const { log, run } = await start();
    for (const { alert } of SAMPLES) log.write(alert, 0);
    const alerts = SAMPLES.map(({ alert }) => alert);
    const time = utcTime();
    expect(await run()).toEqual({
      stdout: alerts.map((alert) => new FastFormat({ time }).text(alert)).join(""),
      stderr: "",
      exitCode: 0,
    });
    const letter = new FullFormat({ style: "letter", time });
    expect((await run("--format", "full")).stdout).toBe(alerts.map((alert) => letter.text(alert)).join(""));
    const snort = new FullFormat({ style: "snort", time });
    expect((await run("--format", "full-ids")).stdout).toBe(
      alerts.map((alert) => snort.text(alert)).join(""),
    );
    const { stdout } = await run("--json");
    expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
    expect(lines(stdout).map((line) => JSON.parse(line).event_type)).toEqual(alerts.map(() => "alert"));
    expect((await run("--format", "json")).stdout).toBe(stdout);
  });

  it("prints the letter's alert", async () => {
    const { log, run } = await start();
    log.write(buildAlert(LETTER), 0);
    const letter = readFileSync(new URL("../../golden/alert/letter.txt", import.meta.url), "utf8");
    expect((await run("--format=full")).stdout).toBe(`${letter}\n`);
  });

  it("prints only what is asked for", async () => {
    const { log, run } = await start();
    for (const sid of range(1, 150)) log.write(numbered(sid), 0);
    expect(sidsOf((await run()).stdout)).toEqual(range(51, 150));
    expect(sidsOf((await run("-n", "3")).stdout)).toEqual([148, 149, 150]);
    expect((await run("-n", "0")).stdout).toBe("");
    expect(sidsOf((await run("--sid", "7")).stdout)).toEqual([7]);
    expect(sidsOf((await run("--sid", "3:7")).stdout)).toEqual([]);
    expect(sidsOf((await run("--sid", "3:8")).stdout)).toEqual([8]);
    expect(sidsOf((await run("--host", "217.29.131.130", "-n", "1")).stdout)).toEqual([150]);
    expect((await run("--host", "192.0.2.77")).stdout).toBe("");
    expect(sidsOf((await run("--since", "2026-11-24T22:02:29Z")).stdout)).toEqual([149, 150]);
    expect((await run("--since", "0 seconds ago", "--sid", "1")).exitCode).toBe(0);
  });

  it("prints more with packets than a page holds", async () => {
    const { log, run } = await start();
    for (const sid of range(1, 700)) log.write(numbered(sid), 0);
    const full = await run("-n", "600", "--format", "full-ids");
    const titles = lines(full.stdout).filter((line) => line.startsWith("[**]"));
    expect(sidsOf(titles.join("\n"))).toEqual(range(101, 700));
    const json = await run("-n", "1000", "--json");
    expect(lines(json.stdout).map((line) => JSON.parse(line).alert.signature_id)).toEqual(range(1, 700));
  });

  it("follows, says what it missed, and ends quietly when its reader goes", async () => {
    const { log, path } = await start(20);
    for (const sid of range(1, 15)) log.write(numbered(sid), 0);
    const { child, output, ended } = startCommand("--follow", "--socket", path);
    await eventually(() => lines(output.stdout).length === 10, "the latest are printed");
    log.write(numbered(16), 0);
    await eventually(() => lines(output.stdout).length === 11, "the next is printed");
    for (const sid of range(17, 66)) log.write(numbered(sid), 0);
    await eventually(() => lines(output.stdout).length === 31, "those at hand are printed");
    expect(sidsOf(output.stdout)).toEqual([...range(6, 16), ...range(47, 66)]);
    expect(output.stderr).toBe("stray: 30 alerts came faster than they were printed and are left out\n");
    child.stdout.destroy();
    log.write(numbered(67), 0);
    expect(await ended).toMatchObject({ exitCode: 0 });
  });

  it("follows from nothing, and by a filter", async () => {
    const { log, path } = await start();
    const { output } = startCommand("-f", "-n", "0", "--sid", "4", "--socket", path);
    // What was written before it looked is not followed: alerts go on coming until it has.
    await eventually(() => {
      for (const sid of range(1, 5)) log.write(numbered(sid), 0);
      return output.stdout !== "";
    }, "it is printed");
    expect([...new Set(sidsOf(output.stdout))]).toEqual([4]);
  });

  it("does not go on with wrong words, and says when nobody is there", async () => {
    const { run } = await start();
    for (const args of [
      ["--sid", "x"],
      ["--sid", "1:2:3"],
      ["--host", "example.net"],
      ["-n", "1001"],
      ["--format", "xml"],
    ]) {
      expect(await run(...args), args.join(" ")).toMatchObject({ exitCode: 2, stdout: "" });
    }
    expect(await run("--since", "teatime")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^stray: --since: expected a time like/),
    });
    const nobody = await startCommand("--socket", join(temporaryFolder(), "none.sock")).ended;
    expect(nobody).toMatchObject({ exitCode: 2, stdout: "" });
    const help = await run("--help");
    expect(help.stdout).toMatch(/Examples:[\s\S]*Exit status:/);
  });
});
