// The queue of messages against a list: same messages, same order, and a buffer that is never outgrown.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageQueue } from "../../../host/export/message-queue.js";

const message = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (seed * 31 + index * 7) & 255);

describe("MessageQueue", () => {
  it("gives messages back in order, with their records", () => {
    const queue = new MessageQueue(1024);
    expect(queue.push(message(10, 1), 3)).toBe(true);
    expect(queue.push(message(0, 2), 0)).toBe(true);
    expect(queue.push(message(7, 3), 4)).toBe(true);
    expect([queue.messages, queue.records, queue.nextRecords]).toEqual([3, 7, 3]);
    expect(queue.take()).toEqual(message(10, 1));
    expect(queue.take()).toEqual(message(0, 2));
    expect(queue.nextRecords).toBe(4);
    expect(queue.release()).toBe(3);
    queue.putBack();
    expect(queue.take()).toEqual(message(0, 2));
    expect([queue.release(), queue.messages, queue.records]).toEqual([0, 1, 4]);
  });

  it("refuses what does not fit and keeps the rest", () => {
    const queue = new MessageQueue(64);
    expect(queue.push(new Uint8Array(64), 1)).toBe(false);
    expect(queue.push(message(56, 1), 1)).toBe(true);
    expect(queue.push(new Uint8Array(0), 1)).toBe(false);
    expect(queue.take()).toEqual(message(56, 1));
    expect(queue.push(new Uint8Array(0), 1)).toBe(false);
    queue.release();
    expect(queue.push(new Uint8Array(0), 1)).toBe(true);
  });

  it("lets a message be changed in place, and keeps the change", () => {
    const queue = new MessageQueue(256);
    queue.push(message(12, 1), 1);
    queue.take()!.set([1, 2, 3], 4);
    queue.putBack();
    expect([...queue.take()!.subarray(4, 7)]).toEqual([1, 2, 3]);
  });

  it("is a list of bounded size, whatever is done with it", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ push: fc.nat(90), records: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.constant("take" as const) },
      { weight: 3, arbitrary: fc.constant("release" as const) },
      { weight: 1, arbitrary: fc.constant("putBack" as const) },
    );
    fc.assert(
      fc.property(fc.nat(400), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const queue = new MessageQueue(capacity);
        let held: { bytes: Uint8Array; records: number }[] = [];
        let taken = 0;
        steps.forEach((one, seed) => {
          if (one === "take") {
            expect(queue.nextRecords).toBe(held[taken]?.records ?? 0);
            expect(queue.take()).toEqual(held[taken]?.bytes);
            taken = Math.min(held.length, taken + 1);
          } else if (one === "release") {
            expect(queue.release()).toBe(taken === 0 ? 0 : held[0]!.records);
            if (taken > 0) held = held.slice(1);
            taken = Math.max(0, taken - 1);
          } else if (one === "putBack") {
            queue.putBack();
            taken = 0;
          } else {
            const bytes = message(one.push, seed);
            const isEmpty = held.length === 0;
            const isTaken = queue.push(bytes, one.records);
            if (isTaken) held.push({ bytes, records: one.records });
            if (isEmpty) expect(isTaken).toBe(8 + Math.ceil(one.push / 4) * 4 <= queue.capacityBytes);
          }
          expect(queue.messages).toBe(held.length);
          expect(queue.taken).toBe(taken);
          expect(queue.takenRecords).toBe(
            held.slice(0, taken).reduce((sum, { records }) => sum + records, 0),
          );
          expect(queue.records).toBe(held.reduce((sum, { records }) => sum + records, 0));
          expect(queue.usedBytes).toBeLessThanOrEqual(capacity);
        });
        queue.putBack();
        for (const { bytes } of held) expect(queue.take()).toEqual(bytes);
      }),
      { seed: 7011, numRuns: 400 },
    );
  });

  it("uses room again and again: it never fills up by itself", () => {
    const queue = new MessageQueue(1000);
    let isKept = true;
    for (let i = 0; i < 10_000; i++) {
      isKept &&= queue.push(message(i % 300, i), 1);
      if (i % 2 === 1) {
        queue.take();
        queue.take();
        queue.release();
        queue.release();
      }
    }
    expect(isKept).toBe(true);
    expect(queue.messages).toBe(0);
  });
});
