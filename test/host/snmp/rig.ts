// A sensor that STRAY-MIB is read from, without packets.
// Apart because the tests of the view, of notifications and of agents share it.
// Always holds: what it answers is plain and complete; each look is counted.

import { FINDING_NAMES } from "../../../host/record/findings.js";
import type { IncidentDigest, MibSource } from "../../../host/snmp/snapshot.js";
import { COUNTERS } from "../../../host/wasm/counters.js";
import { FakeSensor } from "../control/fake-sensor.js";

export class FakeSource implements MibSource {
  readonly sensor = new FakeSensor();
  digest: IncidentDigest | undefined;
  looks = 0;
  readonly findings: number[] = FINDING_NAMES.map(() => 0);

  constructor() {
    const { countersReport } = this.sensor;
    const all = Object.fromEntries(COUNTERS.map(({ name }, at) => [name, at]));
    this.sensor.countersReport = { ...countersReport, total: { ...all, ...countersReport.total } };
  }

  status() {
    this.looks++;
    return this.sensor.status();
  }

  counters() {
    return this.sensor.counters();
  }

  incidents() {
    return this.digest;
  }

  findingCounts() {
    return [...this.findings];
  }
}

export const incident = {
  id: "ABCD1234",
  kind: "source",
  state: "open",
  severity: "high",
  title: "192.0.2.7 scans",
  subject: "192.0.2.7",
  firstUs: Date.UTC(2026, 10, 24, 18, 0, 0) * 1000,
  lastUs: Date.UTC(2026, 10, 24, 18, 5, 0) * 1000,
  openedMs: 0,
  changedMs: 0,
  closedMs: null,
  alerts: 3,
  flows: 200,
  packets: 400,
  bytes: 24_000,
  sources: 1,
  destinations: 100,
  ports: 2,
  reopened: 0,
  suppressed: 0,
  cause: "scan",
  causeScore: 80,
} as const;
