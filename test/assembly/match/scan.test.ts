// The scan for many patterns against a naive search: random alphabets, long repeats, every split, every length.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { MEMORY_SIZE } from "../../../assembly/layout.js";
import { PATTERN_MAX } from "../../../assembly/match/scan-layout.js";
import { Random, seedOf } from "../../support/random.js";
import { Scanner, TEXT } from "./scan-image.js";
import { naiveScan } from "./scan-naive.js";

let scanner: Scanner;
beforeAll(async () => {
  scanner = await Scanner.load();
});

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** The patterns in `text` by a scan of its own, with what comes before and behind it in memory given. */
function find(patterns: string[], text: string, newFrom = 0): string[] {
  const placed = scanner.place(patterns.map(latin1));
  return scanner.scan(placed, latin1(text), newFrom).map((i) => patterns[i] as string);
}

function expectLikeNaive(patterns: Uint8Array[], text: Uint8Array, newFrom: number, at = TEXT): void {
  const placed = scanner.place(patterns);
  expect(scanner.scan(placed, text, newFrom, at)).toEqual(naiveScan(patterns, text, newFrom));
  expect(scanner.budgetLeft).toBeGreaterThanOrEqual(0);
}

/** Bytes of one of several alphabets, so that patterns do lie in texts. */
function randomText(random: Random, alphabet: Uint8Array, size: number): Uint8Array {
  const text = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const run = random.chance(0.1) ? random.between(1, 80) : 1;
    const byte = random.pick([...alphabet]);
    text.fill(byte, at, at + run);
    at += run;
  }
  return text;
}

const ALPHABETS = [
  "ab",
  "aAbB",
  "\x00\x20",
  "@`[{AaZz",
  "\x00\xff",
  "/index.php?GET",
  "\x41\x61\xc1\xe1\x01\x21",
].map(latin1);

describe("a scan", () => {
  it("finds patterns anywhere, in either case", () => {
    expect(find(["cmd.exe", "/etc/passwd", "GET ", "ABSENT"], "get /x?CMD.EXE+/Etc/PassWD")).toEqual([
      "cmd.exe",
      "/etc/passwd",
      "GET ",
    ]);
  });

  it("folds letters only", () => {
    expect(find(["a@b[", "c`d{", "\xc1\xc1\xc1\xc1"], "A`B{ C@D[ \xe1\xe1\xe1\xe1")).toEqual([]);
    expect(find(["a@b[", "c`d{"], "A@B[ C`D{")).toEqual(["a@b[", "c`d{"]);
  });

  it("finds a pattern that is the whole text, of every length", () => {
    for (let length = 1; length <= PATTERN_MAX; length++) {
      const pattern = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".slice(0, length);
      expect(find([pattern], pattern.toLowerCase())).toEqual([pattern]);
      expect(find([pattern], pattern.slice(1))).toEqual([]);
      expect(find([pattern], pattern.slice(0, -1))).toEqual([]);
    }
  });

  it("finds each length at each place of a text, up to its first and last byte", () => {
    for (const size of [1, 2, 3, 4, 7, 8, 9, 16, 17, 18, 31, 32, 33, 40, 67]) {
      for (let length = 1; length <= Math.min(size, PATTERN_MAX); length++) {
        const pattern = latin1("zyxwvutsrqponmlkjihgfedcba987654".slice(0, length));
        const placed = scanner.place([pattern]);
        for (let at = 0; at + length <= size; at++) {
          const text = new Uint8Array(size).fill(0x2e);
          text.set(pattern, at);
          expect(scanner.scan(placed, text)).toEqual([0]);
        }
      }
    }
  });

  it("reports a pattern only when its last byte is new", () => {
    for (const pattern of ["x", "xy", "xyz", "xyzw", "xyzwvutsrqponmlkjihgfedcba098765"]) {
      const placed = scanner.place([latin1(pattern)]);
      for (const before of [0, 1, 5, 40]) {
        const text = latin1(`${".".repeat(before)}${pattern}......................................`);
        for (let newFrom = 0; newFrom <= text.length; newFrom++) {
          const isNew = newFrom < before + pattern.length;
          expect(scanner.scan(placed, text, newFrom)).toEqual(isNew ? [0] : []);
        }
      }
    }
  });

  it("does nothing for an empty text, for no new bytes, and without patterns", () => {
    expect(find(["a", "ab", "abc", "abcd"], "")).toEqual([]);
    expect(find(["a", "ab", "abc", "abcd"], "abcd", 4)).toEqual([]);
    expect(find([], "abcd")).toEqual([]);
  });

  it("finds equal patterns and patterns within one another each", () => {
    const patterns = ["attack", "ATTACK", "tack", "tac", "ta", "t", "attacker"];
    expect(find(patterns, "an attack")).toEqual(patterns.slice(0, -1));
  });

  it("reads nothing outside of the text", () => {
    // Behind the text is the end of memory, where a read traps; before it are bytes that would complete each pattern.
    const patterns = ["aaaaaaaaX", "aaX", "aX", "Xbbb", "XbX", "bbbb"].map(latin1);
    const placed = scanner.place(patterns);
    for (let size = 0; size <= 80; size++) {
      const at = MEMORY_SIZE - size;
      scanner.entry.bytes.fill(0x61, at - 64, at);
      const text = new Uint8Array(size).fill(0x62);
      if (size > 0) text[0] = 0x58;
      expect(scanner.scan(placed, text, 0, at)).toEqual(naiveScan(patterns, text, 0));
    }
    const at = TEXT + 4096;
    for (let size = 0; size < PATTERN_MAX; size++) {
      scanner.entry.bytes.fill(0x62, at, at + size + 64);
      const longer = scanner.place([new Uint8Array(size + 1).fill(0x62)]);
      expect(scanner.scan(longer, new Uint8Array(size).fill(0x62), 0, at)).toEqual([]);
    }
  });

  it("agrees with a naive search (property)", () => {
    const letters = fc.constantFrom(...[0x61, 0x41, 0x62, 0x42, 0x20, 0x00]);
    const bytesOf = (most: number, least: number) =>
      fc.array(letters, { minLength: least, maxLength: most }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(
        fc.array(bytesOf(PATTERN_MAX, 1), { maxLength: 24 }),
        bytesOf(200, 0),
        fc.nat(200),
        fc.nat(15),
        (patterns, text, cut, shift) => {
          expectLikeNaive(patterns, text, Math.min(cut, text.length), TEXT + shift);
        },
      ),
      { numRuns: 400, seed: seedOf("scan property") },
    );
  });

  it("agrees with a naive search over random alphabets, patterns taken from the text", () => {
    const random = new Random(seedOf("scan"), 1);
    for (let round = 0; round < 300; round++) {
      const alphabet = random.pick(ALPHABETS);
      const text = randomText(random, alphabet, random.below(random.pick([20, 100, 600, 5000])));
      const patterns: Uint8Array[] = [];
      for (let i = random.below(50); i > 0; i--) {
        const length = random.between(1, PATTERN_MAX);
        const from = random.below(Math.max(1, text.length - length));
        const taken = text.slice(from, from + length);
        if (random.chance(0.6) && taken.length > 0) patterns.push(taken);
        else patterns.push(randomText(random, alphabet, length));
      }
      // Around the text, more of the same: whatever is read there would be found.
      const at = TEXT + 256 + random.below(16);
      scanner.entry.bytes.set(randomText(random, alphabet, 8192), at - 256);
      expectLikeNaive(patterns, text, random.chance(0.4) ? 0 : random.below(text.length + 1), at);
    }
  });

  it("finds in pieces what it finds in the whole, however the text is split", () => {
    const random = new Random(seedOf("scan pieces"), 2);
    for (let round = 0; round < 60; round++) {
      const alphabet = random.pick(ALPHABETS);
      const text = randomText(random, alphabet, random.between(1, 400));
      const patterns = Array.from({ length: 30 }, () =>
        randomText(random, alphabet, random.between(1, random.pick([3, 8, PATTERN_MAX]))),
      );
      const placed = scanner.place(patterns);
      const found = new Set<number>();
      let newFrom = 0;
      while (newFrom < text.length) {
        const end = Math.min(text.length, newFrom + random.between(1, random.pick([1, 5, 60])));
        // As streams do: no more than PATTERN_MAX - 1 bytes of what was seen before.
        const start = Math.max(0, newFrom - (PATTERN_MAX - 1));
        for (const i of scanner.scan(placed, text.slice(start, end), newFrom - start)) found.add(i);
        newFrom = end;
      }
      expect([...found].sort((a, b) => a - b)).toEqual(naiveScan(patterns, text, 0));
    }
  });

  it("finds each of 10,000 patterns, and no other", () => {
    const random = new Random(seedOf("scan 10,000"), 3);
    const patterns = Array.from({ length: 10_000 }, () => random.bytes(random.between(4, PATTERN_MAX)));
    const placed = scanner.place(patterns);
    for (let round = 0; round < 200; round++) {
      const parts: Uint8Array[] = [];
      for (let i = 0; i < 20; i++) {
        parts.push(random.bytes(random.below(50)));
        if (random.chance(0.7)) parts.push(random.pick(patterns));
      }
      const text = new Uint8Array(Buffer.concat(parts));
      expect(scanner.scan(placed, text)).toEqual(naiveScan(patterns, text, 0));
    }
  });

  it("takes texts of more than 64 KiB", () => {
    const random = new Random(seedOf("scan long"), 4);
    const patterns = Array.from({ length: 200 }, () => random.bytes(random.between(4, 8)));
    const text = random.bytes(70_001);
    for (const [i, pattern] of patterns.entries()) if (i % 3 !== 0) text.set(pattern, i * 350 + (i % 7));
    text.set(patterns[199] as Uint8Array, text.length - (patterns[199] as Uint8Array).length);
    expectLikeNaive(patterns, text, 0);
  });
});
