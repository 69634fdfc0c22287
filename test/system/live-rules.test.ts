// Rules in a running strayd: the letter's frames over a veth give alerts in every place that the configuration names;
// a reload exchanges rules without losing a packet, and one that fails leaves those before in force, and says so.
// Apart from the tests of reload because everything here is about alerts.
// Always holds: a daemon has its own folder, rules and files; nothing else is on the wire.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RuleLine } from "../../host/control/rule-methods.js";
import { type Daemon, until } from "../support/daemon.js";
import { LETTER, type PlayableCapture, trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { runStray } from "../support/run-stray.js";
import { DAEMON_ACCOUNT, DaemonHome, type Settings } from "../support/strayd.js";

const MESSAGE = "WEB-IIS File permission canonicalization";
const OWN_SID = 1_000_001;
const RATE = 10_000;
const LOOPS = 100;

const rule = (sid: number, word: string, message: string): string =>
  `alert tcp any any -> any 80 (msg:"${message}"; content:"${word}"; sid:${sid}; rev:1;)\n`;
const OWN = rule(OWN_SID, "/winnt/system32/cmd.exe", "own rule");

interface AlertEvent {
  readonly event_type: string;
  readonly src_ip: string;
  readonly alert: { readonly signature: string; readonly signature_id: number };
}

describe.skipIf(!canPlayLive())("rules in a running strayd", () => {
  let rig: LiveRig;
  let home: DaemonHome;
  let daemon: Daemon;
  let letter: PlayableCapture;
  let traffic: PlayableCapture;
  let ownRules: string;

  beforeAll(() => {
    rig = new LiveRig("rules");
    letter = LETTER.file(rig.folder);
    traffic = trafficCapture(rig.folder, { flows: 200, mix: "imix", packets: 10_000 });
  });
  beforeEach(() => {
    home = new DaemonHome();
    ownRules = join(home.folder, "own.rules");
    writeFileSync(ownRules, OWN);
    // The daemon reads it again when it is no longer root.
    chmodSync(ownRules, 0o644);
    home.configure({
      capture: { interfaces: [SENSOR_INTERFACE] },
      rules: { files: ["starter", ownRules] },
      alerts: {
        rate: 0,
        full: join(home.folder, "alert.full"),
        fast: join(home.folder, "alert.fast"),
        log: { directory: home.alertsPath },
        evidence: { directory: home.evidencePath },
      },
      export: { eve: { file: join(home.folder, "eve.json"), types: ["alert"] } },
    });
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  async function start(settings: Settings = {}): Promise<void> {
    home.reconfigure(settings);
    daemon = await home.start(rig.sensor);
  }

  async function playLetter(): Promise<void> {
    const before = await home.packets();
    await rig.replay(letter.path, { rate: 1000 });
    await home.seen(before + letter.packets);
  }

  async function alerts(): Promise<AlertEvent[]> {
    const { stdout, stderr, exitCode } = await home.run("alerts", "--json", "-n", "1000");
    expect(exitCode, stderr).toBe(0);
    return eventsIn(stdout);
  }

  /** How many alerts there are of a rule, once there are so many. */
  async function alertsOf(sid: number, atLeast: number): Promise<number> {
    const count = async () => (await alerts()).filter(({ alert }) => alert.signature_id === sid).length;
    await until(`there are ${atLeast} alerts of ${sid}`, async () => (await count()) >= atLeast);
    return await count();
  }

  async function ruleStats(): Promise<Map<number, RuleLine>> {
    const { stdout } = await home.run("rules", "stats", "--all", "--json");
    const { rules } = JSON.parse(stdout) as { rules: RuleLine[] };
    return new Map(rules.map((line) => [line.sid, line]));
  }

  async function reload(): Promise<{ restartedCapture: boolean; messages: string[] }> {
    const { stdout, stderr, exitCode } = await home.run("reload", "--json");
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as { restartedCapture: boolean; messages: string[] };
  }

  async function refusedReload(): Promise<string> {
    const { stdout, stderr, exitCode } = await home.run("reload");
    expect([stdout, exitCode]).toEqual(["", 1]);
    expect(stderr).not.toMatch(/^\s+at /m);
    return stderr;
  }

  const readText = (name: string): string => {
    const path = join(home.folder, name);
    return existsSync(path) ? readFileSync(path, "latin1") : "";
  };
  const textHas = (name: string, words: string) =>
    until(`${name} has "${words}"`, () => readText(name).includes(words));

  it("alert on the letter: on the socket, in the text files, in EVE, with the packet kept", async () => {
    await start();
    await playLetter();
    expect(await alertsOf(OWN_SID, letter.packets / 2)).toBeGreaterThan(0);
    const all = await alerts();
    const canonicalization = all.filter(({ alert }) => alert.signature === MESSAGE);
    expect(canonicalization.length).toBeGreaterThanOrEqual(2);
    expect(canonicalization[0]).toMatchObject({ event_type: "alert", src_ip: "217.29.131.130" });
    expect(canonicalization[0]).toHaveProperty("in_iface", SENSOR_INTERFACE);

    await textHas("alert.full", `] ${MESSAGE} [**]\n`);
    expect(readText("alert.full")).toContain(
      "63 31 25 31 63 2E 2E 2F 77 69 6E 6E 74 2F 73 79  c1%1c../winnt/sy\n",
    );
    await textHas("alert.fast", "{TCP} 217.29.131.130:27708 -> 130.216.236.45:80\n");
    await textHas("eve.json", MESSAGE);
    expect(
      eventsIn(readText("eve.json"))
        .map(({ alert }) => alert.signature_id)
        .sort(),
    ).toEqual(all.map(({ alert }) => alert.signature_id).sort());

    const stats = await ruleStats();
    expect(stats.get(OWN_SID)).toMatchObject({
      action: "alert",
      message: "own rule",
      file: ownRules,
      line: 1,
    });
    const own = all.filter(({ alert }) => alert.signature_id === OWN_SID).length;
    expect(stats.get(OWN_SID)).toMatchObject({ alerts: own, limited: 0 });
    const { counters, sinks } = await home.counters().then(({ total, sinks: each }) => ({
      counters: total,
      sinks: Object.fromEntries(each.map(({ name, counters: counts }) => [name, counts])),
    }));
    expect(counters).toMatchObject({ alerts: all.length, "alerts-lost": 0, "alerts-limited": 0 });
    expect(sinks["eve.alerts"]).toMatchObject({ alerts: all.length });

    expect(await daemon.stop(), daemon.said).toBe(0);
    const files = readdirSync(home.evidencePath, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".pcapng"))
      .map((name) => join(home.evidencePath, name));
    expect(files).not.toHaveLength(0);
    const evidence = files.map((file) => readFileSync(file, "latin1")).join("");
    expect(evidence).toContain(`${MESSAGE}; flow 217.29.131.130:27708 -> 130.216.236.45:80 TCP`);
    const { stdout, exitCode } = runStray(["read", "--rules", "starter", "--alerts", "fast", ...files]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(MESSAGE);
  });

  it("are told of in the status, with those that were refused", async () => {
    writeFileSync(ownRules, `${OWN}alert tcp any any -> any any (msg:"bad"; nosuch; sid:2;)\n`);
    await start({ rules: { files: [ownRules] } });
    const { rules, problems } = await home.status();
    expect(rules).toMatchObject({ rules: 1, refused: 1, warnings: 0, files: [ownRules], bytesMax: 4 << 20 });
    expect(problems).toEqual([expect.stringMatching(/^1 rule was refused, 1 are in force/)]);
    expect(daemon.said).toMatch(/own\.rules:2: sid 2: refused: /);
    const { stdout, exitCode } = await home.run("status");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Rules +1 in force \(1 refused\), .* of 4 MiB, file .*own\.rules$/m);
  });

  it("are exchanged by a reload under load, and no packet is lost", async () => {
    const word = "/winnt/system32/cmd.exe";
    await start();
    await playLetter();
    const before = await alertsOf(OWN_SID, 1);
    const [packets, delivered] = [await home.packets(), rig.delivered()];
    const load = rig.play(traffic.path, { rate: RATE, loops: LOOPS });
    await home.seen(packets + 1);
    for (let turn = 1; turn <= 5; turn++) {
      writeFileSync(ownRules, rule(OWN_SID + turn, word, `turn ${turn}`));
      const { restartedCapture, messages } = await reload();
      expect([restartedCapture, messages[0]]).toEqual([
        false,
        expect.stringMatching(/^other rules are in force: \d+$/),
      ]);
    }
    await load.stop();
    const sent = rig.delivered() - delivered;
    await home.seen(packets + sent);
    expect(await home.packets()).toBe(packets + sent);
    const { interfaces } = await home.status();
    expect(interfaces.reduce((sum, each) => sum + each.drops, 0)).toBe(0);
    await playLetter();
    expect(await alertsOf(OWN_SID + 5, 1)).toBeGreaterThan(0);
    expect(await alertsOf(OWN_SID, before)).toBe(before);
    expect((await ruleStats()).has(OWN_SID)).toBe(false);
  });

  it("are exchanged while nothing is on the wire, with two workers", async () => {
    await start({ capture: { interfaces: [SENSOR_INTERFACE], workers: 2 } });
    writeFileSync(ownRules, rule(OWN_SID + 1, "/winnt/system32/cmd.exe", "new"));
    const beginMs = performance.now();
    await reload();
    expect(performance.now() - beginMs).toBeLessThan(4000);
    await playLetter();
    expect(await alertsOf(OWN_SID + 1, 1)).toBeGreaterThan(0);
  });

  it("stay as they are, counts and all, over a reload that changes none", async () => {
    await start();
    await playLetter();
    const count = await alertsOf(OWN_SID, 1);
    await until("the rule has them", async () => (await ruleStats()).get(OWN_SID)?.alerts === count);
    const { "rules-swapped": swapped } = (await home.counters()).total;
    home.reconfigure({ flows: { udp: "5s" } });
    const { messages } = await reload();
    expect(messages.filter((message) => message.startsWith("other rules"))).toEqual([]);
    expect((await ruleStats()).get(OWN_SID)).toMatchObject({ alerts: count });
    expect((await home.counters()).total).toMatchObject({ "rules-swapped": swapped });
  });

  it.each([
    ["is gone", () => rmSync(ownRules), /can't read .*own\.rules: there is no such file/],
    [
      "has become a folder",
      () => {
        rmSync(ownRules);
        mkdirSync(ownRules);
      },
      /own\.rules is not a file/,
    ],
    [
      "can't be read by the daemon's account",
      () => chmodSync(ownRules, 0o600),
      /can't read .*own\.rules: permission denied/,
    ],
    [
      "has become too large for the profile",
      () =>
        writeFileSync(
          ownRules,
          Array.from({ length: 12_000 }, (_, sid) => rule(sid + 1, "x".repeat(400) + sid, "long")).join(""),
        ),
      /bytes/,
    ],
  ])("stay in force when a file %s, and the status says why", async (_what, spoil, words) => {
    await start();
    spoil();
    expect(await refusedReload()).toMatch(words);
    const { problems, configError, rules } = await home.status();
    expect(configError).toMatch(words);
    expect(problems).toContainEqual(expect.stringMatching(/^the latest reload was refused/));
    expect(rules.files).toContain(ownRules);
    await playLetter();
    expect(await alertsOf(OWN_SID, 1)).toBeGreaterThan(0);
    // Once it is mended all is well again.
    rmSync(ownRules, { recursive: true, force: true });
    writeFileSync(ownRules, OWN);
    await reload();
    expect((await home.status()).configError).toBeUndefined();
  });

  it("load but for the bad ones on a reload, which tells of them", async () => {
    await start();
    writeFileSync(ownRules, `${OWN}alert tcp any any -> any any (msg:"bad"; nosuch; sid:2;)\n`);
    const { stdout, exitCode } = await home.run("reload");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/rules? (was|were) refused, \d+ are in force/);
    expect(daemon.said).toMatch(/own\.rules:2: sid 2: refused: /);
    await playLetter();
    expect(await alertsOf(OWN_SID, 1)).toBeGreaterThan(0);
  });

  it("write into new files after a SIGHUP, as logrotate wants it, and lose no alert", async () => {
    await start();
    await playLetter();
    await textHas("alert.fast", "own rule");
    for (const name of ["alert.fast", "alert.full", "eve.json"]) {
      renameSync(join(home.folder, name), join(home.folder, `${name}.1`));
    }
    const { reloads = 0 } = (await home.counters()).total;
    process.kill(daemon.pid, "SIGHUP");
    await until("it has reloaded", async () => ((await home.counters()).total["reloads"] ?? 0) > reloads);
    await playLetter();
    const all = await until("all alerts are at hand", async () => {
      const found = await alerts();
      return found.length === (await home.counters()).total["alerts"] && found;
    });
    expect(await daemon.stop(), daemon.said).toBe(0);
    const lines = (name: string) =>
      readText(name)
        .split("\n")
        .filter((line) => line !== "").length;
    expect(lines("alert.fast")).toBeGreaterThan(0);
    expect(lines("alert.fast.1") + lines("alert.fast")).toBe(all.length);
    expect(lines("eve.json.1") + lines("eve.json")).toBe(all.length);
  });

  it("lose no alert while the files of alerts and EVE are replaced", async () => {
    await start({ rules: { files: [ownRules] } });
    const load = rig.play(letter.path, { rate: 2000, loops: 300 });
    await alertsOf(OWN_SID, 1);
    const names = ["fast.1", "fast.2", "fast.3"];
    for (const name of names) {
      home.reconfigure({
        sensor: { name, profile: "small", user: DAEMON_ACCOUNT.name },
        alerts: {
          rate: 0,
          fast: join(home.folder, name),
          log: { directory: home.alertsPath },
          evidence: { directory: home.evidencePath },
        },
      });
      await reload();
    }
    await load.done;
    await home.seen(letter.packets * 300);
    const { total } = await home.counters();
    expect(total).toMatchObject({ "alerts-lost": 0 });
    expect(total["alerts"]).toBeGreaterThan(300 * 7);
    expect(await daemon.stop(), daemon.said).toBe(0);
    const lines = (name: string) => readText(name).match(/\n/g)?.length ?? 0;
    expect(["alert.fast", ...names].reduce((sum, name) => sum + lines(name), 0)).toBe(total["alerts"]);
    expect(lines("eve.json")).toBe(total["alerts"]);
  });

  it("give alerts that are there again after a restart", async () => {
    await start();
    await playLetter();
    const count = await alertsOf(OWN_SID, 1);
    expect(await daemon.stop(), daemon.said).toBe(0);
    await start();
    expect(await alertsOf(OWN_SID, 1)).toBe(count);
  });

  it("are held to their rate, which is counted and told, and may be changed", async () => {
    await start({
      alerts: { rate: 1, burst: 1, log: { directory: home.alertsPath }, evidence: { enabled: false } },
    });
    await playLetter();
    const told = await until("alerts were held back", async () => {
      const line = (await ruleStats()).get(OWN_SID);
      return line !== undefined && line.limited > 0 && line;
    });
    expect(told.alerts).toBeLessThan(told.matches);
    const { problems } = await until("the status tells", async () => {
      const status = await home.status();
      return status.problems.some((problem) => problem.includes("were held back")) && status;
    });
    expect(problems).toContainEqual(expect.stringContaining("alerts.rate"));
    home.reconfigure({
      alerts: { rate: 0, log: { directory: home.alertsPath }, evidence: { enabled: false } },
    });
    await reload();
    const before = await alertsOf(OWN_SID, told.alerts);
    await playLetter();
    expect(await alertsOf(OWN_SID, before + 2)).toBeGreaterThan(before + 1);
  });

  it("do nothing where packets are not looked into, until they are", async () => {
    await start({ inspection: { enabled: false } });
    await playLetter();
    expect(await alerts()).toEqual([]);
    expect((await home.status()).rules).toMatchObject({ rules: 0, files: [] });
    home.reconfigure({ inspection: { enabled: true } });
    expect(await reload()).toMatchObject({ restartedCapture: true });
    await playLetter();
    expect(await alertsOf(OWN_SID, 1)).toBeGreaterThan(0);
  });

  it("keep the daemon from starting when a file can't be read: one line, exit code 2", async () => {
    home.reconfigure({ rules: { files: ["starter", "/nonexistent/local.rules"] } });
    daemon = home.launch(rig.sensor);
    expect(await daemon.ended()).toBe(2);
    expect(daemon.said).toMatch(/can't read \/nonexistent\/local\.rules: there is no such file/);
    expect(daemon.said).not.toMatch(/^\s+at |internal error/m);
    expect(existsSync(home.socketPath)).toBe(false);
  });

  it("say so when no alerts are kept", async () => {
    await start({ alerts: { log: { enabled: false }, evidence: { directory: home.evidencePath } } });
    const { stdout, stderr, exitCode } = await home.run("alerts");
    expect([stdout, exitCode === 0]).toEqual(["", false]);
    expect(stderr).toContain("alerts.log.enabled is false");
  });
});

function eventsIn(text: string): AlertEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as AlertEvent);
}
