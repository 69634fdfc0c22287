// The package on a Debian of its own: installed, configured, started by hand (nothing of systemd runs in a folder), upgraded,
// removed and purged, with traffic between; what must stay stays, and nothing is left at the end.
// Apart from the tests of what is in the package, since only here do its scripts and its program run.
// Always holds: its tests are one life in order; mounts are those of namespaces, which go with their processes.

import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IncidentSummary } from "../../host/incident/model.js";
import { Daemon, until } from "../support/daemon.js";
import { makePackage, OWN_ARCHITECTURE, PROJECT } from "../support/deb.js";
import { canUseDebRoot, DebRoot } from "../support/deb-root.js";
import { LETTER } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";

const OLD = "0.1.0";
const NEW = "0.1.0+next";
const GROUPS = ["stray", "stray-operators", "stray-admins", "stray-remote", "stray-keys"];
const SOURCE = "217.29.131.130";
const CONFIG = "/etc/stray/stray.yaml";
/** What dpkg and systemd's helper write for themselves, and what tools leave of the files of accounts. */
const NOT_OURS =
  /^\/(var\/lib\/dpkg\/|var\/log\/|var\/cache\/|var\/lib\/systemd\/deb-systemd-helper|etc\/(passwd|group|shadow|gshadow|sub[ug]id)-|etc\/\.pwd\.lock|var\/lib\/apt|tmp\/|run\/)/;

const isPossible = canPlayLive() && (await canUseDebRoot());

describe.skipIf(!isPossible)("the package on a Debian of its own", () => {
  let root: DebRoot;
  let rig: LiveRig;
  let packages: string;
  let before: string[];

  const install = (version: string): string => {
    const name = `stray_${version}_${OWN_ARCHITECTURE}.deb`;
    copyFileSync(join(packages, name), root.path(`/tmp/${name}`));
    return root.exec(["dpkg", "--install", `/tmp/${name}`]).stdout;
  };
  const stray = (...words: readonly string[]) => root.exec(["stray", ...words], { mayFail: true });
  const ownerOf = (path: string) => root.exec(["stat", "--format=%U:%G %a", path]).stdout.trim();
  const account = (kind: "passwd" | "group", name: string) =>
    root.exec(["getent", kind, name], { mayFail: true }).status === 0;

  /** Starts strayd, has the letter played to it, and ends it in an orderly way when `work` is done. */
  const whileRunning = async (work: () => Promise<void>): Promise<void> => {
    const daemon = new Daemon(root.spawn(rig.sensor, ["stray", "run"]));
    try {
      await until("strayd answers", () => {
        if (daemon.exit) throw new Error(`strayd ended with ${daemon.exit.code}: ${daemon.said}`);
        return existsSync(root.path("/run/stray/stray.sock")) && stray("counters").status === 0;
      }).catch((error: Error) => {
        throw new Error(`${error.message}: ${daemon.said}`);
      });
      await work();
      const stopped = stray("stop");
      expect(stopped.status, stopped.stderr).toBe(0);
      expect(await daemon.ended(), daemon.said).toBe(0);
    } finally {
      if (daemon.exit === undefined) await daemon.stop("SIGKILL");
    }
  };
  const incidents = (): IncidentSummary[] => {
    const { stdout } = stray("incidents", "list", "--all", "--json");
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as IncidentSummary);
  };
  const ofTheLetter = () => incidents().find(({ subject }) => subject === SOURCE);

  beforeAll(async () => {
    packages = mkdtempSync(join(PROJECT, "build", "deb-"));
    for (const version of [OLD, NEW]) await makePackage(packages, OWN_ARCHITECTURE, version);
    root = await DebRoot.unpack();
    rig = new LiveRig("deb");
    before = root.list();
  });
  afterAll(() => {
    rig?.remove();
    root?.remove();
    rmSync(packages, { recursive: true, force: true });
  });

  it("is installed: accounts, the configuration for their eyes alone, enabled, but not started", () => {
    install(OLD);
    expect(stray("--version").stdout.trim()).toBe(OLD);
    expect(account("passwd", "stray")).toBe(true);
    for (const group of GROUPS) expect(account("group", group)).toBe(true);
    expect(ownerOf(CONFIG)).toBe("root:stray 640");
    expect(root.exec(["systemctl", "is-enabled", "strayd"]).stdout.trim()).toBe("enabled");
    // Until interfaces are named.
    const unit = readFileSync(root.path("/usr/lib/systemd/system/strayd.service"), "utf8");
    const [, condition = "false"] = /^ExecCondition=\/bin\/sh -c '(.*)'$/m.exec(unit) ?? [];
    const isStarted = () => root.exec(["/bin/sh", "-c", condition], { mayFail: true }).status === 0;
    expect(isStarted()).toBe(false);
    expect(stray("config", "check")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/capture\.interfaces: expected a list of 1 to 64 interfaces/),
    });
    const text = readFileSync(root.path(CONFIG), "utf8");
    writeFileSync(
      root.path(CONFIG),
      text.replace("  #interfaces: [eth0]", `  interfaces: [${SENSOR_INTERFACE}]`),
    );
    expect(isStarted()).toBe(true);
    expect(stray("config", "check")).toMatchObject({ status: 0, stderr: "" });
  });

  it("has its boards and rules", () => {
    expect(stray("board", "list").stdout).toContain("pc-engines-apu2");
    expect(stray("rules", "check", "starter")).toMatchObject({ status: 0 });
  });

  it("is started and keeps what it sees", async () => {
    // What the unit's RuntimeDirectory= and its like make.
    for (const folder of ["/run/stray", "/var/lib/stray", "/var/log/stray"]) {
      root.exec(["install", "-d", "-o", "stray", "-g", "stray", "-m", "0750", folder]);
    }
    await whileRunning(async () => {
      await rig.replay(LETTER.file(rig.folder).path, { rate: 1000 });
      await until("the letter is an incident", () => (ofTheLetter()?.alerts ?? 0) > 0);
    });
    expect(ownerOf("/var/lib/stray/incidents/incidents.db")).toMatch(/^stray:stray /);
  });

  it("is upgraded without losing state, configuration or modes", async () => {
    root.exec(["chmod", "0600", "/etc/logrotate.d/stray"]);
    const config = readFileSync(root.path(CONFIG), "utf8");
    const state = root.list().filter((path) => path.startsWith("/var/lib/stray"));
    expect(state.some((path) => path.endsWith(".ipfix"))).toBe(true);
    root.exec(["systemctl", "disable", "strayd"]);
    install(NEW);
    expect(stray("--version").stdout.trim()).toBe(NEW);
    expect(readFileSync(root.path(CONFIG), "utf8")).toBe(config);
    expect([ownerOf(CONFIG), ownerOf("/etc/logrotate.d/stray")]).toEqual(["root:stray 640", "root:root 600"]);
    expect(root.list().filter((path) => path.startsWith("/var/lib/stray"))).toEqual(state);
    // What an administrator switched off stays off.
    expect(root.exec(["systemctl", "is-enabled", "strayd"], { mayFail: true }).stdout.trim()).toBe(
      "disabled",
    );
    await whileRunning(async () => {
      expect(ofTheLetter()).toMatchObject({ subject: SOURCE });
    });
  });

  it("goes back to the version before as well", () => {
    install(OLD);
    expect(stray("--version").stdout.trim()).toBe(OLD);
    expect(readFileSync(root.path(CONFIG), "utf8")).toContain(`  interfaces: [${SENSOR_INTERFACE}]`);
  });

  it("is removed: the program goes, state and configuration stay", () => {
    root.exec(["dpkg", "--remove", "stray"]);
    for (const gone of ["/usr/bin/stray", "/usr/lib/stray", "/usr/lib/systemd/system/strayd.service"]) {
      expect([gone, existsSync(root.path(gone))]).toEqual([gone, false]);
    }
    expect(statSync(root.path("/var/lib/stray/incidents/incidents.db")).size).toBeGreaterThan(0);
    expect(readFileSync(root.path(CONFIG), "utf8")).toContain(`  interfaces: [${SENSOR_INTERFACE}]`);
  });

  it("is purged: nothing is left, neither files nor accounts", () => {
    root.exec(["dpkg", "--purge", "stray"]);
    const ours = (paths: readonly string[]) => paths.filter((path) => !NOT_OURS.test(path));
    expect(ours(root.list())).toEqual(ours(before));
    for (const path of ["/var/log/stray", "/run/stray"]) expect(existsSync(root.path(path))).toBe(false);
    expect(account("passwd", "stray")).toBe(false);
    for (const group of GROUPS) expect(account("group", group)).toBe(false);
  });
});
