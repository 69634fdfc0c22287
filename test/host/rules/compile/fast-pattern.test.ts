import { describe, expect, it } from "vitest";
import * as L from "../../../../assembly/match/rules-layout.js";
import { chooseFastPattern } from "../../../../host/rules/compile/fast-pattern.js";
import { latin1Of } from "../../../../host/rules/compile/latin1.js";
import { rarestWindow, worthOf } from "../../../../host/rules/compile/rarity.js";
import type { Rule, RuleOption } from "../../../../host/rules/model.js";
import { Random, seedOf } from "../../../support/random.js";
import { ImageReader } from "./image-reader.js";
import { compileStubbed, content, latin1, makeRule, pcre, readStubMatcher } from "./support.js";

const seed = seedOf("fast patterns");

function chosen(...options: RuleOption[]): string | undefined {
  const pattern = chooseFastPattern(options);
  return pattern && `${pattern.option} ${pattern.buffer} ${latin1Of(pattern.bytes)} @${pattern.offset}`;
}

describe("a rule's fast pattern", () => {
  it("is the content worth most: long, of different and uncommon bytes, never a negated one", () => {
    expect(chosen(content("GET "), content("cmd.exe?/c+dir"))).toBe("1 payload cmd.exe?/c+dir @0");
    expect(chosen(content("\0\0\0\0\0\0\0\0"), content("\x90\x91\x92"))).toBe("1 payload \x90\x91\x92 @0");
    expect(chosen(content("uncommonest!%#", { negated: true }), content("ab"))).toBe("1 payload ab @0");
    expect(chosen(content("User-Agent: Mozilla/5.0 ("), content("evilbot"))).toBe("1 payload evilbot @0");
    expect(chosen(content("first"), content("FIRST"))).toBe("0 payload first @0");
    expect(chosen(pcre("x"), content("no", { negated: true }))).toBeUndefined();
  });

  it("is one of HTTP in a rule that looks into its buffers, and not its method or status if need not be", () => {
    const method = content("OPTIONS", { buffer: "http_method" });
    const uri = content("/x9", { buffer: "http_uri" });
    expect(chosen(method, uri, content("a long content of the payload"))).toBe("1 http_uri /x9 @0");
    expect(chosen(method)).toBe("0 http_method OPTIONS @0");
  });

  it("is the rule's own choice, or the part of it that the rule says", () => {
    const own = (fastPattern: { offset: number; length: number } | "whole") =>
      chosen(content("a better one, to be sure"), content("chosen", { fastPattern }));
    expect(own("whole")).toBe("1 payload chosen @0");
    expect(own({ offset: 2, length: 3 })).toBe("1 payload ose @2");
    expect(own({ offset: 9, length: 3 })).toBe("1 payload chosen @0");
    expect(chosen(content("ab"), content("no", { fastPattern: "whole", negated: true }))).toBe(
      "0 payload ab @0",
    );
  });

  it("is the rarest part of a long content", () => {
    const text = `${"e".repeat(40)}\xfe%q#z!@8 9[]{}~^xjkQ<>;|`;
    expect(chosen(content(text))).toBe(`0 payload ${text.slice(-32)} @${text.length - 32}`);
  });

  it("is found by sliding where it would be found by looking at every window", () => {
    const random = new Random(seed);
    for (let round = 0; round < 300; round++) {
      const bytes = random
        .bytes(random.between(1, 120))
        .map((byte) => (round % 2 ? byte : 0x61 + (byte % 5)));
      const size = random.between(1, 32);
      const { offset, worth } = rarestWindow(bytes, size);
      const windows = Array.from({ length: Math.max(1, bytes.length - size + 1) }, (_, at) =>
        worthOf(bytes.subarray(at, at + size)),
      );
      // Sliding knows no parts of HTTP heads, which random bytes of this kind are not but for a few.
      expect(worth).toBeGreaterThanOrEqual(Math.max(...windows) - 1e-6);
      expect(offset).toBeLessThan(windows.length);
    }
  });
});

describe("matchers", () => {
  function matchers(rules: readonly Rule[]): Record<number, [string, number[]][]> {
    const reader = new ImageReader(compileStubbed(rules).image);
    const all: Record<number, [string, number[]][]> = {};
    for (let number = 0; number < L.MATCHER_COUNT; number++) {
      const bytes = reader.matcher(number);
      if (!bytes) continue;
      all[number] = readStubMatcher(bytes).map(({ text, first, count }) => [
        text,
        reader.patternRules(first, count),
      ]);
    }
    return all;
  }

  it("get the patterns of their protocol or buffer; equal ones are one with several rules", () => {
    const rules = [
      makeRule([content("Abc")]),
      makeRule([content("xyz")], { protocol: "udp" }),
      makeRule([content("aBC", { nocase: true })]),
      makeRule([content("all")], { protocol: "ip" }),
      makeRule([content("abc", { buffer: "http_uri" })]),
      makeRule([content("abc")], { protocol: "http" }),
      makeRule([content("one"), { kind: "ip_proto", least: 17, most: 17 }], { protocol: "ip" }),
      makeRule([content("gre"), { kind: "ip_proto", least: 47, most: 47 }], { protocol: "ip" }),
      makeRule([content("gr2"), { kind: "ip_proto", least: 6, most: 6, negated: true }], { protocol: "ip" }),
    ];
    expect(matchers(rules)).toEqual({
      [L.PROTO_GROUP_TCP]: [
        ["Abc", [0, 2, 5]],
        ["all", [3]],
        ["gr2", [8]],
      ],
      [L.PROTO_GROUP_UDP]: [
        ["xyz", [1]],
        ["all", [3]],
        ["one", [6]],
        ["gr2", [8]],
      ],
      [L.PROTO_GROUP_ICMP]: [
        ["all", [3]],
        ["gr2", [8]],
      ],
      [L.PROTO_GROUP_OTHER]: [
        ["all", [3]],
        ["gre", [7]],
        ["gr2", [8]],
      ],
      [L.MATCHER_BUFFER + L.BUFFER_HTTP_URI]: [["abc", [4]]],
    });
  });

  it("leave out a payload content of a rule that looks into HTTP buffers: it is asked of every message", () => {
    const rules = [
      makeRule([content("abc"), pcre("x", { buffer: "http_uri" })]),
      makeRule([content("abc"), content("def", { buffer: "http_uri" })]),
    ];
    expect(matchers(rules)).toEqual({ [L.MATCHER_BUFFER + L.BUFFER_HTTP_URI]: [["def", [1]]] });
    const reader = new ImageReader(compileStubbed(rules).image);
    expect(reader.plain(L.PROTO_GROUP_TCP, reader.portClass(80))).toEqual([0]);
  });

  it("take the bytes of a rule at most 32 at a time", () => {
    const [[, [[text]]]] = Object.entries(matchers([makeRule([content("0123456789".repeat(20))])])) as [
      [string, [[string, number[]]]],
    ];
    expect(latin1(text)).toHaveLength(32);
  });
});
