// The module for prometheus-snmp-exporter: Debian's exporter reads it, asks snmpd by it, and has the sensor's values as metrics.
// Apart from snmpd's own test because the judge is another program.
// Always holds: the exporter listens on loopback in the sensor's namespace and is ended by its own id.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FINDING_NAMES } from "../../host/record/findings.js";
import { EXPORTER_MODULE } from "../../host/snmp/mib/exporter.js";
import { version } from "../../host/version.js";
import { Daemon, until } from "../support/daemon.js";
import { LETTER } from "../support/live-captures.js";
import { canPlayLive, LiveRig } from "../support/live-rig.js";
import { RulesHome } from "../support/rules-home.js";
import { COMMUNITY, hasSnmpTools, Snmpd } from "../support/snmp-tools.js";
import { DAEMON_ACCOUNT } from "../support/strayd.js";
import { requireProgram } from "../support/system.js";

const EXPORTER = "prometheus-snmp-exporter";
const ADDRESS = "127.0.0.1:9116";
const LOOK_MS = 1100;
const FOLDER = new URL("../../packaging/prometheus/", import.meta.url);
const canRun = canPlayLive() && hasSnmpTools() && requireProgram(EXPORTER, EXPORTER);

/** From 0.23 on who asks is said apart. */
function isLater(): boolean {
  const { stdout, stderr } = spawnSync(EXPORTER, ["--version"], { encoding: "utf8" });
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout + stderr) ?? [];
  return Number(major) > 0 || Number(minor) >= 23;
}

describe.skipIf(!canRun)("prometheus-snmp-exporter", () => {
  let rig: LiveRig;
  let home: RulesHome;
  let snmpd: Snmpd;
  let exporter: Daemon;
  const later = canRun && isLater();

  beforeAll(async () => {
    rig = new LiveRig("exporter");
    home = new RulesHome(rig);
    const folder = join(home.folder, "snmp");
    mkdirSync(folder);
    snmpd = new Snmpd(folder, rig.sensor, { user: DAEMON_ACCOUNT.name, group: "nogroup" });
    await snmpd.start();
    await home.startWith({ snmp: { agentx: snmpd.socket } });
    const config = join(folder, "snmp.yml");
    const text = readFileSync(new URL(later ? "snmp.yml" : "snmp-before-0.23.yml", FOLDER), "utf8");
    expect(text).toContain("community: public");
    writeFileSync(config, text.replace("community: public", `community: ${COMMUNITY}`));
    const words = [EXPORTER, `--config.file=${config}`, `--web.listen-address=${ADDRESS}`];
    exporter = new Daemon(rig.sensor.spawn(words, { stdio: ["ignore", "pipe", "pipe"] }));
  });
  afterAll(async () => {
    await exporter?.stop();
    await snmpd?.stop();
    await home?.remove();
    rig?.remove();
  });

  const metrics = () =>
    until("the exporter answers", () => {
      if (exporter.exit) throw new Error(`it ended with ${exporter.exit.code}: ${exporter.said}`);
      const url = `http://${ADDRESS}/snmp?target=127.0.0.1:1161&module=stray${later ? "&auth=public_v2" : ""}`;
      const script = `fetch(${JSON.stringify(url)}).then(async (it) => { if (it.ok) process.stdout.write(await it.text()); })`;
      const { stdout } = rig.sensor.exec([process.execPath, "-e", script], { mayFail: true });
      return stdout.includes("strayVersion") && stdout;
    });

  it("has every object of the module, with the values of `stray counters --json`", async () => {
    await home.play(LETTER.file(rig.folder));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const text = await metrics();
    const { total } = await home.counters();
    const value = (series: string) => {
      const line = text.split("\n").find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    };
    for (const name of ["packets", "alerts", "kernel-packets", "flows-created"]) {
      const [series] =
        new RegExp(`strayCounterValue\\{[^}]*strayCounterName="${name}"[^}]*\\}`).exec(text) ?? [];
      expect(value(series ?? ""), name).toBe(total[name]);
    }
    const finding = `strayAnomalyFlows{strayAnomalyName="signature",strayAnomalyNumber="${FINDING_NAMES.length}"}`;
    expect(value(finding)).toBe(total["finding-signature"]);
    expect(value(`strayVersion{strayVersion="${version()}"}`)).toBe(1);
    expect(value('strayMode{strayMode="tap"}')).toBe(1);
    expect(value('strayMode{strayMode="inline"}')).toBe(0);
    expect(
      value(
        'strayInterfaceLink{strayInterfaceLink="up",strayInterfaceName="rx0",strayInterfaceNumber="1",strayInterfaceWorker="1"}',
      ),
    ).toBe(1);
    expect(value("strayStarted")).toBeGreaterThan(1_700_000_000);
    const missing = EXPORTER_MODULE.metrics.filter(({ name }) => !new RegExp(`^${name}[ {]`, "m").test(text));
    expect(missing.map(({ name }) => name)).toEqual([]);
    // Each gauge and counter has its words.
    expect(text).toContain("# HELP strayFlowsUsed Places in use. (flows)");
  });
});
