// An engine over a folder of its own, with a clock that a test moves, fed with records and alerts built by hand.
// Apart because every test of incidents starts with it.
// Always holds: what is opened here is closed and removed after the test.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { ethernet, ipv4, tcp } from "../../../examples/frame.js";
import { IncidentEngine, type IncidentOptions } from "../../../host/incident/engine.js";
import type { Incident } from "../../../host/incident/model.js";
import { IncidentOperator } from "../../../host/incident/operator.js";
import { FINDING_NAMES, type FindingName } from "../../../host/record/findings.js";
import { buildRecord, type RecordSpec } from "../../support/record-builder.js";
import { type AlertSpec, buildAlert } from "../alert/alert-builder.js";

export const START_MS = Date.UTC(2026, 10, 24, 22, 0, 0);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

export function later(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stray-incidents-"));
  later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Said {
  readonly level: string;
  readonly text: string;
}

export class Rig {
  nowMs = START_MS;
  readonly said: Said[] = [];
  engine: IncidentEngine;
  private flows = 0;

  constructor(
    readonly directory: string = join(temporaryFolder(), "incidents"),
    private readonly options: Partial<IncidentOptions> = {},
  ) {
    this.engine = this.open();
    later(() => this.engine.close());
  }

  private open(): IncidentEngine {
    return IncidentEngine.open({
      directory: this.directory,
      joinMs: 3_600_000,
      quotaBytes: 64 << 20,
      max: 10_000,
      log: (level, text) => void this.said.push({ level, text }),
      now: () => this.nowMs,
      ...this.options,
    });
  }

  async reopen(): Promise<void> {
    await this.engine.close();
    this.engine = this.open();
  }

  get operator(): IncidentOperator {
    return new IncidentOperator(this.engine.book, () => this.nowMs);
  }

  /** A flow of now, from one address to another. */
  flow(source: string, destination: string, findings: readonly FindingName[], spec: RecordSpec = {}): void {
    const at = this.nowMs * 1000 + this.flows++;
    const record = buildRecord({
      startUs: at,
      lastUs: at,
      findings: findings.map((name) => FINDING_NAMES.indexOf(name)),
      ...spec,
      orig: { address: source, port: 1024 + (this.flows % 60_000), packets: 2, bytes: 200, ...spec.orig },
      resp: { address: destination, port: 80, ...spec.resp },
    });
    this.engine.records.write(record, 0);
  }

  alert(source: string, destination: string, spec: Partial<AlertSpec> & { priority?: number } = {}): void {
    const { priority = 1, ...rest } = spec;
    const frame = ethernet(
      {},
      ipv4(
        { src: source, dst: destination },
        tcp({ sport: 40_000, dport: 80, seq: 1, ack: 2 }, new Uint8Array(0)),
      ),
    );
    const rule = { message: `rule ${spec.sid ?? 1_000_001}`, priority };
    this.engine.alerts.write(
      buildAlert({ frame, rule, timeNs: BigInt(this.nowMs) * 1_000_000n, ...rest }),
      0,
    );
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.engine.records.pulse(this.nowMs);
  }

  /** Writes what waits; all there are, the latest seen first. */
  all(): Incident[] {
    this.engine.book.flushAll(this.nowMs);
    return [...this.engine.book.reader.full({ limit: 1000 }, 1 << 30).incidents];
  }

  only(): Incident {
    const all = this.all();
    if (all.length !== 1) throw new Error(`one incident was expected, found ${all.length}`);
    return all[0]!;
  }

  count(name: string): number {
    return this.engine.counters()[name] ?? Number.NaN;
  }
}
