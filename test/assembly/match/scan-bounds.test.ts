// What a scan may cost and what it keeps: candidates once a scan, comparisons bounded, numbers of scans that wrap.
// Steps are counted, not time.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as M from "../../../assembly/match/scan-layout.js";
import { BUDGET, IMAGE, Scanner, TEXT } from "./scan-image.js";
import { naiveScan } from "./scan-naive.js";

let scanner: Scanner;
beforeAll(async () => {
  scanner = await Scanner.load();
});
beforeEach(() => {
  scanner.entry.bytes.fill(0, L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
});

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** A number in the digits a and b. */
const twoLetters = (number: number, digits: number): string =>
  number.toString(2).padStart(digits, "0").replaceAll("0", "a").replaceAll("1", "b");

describe("candidates", () => {
  it("are listed once a scan, whichever pattern or text names them", () => {
    const placed = scanner.place(["one!", "two!", "xy"].map(latin1), [[0, 1], [1, 2], [0]]);
    expect(scanner.scan(placed, latin1("one! two! one! xy two! one!"))).toEqual([0, 1, 2]);
    scanner.entry.bytes.set(latin1("xy two!"), TEXT);
    scanner.entry.exports.scanMore(placed.image, placed.matcher, TEXT, TEXT, TEXT + 7);
    expect(scanner.candidates()).toEqual([0, 1, 2]);
    expect(scanner.counter(L.COUNTER_PATTERNS)).toBe(3);
    expect(scanner.scan(placed, latin1("..two!"))).toEqual([1, 2]);
    expect(scanner.counter(L.COUNTER_PATTERNS)).toBe(4);
  });

  it("beyond the list's capacity are counted, once a scan", () => {
    const rules = L.CANDIDATE_CAPACITY + 100;
    const placed = scanner.place([latin1("flood")], [range(rules)]);
    expect(scanner.scan(placed, latin1("flood flood flood"))).toEqual(range(L.CANDIDATE_CAPACITY));
    expect(scanner.counter(L.COUNTER_CANDIDATES_LOST)).toBe(100);
  });

  it("come again when the numbers of scans begin again", () => {
    const placed = scanner.place(["pattern", "ab", "c"].map(latin1));
    const { view } = scanner.entry;
    const stampAt = L.INSPECT_BASE + R.INSPECT_STAMP_OFFSET;
    view.setUint32(stampAt, 0, true);
    expect(scanner.scan(placed, latin1("pattern ab c"))).toEqual([0, 1, 2]);
    view.setUint32(stampAt, 0xffffffff, true);
    // Its number is 1, as that of the scan above.
    expect(scanner.scan(placed, latin1("pattern ab c"))).toEqual([0, 1, 2]);
    expect(view.getUint32(stampAt, true)).toBe(1);
  });
});

describe("the work of a scan", () => {
  it("does not compare patterns again that were found", () => {
    const patterns = range(29).map((i) => new Uint8Array(i + 4).fill(0x61));
    const placed = scanner.place(patterns);
    const text = new Uint8Array(16_384).fill(0x61);
    expect(scanner.scan(placed, text)).toEqual(range(29));
    // Each is compared at each of the positions before it can lie there, and no more.
    expect(BUDGET - scanner.budgetLeft).toBeLessThanOrEqual(29 * 32);
    expect(scanner.counter(L.COUNTER_PATTERNS)).toBe(29);
    expect(scanner.counter(L.COUNTER_BUDGET)).toBe(0);
  });

  it("is broken off and counted when patterns that are not there are compared without end", () => {
    // Patterns of two letters only: few windows, so large buckets.
    const patterns = range(1024)
      .map((i) => `${twoLetters(i, 10)}ac`)
      .map(latin1);
    const placed = scanner.place(patterns);
    const text = new Uint8Array(4000).fill(0x61);
    expect(scanner.scan(placed, text)).toEqual([]);
    const allowed = M.SCAN_COMPARES_BASE + M.SCAN_COMPARES_A_BYTE * text.length;
    expect(BUDGET - scanner.budgetLeft).toBe(allowed + 1);
    expect(scanner.counter(L.COUNTER_BUDGET)).toBe(1);
    scanner.scan(placed, text, 0, TEXT, 50);
    expect(scanner.budgetLeft).toBe(-1);
    expect(scanner.counter(L.COUNTER_BUDGET)).toBe(2);
  });

  it("does not begin when the packet's budget is spent", () => {
    const placed = scanner.place([latin1("pattern")]);
    expect(scanner.scan(placed, latin1("pattern"), 0, TEXT, -1)).toEqual([]);
    expect(scanner.counter(L.COUNTER_BUDGET)).toBe(0);
    expect(scanner.scan(placed, latin1("pattern"), 0, TEXT, 1)).toEqual([0]);
  });

  it("is bounded by the bytes whatever the patterns and the text", () => {
    const patterns = range(2048).map((i) => latin1(twoLetters(i, 11)));
    const placed = scanner.place(patterns);
    const text = latin1("abaabbabbbaaaab".repeat(300));
    const found = scanner.scan(placed, text);
    const spent = BUDGET - scanner.budgetLeft;
    expect(spent).toBeLessThanOrEqual(M.SCAN_COMPARES_BASE + M.SCAN_COMPARES_A_BYTE * text.length + 1);
    const all = new Set(naiveScan(patterns, text, 0));
    expect(found.every((i) => all.has(i))).toBe(true);
    expect(found.length === all.size || scanner.counter(L.COUNTER_BUDGET) === 1).toBe(true);
  });

  it("keeps the image's header and rules as they are", () => {
    const placed = scanner.place(["abcd", "ab"].map(latin1));
    const before = scanner.entry.bytes.slice(IMAGE, IMAGE + R.IMAGE_HEADER_SIZE);
    scanner.scan(placed, latin1("abcd abab"));
    expect(scanner.entry.bytes.slice(IMAGE, IMAGE + R.IMAGE_HEADER_SIZE)).toEqual(before);
  });
});
