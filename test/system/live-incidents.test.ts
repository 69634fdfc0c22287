// Incidents of a running strayd: the letter's frames over a veth become one, which is there after a restart and without
// strayd, and which a person acknowledges, notes and mutes.
// Apart from the tests of alerts because here it is what is joined that matters.
// Always holds: a daemon has its own folder; nothing else is on the wire.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Incident, IncidentSummary } from "../../host/incident/model.js";
import { until } from "../support/daemon.js";
import { LETTER, type PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig } from "../support/live-rig.js";
import { RulesHome } from "../support/rules-home.js";
import { runStray } from "../support/run-stray.js";
import { DAEMON_ACCOUNT } from "../support/strayd.js";

const SOURCE = "217.29.131.130";

describe.skipIf(!canPlayLive())("incidents of a running strayd", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let letter: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("incidents");
    letter = LETTER.file(rig.folder);
  });
  beforeEach(() => {
    home = new RulesHome(rig);
  });
  afterEach(() => home.remove());
  afterAll(() => rig.remove());

  const database = () => join(home.incidentsPath, "incidents.db");
  const list = async (...words: string[]): Promise<IncidentSummary[]> => {
    const { stdout } = await home.run("incidents", "list", "--json", ...words);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as IncidentSummary);
  };
  const only = () =>
    until("there is an incident", async () => {
      const all = await list("--all", "--source", SOURCE);
      return all.length > 0 && all[0]!.alerts > 0 && all[0];
    });
  const stored = (): Incident[] => {
    const { stdout, stderr, exitCode } = runStray(["incidents", "export", "--all", "--database", database()]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Incident);
  };

  it("the letter is one: alerts at once, flows when they end, over a restart and without strayd", async () => {
    await home.startWith();
    await home.play(letter);
    const { id } = await only();
    expect((await home.status()).incidents?.open).toMatchObject({ high: 1 });
    expect((await home.run("incidents", "ack", id)).exitCode).toBe(0);
    expect((await home.run("incidents", "note", id, "asked the provider")).exitCode).toBe(0);
    expect(statSync(database())).toMatchObject({ uid: DAEMON_ACCOUNT.uid, gid: DAEMON_ACCOUNT.gid });
    const whole = await home.counters();
    expect(whole.sinks.find(({ name }) => name === "incidents")?.counters).toMatchObject({
      "flush-errors": 0,
    });
    await home.stop();

    // Without strayd, and with nothing left behind.
    expect(readdirSync(home.incidentsPath)).toEqual(["incidents.db"]);
    const [incident] = stored().filter(({ subject }) => subject === SOURCE);
    expect(incident).toMatchObject({
      id,
      state: "acknowledged",
      kind: "source",
      severity: "high",
      flows: 7,
      destinationList: ["130.216.236.45"],
      portList: ["80"],
      notes: [{ text: "asked the provider" }],
    });
    expect(incident!.facts).toHaveLength(7);
    expect(incident!.inForce[0]).toMatchObject({
      config: expect.stringMatching(/^[0-9a-f]{16}$/),
      rules: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(incident!.evidence.length).toBeGreaterThan(0);
    expect(incident!.evidence[0]!.file).toMatch(/^evidence.*\.pcapng$/);
    // The sensor has only just begun: what the cause is, tests without a clock say.
    expect(incident!.causes.length).toBeGreaterThan(0);

    await home.startWith();
    expect(await only()).toMatchObject({ id, state: "acknowledged", flows: 7 });
    await home.play(letter);
    await until("it goes on", async () => (await only()).alerts > incident!.alerts);
    expect((await only()).id).toBe(id);
  });

  it("are kept elsewhere, or not at all, after a reload", async () => {
    await home.startWith();
    await home.play(letter);
    const { id } = await only();
    const elsewhere = join(home.folder, "elsewhere");
    home.reconfigure({ incidents: { directory: elsewhere } });
    await home.reload();
    expect(await list("--all")).toEqual([]);
    expect(existsSync(join(elsewhere, "incidents.db"))).toBe(true);
    home.reconfigure({ incidents: { enabled: false } });
    await home.reload();
    expect((await home.run("incidents")).stderr).toContain("no incidents are kept");
    expect((await home.status()).incidents).toBeUndefined();
    home.reconfigure({ incidents: { directory: home.incidentsPath, enabled: true } });
    await home.reload();
    expect((await only()).id).toBe(id);
  });

  it("muted: the alerts are told, no incident is opened", async () => {
    await home.startWith();
    const { exitCode } = await home.run("incidents", "mute", "--source", SOURCE, "--reason", "test");
    expect(exitCode).toBe(0);
    await home.play(letter);
    await until("it is counted", async () => {
      const { stdout } = await home.run("incidents", "mutes", "--json");
      return (JSON.parse(stdout) as { matched: number }).matched > 0;
    });
    await home.stop();
    expect(stored().filter(({ subject }) => subject === SOURCE)).toEqual([]);
  });
});
