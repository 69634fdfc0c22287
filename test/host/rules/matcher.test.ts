// The bytes that the builder of matchers makes: the same for the same patterns, as large as they need to be.
// What they find is tested with the scan (test/assembly/match/scan.test.ts).

import { describe, expect, it } from "vitest";
import * as M from "../../../assembly/match/scan-layout.js";
import { chooseAnchors } from "../../../host/rules/matcher/anchors.js";
import { anchorOf, frequency } from "../../../host/rules/matcher/frequency.js";
import { placeSlots } from "../../../host/rules/matcher/tables.js";
import { buildMatcher, type Pattern } from "../../../host/rules/matcher.js";
import { patternsLike } from "../../bench/rules/matcher-text.js";
import { PATIENCE } from "../../support/patience.js";
import { Random } from "../../support/random.js";

const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const asPatterns = (list: readonly Uint8Array[]): Pattern[] =>
  list.map((bytes, i) => ({ bytes, first: i, count: 1 }));

function anchorText(text: string): string {
  const [anchor] = chooseAnchors([latin1(text)], [0], 4);
  return text.slice(anchor?.at, (anchor?.at ?? 0) + 4);
}

describe("buildMatcher", () => {
  it("gives the same bytes for the same patterns", () => {
    const patterns = asPatterns(patternsLike(new Random(1), 500, 0.1));
    expect(buildMatcher(patterns)).toEqual(buildMatcher(patterns));
  });

  it("says its size and number of patterns, and puts its parts at multiples of 16", () => {
    const bytes = buildMatcher(asPatterns(["a", "ab", "abc", "abcd"].map(latin1)));
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(M.MATCHER_SIZE_OFFSET, true)).toBe(bytes.length);
    expect(view.getUint32(M.MATCHER_PATTERNS_OFFSET, true)).toBe(4);
    for (const at of [M.MATCHER_FILTER_OFFSET, M.MATCHER_SHORT_OFFSET, M.MATCHER_TABLES_OFFSET]) {
      expect(view.getUint32(at, true) % 16).toBe(0);
    }
  });

  it("is a header alone without patterns", () => {
    expect(buildMatcher([]).length).toBe(M.MATCHER_HEADER_SIZE);
  });

  it("has no part for short patterns when there are none", () => {
    const view = new DataView(buildMatcher(asPatterns([latin1("abcd")])).buffer);
    expect(view.getUint32(M.MATCHER_SHORT_OFFSET, true)).toBe(0);
  });

  it("grows with the patterns", () => {
    for (const size of [100, 1000, 5000]) {
      const bytes = buildMatcher(asPatterns(patternsLike(new Random(size), size, 0)));
      expect(bytes.length).toBeLessThan(4096 + size * 160);
    }
  });

  it("refuses patterns of no bytes and of too many", () => {
    expect(() => buildMatcher(asPatterns([new Uint8Array()]))).toThrow(RangeError);
    expect(() => buildMatcher(asPatterns([new Uint8Array(M.PATTERN_MAX + 1)]))).toThrow(RangeError);
  });

  it("takes 50,000 patterns", { timeout: 30_000 * PATIENCE }, () => {
    const bytes = buildMatcher(asPatterns(patternsLike(new Random(5), 50_000, 0.01)));
    expect(new DataView(bytes.buffer).getUint32(M.MATCHER_PATTERNS_OFFSET, true)).toBe(50_000);
  });
});

describe("anchors", () => {
  it("are what is rare in a pattern", () => {
    expect(anchorText("GET /cgi-bin/zqxj.php HTTP/1.1")).toMatch(/[zqxj]{2}/);
    expect(anchorText("User-Agent: Kx9Zq")).toMatch(/[Kx9Zq]{2}/);
    expect(anchorText("\x00\x00\x00\x00\x00\x9c\x5e\xd3")).toContain("\x9c");
  });

  it("are not shared while there are others", () => {
    const patterns = Array.from({ length: 200 }, (_, i) => latin1(`qzxw${i.toString(36).padStart(4, "k")}`));
    const anchors = chooseAnchors(patterns, [...patterns.keys()], 4);
    const loads = new Map<number, number>();
    for (const { value } of anchors) loads.set(value, (loads.get(value) ?? 0) + 1);
    expect(Math.max(...loads.values())).toBeLessThanOrEqual(4);
  });

  it("spread patterns of few bytes evenly", () => {
    const patterns = Array.from({ length: 1024 }, (_, i) =>
      latin1(i.toString(2).padStart(10, "0").replaceAll("0", "a").replaceAll("1", "b")),
    );
    const loads = new Map<number, number>();
    for (const { value } of chooseAnchors(patterns, [...patterns.keys()], 4)) {
      loads.set(value, (loads.get(value) ?? 0) + 1);
    }
    // 16 windows there are in all.
    expect(Math.max(...loads.values())).toBeLessThanOrEqual(2 * (1024 / 16));
  });

  it("lie within their pattern", () => {
    const patterns = patternsLike(new Random(9), 300, 0);
    for (const { pattern, at, value } of chooseAnchors(patterns, [...patterns.keys()], 4)) {
      const bytes = patterns[pattern] as Uint8Array;
      expect(at + 4).toBeLessThanOrEqual(bytes.length);
      expect(anchorOf(bytes, at, 4)).toBe(value);
    }
  });
});

describe("frequencies", () => {
  it("are higher for what is common", () => {
    const of = (text: string): number => frequency(latin1(text), 0, text.length);
    expect(of("http")).toBeGreaterThan(of("tpht"));
    expect(of("\x00\x00\x00\x00")).toBeGreaterThan(of("\x01\x92\x83\xa4"));
    expect(of("GET ")).toBeCloseTo(of("get "), 12);
    expect(of("\xde\xad\xbe\xef")).toBeGreaterThan(0);
  });
});

describe("slots", () => {
  it("keep every anchor within the probes they promise, even of anchors made to collide", () => {
    const alike = Array.from({ length: 300 }, (_, i) => i * 4096 + 0x20202020);
    for (const anchors of [[1, 2, 3], alike, [0x20202020]]) {
      const { factor, shift, probes, anchors: places } = placeSlots(anchors);
      for (const anchor of anchors) {
        const first = Math.imul(anchor, factor) >>> shift;
        const found = Array.from({ length: probes }, (_, i) => places[(first + i) & (places.length - 1)]);
        expect(found).toContain(anchor);
      }
    }
  });
});
