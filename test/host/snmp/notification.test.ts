// Notices as notifications: each kind has its own, with the objects that the MIB lists, in that order.

import { describe, expect, it } from "vitest";
import { NOTICE_KINDS, type Notice } from "../../../host/notice/notice.js";
import { NOTICES, NOTIFICATIONS_AT, scalarNamed } from "../../../host/snmp/mib/definition.js";
import { notificationOf } from "../../../host/snmp/notification.js";
import { oidText } from "../../../host/snmp/oid.js";
import { ValueType } from "../../../host/snmp/values.js";
import { status } from "../control/fake-sensor.js";

const common = {
  timeMs: Date.UTC(2026, 10, 28),
  severity: "warning",
  text: "it happened",
  heldBack: 2,
} as const;
const bypass = { reason: "stale", interfaces: "eth0,eth1", durationMs: 1500 } as const;
const all: readonly Notice[] = [
  {
    ...common,
    kind: "incident-new",
    facts: {
      id: "ABCD1234",
      incidentKind: "source",
      severity: "critical",
      title: "t",
      subject: "192.0.2.7",
      cause: "scan",
      causeScore: 80,
      openedMs: 0,
    },
  },
  { ...common, kind: "bypass-engaged", facts: bypass },
  { ...common, kind: "bypass-released", facts: bypass },
  { ...common, kind: "drops-high", facts: { percent: 1.2, limitPercent: 1, dropped: 12, packets: 1000 } },
  { ...common, kind: "table-pressure", facts: { percent: 91, limitPercent: 90, flows: 91, flowsMax: 100 } },
  { ...common, kind: "config-refused", facts: { config: "/etc/stray/stray.yaml", reason: "no\u001bt so" } },
];

const told = (notice: Notice) => {
  const { oid, objects } = notificationOf(notice, status());
  const { def } = NOTIFICATIONS_AT.find((one) => oidText(one.oid) === oid)!;
  return {
    def,
    objects,
    values: Object.fromEntries(def.objects.map((name, at) => [name, objects[at]!.value])),
  };
};

describe("a notice as a notification", () => {
  it("each kind has its own", () => {
    expect(all.map(({ kind }) => kind)).toEqual([...NOTICE_KINDS]);
    expect(all.map((notice) => told(notice).def.name)).toEqual(NOTIFICATIONS_AT.map(({ def }) => def.name));
  });

  it("carries the objects that the MIB lists, in their order", () => {
    for (const notice of all) {
      const { def, objects } = told(notice);
      expect(objects.map(({ oid }) => oidText(oid))).toEqual(
        def.objects.map((name) => {
          const at = NOTICES.find((one) => one.def.name === name) ?? scalarNamed(name);
          return oidText([...at.oid, 0]);
        }),
      );
      // A label that is none would be 0.
      for (const { type, value } of objects) if (type === ValueType.Integer) expect(value).toBeGreaterThan(0);
    }
  });

  it("says what happened", () => {
    const [opened, engaged, , drops, table, refused] = all.map((notice) => told(notice).values);
    expect(opened).toMatchObject({
      strayName: "lab",
      strayNoticeText: "it happened",
      strayNoticeSeverity: 2,
      strayNoticeHeldBack: 2,
      strayNoticeIncident: "ABCD1234",
      strayNoticeIncidentSeverity: 4,
      strayNoticeSubject: "192.0.2.7",
      strayNoticeCause: "scan",
    });
    expect(engaged).toMatchObject({
      strayNoticeReason: 2,
      strayNoticeInterfaces: "eth0,eth1",
      strayNoticeDuration: 1500,
    });
    expect(drops).toMatchObject({ strayNoticePercent: 2, strayNoticeLimit: 1 });
    expect(table).toMatchObject({ strayNoticePercent: 91, strayFlowsUsed: 91, strayFlowsSize: 100 });
    expect(refused).toMatchObject({ strayConfigError: "no\\x1bt so" });
  });
});
