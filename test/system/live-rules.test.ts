// Rules of a running strayd come and go: a reload exchanges them without losing a packet, and one that fails leaves those
// before in force and says why.
// Apart from the tests of reload because rule files are read whether a key has changed or not.
// Always holds: a daemon has its own folder, rules and files; nothing else is on the wire.

import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/daemon.js";
import { LETTER, type PlayableCapture, trafficCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig, SENSOR_INTERFACE } from "../support/live-rig.js";
import { BAD_RULE, OWN_RULE, OWN_SID, OWN_WORD, RulesHome, ruleText } from "../support/rules-home.js";

const RATE = 10_000;
const LOOPS = 100;

describe.skipIf(!canPlayLive())("rules in a running strayd", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let letter: PlayableCapture;
  let traffic: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("rules");
    letter = LETTER.file(rig.folder);
    traffic = trafficCapture(rig.folder, { flows: 200, mix: "imix", packets: 10_000 });
  });
  beforeEach(() => {
    home = new RulesHome(rig);
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  it("are told of in the status, with those that were refused", async () => {
    writeFileSync(home.ownRules, `${OWN_RULE}${BAD_RULE}`);
    await home.startWith({ rules: { files: [home.ownRules] } });
    const { rules, problems } = await home.status();
    expect(rules).toMatchObject({
      rules: 1,
      refused: 1,
      warnings: 0,
      files: [home.ownRules],
      bytesMax: 4 << 20,
    });
    expect(problems).toContainEqual(expect.stringMatching(/^1 rule was refused, 1 are in force/));
    expect(home.daemon.said).toMatch(/own\.rules:2: sid 2: refused: /);
    const { stdout, exitCode } = await home.run("status");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Rules +1 in force \(1 refused\), .* of 4 MiB, file .*own\.rules$/m);
  });

  it("are exchanged by a reload under load, and no packet is lost", async () => {
    const word = OWN_WORD;
    await home.startWith();
    await home.play(letter);
    const before = await home.toldOf(OWN_SID, 1);
    const [packets, delivered] = [await home.packets(), rig.delivered()];
    const load = rig.play(traffic.path, { rate: RATE, loops: LOOPS });
    await home.seen(packets + 1);
    for (let turn = 1; turn <= 5; turn++) {
      writeFileSync(home.ownRules, ruleText(OWN_SID + turn, word, `turn ${turn}`));
      const { restartedCapture, messages } = await home.reload();
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
    await home.play(letter);
    expect(await home.toldOf(OWN_SID + 5, 1)).toBeGreaterThan(0);
    expect(await home.toldOf(OWN_SID, before)).toBe(before);
    expect((await home.ruleStats()).has(OWN_SID)).toBe(false);
  });

  it("are exchanged while nothing is on the wire, with two workers", async () => {
    await home.startWith({ capture: { interfaces: [SENSOR_INTERFACE], workers: 2 } });
    writeFileSync(home.ownRules, ruleText(OWN_SID + 1, OWN_WORD, "new"));
    const beginMs = performance.now();
    await home.reload();
    expect(performance.now() - beginMs).toBeLessThan(4000);
    await home.play(letter);
    expect(await home.toldOf(OWN_SID + 1, 1)).toBeGreaterThan(0);
  });

  it("stay as they are, counts and all, over a reload that changes none", async () => {
    await home.startWith();
    await home.play(letter);
    const count = await home.toldOf(OWN_SID, 1);
    await until("the rule has them", async () => (await home.ruleStats()).get(OWN_SID)?.alerts === count);
    const { "rules-swapped": swapped } = (await home.counters()).total;
    home.reconfigure({ flows: { udp: "5s" } });
    const { messages } = await home.reload();
    expect(messages.filter((message) => message.startsWith("other rules"))).toEqual([]);
    expect((await home.ruleStats()).get(OWN_SID)).toMatchObject({ alerts: count });
    expect((await home.counters()).total).toMatchObject({ "rules-swapped": swapped });
  });

  it.each([
    ["is gone", () => rmSync(home.ownRules), /can't read .*own\.rules: there is no such file/],
    [
      "has become a folder",
      () => {
        rmSync(home.ownRules);
        mkdirSync(home.ownRules);
      },
      /own\.rules is not a file/,
    ],
    [
      "can't be read by the daemon's account",
      () => chmodSync(home.ownRules, 0o600),
      /can't read .*own\.rules: permission denied/,
    ],
    [
      "has become too large for the profile",
      () =>
        writeFileSync(
          home.ownRules,
          Array.from({ length: 12_000 }, (_, sid) => ruleText(sid + 1, "x".repeat(400) + sid, "long")).join(
            "",
          ),
        ),
      /bytes/,
    ],
  ])("stay in force when a file %s, and the status says why", async (_what, spoil, words) => {
    await home.startWith();
    spoil();
    expect(await home.refusedReload()).toMatch(words);
    const { problems, configError, rules } = await home.status();
    expect(configError).toMatch(words);
    expect(problems).toContainEqual(expect.stringMatching(/^the latest reload was refused/));
    expect(rules.files).toContain(home.ownRules);
    await home.play(letter);
    expect(await home.toldOf(OWN_SID, 1)).toBeGreaterThan(0);
    // Once it is mended all is well again.
    rmSync(home.ownRules, { recursive: true, force: true });
    writeFileSync(home.ownRules, OWN_RULE);
    await home.reload();
    expect((await home.status()).configError).toBeUndefined();
  });

  it("load but for the bad ones on a reload, which tells of them", async () => {
    await home.startWith();
    writeFileSync(home.ownRules, `${OWN_RULE}${BAD_RULE}`);
    const { stdout, exitCode } = await home.run("reload");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/rules? (was|were) refused, \d+ are in force/);
    expect(home.daemon.said).toMatch(/own\.rules:2: sid 2: refused: /);
    await home.play(letter);
    expect(await home.toldOf(OWN_SID, 1)).toBeGreaterThan(0);
  });

  it("do nothing where packets are not looked into, until they are", async () => {
    await home.startWith({ inspection: { enabled: false } });
    await home.play(letter);
    expect(await home.told()).toEqual([]);
    expect((await home.status()).rules).toMatchObject({ rules: 0, files: [] });
    home.reconfigure({ inspection: { enabled: true } });
    expect(await home.reload()).toMatchObject({ restartedCapture: true });
    await home.play(letter);
    expect(await home.toldOf(OWN_SID, 1)).toBeGreaterThan(0);
  });

  it("keep the daemon from starting when a file can't be read: one line, exit code 2", async () => {
    home.reconfigure({ rules: { files: ["starter", "/nonexistent/local.rules"] } });
    home.daemon = home.launch(rig.sensor);
    expect(await home.daemon.ended()).toBe(2);
    expect(home.daemon.said).toMatch(/can't read \/nonexistent\/local\.rules: there is no such file/);
    expect(home.daemon.said).not.toMatch(/^\s+at |internal error/m);
    expect(existsSync(home.socketPath)).toBe(false);
  });
});
