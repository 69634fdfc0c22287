// EVE events: the golden file, what holds for any record at all, identity of flows, statistics, and the sink.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { EveSink } from "../../../host/export/eve.js";
import { EVIDENCE_NAMES } from "../../../host/export/eve-evidence.js";
import { EveFlow } from "../../../host/export/eve-flow.js";
import { EveStats } from "../../../host/export/eve-stats.js";
import { flowId } from "../../../host/export/flow-id.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { buildRecord } from "../../support/record-builder.js";
import { EVE_RECORDS } from "./eve-records.js";
import { type LogLine, logTo } from "./simulated.js";
import { SimulatedFiles } from "./simulated-files.js";

const flow = new EveFlow("sensor-1", (worker) => (worker === 0 ? "eth0" : undefined));
const GOLDEN = readFileSync(new URL("../../golden/eve/flows.jsonl", import.meta.url), "utf8").split("\n");

/** Suricata's keys; ours must not be among them, nor theirs be missing. */
const TOP = [
  "timestamp",
  "flow_id",
  "in_iface",
  "event_type",
  "vlan",
  "src_ip",
  "src_port",
  "dest_ip",
  "dest_port",
  "proto",
  "icmp_type",
  "icmp_code",
  "response_icmp_type",
  "response_icmp_code",
  "spi",
  "flow",
  "tcp",
  "ether",
  "host",
  "stray",
];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/;

describe("a flow event", () => {
  it.each(EVE_RECORDS.map(([name, record], index) => ({ name, record, index })))(
    "$name",
    ({ record, index }) => {
      expect(flow.text(record, 0)).toBe(GOLDEN[index]);
    },
  );

  it("has the golden file's lines and no more", () => {
    expect(GOLDEN.length).toBe(EVE_RECORDS.length + 1);
  });

  it("has the whole flow in its evidence-free form", () => {
    for (const [, record] of EVE_RECORDS) {
      const { stray, ...rest } = JSON.parse(flow.text(record, 0));
      expect(stray).toBeTypeOf("object");
      expect(JSON.parse(flow.shortText(record, 0))).toEqual(rest);
    }
  });

  it("names the interface only when it is known, the host only when it has a name", () => {
    const record = buildRecord();
    expect(JSON.parse(flow.text(record, 1))).not.toHaveProperty("in_iface");
    expect(JSON.parse(flow.text(record, 0)).in_iface).toBe("eth0");
    const odd = JSON.parse(new EveFlow("", () => 'a"\nb\u2028ü').text(record, 0));
    expect(odd).not.toHaveProperty("host");
    expect(odd.in_iface).toBe('a"\nb\u2028ü');
  });

  it("is one line of ASCII JSON with EVE's keys, whatever bytes the record has", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: L.RECORD_SIZE, maxLength: L.RECORD_SIZE }),
        fc.nat(6),
        (bytes, kind) => {
          bytes[L.RECORD_FLOW_OFFSET + L.FLOW_KIND_OFFSET] = kind;
          const record = new FlowRecord(bytes.slice().buffer).pointAt(0);
          const text = flow.text(record, 0);
          expect(text).toMatch(/^[\x20-\x7e]+$/);
          const event = JSON.parse(text);
          expect(TOP).toEqual(expect.arrayContaining(Object.keys(event)));
          for (const time of [event.timestamp, event.flow.start, event.flow.end]) expect(time).toMatch(TIME);
          for (const name of Object.keys(event.stray))
            expect(["flow_start", ...EVIDENCE_NAMES]).toContain(name);
          expect(Number.isSafeInteger(event.flow_id)).toBe(true);
          expect(["new", "established", "closed"]).toContain(event.flow.state);
          expect(text.length).toBeLessThan(8_192);
        },
      ),
      { seed: 7, numRuns: 1_000 },
    );
  });
});

describe("flow_id", () => {
  it("is that of the flow, whatever else its records say", () => {
    const spec = { orig: { address: "10.0.0.1", port: 5 }, startUs: 1_000_000 };
    const id = flowId(buildRecord(spec));
    const later = buildRecord({
      ...spec,
      orig: { ...spec.orig, packets: 9, reportedPackets: 5 },
      sequence: 7,
      reason: 4,
    });
    later.view.setBigUint64(later.flow + L.FLOW_RECORD_START_OFFSET, 99_000_000_000n, true);
    expect(flowId(later)).toBe(id);
    expect(flowId(buildRecord({ ...spec, startUs: 1_000_001 }))).not.toBe(id);
    expect(flowId(buildRecord({ ...spec, orig: { ...spec.orig, port: 6 } }))).not.toBe(id);
    expect(flowId(buildRecord({ ...spec, proto: 17 }))).not.toBe(id);
  });

  it("tells thousands of neighbours apart", () => {
    const ids = new Set<number>();
    for (let port = 0; port < 20_000; port++) ids.add(flowId(buildRecord({ orig: { port } })));
    expect(ids.size).toBe(20_000);
  });
});

const REPORT = {
  nowMs: 5,
  total: {
    "kernel-packets": 100,
    "kernel-drops": 5,
    packets: 10,
    "wire-bytes": 900,
    undecoded: 1,
    ip4: 8,
    ip6: 1,
    tcp: 4,
    "flows-created": 3,
    "flows-reused": 0,
  },
  workers: [{ worker: 0, counters: { packets: 10 } }],
  gauges: { flows: 2 },
  sinks: [],
};

describe("a stats event", () => {
  const stats = new EveStats({ stats: () => REPORT }, "ü", () => 61.7);

  it("has Suricata's keys and everything under stray", () => {
    const { text, extent } = stats.text(1_795_557_600_123);
    expect(extent).toBe("all");
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(text)).toEqual({
      timestamp: "2026-11-24T22:00:00.123000+0000",
      event_type: "stats",
      host: "ü",
      stats: {
        uptime: 61,
        capture: { kernel_packets: 105, kernel_drops: 5 },
        decoder: { pkts: 10, bytes: 900, invalid: 1, ipv4: 8, ipv6: 1, tcp: 4 },
        flow: { total: 3, tcp_reuse: 0, active: 2 },
        stray: REPORT,
      },
    });
  });

  it("becomes smaller where it must fit", () => {
    const whole = stats.text(0).text.length;
    const part = stats.text(0, (text) => text.length < whole);
    expect(part.extent).toBe("total");
    expect(JSON.parse(part.text).stats.stray).toEqual({ total: REPORT.total, partial: true });
    const head = stats.text(0, () => false);
    expect(head.extent).toBe("head");
    expect(JSON.parse(head.text).stats).not.toHaveProperty("stray");
  });

  it("takes what the source has", () => {
    const { text } = new EveStats({ stats: () => ({}) }, "", () => 0).text(0);
    expect(JSON.parse(text)).toMatchObject({ stats: { uptime: 0, stray: {} } });
  });
});

describe("EveSink", () => {
  function setUp(types: readonly ("flow" | "stats")[], stats: () => Record<string, unknown> = () => REPORT) {
    const fs = new SimulatedFiles();
    const lines: LogLine[] = [];
    const sink = new EveSink(
      { file: "/log/eve.json", types, statsMs: 1_000 },
      {
        sensorName: "s",
        interfaceName: () => "eth0",
        log: logTo(lines),
        stats: { stats },
        fs,
        bufferBytes: 16_384,
      },
    );
    const pulse = (nowMs: number) => {
      sink.pulse(nowMs);
      for (let i = 0; i < 4; i++) fs.run();
    };
    const types_ = () =>
      fs.inodes[0]!.content.split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).event_type);
    return { fs, sink, lines, pulse, types: types_ };
  }

  it("writes flows as they come and statistics at their interval", async () => {
    const { sink, pulse, types, fs } = setUp(["flow", "stats"]);
    for (const nowMs of [10_000, 10_500, 11_000, 11_100]) {
      sink.write(buildRecord(), 0);
      pulse(nowMs);
    }
    const closing = sink.close();
    for (let i = 0; i < 4; i++) fs.run();
    await closing;
    expect(types()).toEqual(["flow", "flow", "flow", "stats", "flow"]);
    expect(sink.counters()).toMatchObject({ records: 4, stats: 1, lines: 5, dropped: 0, errors: 0 });
  });

  it("writes only what is asked for", () => {
    const flows = setUp(["flow"]);
    const stats = setUp(["stats"]);
    for (const nowMs of [10_000, 20_000, 20_100]) {
      for (const { sink, pulse } of [flows, stats]) {
        sink.write(buildRecord(), 0);
        pulse(nowMs);
      }
    }
    expect(flows.types()).toEqual(["flow", "flow", "flow"]);
    expect(stats.types()).toEqual(["stats"]);
  });

  it("survives statistics that can't be had", () => {
    const { sink, pulse, lines } = setUp(["stats"], () => {
      throw new Error("no worker");
    });
    for (let i = 0; i < 5; i++) pulse(10_000 + i * 2_000);
    expect(sink.counters()).toMatchObject({ stats: 0, errors: 4 });
    expect(lines.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
      "eve: no statistics: no worker",
    ]);
  });

  it("drops and counts when the disk does not keep up", () => {
    const { sink } = setUp(["flow"]);
    for (let i = 0; i < 100; i++) sink.write(buildRecord(), 0);
    const { records = 0, dropped = 0 } = sink.counters();
    expect(records).toBeGreaterThan(10);
    expect(records + dropped).toBe(100);
  });
});
