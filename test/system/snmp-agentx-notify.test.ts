// Notifications by way of snmpd: what the subagent hands over, Debian's snmpd sends to its receiver, and snmptrapd prints it
// by the names of STRAY-MIB. Apart from strayd, which decides when there is something to tell.
// Always holds: the receiver listens on loopback in a namespace of the test's, and is ended by its own id.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Notice } from "../../host/notice/notice.js";
import { Subagent } from "../../host/snmp/agentx/subagent.js";
import { MIB_ARC } from "../../host/snmp/mib/arcs.js";
import { NOTIFICATIONS_AT } from "../../host/snmp/mib/definition.js";
import { MibView } from "../../host/snmp/mib-view.js";
import { notificationOf } from "../../host/snmp/notification.js";
import { parseOid } from "../../host/snmp/oid.js";
import { status } from "../host/control/fake-sensor.js";
import { FakeSource } from "../host/snmp/rig.js";
import { Daemon, until } from "../support/daemon.js";
import { canUseNamespaces, createNamespace, type Namespace } from "../support/netns.js";
import { hasSnmpTools, Snmpd } from "../support/snmp-tools.js";
import { requireProgram } from "../support/system.js";

const RECEIVER = "127.0.0.1:1162";
const COMMUNITY = "told";
const canRun = canUseNamespaces() && hasSnmpTools() && requireProgram("snmptrapd", "snmptrapd");

const common = { timeMs: Date.UTC(2026, 10, 28, 19), severity: "warning", heldBack: 0 } as const;
const bypass = { reason: "stale", interfaces: "eth0,eth1", durationMs: 1500 } as const;
const NOTICES: readonly Notice[] = [
  {
    ...common,
    kind: "incident-new",
    text: "192.0.2.7 scans",
    facts: {
      id: "ABCD1234",
      incidentKind: "source",
      severity: "critical",
      title: "192.0.2.7 scans",
      subject: "192.0.2.7",
      cause: "scan",
      causeScore: 80,
      openedMs: 0,
    },
  },
  { ...common, kind: "bypass-engaged", text: "the kernel carries", facts: bypass },
  { ...common, kind: "bypass-released", text: "the sensor forwards", facts: bypass },
  {
    ...common,
    kind: "drops-high",
    text: "2 percent",
    facts: { percent: 2, limitPercent: 1, dropped: 20, packets: 1000 },
  },
  {
    ...common,
    kind: "table-pressure",
    text: "91 percent",
    facts: { percent: 91, limitPercent: 90, flows: 91, flowsMax: 100 },
  },
  {
    ...common,
    kind: "config-refused",
    text: "refused",
    facts: { config: "/etc/stray/stray.yaml", reason: "why" },
  },
];

describe.skipIf(!canRun)("notifications by way of snmpd", () => {
  let folder: string;
  let namespace: Namespace;
  let snmpd: Snmpd;
  let receiver: Daemon;
  let subagent: Subagent;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stray-notify-"));
    namespace = createNamespace("agentx-notify");
    snmpd = new Snmpd(folder, namespace, { user: "nobody", group: "nogroup" }, [
      `trap2sink ${RECEIVER} ${COMMUNITY}`,
    ]);
    const config = join(folder, "snmptrapd.conf");
    writeFileSync(config, `authCommunity log ${COMMUNITY}\n`);
    const words = ["snmptrapd", "-f", "-Lo", "-n", "-C", "-c", config, "-Os", `udp:${RECEIVER}`];
    receiver = new Daemon(
      namespace.spawn(words, { stdio: ["ignore", "pipe", "pipe"], env: snmpd.environment }),
    );
    await until("snmptrapd listens", () => receiver.said.includes("NET-SNMP version"));
    await snmpd.start();
    subagent = new Subagent({
      path: snmpd.socket,
      view: new MibView(new FakeSource()),
      arc: MIB_ARC,
      description: "stray",
      log: () => undefined,
    });
    subagent.pulse(Date.now());
    await until("it is registered", () => subagent.isConnected);
  });
  afterAll(async () => {
    await subagent?.close();
    await snmpd?.stop();
    await receiver?.stop();
    namespace?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("arrive, each with its objects, by the names of the MIB", async () => {
    for (const notice of NOTICES) {
      const { oid, objects } = notificationOf(notice, status());
      expect(subagent.notify(parseOid(oid), objects)).toBe(true);
    }
    await until("snmpd has confirmed all", () => subagent.counters()["notifications"] === NOTICES.length);
    const printed = (name: string) =>
      until(`${name} has arrived`, () =>
        receiver.said.split("\n").find((line) => line.includes(`.0 = OID: ${name}\t`)),
      );
    for (const { def } of NOTIFICATIONS_AT) {
      const line = await printed(def.name);
      // In the order of the MIB, behind sysUpTime.0 and snmpTrapOID.0.
      const names = [...line.matchAll(/\t(\w+)\.0 = /g)].map(([, name]) => name);
      expect(names.slice(-def.objects.length)).toEqual(def.objects);
    }
    const opened = await printed("strayIncidentNew");
    expect(opened).toContain("strayName.0 = STRING: lab");
    expect(opened).toContain("strayNoticeTime.0 = STRING: 2026-11-28,19:0:0.0,+0:0");
    expect(opened).toContain("strayNoticeIncident.0 = STRING: ABCD1234");
    expect(opened).toContain("strayNoticeIncidentSeverity.0 = INTEGER: critical(4)");
    expect(await printed("strayBypassEngaged")).toContain("strayNoticeReason.0 = INTEGER: stale(2)");
    expect(await printed("strayTablePressure")).toContain("strayNoticePercent.0 = Gauge32: 91 percent");
  });
});
