// The keeper of notices: who is told, what a reload keeps, and what its row in `stray status` says.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../../host/config/load.js";
import type { StrayConfig } from "../../../host/config/types.js";
import type { Notice } from "../../../host/notice/notice.js";
import type { Vitals } from "../../../host/notice/watch.js";
import { NoticeKeeper } from "../../../host/sensor/notice-keeper.js";
import { SnmpEngines } from "../../../host/snmp/engine.js";
import type { Notification } from "../../../host/snmp/notification.js";
import { INCIDENT_FACTS } from "../../support/notices.js";
import { TEST_HOST } from "../config/facts.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-keeper-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Hosts are of loopback, and nothing listens on port 9 there: nothing leaves the machine. */
function configOf(hosts: readonly string[], version: "v2c" | "v3" = "v2c", directory = folder): StrayConfig {
  const who = version === "v3" ? { version, user: "monitor" } : { version, community: "stray" };
  const user = { name: "monitor", "auth-password": "first password", "privacy-password": "second password" };
  const snmp = { directory, users: [user], notify: hosts.map((host) => ({ host, port: 9, ...who })) };
  const text = JSON.stringify({ capture: { interfaces: ["lo"] }, snmp });
  return parseConfig(text, "stray.yaml", { host: TEST_HOST }).config;
}

function rig() {
  const lines: string[] = [];
  const syslogged: Notice[] = [];
  const passedOn: Notification[] = [];
  let opened = 0;
  const vitals: Vitals = {
    nowMs: 1_700_000_000_000,
    packets: 0,
    drops: 0,
    flows: 0,
    flowsMax: 10,
    refusals: 0,
    refusal: "",
    config: "stray.yaml",
  };
  const log = (_: string, message: string): void => {
    lines.push(message);
  };
  const state = { isWhole: true, isBroken: false };
  const keeper = new NoticeKeeper({
    context: {
      log,
      vitals: () => (state.isWhole ? vitals : undefined),
      takeOpened: () => {
        const facts = Array.from({ length: opened }, () => INCIDENT_FACTS);
        opened = 0;
        return { opened: facts, lost: 0 };
      },
      noticeTakers: () => [{ notify: (notice) => syslogged.push(notice) }],
    },
    engines: new SnmpEngines({ enterprise: 32473, log }),
    notificationOf: () => {
      if (state.isBroken) throw new Error("no such object");
      return { oid: "1.3.6.1.4.1.32473.1.0.1", objects: [] };
    },
    uptimeMs: () => 0,
    master: { notify: (notification) => passedOn.push(notification) > 0 },
  });
  const incident = (count = 1): void => {
    opened += count;
    keeper.pulse(vitals.nowMs);
  };
  const counters = () => Object.fromEntries(keeper.reports.map((one) => [one.name, one.counters()]));
  return { keeper, lines, syslogged, passedOn, state, incident, counters };
}

describe("the keeper of notices", () => {
  it("tells the log, syslog, every receiver of SNMP and snmpd", async () => {
    const { keeper, lines, syslogged, passedOn, incident, counters } = rig();
    await keeper.bind(configOf(["127.0.0.1", "127.0.0.2"]));
    await keeper.open(configOf(["127.0.0.1", "127.0.0.2"]));
    incident(2);
    expect(lines.filter((line) => line.startsWith("incident I-7K3M9QX2"))).toHaveLength(2);
    expect([syslogged.length, passedOn.length]).toEqual([2, 2]);
    expect(counters()).toMatchObject({
      notices: { "incident-new": 2, "held-back": 0 },
      "snmp-notify:127.0.0.1:9": { notices: 2 },
      "snmp-notify:127.0.0.2:9": { notices: 2 },
    });
    expect(keeper.reports[0]!.state()).toEqual({ ok: true, text: "2 told" });
    await keeper.close();
    expect(keeper.reports).toHaveLength(1);
  });

  it("a reload keeps the receiver that stays, and what waits for it", async () => {
    const { keeper, incident, counters } = rig();
    await keeper.open(configOf(["127.0.0.1", "127.0.0.2"]));
    incident();
    const [, kept] = keeper.reports;
    await keeper.replace(configOf(["127.0.0.3", "127.0.0.1"]));
    expect(keeper.reports[2]).toBe(kept);
    expect(counters()).toMatchObject({
      notices: { "incident-new": 1 },
      "snmp-notify:127.0.0.1:9": { notices: 1, dropped: 0 },
      "snmp-notify:127.0.0.3:9": { notices: 0 },
    });
    await keeper.close();
  });

  it("what can't be said by SNMP is told by the others", async () => {
    const { keeper, lines, syslogged, state, incident } = rig();
    await keeper.open(configOf(["127.0.0.1"]));
    state.isBroken = true;
    incident(3);
    expect(syslogged).toHaveLength(3);
    expect(lines).toContain("a notice was not told by SNMP: no such object");
    await keeper.close();
  });

  it("while capture begins anew nothing is looked at, and nothing lost", async () => {
    const { keeper, syslogged, state, incident } = rig();
    await keeper.open(configOf([]));
    state.isWhole = false;
    incident();
    expect(syslogged).toHaveLength(0);
    state.isWhole = true;
    incident(0);
    expect(syslogged).toHaveLength(1);
  });

  it("is not well where receivers of v3 would not know the engine again", async () => {
    writeFileSync(join(folder, "file"), "");
    const { keeper } = rig();
    const directory = join(folder, "file", "below");
    await keeper.open(configOf(["127.0.0.1"], "v2c", directory));
    expect(keeper.reports[0]!.state().ok).toBe(true);
    await keeper.replace(configOf(["127.0.0.1"], "v3", directory));
    expect(keeper.reports[0]!.state()).toMatchObject({
      ok: false,
      text: expect.stringContaining("can't be kept"),
    });
    await keeper.close();
  });
});
