// STRAY-MIB by way of Debian's snmpd: the values are those of `stray counters --json`, in v2c and v3, with every client;
// snmpd that is started again, strayd that is stopped; what a walk of everything costs.
// Apart from the tests with a made-up master, which are about a master that misbehaves.
// Always holds: nothing is sent while values are compared; snmpd's socket and state lie in the test's folder.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FINDING_NAMES } from "../../host/record/findings.js";
import type { CountersReport } from "../../host/sensor/view.js";
import { SUBAGENT_NAME } from "../../host/snmp/agentx/subagent.js";
import { COUNTER_NUMBERS } from "../../host/snmp/mib/counter-numbers.js";
import { until } from "../support/daemon.js";
import { LETTER, type PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig } from "../support/live-rig.js";
import { exactCpuMs } from "../support/process-usage.js";
import { RulesHome } from "../support/rules-home.js";
import { ASKERS, type Asker, hasSnmpTools, Snmpd } from "../support/snmp-tools.js";
import { DAEMON_ACCOUNT } from "../support/strayd.js";

const EVERYTHING = "STRAY-MIB::strayMIB";
const SOURCE = "217.29.131.130";
/** What was looked at before the counters were read is not looked at again. */
const LOOK_MS = 1000;
const GOAL_MS = 50;
const canRun = canPlayLive() && hasSnmpTools();

describe.skipIf(!canRun)("STRAY-MIB by way of snmpd", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let snmpd: Snmpd;
  let letter: PlayableCapture;

  beforeAll(() => {
    rig = new LiveRig("agentx");
    letter = LETTER.file(rig.folder);
  });
  beforeEach(async () => {
    home = new RulesHome(rig);
    const folder = join(home.folder, "snmp");
    mkdirSync(folder);
    snmpd = new Snmpd(folder, rig.sensor, { user: DAEMON_ACCOUNT.name, group: "nogroup" });
    await snmpd.start();
    await home.startWith({ snmp: { agentx: snmpd.socket } });
    await registered();
  });
  afterEach(async () => {
    await snmpd.stop();
    await home.remove();
  });
  afterAll(() => rig.remove());

  const version = () => snmpd.walk("STRAY-MIB::strayVersion");
  const registered = () => until("snmpd has the MIB", async () => (await version()).has("strayVersion.0"));
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const agentxCount = ({ sinks }: CountersReport, name: string) =>
    sinks.find((sink) => sink.name === SUBAGENT_NAME)?.counters[name] ?? 0;

  /** Both, of a moment in which nothing is counted. */
  const atRest = (asker: Asker, command: string) =>
    until("nothing is counted any more", async () => {
      const before = await home.counters();
      await sleep(LOOK_MS);
      const values = await snmpd.walk(EVERYTHING, asker, command);
      const after = await home.counters();
      return JSON.stringify(before.total) === JSON.stringify(after.total) && { counters: after, values };
    });
  /** Rows of the table of counters by the counter's name. */
  const totals = (values: Map<string, string>): Record<string, number> => {
    const all: Record<string, number> = {};
    for (const [instance, name] of values) {
      const [column, number] = instance.split(".");
      if (column === "strayCounterName") all[name] = Number(values.get(`strayCounterValue.${number}`));
    }
    return all;
  };

  it("has the values of `stray counters --json`, in v2c and v3, walked one by one and in bulk", async () => {
    await home.play(letter);
    await until("the incident is written", async () => {
      const { stdout } = await home.run("incidents", "list", "--json", "--source", SOURCE);
      return stdout.includes(SOURCE);
    });
    for (const asker of Object.keys(ASKERS) as Asker[]) {
      for (const command of ["snmpwalk", "snmpbulkwalk"]) {
        const { counters, values } = await atRest(asker, command);
        expect(totals(values)).toEqual(counters.total);
        const number = (instance: string) => Number.parseInt(values.get(instance) ?? "", 10);
        expect(number("strayWorkerPackets.1")).toBe(counters.total["packets"]);
        expect(number("strayInterfacePackets.1.1")).toBe(counters.total["kernel-packets"]);
        // `signature` is the last one; what lacks a beginning is no finding while the sensor has only just begun.
        const last = FINDING_NAMES.length;
        expect(values.get(`strayAnomalyName.${last}`)).toBe("signature");
        expect(number(`strayAnomalyFlows.${last}`)).toBe(counters.total["finding-signature"]);
        expect(counters.total["finding-signature"]).toBe(7);
        expect(number("strayFlowsCreated.0")).toBe(counters.total["flows-created"]);
        expect(number("strayAlerts.0")).toBe(counters.total["alerts"]);
        expect(values.get("strayName.0")).toBe("test");
        expect(values.get("strayInterfaceName.1.1")).toBe("rx0");
        expect(values.get("strayTopIncidentSubject.1")).toBe(SOURCE);
        expect(values.get("strayTopIncidentTitle.1")).toContain(SOURCE);
        // A year of our time, not zeros: it was counted while it was looked at.
        expect(values.get(`strayAnomalyLast.${last}`)).toMatch(/^20\d\d-/);
      }
    }
    expect(COUNTER_NUMBERS).toEqual(expect.arrayContaining(Object.keys((await home.counters()).total)));
  });

  it("answers snmpget and snmptable, and says what is not there", async () => {
    await home.play(letter);
    const { counters } = await atRest("v2c", "snmpbulkwalk");
    for (const asker of Object.keys(ASKERS) as Asker[]) {
      const got = await snmpd.ask(
        "snmpget",
        [
          "STRAY-MIB::strayCounterValue.1",
          "STRAY-MIB::strayMode.0",
          "STRAY-MIB::strayName.7",
          ".1.3.6.1.4.1.32473.1.7",
        ],
        asker,
        ["-Os"],
      );
      expect(got.split("\n").slice(0, 4)).toEqual([
        `strayCounterValue.1 = Counter64: ${counters.total["packets"]}`,
        "strayMode.0 = INTEGER: tap(1)",
        "strayName.7 = No Such Instance currently exists at this OID",
        "strayMIB.7 = No Such Object available on this agent at this OID",
      ]);
      const table = await snmpd.ask("snmptable", ["STRAY-MIB::strayAnomalyTable"], asker, [
        "-Cf",
        ";",
        "-Ch",
        "-Ci",
      ]);
      const [heads = "", ...rows] = table.split("\n").filter((line) => line.includes(";"));
      expect(heads).toContain("strayAnomalyName;strayAnomalyFlows;strayAnomalyLast");
      expect(rows).toEqual([]);
      const body = await snmpd.ask("snmptable", ["STRAY-MIB::strayAnomalyTable"], asker, ["-Cf", ";", "-CH"]);
      expect(body).toMatch(/^signature;7( flows)?;20\d\d-/m);
    }
  });

  it("can't be written to", async () => {
    const set = snmpd.ask("snmpset", ["STRAY-MIB::strayName.0", "s", "mine"]);
    await expect(set).rejects.toThrow(/noAccess|notWritable/);
    expect((await snmpd.walk("STRAY-MIB::strayName")).get("strayName.0")).toBe("test");
  });

  it("is there again after snmpd was killed and started, and gone when strayd stops", async () => {
    await snmpd.stop("SIGKILL");
    await until("strayd notices", async () => {
      const sink = (await home.status()).sinks.find(({ name }) => name === SUBAGENT_NAME);
      return sink?.ok === false && /retry in|connecting/.test(sink.text);
    });
    expect((await home.status()).problems.join()).toContain(SUBAGENT_NAME);
    await snmpd.start();
    await registered();
    expect(agentxCount(await home.counters(), "sessions")).toBe(2);
    // And once more in an orderly way.
    await snmpd.stop();
    await snmpd.start();
    await registered();
    await home.stop();
    const gone = await snmpd.ask("snmpget", ["STRAY-MIB::strayVersion.0"]);
    expect(gone).toContain("No Such Object available on this agent at this OID");
  });

  it("follows the configuration at a reload", async () => {
    home.reconfigure({ snmp: { agentx: null } });
    await home.reload();
    await until("snmpd has it no more", async () => !(await version()).has("strayVersion.0"));
    expect((await home.status()).sinks.map(({ name }) => name)).not.toContain(SUBAGENT_NAME);
    home.reconfigure({ snmp: { agentx: snmpd.socket } });
    await home.reload();
    await registered();
  });

  it(`costs little: a walk of everything is to take less than ${GOAL_MS} ms of processor time`, async () => {
    await home.play(letter);
    const { pid } = home.daemon;
    const spent = async (work: () => Promise<unknown>): Promise<number> => {
      const before = exactCpuMs(pid);
      await work();
      return exactCpuMs(pid) - before;
    };
    for (const command of ["snmpbulkwalk", "snmpwalk"]) {
      const costs: number[] = [];
      const before = agentxCount(await home.counters(), "requests");
      for (let round = 0; round < 5; round++) {
        // The look at the sensor is part of it.
        await sleep(LOOK_MS);
        costs.push(await spent(() => snmpd.walk(EVERYTHING, "v2c", command)));
      }
      const requests = (agentxCount(await home.counters(), "requests") - before) / costs.length;
      console.log(
        `${command} of everything: ${requests} requests, ${costs.map((ms) => ms.toFixed(1)).join(", ")} ms of strayd's processor time`,
      );
      // Far beyond the goal, on whatever machine this is, it would be a fault.
      expect(Math.min(...costs)).toBeLessThan(10 * GOAL_MS);
      expect(requests).toBeGreaterThan(COUNTER_NUMBERS.length);
    }
    const idle = await spent(() => sleep(LOOK_MS));
    console.log(`strayd at rest: ${idle.toFixed(1)} ms a second`);
  });
});
