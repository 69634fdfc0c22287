// Notices as syslog messages: header, structured data and JSON of each kind; only where the configuration asks for them.

import { createSocket } from "node:dgram";
import { describe, expect, it } from "vitest";
import { Resolver } from "../../../host/export/resolver.js";
import { SyslogSink } from "../../../host/export/syslog.js";
import { NOTICE_KINDS } from "../../../host/notice/notice.js";
import { EACH_NOTICE } from "../../support/notices.js";
import { logTo } from "./simulated.js";

function sinkTo(port: number, types: readonly ("notice" | "flow")[]): SyslogSink {
  return new SyslogSink(
    {
      transport: "udp",
      target: "127.0.0.1",
      port,
      facility: "local0",
      types,
      statsMs: 1000,
      queueBytes: 65_536,
    },
    {
      sensorName: "sensor-1",
      enterprise: 32473,
      interfaceName: () => undefined,
      log: logTo([]),
      stats: { stats: () => ({}) },
      resolver: new Resolver(),
    },
  );
}

describe("notices over syslog", () => {
  it("each kind is one message that a person can filter by", async () => {
    const receiver = createSocket("udp4");
    const messages: string[] = [];
    const all = new Promise<void>((resolve) => {
      receiver.on("message", (bytes) => {
        messages.push(bytes.toString("latin1"));
        if (messages.length === NOTICE_KINDS.length) resolve();
      });
    });
    await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
    const sink = sinkTo(receiver.address().port, ["notice"]);
    expect(sink.takesNotices).toBe(true);
    for (const kind of NOTICE_KINDS) sink.notify(EACH_NOTICE[kind]);
    await sink.close();
    await all;
    receiver.close();
    // local0 is 16: 8 * 16 + 2 (critical), 4 (warning), 5 (notice).
    expect(messages.map((message) => message.slice(0, 6))).toEqual([
      "<130>1",
      "<130>1",
      "<133>1",
      "<132>1",
      "<132>1",
      "<132>1",
    ]);
    const [first] = messages;
    expect(first).toMatch(
      /^<130>1 2026-11-28T20:00:00\.123000Z sensor-1 stray \d+ notice \[stray@32473 type="notice" kind="incident-new" severity="critical" text="incident I-7K3M9QX2 \(high\): port sweep from 192\.0\.2\.66 \(and 3 more of this kind, not told one by one\)" incident="I-7K3M9QX2" held_back="3"\] \{/,
    );
    messages.forEach((message, at) => {
      const { kind, severity, text, facts } = EACH_NOTICE[NOTICE_KINDS[at]!];
      expect(message).toContain(` notice [stray@32473 type="notice" kind="${kind}" severity="`);
      const json = JSON.parse(message.slice(message.indexOf("] {") + 2)) as Record<string, unknown>;
      expect(json).toMatchObject({
        timestamp: "2026-11-28T20:00:00.123000+0000",
        event_type: "stray_notice",
        host: "sensor-1",
        notice: { severity, text, kind, facts },
      });
    });
    expect(sink.counters()).toMatchObject({ notices: 6, cut: 0, dropped: 0 });
  });

  it("are not for a receiver whose types have none", () => {
    expect(sinkTo(514, ["flow"]).takesNotices).toBe(false);
  });
});
