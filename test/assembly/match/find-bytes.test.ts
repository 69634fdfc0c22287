// The search for one content, held against what the language itself finds.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import { Random, seedOf } from "../../support/random.js";
import { Bench, bytesOf, POISONS } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const DATA = M.RULES_BASE;
const lower = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Place of the content, -1 when it is not there; the text ends at the memory's end, or lies in its midst. */
function find(text: Uint8Array, data: Uint8Array, nocase: boolean, poison: number, isLast: boolean): number {
  const { bytes, exports } = bench.entry;
  const start = (isLast ? bytes.length : M.WINDOWS_BASE + 4096) - text.length;
  bytes.fill(poison, start - 64, start);
  if (!isLast) bytes.fill(poison, start + text.length, start + text.length + 64);
  bytes.set(text, start);
  bytes.fill(poison, DATA, DATA + data.length + 64);
  bytes.set(data, DATA);
  const at = exports.find(start, start + text.length, DATA, data.length, nocase) >>> 0;
  return at === 0 ? -1 : at - start;
}

function expected(text: Uint8Array, data: Uint8Array, nocase: boolean): number {
  const fold = nocase ? text.map(lower) : text;
  return Buffer.from(fold).indexOf(Buffer.from(data));
}

function check(text: Uint8Array, data: Uint8Array, nocase: boolean): void {
  const wanted = expected(text, data, nocase);
  for (const poison of [...POISONS, data[0] ?? 0]) {
    for (const isLast of [true, false]) expect(find(text, data, nocase, poison, isLast)).toBe(wanted);
  }
}

describe("findBytes", () => {
  it.each([
    ["", "a", false, -1],
    ["a", "a", false, 0],
    ["a", "ab", false, -1],
    ["ab", "ab", false, 0],
    ["xab", "ab", false, 1],
    ["aab", "ab", false, 1],
    ["abcabd", "abd", false, 3],
    ["ABC", "abc", false, -1],
    ["ABC", "abc", true, 0],
    ["aBc", "abc", true, 0],
    ["@[`{", "@[`{", true, 0],
    ["`", "@", true, -1],
    ["[", "{", true, -1],
    ["\x81", "\xa1", true, -1],
    ["\xc1", "\xe1", true, -1],
    ["0123456789abcdefg", "g", false, 16],
    ["0123456789abcdefG", "g", true, 16],
    ["0123456789abcdef0123456789abcdefg", "0123456789abcdefg", false, 16],
  ])("%j, content %j, nocase %s: %i", (text, data, nocase, place) => {
    expect(find(bytesOf(text), bytesOf(data), nocase, 0x61, true)).toBe(place);
    check(bytesOf(text), bytesOf(data), nocase);
  });

  it("finds what indexOf finds", () => {
    const byte = fc.constantFrom(...bytesOf("aAbBzZ@`[{\x00\x80\xff"));
    const text = fc.uint8Array({ maxLength: 100 }).chain((any) =>
      fc.oneof(
        fc.constant(any),
        fc.array(byte, { maxLength: 100 }).map((list) => Uint8Array.from(list)),
      ),
    );
    fc.assert(
      fc.property(text, fc.array(byte, { minLength: 1, maxLength: 4 }), fc.boolean(), (hay, list, nocase) => {
        check(hay, Uint8Array.from(nocase ? list.map(lower) : list), nocase);
      }),
      { numRuns: 400 },
    );
  });

  it("finds pieces of the text itself, wherever they lie", () => {
    const random = new Random(seedOf("findBytes"));
    for (let round = 0; round < 3000; round++) {
      const text = random.bytes(random.between(1, 200)).map((byte) => (byte & 3) + 0x5f + (byte & 0x20));
      const size = random.between(1, Math.min(text.length, 40));
      const place = random.below(text.length - size + 1);
      const nocase = random.chance(0.5);
      const piece = text.slice(place, place + size);
      const data = nocase ? piece.map(lower) : piece;
      const wanted = expected(text, data, nocase);
      expect(find(text, data, nocase, random.below(256), true)).toBe(wanted);
    }
  });
});
