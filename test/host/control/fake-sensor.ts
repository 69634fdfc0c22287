// A sensor without packets: answers what the control socket may ask, from values that a test sets.
// Apart because server, client and command tests share it.
// Always holds: its reports are plain and complete; flows are records built by hand, in the order of their making.

import * as L from "../../../assembly/layout.js";
import type { RuleLine } from "../../../host/control/rule-methods.js";
import { compileFilter } from "../../../host/filter/compile.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import type {
  CountersReport,
  FlowPage,
  FlowQuery,
  InlineReport,
  ReloadReport,
  SensorView,
  SortKey,
  StatusReport,
} from "../../../host/sensor/view.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";

export const STARTED_MS = Date.UTC(2026, 10, 24, 18, 0, 0);

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

export class FakeSensor implements SensorView {
  statusReport: Changeable<StatusReport> = status();
  countersReport: Changeable<CountersReport> = counters();
  records: Uint8Array[] = [];
  skipped = 0;
  reloadReport: ReloadReport = { changed: [], restartedCapture: false, messages: [] };
  reloadError: Error | undefined;
  /** Milliseconds that flows() takes. */
  flowsMs = 0;
  flowsRunning = 0;
  flowsRunningMost = 0;
  queries: FlowQuery[] = [];
  reloads = 0;
  stops = 0;
  onStop: () => void = () => undefined;

  status(): StatusReport {
    return this.statusReport;
  }

  counters(): CountersReport {
    return this.countersReport;
  }

  async flows(query: FlowQuery): Promise<FlowPage> {
    this.queries.push(query);
    const test = compileFilter(query.filter);
    this.flowsRunning++;
    this.flowsRunningMost = Math.max(this.flowsRunningMost, this.flowsRunning);
    await new Promise((resolve) => setTimeout(resolve, this.flowsMs));
    this.flowsRunning--;
    const { limit, top, sort = "bytes", after = 0 } = query;
    const passing = this.records
      .map((bytes, index) => ({ bytes, place: index + 1, record: new FlowRecord(bytes.buffer).pointAt(0) }))
      .filter(({ record, place }) => place > after && test(record));
    if (top !== undefined) passing.sort((a, b) => sortValue(b.record, sort) - sortValue(a.record, sort));
    const page = passing.slice(0, Math.min(limit, top ?? limit));
    const hasMore = top === undefined && passing.length > page.length;
    return {
      records: page.map(({ bytes }) => bytes),
      next: hasMore ? page.at(-1)?.place : undefined,
      live: this.records.length,
      skipped: this.skipped,
    };
  }

  async reload(): Promise<ReloadReport> {
    this.reloads++;
    if (this.reloadError !== undefined) throw this.reloadError;
    return this.reloadReport;
  }

  stop(): void {
    this.stops++;
    this.onStop();
  }

  /** Live flows from 10.0.0.1, one a port from 1000 on, the later the larger. */
  fill(count: number, spec: RecordSpec = {}): this {
    for (let index = 0; index < count; index++) {
      const orig = { address: "10.0.0.1", port: 1000 + index, packets: index + 1, bytes: 100 * (index + 1) };
      this.records.push(buildRecord({ proto: 17, ...spec, orig: { ...orig, ...spec.orig } }).bytes);
    }
    return this;
  }
}

function sortValue(record: FlowRecord, sort: SortKey): number {
  const both = (value: (end: "orig" | "resp") => number) => value("orig") + value("resp");
  switch (sort) {
    case "bytes":
      return both((end) => record.wireBytes(end));
    case "packets":
      return both((end) => record.packets(end));
    case "app-bytes":
      return both((end) => record.appBytes(end));
    case "start":
      return record.startUs;
    case "last":
      return record.lastUs;
    default:
      return record.lastUs - record.startUs;
  }
}

export function status(): StatusReport {
  return {
    version: "0.1.0",
    name: "lab",
    pid: 4242,
    startedMs: STARTED_MS,
    nowMs: STARTED_MS + 3_900_000,
    uptimeMs: 3_900_000,
    profile: "default",
    config: "/etc/stray/stray.yaml",
    configLoadedMs: STARTED_MS,
    user: "stray",
    privileges: "none kept",
    capture: { mode: "auto", filter: "not port 22", snapLen: 65535 },
    interfaces: [
      {
        name: "eth0",
        index: 2,
        link: "up",
        mode: "mapped",
        ringBytes: 8 << 20,
        promiscuous: true,
        packets: 1_234_567,
        drops: 12,
        freezes: 1,
        ringUsed: 0.031,
        worker: 0,
      },
    ],
    workers: [
      {
        worker: 0,
        state: "running",
        restarts: 0,
        startedMs: STARTED_MS,
        flows: 1234,
        flowsPeak: 2000,
        flowsMax: L.FLOW_SIZE * 256,
        packets: 1_234_567,
        bytes: 987_654_321,
        recordsWaiting: 3,
        recordsMax: 4096,
        lagMs: 7,
      },
    ],
    sinks: [{ name: "store", ok: true, text: "writing 20261124T180000Z.ipfix" }],
    rules: {
      rules: 123,
      refused: 2,
      warnings: 1,
      files: ["/etc/stray/local.rules"],
      bytes: 310 << 10,
      bytesMax: 8 << 20,
      loadedMs: STARTED_MS,
    },
    detection: {
      enabled: true,
      homes: [
        { network: "192.0.2.0/24", from: "guessed from eth0", learningUntilMs: STARTED_MS + 7_200_000 },
      ],
      alive: 17,
      aliveMax: 16_384,
      hasConversed: true,
      used: 1,
      unused: 2,
      keptIn: "/var/lib/stray/detection/dark.state",
      savedMs: STARTED_MS + 3_600_000,
    },
    memory: { residentBytes: 112 << 20, tableBytes: 96 << 20 },
    problems: [],
  };
}

/** Of a sensor in the wire that forwards. */
export function inlineReport(): Changeable<InlineReport> {
  return {
    mode: "inline",
    fail: "open",
    deadmanMs: 200,
    atStop: "release",
    protection: "tcx",
    pinned: "/run/stray/bpf/stray/net-4026531840-2-3",
    state: "armed",
    isStale: false,
    sides: [
      { name: "eth1", bypassedPackets: 1200, bypassedBytes: 600_000 },
      { name: "eth2", bypassedPackets: 34, bypassedBytes: 14_400 },
    ],
    policy: { "xmas-scan": "drop", "rst-injected": "reject" },
    allow: ["192.0.2.53"],
    warnings: [],
  };
}

/** So many rules, of which every tenth has matched, the later the more often. */
export function ruleLines(count: number): RuleLine[] {
  return Array.from({ length: count }, (_, index) => ({
    gid: 1,
    sid: 1_000_001 + index,
    rev: 2,
    action: "alert",
    message: `rule number ${index}`,
    priority: 1,
    file: "/etc/stray/local.rules",
    line: index + 1,
    matches: index % 10 === 0 ? index + 1 : 0,
    alerts: index % 10 === 0 ? Math.min(index + 1, 50) : 0,
    limited: 0,
    filtered: 0,
  }));
}

export function counters(): CountersReport {
  const total = {
    packets: 1_234_567,
    "wire-bytes": 987_654_321,
    "flows-created": 5000,
    records: 3766,
    undecoded: 0,
  };
  return {
    nowMs: STARTED_MS + 3_900_000,
    resetMs: STARTED_MS,
    total,
    gauges: { flows: 812, "flows-established": 500, "ring-percent": 3 },
    workers: [{ worker: 0, counters: total }],
    interfaces: [{ name: "eth0", worker: 0, counters: { packets: 1_234_567, drops: 12, freezes: 1 } }],
    sinks: [{ name: "store", counters: { records: 3766, bytes: 700_000 } }],
  };
}
