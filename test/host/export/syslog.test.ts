// Syslog messages: the letters of RFC 5424, escapes, limits, and the sink over a real UDP socket of its own.

import { createSocket } from "node:dgram";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { FACILITIES } from "../../../host/config/names.js";
import type { SyslogTarget } from "../../../host/config/types.js";
import { Resolver } from "../../../host/export/resolver.js";
import { SyslogSink } from "../../../host/export/syslog.js";
import { SyslogFormat } from "../../../host/export/syslog-format.js";
import { buildRecord } from "../../support/record-builder.js";
import { EVE_RECORDS } from "./eve-records.js";
import { logTo } from "./simulated.js";

const ORIGIN = { facility: "local3", hostname: "sensor-1", processId: 42, enterprise: 32473 };

/** RFC 5424, section 6, for what we send: everything but a time may not be nil. */
const MESSAGE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) stray (\d+) (flow|stats) (\[stray@\d+(?: [!-<>-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])(?: (.*))?$/;

describe("SyslogFormat", () => {
  it("writes header, element and message", () => {
    const text = new SyslogFormat(ORIGIN).text(
      "T",
      "flow",
      [
        ["a", "1"],
        ["b", ""],
        ["c", "x"],
      ],
      "{}",
    );
    expect(text).toBe('<158>1 T sensor-1 stray 42 flow [stray@32473 a="1" c="x"] {}');
    expect(new SyslogFormat(ORIGIN).text("T", "flow", [], "")).toBe(
      "<158>1 T sensor-1 stray 42 flow [stray@32473]",
    );
  });

  it("numbers the facilities as the RFC does", () => {
    const priorities = FACILITIES.map(
      (facility) => /^<(\d+)>/.exec(new SyslogFormat({ ...ORIGIN, facility }).text("T", "flow", [], ""))![1],
    );
    expect(priorities).toEqual(Array.from({ length: 24 }, (_, number) => String(number * 8 + 6)));
    expect(() => new SyslogFormat({ ...ORIGIN, facility: "moon" })).toThrow(
      /expected one of kern, .* found "moon"/,
    );
  });

  it("keeps any host name and any value inside its place", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (hostname, value) => {
        const text = new SyslogFormat({ ...ORIGIN, hostname }).text(
          "2026-11-24T22:00:00.000000Z",
          "flow",
          [["p", value]],
          "{}",
        );
        expect(text).toMatch(MESSAGE);
        expect(MESSAGE.exec(text)![7]).toBe("{}");
      }),
      { seed: 5424, numRuns: 500 },
    );
  });
});

function target(
  transport: SyslogTarget["transport"],
  port: number,
  rest: Partial<SyslogTarget> = {},
): SyslogTarget {
  return {
    transport,
    target: "127.0.0.1",
    port,
    facility: "daemon",
    types: ["flow", "stats"],
    statsMs: 1_000,
    queueBytes: 65_536,
    ...rest,
  };
}

function sinkFor(
  config: SyslogTarget,
  stats: () => Record<string, unknown> = () => ({ total: { packets: 1 } }),
) {
  return new SyslogSink(config, {
    sensorName: "sensor-1",
    enterprise: 32473,
    interfaceName: () => "eth0",
    log: logTo([]),
    stats: { stats },
    resolver: new Resolver(),
  });
}

/** What the sink sends over UDP when it is closed. */
async function sentBy(
  feed: (sink: SyslogSink) => void,
  stats?: () => Record<string, unknown>,
): Promise<{ messages: string[]; sink: SyslogSink }> {
  const receiver = createSocket("udp4");
  const messages: string[] = [];
  receiver.on("message", (bytes) => messages.push(bytes.toString("latin1")));
  await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
  const sink = sinkFor(target("udp", receiver.address().port), stats);
  feed(sink);
  await sink.close();
  const { messages: count = 0 } = sink.counters();
  for (let i = 0; i < 200 && messages.length < count; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise<void>((resolve) => receiver.close(() => resolve()));
  return { messages, sink };
}

describe("SyslogSink", () => {
  it("sends each flow as an event that parses", async () => {
    const { messages, sink } = await sentBy((each) => {
      for (const [, record] of EVE_RECORDS) each.write(record, 0);
    });
    expect(messages.length).toBe(EVE_RECORDS.length);
    const first = MESSAGE.exec(messages[0]!)!;
    expect(first[1]).toBe("30");
    expect(first[2]).toBe("2026-11-24T22:01:02.500001Z");
    expect(first[6]).toMatch(
      /^\[stray@32473 type="flow" flow_id="\d+" proto="TCP" saddr="192\.168\.1\.10" sport="51514" dir="->" daddr="198\.51\.100\.7" dport="443" spkts="7" dpkts="6" sbytes="735" dbytes="2186" state="FIN"\]$/,
    );
    for (const message of messages) {
      const event = JSON.parse(MESSAGE.exec(message)![7]!);
      expect(message).toContain(`flow_id="${event.flow_id}"`);
    }
    expect(sink.counters()).toMatchObject({ records: EVE_RECORDS.length, dropped: 0, cut: 0, errors: 0 });
  });

  it("leaves out the evidence of an event that is too long for a datagram, and counts it", async () => {
    const many = Array.from({ length: 64 }, (_, bit) => bit);
    const ids = {
      id: 1,
      idZero: 99999999,
      idSame: 99999999,
      idUp: 99999999,
      df: 99999999,
      retransmits: 99999999,
      gaps: 65000,
    };
    const side = {
      ...ids,
      packets: 999999999,
      bytes: 99999999999,
      appBytes: 9999999999,
      flags: "FSRPAUEC",
      mac: "2:0:0:0:0:1",
      ttl: [1, 255] as const,
    };
    const record = buildRecord({
      kind: L.KIND_IPV6,
      findings: many,
      notes: 0xffffffff,
      orig: { ...side, address: "2001:db8:1111:2222:3333:4444:5555:6666" },
      resp: { ...side, address: "2001:db8:1111:2222:3333:4444:5555:7777" },
    });
    const { messages, sink } = await sentBy((each) => each.write(record, 0));
    expect(messages.length).toBe(1);
    expect(messages[0]!.length).toBeLessThanOrEqual(2_048);
    const event = JSON.parse(MESSAGE.exec(messages[0]!)![7]!);
    expect(event.dest_ip).toBe("2001:db8:1111:2222:3333:4444:5555:7777");
    expect(event).not.toHaveProperty("stray");
    expect(messages[0]).toContain("midstream-data,one-way,");
    expect(sink.counters()).toMatchObject({ cut: 1, records: 1, dropped: 0 });
  });

  it("sends statistics in what extent fits", async () => {
    const big = {
      total: { packets: 3 },
      workers: Array.from({ length: 500 }, (_, worker) => ({ worker, counters: {} })),
    };
    const { messages, sink } = await sentBy(
      (sink) => {
        sink.pulse(10_000);
        sink.pulse(11_000);
      },
      () => big,
    );
    expect(messages.length).toBe(1);
    const found = MESSAGE.exec(messages[0]!)!;
    expect(found[5]).toBe("stats");
    expect(JSON.parse(found[7]!).stats.stray).toEqual({ total: { packets: 3 }, partial: true });
    expect(sink.counters()).toMatchObject({ cut: 1 });
  });

  it("is named by its target", () => {
    expect(sinkFor(target("unix", 0, { target: "/dev/log" })).name).toBe("syslog:/dev/log");
    expect(sinkFor(target("tcp", 601, { target: "::1" })).name).toBe("syslog:[::1]:601");
  });

  it("says when there is no such socket", async () => {
    const sink = sinkFor(target("unix", 0, { target: "/nonexistent/log" }));
    sink.pulse(1_000);
    for (let i = 0; i < 200 && !/no such/.test(sink.state().text); i++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sink.state()).toEqual({ ok: false, text: "retry in 1 s: no such file or directory" });
    await sink.close();
  });
});
