// SNMP as the daemon has it: a subagent where the configuration names a master, none where it does not; another one after a
// reload; its row in status and counters; looks at the sensor only while somebody can ask.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defaultConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import { SnmpKeeper } from "../../../host/sensor/snmp-keeper.js";
import { SUBAGENT_NAME } from "../../../host/snmp/agentx/subagent.js";
import { notificationOf } from "../../../host/snmp/notification.js";
import { CLOSE, FakeMaster, NOTIFY, REGISTER } from "../../support/agentx-master.js";
import { until } from "../../support/daemon.js";
import { TEST_HOST } from "../config/facts.js";
import { FakeSensor, status } from "../control/fake-sensor.js";

describe("SNMP of the daemon", () => {
  let folder: string;
  let master: FakeMaster;
  let keeper: SnmpKeeper;
  let looks: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "snmp-keeper-"));
    master = new FakeMaster(folder);
    await master.listen();
    looks = 0;
    keeper = new SnmpKeeper({
      view: new FakeSensor(),
      log: () => undefined,
      incidents: () => undefined,
      findingCounts: () => {
        looks++;
        return [];
      },
    });
  });
  afterEach(async () => {
    await keeper.close();
    await master.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const config = (agentx: string | undefined): StrayConfig => {
    const base = defaultConfig(["eth0"], TEST_HOST);
    return { ...base, snmp: { ...base.snmp, agentx } };
  };
  const connected = () => until("it is registered", () => keeper.reports.some((one) => one.state().ok));

  it("is off unless it is configured, and then looks at nothing", async () => {
    await keeper.open(config(undefined));
    keeper.pulse(1000);
    expect([keeper.reports, looks, master.connections]).toEqual([[], 0, 0]);
    expect(keeper.notify({ oid: "1.3.6", objects: [] })).toBe(false);
  });

  it("is none the worse for a sensor that can't be looked at while it warms up", async () => {
    const said: string[] = [];
    const view = new FakeSensor();
    view.counters = () => {
      throw new Error("not now");
    };
    const other = new SnmpKeeper({
      view,
      log: (_, text) => said.push(text),
      incidents: () => undefined,
      findingCounts: () => [],
    });
    try {
      await other.open(config(master.path));
      await until("it is told", () => said.some((text) => text.includes("not now")));
      await until("it is registered", () => other.reports.every((one) => one.state().ok));
    } finally {
      await other.close();
    }
  });

  it("connects at once, tells how it stands, and goes with the configuration", async () => {
    await keeper.open(config(master.path));
    await connected();
    expect(keeper.reports.map(({ name }) => name)).toEqual([SUBAGENT_NAME]);
    // It looked by itself, to be warm when somebody asks.
    expect(looks).toBeGreaterThan(0);
    const before = looks;
    keeper.pulse(Date.now() + 1000);
    expect(looks).toBe(before + 1);
    const notice = { timeMs: 1, severity: "warning", text: "no", heldBack: 0 } as const;
    const facts = { config: "/etc/stray/stray.yaml", reason: "no" };
    expect(keeper.notify(notificationOf({ ...notice, kind: "config-refused", facts }, status()))).toBe(true);
    await until("the master has it", () => master.of(NOTIFY).length === 1);
    await keeper.replace(config(undefined));
    await until("it has said that it goes", () => master.of(CLOSE).length === 1);
    expect(keeper.reports).toEqual([]);
    await keeper.replace(config(master.path));
    await connected();
    expect(master.of(REGISTER)).toHaveLength(2);
  });
});
