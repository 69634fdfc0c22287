// Two cores that get the same frames with different bytes around them. What they answer must not differ by a byte:
// so nothing outside a frame was read, or it did not matter. Apart because frames and files are tried in the same way.
// Always holds: after compareRecords() and compareAlerts() the rings are empty.

import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import { installRules, isTaken } from "../../host/rules/install.js";
import { type Home, writeHomes } from "../../host/wasm/homes.js";
import { viewMemory } from "../../host/wasm/memory.js";
import { Core, type CoreLimits } from "../support/core.js";
import type { Random } from "../support/random.js";

/** What the fuzzer found: a message, to be shown with the seed. */
export class Finding extends Error {
  override readonly name = "Finding";
}

/** Takes the alerts that wait, each up to the end of the frame's bytes that it keeps. */
export function takeAlerts(core: Core, each: (alert: Uint8Array) => void): void {
  const headAt = L.INSPECT_BASE + R.INSPECT_ALERT_HEAD_OFFSET;
  const tailAt = L.INSPECT_BASE + R.INSPECT_ALERT_TAIL_OFFSET;
  const head = core.view.getUint32(headAt, true);
  for (let tail = core.view.getUint32(tailAt, true); tail !== head; tail = (tail + 1) >>> 0) {
    const at = L.ALERTS_BASE + (tail % L.ALERT_CAPACITY) * L.ALERT_SIZE;
    each(
      core.bytes.subarray(
        at,
        at + R.ALERT_FRAME_OFFSET + core.view.getUint32(at + R.ALERT_FRAME_SIZE_OFFSET, true),
      ),
    );
  }
  core.view.setUint32(tailAt, head, true);
}

export const POISON = { zeros: 0x00, ones: 0xff, pattern: -1 } as const;

export class Pair {
  readonly cores = [new Core(), new Core()] as const;
  /** Packets in records that were final, and the records seen. */
  packetsInRecords = 0;
  records = 0;
  alerts = 0;

  /** Begins anew, with these rules in force and these networks told of. */
  reset(limits: Partial<CoreLimits>, rules?: Uint8Array, homes: readonly Home[] = []): void {
    for (const core of this.cores) {
      core.reset(limits);
      writeHomes(viewMemory(core.memory), homes);
      if (rules === undefined) continue;
      installRules(viewMemory(core.memory), rules);
      (core.exports as unknown as { takeRules(): void }).takeRules();
    }
    this.packetsInRecords = 0;
    this.records = 0;
  }

  /** Other rules, or none, with the next batch; nothing when the latest ones are still on their way. */
  offer(rules: Uint8Array | undefined): void {
    for (const core of this.cores) {
      const memory = viewMemory(core.memory);
      if (isTaken(memory)) installRules(memory, rules);
    }
  }

  /** Fills [from, to) of both memories: the first with `first`, the second with its complement or other noise. */
  poison(from: number, to: number, first: number, random: Random): void {
    const [a, b] = this.cores;
    if (first >= 0) {
      a.bytes.fill(first, from, to);
      b.bytes.fill(first ^ 0xff, from, to);
      return;
    }
    const noise = random.bytes(1021);
    for (let at = from; at < to; at += noise.length) {
      const part = noise.subarray(0, Math.min(noise.length, to - at));
      a.bytes.set(part, at);
      b.bytes.set(
        part.map((byte) => byte ^ 0x5a),
        at,
      );
    }
  }

  /** @throws Finding when the cores' records differ. */
  compareRecords(limit: number): void {
    const [a, b] = this.cores;
    const head = a.state32(L.STATE_RECORD_HEAD_OFFSET);
    if (head !== b.state32(L.STATE_RECORD_HEAD_OFFSET))
      throw new Finding("one core made more records than the other");
    for (let tail = a.state32(L.STATE_RECORD_TAIL_OFFSET); tail !== head; tail = (tail + 1) >>> 0) {
      const at = L.RECORDS_BASE + (tail % limit) * L.RECORD_SIZE;
      const end = at + L.RECORD_SIZE;
      if (Buffer.compare(a.bytes.subarray(at, end), b.bytes.subarray(at, end)) !== 0) {
        throw new Finding(
          `records differ: bytes outside the frame were read (record ${tail}, ${this.difference(at)})`,
        );
      }
      if (a.view.getUint32(at + L.RECORD_REASON_OFFSET, true) !== L.RECORD_REASON_STATUS) {
        const flow = at + L.RECORD_FLOW_OFFSET;
        this.packetsInRecords += a.view.getUint32(flow + L.FLOW_DIR_A_OFFSET + L.DIR_PACKETS_OFFSET, true);
        this.packetsInRecords += a.view.getUint32(flow + L.FLOW_DIR_B_OFFSET + L.DIR_PACKETS_OFFSET, true);
      }
      this.records++;
    }
    for (const core of this.cores) core.view.setUint32(L.STATE_BASE + L.STATE_RECORD_TAIL_OFFSET, head, true);
  }

  /** Takes the alerts that wait. @throws Finding when the cores' alerts differ. */
  compareAlerts(): void {
    const alerts = this.cores.map((core) => {
      const taken: Buffer[] = [];
      takeAlerts(core, (alert) => taken.push(Buffer.from(alert)));
      return Buffer.concat(taken);
    });
    if (Buffer.compare(alerts[0]!, alerts[1]!) !== 0)
      throw new Finding("alerts differ: bytes outside the frame were read");
    this.alerts += alerts[0]!.length > 0 ? 1 : 0;
  }

  private difference(at: number): string {
    const [a, b] = this.cores;
    const offsets: number[] = [];
    for (let i = 0; i < L.RECORD_SIZE; i++) if (a.bytes[at + i] !== b.bytes[at + i]) offsets.push(i);
    return `at offsets ${offsets.join(" ")}`;
  }

  /** Counters alike, and every packet is in a flow, undecoded, or a held fragment. */
  compareCounters(): void {
    const [a, b] = this.cores;
    if (Buffer.compare(a.counterBytes(), b.counterBytes()) !== 0) {
      throw new Finding("counters differ: bytes outside the frame were read");
    }
    const packets = a.counter(L.COUNTER_PACKETS);
    const inFlows = a.counter(L.COUNTER_FLOW_PACKETS);
    const undecoded = a.counter(L.COUNTER_UNDECODED);
    if (packets !== inFlows + undecoded + a.held) {
      throw new Finding(
        `${packets} packets, but ${inFlows} in flows, ${undecoded} undecoded, ${a.held} held`,
      );
    }
    let reasons = 0;
    for (let i = L.COUNTER_UNDECODED_FIRST; i < L.COUNTER_UNDECODED_LAST; i++) reasons += a.counter(i);
    if (reasons !== undecoded)
      throw new Finding(`${undecoded} undecoded, but the reasons add up to ${reasons}`);
  }

  /** Flushes both; afterwards every packet in a flow has been in one final record, when none was lost. */
  finish(limit: number): void {
    for (let more = 1; more !== 0; ) {
      const answers = this.cores.map((core) => core.exports.flush());
      if (answers[0] !== answers[1]) throw new Finding("flush() answers differ");
      more = answers[0] ?? 0;
      this.compareRecords(limit);
    }
    this.compareAlerts();
    this.compareCounters();
    const [a] = this.cores;
    const inFlows = a.counter(L.COUNTER_FLOW_PACKETS);
    if (a.counter(L.COUNTER_RECORDS_LOST) === 0 && inFlows !== this.packetsInRecords) {
      throw new Finding(`${inFlows} packets went to flows, ${this.packetsInRecords} are in final records`);
    }
    if (a.counter(L.COUNTER_RECORDS) !== this.records + a.counter(L.COUNTER_RECORDS_LOST)) {
      throw new Finding(`${a.counter(L.COUNTER_RECORDS)} records counted, ${this.records} taken out`);
    }
    const held = a.held;
    if (held !== 0) throw new Finding(`${held} fragments are still held after flush()`);
    if (a.state32(L.STATE_FLOWS_USED_OFFSET) !== 0) throw new Finding("live flows are counted after flush()");
  }
}
