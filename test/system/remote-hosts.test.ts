// Three sensors in three namespaces, asked by one command over the real ssh and sshd: what they answer, and each way in
// which one of them does not.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Daemon, until } from "../support/daemon.js";
import { canUseNamespaces } from "../support/netns.js";
import { RemoteRig } from "../support/remote-rig.js";
import { hasSsh, makeKey } from "../support/sshd.js";

const LONG_MS = 60_000;
const ALL = "north,ssh://root@10.77.1.2:2222,south";

const objects = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(!canUseNamespaces() || !hasSsh())("one command, three sensors", () => {
  let rig: RemoteRig;

  beforeAll(async () => {
    rig = await RemoteRig.start([{ name: "north" }, { name: "east", port: 2222 }, { name: "south" }]);
    // What a destination by its address needs is in the configuration under its address.
    const { keyFile, knownHosts } = rig.sensor("east").sshd;
    rig.writeFiles(`Host 10.77.1.2\n  IdentityFile ${keyFile}\n  UserKnownHostsFile ${knownHosts}\n`);
    rig.writeGroups('groups:\n  hill: [north, south]\n  all: ["@hill", east]\n');
  });
  afterAll(async () => {
    await rig?.remove();
  });

  /** Processes whose arguments name our ssh's configuration. */
  const sshLeft = (): string[] =>
    readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return words[0]?.endsWith("ssh") && words.includes(rig.sshConfig);
      } catch {
        return false;
      }
    });

  it("answers of all, each with its host, by names of ssh's configuration and by address", async () => {
    const { stdout, stderr, exitCode } = await rig.run(["-H", ALL, "status", "--json"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(objects(stdout).map(({ host, name }) => [host, name])).toEqual([
      ["north", "north"],
      ["ssh://root@10.77.1.2:2222", "east"],
      ["south", "south"],
    ]);
    const pids = objects(stdout).map(({ pid }) => pid);
    expect(pids).toEqual(["north", "east", "south"].map((name) => rig.sensor(name).daemon.pid));
  });

  it("text in the order of the hosts, groups, every kind of question", async () => {
    const { stdout, stderr, exitCode } = await rig.run(["-H", "@all", "status"]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(stdout.match(/^===.*$/gm)).toEqual(["=== north ===", "=== south ===", "=== east ==="]);
    expect(stdout.match(/^strayd \S+ "\w+"/gm)?.map((line) => line.split('"')[1])).toEqual([
      "north",
      "south",
      "east",
    ]);
    for (const words of [
      ["flows", "--json"],
      ["alerts"],
      ["incidents"],
      ["dark"],
      ["rules", "stats"],
      ["counters", "--json"],
    ])
      expect(await rig.run(["-H", "@all", ...words])).toMatchObject({ stderr: "", exitCode: 0 });
    const reloads = await rig.run(["-H", "@hill", "reload", "--yes"]);
    expect(reloads).toMatchObject({ stderr: "", exitCode: 0 });
    expect(reloads.stdout).toMatch(/^north: reloaded.*\nsouth: reloaded.*\n$/);
    expect((await rig.run(["-H", "east", "top", "--once", "--interval", "0.2"])).stdout).toContain('"east"');
    expect((await rig.run(["-H", "@hill", "bypass", "show"])).exitCode).toBeGreaterThan(0);
  });

  it("a host that never answers is told in time, and the others are printed", async () => {
    // Takes connections and says nothing.
    const silence = "require('net').createServer(()=>{}).listen(22,'127.0.0.1',()=>console.log('listens'))";
    const silent = new Daemon(
      rig.desk.spawn([process.execPath, "-e", silence], { stdio: ["ignore", "pipe", "pipe"] }),
    );
    try {
      await until("it listens", () => silent.said.includes("listens"));
      const startMs = performance.now();
      const { stdout, stderr, exitCode } = await rig.run([
        "-H",
        "north,127.0.0.1,south",
        "--timeout",
        "5",
        "status",
        "--json",
      ]);
      expect(performance.now() - startMs).toBeLessThan(25_000);
      expect(exitCode).toBe(2);
      expect(objects(stdout).map(({ host }) => host)).toEqual(["north", "south"]);
      expect(stderr).toMatch(/^stray: 127\.0\.0\.1: (no answer in 5 s|it does not answer)/);
      expect(stderr.trimEnd().split("\n").at(-1)).toBe("stray: of 3 hosts 1 failed (127.0.0.1)");
      await until("its ssh is gone", () => sshLeft().length === 0);
    } finally {
      await silent.stop("SIGKILL");
    }
  });

  it("a link that goes while it is watched is told, and the other sensor goes on", {
    timeout: 240_000,
  }, async () => {
    const watching = rig.start(["-H", "north,south", "--timeout", "10", "counters", "--watch=0.5", "--json"]);
    const { link, namespace } = rig.sensor("north");
    const count = (host: string) => watching.said.split(`{"host":"${host}"`).length - 1;
    try {
      await until("both are seen", () => count("north") > 1 && count("south") > 1, LONG_MS);
      rig.desk.exec(["ip", "link", "set", link, "down"]);
      await until(
        "it is told",
        () => /stray: north: (no answer in 10 s|the connection ended)/.test(watching.said),
        LONG_MS,
      );
      const before = count("south");
      await until("the other goes on", () => count("south") > before + 1, LONG_MS);
    } finally {
      await watching.stop();
      rig.desk.exec(["ip", "link", "set", link, "up"]);
      namespace.exec(["ip", "link", "set", "mgmt0", "up"]);
    }
    await until("its ssh is gone", () => sshLeft().length === 0);
    expect((await rig.run(["-H", "north", "status"])).exitCode).toBe(0);
  });

  it("a key or a host that is not known is told, with what to do", async () => {
    const other = join(rig.folder, "other");
    makeKey(other);
    const { keyFile, knownHosts } = rig.sensor("north").sshd;
    const host = (name: string, key: string, hosts: string) =>
      `Host ${name}\n  HostName 10.77.0.2\n  IdentityFile ${key}\n  UserKnownHostsFile ${hosts}\n`;
    rig.writeFiles(host("wrong-key", other, knownHosts) + host("new-host", keyFile, "/dev/null"));
    const { stdout, stderr, exitCode } = await rig.run([
      "-H",
      "wrong-key,new-host,nosuch.invalid,north:22",
      "status",
    ]);
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toContain("a port goes with ssh://user@host:port");
    const told = (await rig.run(["-H", "wrong-key,new-host,nosuch.invalid", "status"])).stderr.split("\n");
    expect(told[0]).toMatch(
      /^stray: wrong-key: permission denied: .*ssh-add.*Permission denied \(publickey\)/,
    );
    expect(told[1]).toMatch(/^stray: new-host: its host key is not known here: run "ssh new-host" once/);
    expect(told[2]).toMatch(/^stray: nosuch\.invalid: no such host/);
    rig.writeFiles();
  });

  it("options in place of a host run nothing, with the real ssh", async () => {
    const marker = join(rig.folder, "marker");
    for (const text of [
      `-oProxyCommand=touch ${marker}`,
      `x;touch ${marker}`,
      `-F${marker}`,
      `x -oLocalCommand=touch`,
    ]) {
      const { stderr, exitCode } = await rig.run([`--host=${text}`, "status"]);
      expect([exitCode, stderr.includes("is no host")]).toEqual([2, true]);
      expect((await rig.run(["status"], { STRAY_HOST: text })).exitCode).toBe(2);
    }
    expect(existsSync(marker)).toBe(false);
  });

  // From here on sensors go, one after the other.

  it("one that is stopped is told by name; --wait saw it end", async () => {
    const { daemon } = rig.sensor("south");
    const stopped = await rig.run(["-H", "south", "stop", "--wait", "30"]);
    expect(stopped).toMatchObject({
      stderr: "",
      exitCode: 0,
      stdout: `strayd (process ${daemon.pid}) has ended\n`,
    });
    expect(await daemon.ended()).toBe(0);
    const { stdout, stderr, exitCode } = await rig.run(["-H", "@all", "status", "--json"]);
    expect(exitCode).toBe(2);
    expect(objects(stdout).map(({ host }) => host)).toEqual(["north", "east"]);
    expect(stderr).toMatch(/^stray: south: strayd is not running/);
    expect(stderr).toMatch(/\nstray: of 3 hosts 1 failed \(south\)\n$/);
  });

  it("one whose sshd is gone too; and the rest is stopped together", async () => {
    await rig.sensor("south").sshd.stop();
    const refused = await rig.run(["-H", "north,south", "stop"]);
    expect(refused.stderr).toContain('"stray stop" on 2 sensors (north, south): say --yes');
    const { stdout, stderr, exitCode } = await rig.run(["-H", "@all", "stop", "--yes"]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^north: strayd \(process \d+\) stops\neast: strayd \(process \d+\) stops\n$/);
    expect(stderr).toMatch(/^stray: south: connection refused/);
    for (const name of ["north", "east"]) expect(await rig.sensor(name).daemon.ended()).toBe(0);
    expect((await rig.run(["-H", "@all", "status"])).stderr).toMatch(
      /\nstray: of 3 hosts 3 failed \(north, south, east\)\n$/,
    );
  });
});
