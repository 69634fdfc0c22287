// The commands as a user runs them, against a control server here: output, standard error, exit code.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StrayError } from "../../../host/errors.js";
import { eventually } from "../../support/eventually.js";
import { STARTED_MS } from "../control/fake-sensor.js";
import { bundleCommands, runCommand, startCommand, startProgram } from "../control/run-command.js";
import { startControl, temporaryFolder } from "../control/support.js";

bundleCommands();

async function start() {
  const control = await startControl();
  const run = (...args: string[]) => runCommand([...args, "--socket", control.path]);
  return { ...control, run };
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

describe("stray status", () => {
  it("prints the page, and takes the socket from STRAY_SOCKET", async () => {
    const { path } = await start();
    const { stdout, stderr, exitCode } = await runCommand(["status"], { STRAY_SOCKET: path });
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toMatch(/^strayd 0\.1\.0 "lab", process 4242, up 1 h 5 min since 2026-11-24 18:00:00\n/);
    expect(stdout).toMatch(/\nNo problems\.\n$/);
  });

  it("ends with 1 when there are problems, as JSON too", async () => {
    const { run, sensor } = await start();
    sensor.statusReport.problems = ["eth1 is absent: plug it in"];
    expect(await run("status")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("Problems:\n  eth1 is absent: plug it in\n"),
    });
    const { stdout, exitCode } = await run("status", "--json");
    expect(exitCode).toBe(1);
    expect(lines(stdout)).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(sensor.statusReport);
  });

  it("ends with 2 when nobody is there", async () => {
    const socket = join(temporaryFolder(), "none.sock");
    const { stdout, stderr, exitCode } = await runCommand(["status", "--socket", socket]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toMatch(/^stray: strayd is not running, or uses another socket: nothing is at .*\n$/);
  });

  it("refuses an option that it does not have, and an empty socket", async () => {
    expect(await runCommand(["status", "--nosuch"])).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await runCommand(["status", "--socket", ""])).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("stray counters", () => {
  it("prints names and values, zeros with --all, everything with --json", async () => {
    const { run, sensor } = await start();
    const plain = await run("counters");
    expect(plain).toMatchObject({ exitCode: 0, stderr: "" });
    expect(plain.stdout).toMatch(
      /^2026-11-24 19:05:00, counting since 2026-11-24 18:00:00\nCounter +Value\npackets/,
    );
    expect(plain.stdout).not.toContain("undecoded");
    expect((await run("counters", "--all")).stdout).toMatch(/\nundecoded +0\n/);
    const json = JSON.parse((await run("counters", "--json")).stdout) as { total: unknown; control: unknown };
    expect(json.total).toEqual(sensor.countersReport.total);
    expect(json.control).toMatchObject({ clients: 3 });
  });

  it("breaks down by worker and interface, and names those there are", async () => {
    const { run } = await start();
    const { stdout } = await run("counters", "--worker", "0", "--interface", "eth0");
    expect(stdout).toMatch(/\nworker\.0\.packets +1,234,567\n/);
    expect(stdout).toMatch(/\ninterface\.eth0\/0\.drops +12\n/);
    expect(await run("counters", "--worker=7")).toMatchObject({
      exitCode: 2,
      stderr: "stray: --worker: there is no worker 7; there are 0\n",
    });
    expect((await run("counters", "--interface=eth9")).stderr).toContain(
      'does not listen on "eth9"; it does on eth0',
    );
  });

  it("watches with rates, until the reader goes", async () => {
    const { path, sensor } = await start();
    const { child, output, ended } = startCommand(["counters", "--watch=0.1", "--json", "--socket", path]);
    await eventually(() => lines(output.stdout).length >= 1, "the first report is there");
    sensor.countersReport = {
      ...sensor.countersReport,
      nowMs: STARTED_MS + 3_901_000,
      total: { ...sensor.countersReport.total, packets: 1_234_667 },
    };
    await eventually(() => /"rates":\{"packets":100,/.test(output.stdout), "there is a rate");
    for (const line of lines(output.stdout).slice(0, 2)) expect(JSON.parse(line)).toHaveProperty("rates");
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("stray flows", () => {
  it("prints the live table as read prints it", async () => {
    const { run, sensor } = await start();
    sensor.fill(3);
    const { stdout, stderr, exitCode } = await run("flows", "-Z", "b");
    expect([stderr, exitCode]).toEqual(["", 0]);
    const [header = "", first = "", ...others] = lines(stdout);
    expect(header).toMatch(/^Start_Time +Flgs +Type +SrcAddr +Sport +Dir +DstAddr +Dport/);
    expect(first).toContain("10.0.0.1.1000 ");
    expect(others).toHaveLength(2);
  });

  it("filters, by words behind the options, before them, and by -f", async () => {
    const { run, sensor } = await start();
    sensor.fill(5);
    for (const args of [
      ["src", "port", "1003"],
      ["-f", "src port 1003"],
      ["-", "spkts > 3 and spkts < 5"],
      ["-f", "udp or tcp", "src port 1003 or src port 1"],
    ]) {
      expect(lines((await run("flows", "--no-title", ...args)).stdout), args.join(" ")).toEqual([
        expect.stringContaining("10.0.0.1.1003"),
      ]);
    }
    expect(sensor.queries.at(-1)?.filter).toBe("(udp or tcp) and (src port 1003 or src port 1)");
    expect(await run("flows", "port", "port")).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringMatching(/^stray: filter: .* at column \d+\n$/),
    });
  });

  it("has the largest with --top, and JSON and CSV", async () => {
    const { run, sensor } = await start();
    sensor.fill(12);
    const top = await run("flows", "--top", "2", "--by", "packets", "--json", "-s", "sport,spkts");
    expect(lines(top.stdout)).toEqual(['{"sport":1011,"spkts":12}', '{"sport":1010,"spkts":11}']);
    const csv = await run("flows", "--by", "bytes", "--csv", "-s", "sport");
    expect(lines(csv.stdout)).toHaveLength(11);
    expect(lines(csv.stdout).slice(0, 2)).toEqual(["sport", "1011"]);
    expect(await run("flows", "--top", "0")).toMatchObject({ exitCode: 2 });
    expect(await run("flows", "--by", "colour")).toMatchObject({ exitCode: 2 });
  });

  it("goes through all pages, and stops when -N has enough", async () => {
    const { run, sensor } = await start();
    sensor.fill(2500);
    const all = await run("flows", "--no-title", "-s", "sport");
    expect(lines(all.stdout).map((line) => Number(line.trim()))).toEqual(
      Array.from({ length: 2500 }, (_, index) => 1000 + index),
    );
    expect(sensor.queries.map(({ after }) => after)).toEqual([undefined, 1000, 2000]);
    const some = await run("flows", "--no-title", "-s", "sport", "-N", "2-4");
    expect(lines(some.stdout).map(Number)).toEqual([1001, 1002, 1003]);
    expect(sensor.queries.at(-1)).toEqual({ filter: "", limit: 4 });
    expect(await run("flows", "-N", "0", "--no-title")).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it("tells how many flows could not be read", async () => {
    const { run, sensor } = await start();
    sensor.fill(1).skipped = 2;
    expect((await run("flows")).stderr).toBe(
      "stray: 2 flows changed while they were read and are left out\n",
    );
  });

  it("ends quietly when its reader goes", async () => {
    const { path, sensor } = await start();
    sensor.fill(3000);
    const { child, output, ended } = startCommand(["flows", "--json", "--socket", path]);
    await eventually(() => output.stdout.length > 0, "something is printed");
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("reads the store with --from or --to, without strayd", async () => {
    const store = join(temporaryFolder(), "none");
    const socket = join(store, "none.sock");
    for (const times of [
      ["--from", "-30m"],
      ["--to", "yesterday"],
      ["--from", "today", "--to", "now"],
    ]) {
      const result = await runCommand(["flows", ...times, "--store", store, "--socket", socket]);
      expect(result).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining(store) });
      expect(result.stderr).not.toContain("strayd is not running");
    }
  });

  it("does not go on without what it needs", async () => {
    const { run } = await start();
    expect(await run("flows", "--store", "/tmp")).toMatchObject({ exitCode: 2, stdout: "" });
    expect(await run("flows", "-s", "nosuch")).toMatchObject({ exitCode: 2, stdout: "" });
  });
});

describe("stray reload", () => {
  it("says what changed, or why not", async () => {
    const { run, sensor } = await start();
    sensor.reloadReport = { changed: ["log.level"], restartedCapture: false, messages: [] };
    expect(await run("reload")).toEqual({
      stdout: "reloaded; changed: log.level\n",
      stderr: "",
      exitCode: 0,
    });
    expect(JSON.parse((await run("reload", "--json")).stdout)).toEqual(sensor.reloadReport);
    sensor.reloadError = new StrayError("CONFIG_INVALID", "stray.yaml, line 3: no such key", 2);
    expect(await run("reload")).toEqual({
      stdout: "",
      stderr: "stray: the configuration was refused, the one before stays: stray.yaml, line 3: no such key\n",
      exitCode: 1,
    });
  });
});

describe("stray stop", () => {
  it("asks, and says whom", async () => {
    const { run, sensor } = await start();
    expect(await run("stop")).toEqual({
      stdout: `strayd (process ${process.pid}) stops\n`,
      stderr: "",
      exitCode: 0,
    });
    expect(JSON.parse((await run("stop", "--json")).stdout)).toEqual({ pid: process.pid });
    expect(sensor.stops).toBe(2);
  });

  it("waits no longer than it is told", async () => {
    const { run } = await start();
    expect(await run("stop", "--wait", "0.2")).toEqual({
      stdout: `strayd (process ${process.pid}) has not ended in 0.2 s\n`,
      stderr: "",
      exitCode: 1,
    });
  });

  it("waits until the process is gone", async () => {
    const socket = join(temporaryFolder(), "stray.sock");
    const strayd = startProgram("strayd", [socket]);
    await eventually(() => strayd.output.stdout === "ready\n", "it listens");
    const { stdout, exitCode } = await runCommand(["stop", "--wait", "30", "--json", "--socket", socket]);
    expect([JSON.parse(stdout), exitCode]).toEqual([{ pid: strayd.child.pid, ended: true }, 0]);
    expect(await strayd.ended).toEqual({ stdout: "ready\n", stderr: "", exitCode: 0 });
  });
});

describe("help", () => {
  it.each(["status", "counters", "flows", "top", "reload", "stop"])(
    "stray %s --help has examples and exit codes",
    async (name) => {
      const { stdout, exitCode } = await runCommand([name, "--help"]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/--socket <path>/);
      expect(stdout).toMatch(new RegExp(`Examples:\\n {2}stray (${name}|config)`));
      expect(stdout).toMatch(/Exit status:\n {2}0 /);
    },
  );
});
