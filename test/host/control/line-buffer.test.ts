// Lines from bytes: the same whatever the chunks, bounded whatever the bytes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineBuffer } from "../../../host/control/line-buffer.js";

const SEED = 20261124;

/** Pushes the bytes in pieces of these sizes (the last one again and again), taking lines as they come. */
function linesOf(bytes: Uint8Array, sizes: readonly number[], lineBytesMax: number) {
  const buffer = new LineBuffer(lineBytesMax);
  const lines: string[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length && !buffer.isOverlong; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)]!;
    buffer.push(bytes.subarray(at, at + size));
    at += size;
    for (let line = buffer.next(); line !== undefined; line = buffer.next()) lines.push(line);
  }
  return { lines, isOverlong: buffer.isOverlong, rest: buffer.rest() };
}

const text = fc.stringMatching(/^[a-zé€🜁 \r]{0,40}$/u);

describe("LineBuffer", () => {
  it("gives the same lines for any chunks", () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 30 }),
        text,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (lines, rest, sizes) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join("") + rest);
          const result = linesOf(bytes, sizes, 1000);
          expect(result).toEqual({ lines, isOverlong: false, rest: rest === "" ? undefined : rest });
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("stops at the first overlong line, for any chunks, ended or not", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 10 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (lengths, hasEnd, sizes) => {
          const lines = lengths.map((length) => "x".repeat(length));
          const bytes = Buffer.from([...lines, `${"y".repeat(31)}${hasEnd ? "\nz\n" : ""}`].join("\n"));
          expect(linesOf(bytes, sizes, 30)).toEqual({ lines, isOverlong: true, rest: undefined });
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("takes a line of just the length allowed", () => {
    const buffer = new LineBuffer(4);
    buffer.push(Buffer.from("abcd"));
    expect([buffer.next(), buffer.isOverlong]).toEqual([undefined, false]);
    buffer.push(Buffer.from("\nabcde\n"));
    expect([buffer.next(), buffer.next(), buffer.isOverlong]).toEqual(["abcd", undefined, true]);
  });

  it("keeps no chunk: what was pushed may be written over", () => {
    const buffer = new LineBuffer(100);
    const chunk = Buffer.from("first\n");
    buffer.push(chunk);
    chunk.fill(0x78);
    expect(buffer.next()).toBe("first");
  });

  it("gives its room back after a large line", () => {
    const buffer = new LineBuffer(1 << 20);
    for (let round = 0; round < 50; round++) {
      buffer.push(Buffer.from(`${"x".repeat(100_000)}\nshort\n`));
      expect(buffer.next()).toHaveLength(100_000);
      expect(buffer.next()).toBe("short");
      expect(buffer.held).toBe(0);
    }
  });
});
