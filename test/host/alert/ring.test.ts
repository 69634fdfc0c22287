// The ring of alerts from the host's end, over a real memory whose module's part is played by the test.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import type { RuleWords } from "../../../host/alert/alert.js";
import { AlertRing, drainAlerts } from "../../../host/alert/alert-ring.js";
import { createMemory, type SensorMemory } from "../../../host/wasm/memory.js";
import { ruleWords, writeAlert } from "./alert-builder.js";
import { LETTER } from "./samples.js";

const HEAD = (L.INSPECT_BASE + R.INSPECT_ALERT_HEAD_OFFSET) / 4;
const TAIL = (L.INSPECT_BASE + R.INSPECT_ALERT_TAIL_OFFSET) / 4;

/** As the module does it. */
function put(memory: SensorMemory, sid: number): void {
  const head = memory.u32[HEAD]!;
  writeAlert(memory.u8, L.ALERTS_BASE + (head % L.ALERT_CAPACITY) * L.ALERT_SIZE, { ...LETTER, sid });
  Atomics.store(memory.u32, HEAD, (head + 1) >>> 0);
}

describe("the ring of alerts", () => {
  it("gives alerts oldest first, and their places back", () => {
    const memory = createMemory();
    const asked: [number, number][] = [];
    const lookup = (generation: number, index: number): RuleWords => {
      asked.push([generation, index]);
      return ruleWords("x");
    };
    const ring = new AlertRing(memory, lookup);
    for (const sid of [1, 2, 3]) put(memory, sid);
    expect(ring.count).toBe(3);
    const seen: number[] = [];
    expect(drainAlerts(ring, 2, (alert) => seen.push(alert.sid))).toBe(2);
    expect(asked).toEqual([]);
    expect(drainAlerts(ring, 9, (alert) => seen.push(alert.sid, alert.priority, alert.priority))).toBe(1);
    expect(seen).toEqual([1, 2, 3, 3, 3]);
    expect(asked).toEqual([[1, 0]]);
    expect(drainAlerts(ring, 9, () => undefined)).toBe(0);
    expect(memory.u32[TAIL]).toBe(3);
  });

  it("goes round, also where the counts do", () => {
    const memory = createMemory();
    memory.u32[HEAD] = memory.u32[TAIL] = 0xffffff00;
    const ring = new AlertRing(memory, () => undefined);
    let next = 0;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 200; i++) put(memory, round * 200 + i);
      drainAlerts(ring, 1000, (alert) => expect(alert.sid).toBe(next++));
    }
    expect(next).toBe(1000);
    expect(ring.count).toBe(0);
  });

  it("does not give an alert again that a receiver threw at", () => {
    const memory = createMemory();
    const ring = new AlertRing(memory, () => undefined);
    for (const sid of [1, 2, 3]) put(memory, sid);
    const fail = () => {
      throw new Error("no");
    };
    expect(() => drainAlerts(ring, 9, fail)).toThrow("no");
    const seen: number[] = [];
    drainAlerts(ring, 9, (alert) => seen.push(alert.sid));
    expect(seen).toEqual([2, 3]);
  });
});
