// Alerts of a running strayd: the letter's frames over a veth are told in every place that the configuration names, and
// none is lost when those places change.
// Apart from the tests of rules because here it is what comes out that matters.
// Always holds: a daemon has its own folder, rules and files; nothing else is on the wire.

import { readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { LETTER, type PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { eventsIn, OWN_SID, RulesHome } from "../support/rules-home.js";
import { runStray } from "../support/run-stray.js";
import { DAEMON_ACCOUNT } from "../support/strayd.js";

const MESSAGE = "WEB-IIS File permission canonicalization";
/** While files are replaced alerts wait in their ring: at this rate it holds those of two seconds. */
const RATE = 500;
const LOOPS = 120;

describe.skipIf(!canPlayLive())("alerts of a running strayd", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let letter: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("alerts");
    letter = LETTER.file(rig.folder);
  });
  beforeEach(() => {
    home = new RulesHome(rig);
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  it("tell of the letter: on the socket, in the text files, in EVE, with the packet kept", async () => {
    await home.startWith();
    await home.play(letter);
    expect(await home.toldOf(OWN_SID, letter.packets / 2)).toBeGreaterThan(0);
    const all = await home.told();
    const canonicalization = all.filter(({ alert }) => alert.signature === MESSAGE);
    expect(canonicalization.length).toBeGreaterThanOrEqual(2);
    expect(canonicalization[0]).toMatchObject({ event_type: "alert", src_ip: "217.29.131.130" });
    expect(canonicalization[0]).toHaveProperty("in_iface", SENSOR_INTERFACE);

    await home.textHas("alert.full", `] ${MESSAGE} [**]\n`);
    expect(home.text("alert.full")).toContain(
      "63 31 25 31 63 2E 2E 2F 77 69 6E 6E 74 2F 73 79  c1%1c../winnt/sy\n",
    );
    await home.textHas("alert.fast", "{TCP} 217.29.131.130:27708 -> 130.216.236.45:80\n");
    await until("EVE has all", () => home.lines("eve.json") === all.length);
    expect(
      eventsIn(home.text("eve.json"))
        .map(({ alert }) => alert.signature_id)
        .sort(),
    ).toEqual(all.map(({ alert }) => alert.signature_id).sort());

    const stats = await home.ruleStats();
    expect(stats.get(OWN_SID)).toMatchObject({
      action: "alert",
      message: "own rule",
      file: home.ownRules,
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

    await home.stop();
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

  it("write into new files after a SIGHUP, as logrotate wants it, and lose no alert", async () => {
    await home.startWith();
    await home.play(letter);
    await home.textHas("alert.fast", "own rule");
    for (const name of ["alert.fast", "alert.full", "eve.json"]) {
      renameSync(join(home.folder, name), join(home.folder, `${name}.1`));
    }
    const { reloads = 0 } = (await home.counters()).total;
    process.kill(home.daemon.pid, "SIGHUP");
    await until("it has reloaded", async () => ((await home.counters()).total["reloads"] ?? 0) > reloads);
    await home.play(letter);
    const all = await until("all alerts are at hand", async () => {
      const found = await home.told();
      return found.length === (await home.counters()).total["alerts"] && found;
    });
    await home.stop();
    expect(home.lines("alert.fast")).toBeGreaterThan(0);
    expect(home.lines("alert.fast.1") + home.lines("alert.fast")).toBe(all.length);
    expect(home.lines("eve.json.1") + home.lines("eve.json")).toBe(all.length);
  });

  it("lose no alert while the files of alerts and EVE are replaced", async () => {
    await home.startWith({ rules: { files: [home.ownRules] } });
    const load = rig.play(letter.path, { rate: RATE, loops: LOOPS });
    await home.toldOf(OWN_SID, 1);
    const names = ["fast.1", "fast.2", "fast.3"];
    for (const name of names) {
      home.reconfigure({
        sensor: { name, profile: "small", user: DAEMON_ACCOUNT.name },
        alerts: home.alerts({ fast: join(home.folder, name) }),
      });
      await home.reload();
    }
    await load.done;
    await home.seen(letter.packets * LOOPS);
    const { total } = await home.counters();
    expect(total).toMatchObject({ "alerts-lost": 0 });
    expect(total["alerts"]).toBeGreaterThan(LOOPS * 7);
    await home.stop();
    const told = ["alert.fast", ...names].reduce((sum, name) => sum + home.lines(name), 0);
    expect([told, home.lines("eve.json")]).toEqual([total["alerts"], total["alerts"]]);
  });

  it("give alerts that are there again after a restart", async () => {
    await home.startWith();
    await home.play(letter);
    const count = await home.toldOf(OWN_SID, 1);
    await home.stop();
    await home.startWith();
    expect(await home.toldOf(OWN_SID, 1)).toBe(count);
  });

  it("are held to their rate, which is counted and told, and may be changed", async () => {
    await home.startWith({ alerts: home.alerts({ rate: 1, burst: 1 }) });
    await home.play(letter);
    const told = await until("alerts were held back", async () => {
      const line = (await home.ruleStats()).get(OWN_SID);
      return line !== undefined && line.limited > 0 && line;
    });
    expect(told.alerts).toBeLessThan(told.matches);
    const { problems } = await until("the status tells", async () => {
      const status = await home.status();
      return status.problems.some((problem) => problem.includes("were held back")) && status;
    });
    expect(problems).toContainEqual(expect.stringContaining("alerts.rate"));
    home.reconfigure({ alerts: home.alerts({ rate: 0 }) });
    await home.reload();
    const before = await home.toldOf(OWN_SID, told.alerts);
    await home.play(letter);
    expect(await home.toldOf(OWN_SID, before + 2)).toBeGreaterThan(before + 1);
  });

  it("say so when no alerts are kept", async () => {
    await home.startWith({ alerts: home.alerts({ log: { enabled: false } }) });
    const { stdout, stderr, exitCode } = await home.run("alerts");
    expect([stdout, exitCode === 0]).toEqual(["", false]);
    expect(stderr).toContain("alerts.log.enabled is false");
  });
});
