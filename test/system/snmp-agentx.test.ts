// STRAY-MIB by way of Debian's snmpd: the values are those of `stray counters --json`, in v2c and v3, with every client;
// snmpd that is started again, strayd that is stopped; what a walk of everything costs.
// Apart from the tests with a made-up master, which are about a master that misbehaves.
// Always holds: nothing is sent while values are compared; snmpd's socket and state lie in the test's folder.

import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FINDING_NAMES } from "../../host/record/findings.js";
import { COUNTER_NUMBERS } from "../../host/snmp/mib/counter-numbers.js";
import { SECTIONS } from "../../host/snmp/mib/definition.js";
import { until } from "../support/daemon.js";
import { exactCpuMs } from "../support/process-usage.js";
import { LETTER, type PlayableCapture } from "../support/live-captures.js";
import { canPlayLive, LiveRig } from "../support/live-rig.js";
import { RulesHome } from "../support/rules-home.js";
import { ASKERS, type Asker, hasSnmpTools, Snmpd } from "../support/snmp-tools.js";
import { DAEMON_ACCOUNT } from "../support/strayd.js";

const EVERYTHING = "STRAY-MIB::strayMIB";
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

  const registered = () =>
    until("snmpd has the MIB", async () =>
      (await snmpd.walk("STRAY-MIB::strayIdentity")).has("strayVersion.0"),
    );

  it("cost", async () => {
    await home.play(letter);
    const pid = home.daemon.pid;
    const cost = async (what: string, work: () => Promise<unknown>) => {
      const [cpu, at] = [exactCpuMs(pid), Date.now()];
      await work();
      console.log(what, (exactCpuMs(pid) - cpu).toFixed(1), "ms cpu in", Date.now() - at, "ms");
    };
    const counts = async () => (await home.counters()).sinks.find(({ name }) => name === "snmp agentx")!.counters["requests"]!;
    await new Promise((r) => setTimeout(r, 1100));
    for (let i = 0; i < 3; i++) await cost("bulkwalk", () => snmpd.walk(EVERYTHING, "v2c", "snmpbulkwalk"));
    await counts();
  });
});
