// docs/notices.md and the two parts of docs/snmp.md that are about the agent and notifications say what the code does: kinds,
// severities, limits, facts, bounds, counters.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CONFIG_SCHEMA } from "../../../host/config/schema.js";
import { Resolver } from "../../../host/export/resolver.js";
import { NOTICE_KINDS } from "../../../host/notice/notice.js";
import { SETTLE_MS, TIMEOUT_MS } from "../../../host/notice/snmp-link.js";
import { AGE_MAX_MS, BACKOFF, QUEUE_MAX, SnmpSender } from "../../../host/notice/snmp-sender.js";
import { REARM } from "../../../host/notice/threshold.js";
import { EVENTS_PER_MINUTE } from "../../../host/notice/watch.js";
import type { StatusReport } from "../../../host/sensor/view.js";
import { TIME_MS } from "../../../host/snmp/agent/answers.js";
import { AgentCounts } from "../../../host/snmp/agent/counts.js";
import { NAMES_MAX } from "../../../host/snmp/agent/pdu.js";
import { ADDRESSES_MAX, RATE_LIMITS } from "../../../host/snmp/agent/rate-limit.js";
import {
  BULK_BYTES_MAX,
  MESSAGE_BYTES_MAX,
  TOLD_PER_TOKEN,
  WINDOW_S,
} from "../../../host/snmp/agent/responder.js";
import { EXCESS_MAX, REST_MS } from "../../../host/snmp/agent/snmp-agent.js";
import { SnmpEngine } from "../../../host/snmp/engine.js";
import { NOTIFICATIONS_AT } from "../../../host/snmp/mib/definition.js";
import { notificationOf } from "../../../host/snmp/notification.js";
import { oidText } from "../../../host/snmp/oid.js";
import { tableRows } from "../../support/doc-table.js";
import { EACH_NOTICE } from "../../support/notices.js";

const read = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const notices = read("notices.md");
const whole = read("snmp.md");
const [, below = ""] = whole.split("\n## Without snmpd\n");
const [alone = "", notifications = ""] = below.split("\n## Notifications\n");
const flat = (text: string) => text.replace(/\s+/g, " ");
const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const ticked = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

describe("docs/notices.md", () => {
  const rows = tableRows(notices, "| Kind | Notification | When | Severity | At most |");

  it("has every kind with its notification, its severity, and what to do", () => {
    expect(rows.map(([kind]) => ticked(kind)[0])).toEqual([...NOTICE_KINDS]);
    const status = { name: "s" } as StatusReport;
    NOTICE_KINDS.forEach((kind, at) => {
      const [, name, , severity] = rows[at]!;
      const { oid } = notificationOf(EACH_NOTICE[kind], status);
      const { def } = NOTIFICATIONS_AT.find((one) => oidText(one.oid) === oid)!;
      expect(ticked(name)).toEqual([def.name]);
      expect(ticked(severity)).toContain(EACH_NOTICE[kind].severity);
      expect(notices).toContain(`**${kind}.**`);
    });
  });

  it("has the limits, and their defaults", () => {
    const keys = CONFIG_SCHEMA.properties?.["notices"]?.properties ?? {};
    for (const [key, { default: given }] of Object.entries(keys)) {
      expect(notices).toMatch(new RegExp(`^  ${key}: ${String(given)} `, "m"));
    }
    const most = rows.map(([, , , , cell]) => cell!);
    expect(most.filter((cell) => cell === `${EVENTS_PER_MINUTE} a minute`)).toHaveLength(3);
    expect(REARM).toBe(0.9);
    expect(most.filter((cell) => cell.includes("a tenth below the limit"))).toHaveLength(2);
  });

  it("has every fact", () => {
    const said = tableRows(notices, "| Kind | Keys of `facts` |");
    expect(said.map(([kind, keys]) => [ticked(kind)[0], ticked(keys).sort()])).toEqual(
      NOTICE_KINDS.map((kind) => [kind, Object.keys(EACH_NOTICE[kind].facts).sort()]),
    );
  });
});

describe("docs/snmp.md, without snmpd", () => {
  it("has the bounds", () => {
    const bounds = Object.fromEntries(
      tableRows(alone, "| Bound | Value |").map(([bound, value]) => [bound!, value!]),
    );
    const { each, all } = RATE_LIMITS;
    const rate = (limits: typeof each) =>
      `${grouped(limits.rate)} tokens a second, ${grouped(limits.burst)} saved`;
    expect(bounds["request"]).toBe(
      `${grouped(MESSAGE_BYTES_MAX)} bytes, ${NAMES_MAX} names; more names: tooBig`,
    );
    expect(bounds["answer to GETBULK"]).toContain(`${grouped(BULK_BYTES_MAX)} bytes`);
    expect(bounds["time of a request"]).toContain(`${TIME_MS} ms`);
    expect(bounds["rate of one address"]).toBe(rate(each));
    expect(bounds["rate of all addresses"]).toBe(rate(all));
    expect(bounds["addresses known at a time"]).toBe(grouped(ADDRESSES_MAX));
    const text = flat(alone);
    expect(text).toContain(`one more for each ${TOLD_PER_TOKEN} variables`);
    expect(text).toContain(`after ${grouped(EXCESS_MAX)} of those the socket rests for half a second`);
    expect(REST_MS).toBe(500);
    expect(text).toContain(`more than ${WINDOW_S} s off`);
  });

  it("has every counter", () => {
    const said = tableRows(alone, "| Counter | Counts |").map(([name]) => name!);
    expect(said.sort()).toEqual([...Object.keys(new AgentCounts().values), "rests"].sort());
  });

  it("has every key", () => {
    const keys = CONFIG_SCHEMA.properties?.["snmp"]?.properties ?? {};
    const user = keys["users"]?.items?.properties ?? {};
    for (const key of ["listen", "communities", "users", "contact", "location", ...Object.keys(user)]) {
      expect(alone, key).toMatch(new RegExp(`^ +(- )?${key}:`, "m"));
    }
    expect(alone).toContain("`snmp.directory`");
  });
});

describe("docs/snmp.md, notifications", () => {
  it("has waits and bounds", () => {
    const text = flat(notifications);
    expect(text).toContain(`it is sent twice, ${TIMEOUT_MS / 1000} s apart`);
    expect(text).toContain(`within ${SETTLE_MS} ms`);
    expect(text).toContain(
      `tried again after ${BACKOFF.minMs / 1000} s, then after ever longer waits, ${BACKOFF.maxMs / 1000} s at most`,
    );
    expect(text).toContain(`Up to ${QUEUE_MAX} notices wait`);
    expect(text).toContain(`waited ${AGE_MAX_MS / 60_000} minutes is given up`);
  });

  it("has every counter", () => {
    const sender = new SnmpSender({
      receiver: {
        host: "192.0.2.9",
        port: 162,
        version: "v2c",
        community: "x",
        user: undefined,
        inform: false,
      },
      engine: new SnmpEngine(Buffer.alloc(5), 1),
      uptimeMs: () => 0,
      resolver: new Resolver(),
      log: () => {},
    });
    const said = tableRows(notifications, "| Counter | Counts |").map(([name]) => name!);
    expect(said.sort()).toEqual(Object.keys(sender.counters()).sort());
  });
});
