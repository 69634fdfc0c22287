// `stray -H` as a user runs it, with a stand-in for ssh: marks, order, failures, exit codes, what is refused.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.js";
import { PATIENCE } from "../../support/patience.js";
import { bundleCommands, startProgram } from "../control/run-command.js";
import { startControl, temporaryFolder } from "../control/support.js";
import { INJECTIONS } from "./injections.js";
import { remoteRig, startHosts } from "./support.js";

bundleCommands();

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const objects = (text: string) => lines(text).map((line) => JSON.parse(line) as Record<string, unknown>);
const DENIED = { say: "b: Permission denied (publickey).\r\n", exit: 255 };

describe("one host", () => {
  it("answers as the strayd here does; JSON has the host in front", async () => {
    const { sensors, run, calls } = await startHosts(["admin@a"]);
    const { stdout, stderr, exitCode } = await run(["-H", "admin@a", "status"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toMatch(/^strayd 0\.1\.0 "lab"/);
    const json = await run(["--host", "admin@a", "status", "--json"]);
    expect(json.stdout.startsWith('{"host":"admin@a","version"')).toBe(true);
    expect(objects(json.stdout)).toEqual([{ host: "admin@a", ...sensors["admin@a"].sensor.statusReport }]);
    expect(calls().map(({ args }) => args.slice(-3))).toEqual([
      ["--", "admin@a", "stray rpc"],
      ["--", "admin@a", "stray rpc"],
    ]);
  });

  it("comes from STRAY_HOST where none is given, for what asks a sensor", async () => {
    const { sensors, run, calls } = await startHosts(["a", "b"]);
    const env = { STRAY_HOST: "a" };
    sensors.b.sensor.statusReport.problems = ["eth0 is absent"];
    expect((await run(["status"], env)).exitCode).toBe(0);
    expect((await run(["-H", "b", "status"], env)).exitCode).toBe(1);
    const asked = calls().length;
    // Its own socket, and what works on files, are no matter for the variable.
    const { path } = await startControl();
    expect((await run(["status", "--socket", path], env)).exitCode).toBe(0);
    expect((await run(["config", "default"], env)).exitCode).toBe(0);
    expect((await run(["status", "--socket", path], { STRAY_HOST: "" })).exitCode).toBe(0);
    expect((await run(["status"], { STRAY_HOST: "", STRAY_SOCKET: path })).exitCode).toBe(0);
    expect(calls().length).toBe(asked);
  });

  it("is told of by what ssh said, with exit code 2", async () => {
    const { run } = remoteRig({
      b: DENIED,
      c: { say: "bash: line 1: stray: command not found\n", exit: 127 },
    });
    const denied = await run(["-H", "b", "status"]);
    expect(denied).toMatchObject({ stdout: "", exitCode: 2 });
    expect(denied.stderr).toMatch(
      /^stray: b: permission denied: ssh must get in without asking; try "ssh b", .*\n$/,
    );
    expect((await run(["-H", "c", "status"])).stderr).toMatch(
      /^stray: c: there is no stray in the PATH of that login/,
    );
  });

  it("that speaks something else is told of, with what it said", async () => {
    const { run } = remoteRig({ a: { out: "This account is currently not available.\n", exit: 1 } });
    expect(await run(["-H", "a", "status"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('speak stray\'s protocol: "This account is currently not available."'),
    });
  });

  it("that says far too much is told of, and no more than a line of it is shown", async () => {
    const flood = "x".repeat(3_000_000);
    const { run } = remoteRig({
      out: { out: flood, isSilent: true },
      lines: { out: `${"y".repeat(100_000)}\n`, isSilent: true },
      say: { say: `${"z\u001b[2J\n".repeat(100_000)}the reason\n`, exit: 255 },
    });
    for (const host of ["out", "lines", "say"]) {
      const { stdout, stderr, exitCode } = await run(["-H", host, "status"]);
      expect([stdout, exitCode]).toEqual(["", 2]);
      expect(stderr.length).toBeLessThan(700);
      expect(stderr).toContain(host === "say" ? "the reason" : "does not speak stray's protocol");
      expect(stderr).not.toContain("\u001b");
    }
  });

  it("that never answers is told of in time, and its ssh is ended", async () => {
    const { run, calls } = remoteRig({ a: { isSilent: true } });
    const seconds = 0.5 * PATIENCE;
    const { stderr, exitCode } = await run(["-H", "a", "--timeout", `${seconds}`, "status"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`stray: a: no answer in ${seconds} s`);
    const pid = calls()[0]!.pid;
    await eventually(() => !isThere(pid), "the ssh that was started is gone");
  });

  it("with no ssh at all says so", async () => {
    const { run } = remoteRig({});
    const { stderr, exitCode } = await run(["-H", "a", "status"], { STRAY_SSH: "/no/such/ssh" });
    expect([stderr, exitCode]).toEqual([
      "stray: /no/such/ssh can't be run (ENOENT): install ssh (Debian: openssh-client), or name another program in STRAY_SSH\n",
      2,
    ]);
  });

  it("works for every command that asks a sensor", async () => {
    const { run, sensors } = await startHosts(["a"]);
    sensors.a.sensor.fill(3);
    for (const words of [
      ["flows"],
      ["flows", "--json", "-N", "1"],
      ["counters"],
      ["top", "--once", "--interval", "0.2"],
      ["reload"],
    ])
      expect(await run(["-H", "a", ...words])).toMatchObject({ stderr: "", exitCode: 0 });
    const off = await run(["-H", "a", "alerts"]);
    expect(off).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("different versions") });
  });

  it("stops, and --wait waits until nobody answers there", async () => {
    const socket = join(temporaryFolder(), "stray.sock");
    const daemon = startProgram("strayd", [socket, "0"]);
    await eventually(() => daemon.output.stdout === "ready\n", "the fake strayd is ready");
    const { run } = remoteRig({ a: { socket } });
    const { stdout, stderr, exitCode } = await run(["-H", "a", "stop", "--wait", "20"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout).toMatch(/has ended\n$/);
    expect(await run(["-H", "a", "status"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("a: strayd is not running"),
    });
  });
});

describe("several hosts", () => {
  it("are marked, in their order, whoever answers first", async () => {
    const { run, sensors } = await startHosts(["a", "b", "c"]);
    const { reload } = sensors.a.sensor;
    sensors.a.sensor.reload = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return await reload.call(sensors.a.sensor);
    };
    const { stdout, stderr, exitCode } = await run(["-H", "a,b", "-H", "c", "status"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(lines(stdout).filter((line) => line.startsWith("==="))).toEqual([
      "=== a ===",
      "=== b ===",
      "=== c ===",
    ]);
    expect(stdout).toMatch(/^=== a ===\nstrayd 0[\s\S]*No problems\.\n\n=== b ===\nstrayd/);
    const reloads = await run(["-H", "a,b,c", "reload", "--yes"]);
    expect(lines(reloads.stdout).map((line) => line.slice(0, 12))).toEqual([
      "a: reloaded;",
      "b: reloaded;",
      "c: reloaded;",
    ]);
    expect(objects((await run(["-H", "a,b,c", "status", "--json"])).stdout).map(({ host }) => host)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("that fail are told by name, the others are printed, and the largest code is the exit code", async () => {
    const { run, sensors } = await startHosts(["a", "c"], { b: DENIED, s: { isSilent: true } });
    sensors.c.sensor.statusReport.problems = ["eth1 is absent"];
    const some = await run(["-H", "a,c", "status", "--json"]);
    expect(some.exitCode).toBe(1);
    expect(some.stderr).toBe("stray: of 2 hosts 1 ended with exit status 1 (c)\n");
    const { stdout, stderr, exitCode } = await run(["-H", "a,b,s,c", "--timeout", "10", "status", "--json"]);
    expect(exitCode).toBe(2);
    expect(objects(stdout).map(({ host }) => host)).toEqual(["a", "c"]);
    const told = lines(stderr);
    expect(told[0]).toMatch(/^stray: b: permission denied/);
    expect(told[1]).toMatch(/^stray: s: no answer in 10 s/);
    expect(told.slice(2)).toEqual(["stray: of 4 hosts 2 failed (b, s), 1 ended with exit status 1 (c)"]);
  });

  it("are asked side by side, 16 at a time", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    const hosts = Object.fromEntries(names.map((name) => [name, { isSilent: true }]));
    const { start, calls } = remoteRig(hosts);
    const { child, ended } = start(["-H", names.join(","), "--timeout", "60", "status"]);
    await eventually(() => calls().length === 16, "16 are asked");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(calls().length).toBe(16);
    child.kill("SIGKILL");
    await ended;
    // The test's own ssh: it does not look at its input.
    for (const { pid } of calls()) process.kill(pid, "SIGKILL");
  });

  it("print tables as CSV with a column of hosts, its header once", async () => {
    const { run, sensors } = await startHosts(["a", "b"]);
    sensors.a.sensor.fill(2);
    sensors.b.sensor.fill(1);
    const { stdout, stderr } = await run(["-H", "a,b", "flows", "--csv", "-s", "proto,saddr"]);
    expect(stderr).toBe("");
    expect(lines(stdout).map((line) => line.split(",")[0])).toEqual(["host", "a", "a", "b"]);
    expect(
      lines((await run(["-H", "a,b", "flows", "--csv", "--no-title", "-s", "proto"])).stdout),
    ).toHaveLength(3);
  });

  it("stream line by line with --watch, each line marked", async () => {
    const { start } = await startHosts(["a", "b"]);
    const { child, output } = start(["-H", "a,b", "counters", "--watch=0.2", "--json"]);
    const seen = (host: string) =>
      objects(output.stdout.slice(0, output.stdout.lastIndexOf("\n") + 1)).filter(
        (each) => each["host"] === host,
      ).length;
    await eventually(() => seen("a") > 2 && seen("b") > 2, "both come again and again");
    child.kill("SIGTERM");
    const text = start(["-H", "a,b", "counters", "--watch=0.2"]);
    await eventually(
      () => /^a: packets/m.test(text.output.stdout) && /^b: packets/m.test(text.output.stdout),
      "both as text",
    );
    text.child.kill("SIGTERM");
    expect(lines(text.output.stdout).every((line) => /^[ab]:/.test(line))).toBe(true);
  });

  it("are all of a group", async () => {
    const { run, writeGroups } = await startHosts(["a", "b"]);
    const path = writeGroups('groups:\n  both: [a, "@second"]\n  second: [b]\n');
    expect(objects((await run(["-H", "@both", "status", "--json"])).stdout).map(({ host }) => host)).toEqual([
      "a",
      "b",
    ]);
    expect((await run(["hosts"])).stdout).toBe("@both: a, b\n@second: b\n");
    expect((await run(["hosts", "@both", "c"])).stdout).toBe("a\nb\nc\n");
    expect(objects((await run(["hosts", "--json"])).stdout)).toEqual([
      { group: "both", hosts: ["a", "b"] },
      { group: "second", hosts: ["b"] },
    ]);
    expect(objects((await run(["hosts", "--json", "@both"])).stdout)).toEqual([{ host: "a" }, { host: "b" }]);
    expect((await run(["-H", "@bth", "status"])).stderr).toBe(
      "stray: there is no group @bth: did you mean @both?\n",
    );
    writeFileSync(path, "groups:\n  both: [a\n");
    expect(await run(["-H", "@both", "status"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${path}:`),
    });
    // Not looked at where no group is named.
    expect((await run(["-H", "a", "status"])).exitCode).toBe(0);
  });

  it("are not told to stop, to reload or to bypass by a slip of the hand", async () => {
    const { run, sensors, calls } = await startHosts(["a", "b"]);
    for (const words of [["stop"], ["reload"], ["bypass", "on"], ["bypass", "off"]]) {
      expect(await run(["-H", "a,b", ...words])).toMatchObject({
        exitCode: 2,
        stderr: `stray: "stray ${words.join(" ")}" on 2 sensors (a, b): say --yes behind the command if that is meant\n`,
      });
    }
    expect(calls()).toEqual([]);
    let stops = 0;
    for (const { sensor } of [sensors.a, sensors.b]) sensor.onStop = () => stops++;
    expect((await run(["-H", "a", "stop"])).exitCode).toBe(0);
    expect((await run(["-H", "a,b", "stop", "--yes"])).exitCode).toBe(0);
    expect(stops).toBe(3);
  });

  it("do not go where one is expected", async () => {
    const { run, calls } = remoteRig({});
    expect(await run(["-H", "a,b", "top"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("stray top takes one host"),
    });
    expect(await run(["-H", "a,b", "incidents", "report", "I-7K3Q"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("takes one host"),
    });
    expect(calls()).toEqual([]);
  });

  it("end quietly when nobody reads any more", async () => {
    const { start, sensors } = await startHosts(["a", "b"]);
    sensors.a.sensor.fill(50);
    const { child, ended } = start(["-H", "a,b", "counters", "--watch=0.1"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ stderr: "", exitCode: 0 });
  });
});

describe("what does not go with -H", () => {
  it.each([
    [["read", "x.pcap"], '"stray read" works with what is on this machine'],
    [["report", "x.pcap"], '"stray report" works with'],
    [["run"], '"stray run" works with'],
    [["config", "default"], '"stray config default" works with'],
    [["rules", "check", "x"], '"stray rules check" works with'],
    [["hosts"], '"stray hosts" works with'],
    [["status", "--socket", "/x"], "--socket is a way to a strayd of this machine: leave it or -H away"],
    [
      ["flows", "--from", "today"],
      "which are read where they are: leave it or -H away, or run it there: ssh a stray flows ...",
    ],
    [["flows", "--store", "/x"], "--store is a folder of this machine"],
    [["incidents", "--database", "/x"], "--database is a file of this machine"],
    [["dark", "list", "--state", "/x"], "--state is a file of this machine"],
  ])("%j", async (words, text) => {
    const { run, calls } = remoteRig({ a: DENIED });
    const { stdout, stderr, exitCode } = await run(["-H", "a", ...words]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain(text);
    expect(lines(stderr)).toHaveLength(1);
    expect(calls()).toEqual([]);
  });

  it("is not in the way of a command's own --host", async () => {
    const { run, calls } = remoteRig({ a: DENIED });
    const { stderr } = await run(["-H", "a", "alerts", "--host", "192.0.2.7"]);
    expect(stderr).toContain("a: permission denied");
    expect(calls().length).toBe(1);
  });
});

describe("injections", () => {
  it("get nowhere: by -H, by STRAY_HOST, by a group", async () => {
    const { run, calls, writeGroups } = remoteRig({});
    // No program's arguments or variables can have a NUL.
    const texts = INJECTIONS.filter((text) => !text.includes("\u0000"));
    for (let at = 0; at < texts.length; at += 8) {
      await Promise.all(
        texts.slice(at, at + 8).map(async (text) => {
          const { stdout, stderr, exitCode } = await run([`--host=${text}`, "status"]);
          expect([text, stdout, exitCode]).toEqual([text, "", 2]);
          expect(stderr).toMatch(/^stray: .*(is no host|there is no group)/);
        }),
      );
    }
    expect((await run(["status"], { STRAY_HOST: "-oProxyCommand=touch marker" })).exitCode).toBe(2);
    writeGroups('groups:\n  x: ["-oProxyCommand=touch marker"]\n');
    expect((await run(["-H", "@x", "status"])).exitCode).toBe(2);
    expect(calls()).toEqual([]);
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
