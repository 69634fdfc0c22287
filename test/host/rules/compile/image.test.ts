import { describe, expect, it } from "vitest";
import * as L from "../../../../assembly/match/rules-layout.js";
import { compileRules } from "../../../../host/rules/compile/compile.js";
import type { Rule, RuleOption } from "../../../../host/rules/model.js";
import { Random, seedOf } from "../../../support/random.js";
import { ImageReader } from "./image-reader.js";
import {
  compileStubbed,
  content,
  inPorts,
  makeRule,
  pcre,
  randomAddresses,
  randomPort,
  randomPorts,
  readStubMatcher,
  reasonsOf,
} from "./support.js";

const seed = seedOf("images of rules");

function randomOptions(random: Random): RuleOption[] {
  const options: RuleOption[] = [];
  const buffer = random.pick(["payload", "payload", "http_uri", "http_header"] as const);
  for (let count = random.below(4); count > 0; count--) {
    const text = Buffer.from(random.bytes(random.between(1, 50))).toString("latin1");
    options.push(content(text, { buffer, negated: random.chance(0.3), nocase: random.chance(0.5) }));
  }
  if (random.chance(0.3)) options.push(pcre("a+b"));
  if (random.chance(0.3))
    options.push({ kind: "flowbits", action: "set", names: [`bit${random.below(9)}`], any: false });
  if (random.chance(0.2)) options.push({ kind: "finding", name: "one-way", negated: random.chance(0.3) });
  if (random.chance(0.1)) options.push({ kind: "cause", name: "scan", negated: false });
  return options;
}

function randomRules(random: Random, count: number): Rule[] {
  return Array.from({ length: count }, (_, index) =>
    makeRule(randomOptions(random), {
      sid: index + 1,
      protocol: random.pick(["tcp", "tcp", "http", "ip"] as const),
      action: random.pick(["alert", "pass", "drop", "log", "reject"] as const),
      priority: random.between(1, 4),
      source: randomAddresses(random),
      destinationPorts: randomPorts(random),
      sourcePorts: randomPorts(random),
      bidirectional: random.chance(0.3),
      limits: random.chance(0.3) ? [{ type: "limit", track: "by_src", count: 1, seconds: 60 }] : [],
    }),
  );
}

describe("an image", () => {
  it("leads to every rule by exactly one way, and nowhere outside", () => {
    for (let round = 0; round < 30; round++) {
      const random = new Random(seed, round);
      const rules = randomRules(random, random.between(0, 80));
      const compiled = compileStubbed(rules);
      expect(reasonsOf(compiled)).toEqual([]);
      const reader = new ImageReader(compiled.image);
      expect(reader.u32(L.IMAGE_MAGIC_OFFSET)).toBe(L.IMAGE_MAGIC);
      expect(reader.u32(L.IMAGE_SIZE_OFFSET)).toBe(compiled.image.length);
      expect(reader.ruleCount).toBe(rules.length);
      const byPattern = patternsOf(reader);
      for (const [index, rule] of rules.entries()) {
        const finding = Array.from({ length: 64 }, (_, number) =>
          reader.findingRules(number).includes(index),
        );
        const port = randomPort(random);
        const plain = [0, 1, 2, 3].some((group) =>
          reader.plain(group, reader.portClass(port)).includes(index),
        );
        const fits =
          inPorts(rule.destinationPorts, port) || (rule.bidirectional && inPorts(rule.sourcePorts, port));
        if (compiled.chosen[index]) {
          expect(byPattern.has(index)).toBe(true);
          expect([plain, finding.includes(true)]).toEqual([false, false]);
        } else if (finding.includes(true)) {
          expect([plain, byPattern.has(index)]).toEqual([false, false]);
          expect(reader.u16(reader.rule(index) + L.RULE_FLAGS_OFFSET) & L.RULE_FLAG_FINDING).not.toBe(0);
        } else {
          expect(byPattern.has(index)).toBe(false);
          // Any port fits what has none: the lists of ICMP and others hold every rule of theirs.
          const ofHttp = reader.u32(reader.rule(index) + L.RULE_BUFFERS_OFFSET) !== 0;
          if (rule.protocol === "ip" && !ofHttp)
            expect(reader.plain(3, reader.portClass(port))).toContain(index);
          else expect(plain, `round ${round} rule ${index} port ${port}`).toBe(fits);
        }
        for (const op of reader.ops(index)) checkOp(reader, op);
      }
    }
  });

  it("is the same for the same rules, and another for others", () => {
    const rules = () => randomRules(new Random(seed, 500), 60);
    const first = compileStubbed(rules());
    expect(compileStubbed(rules()).image).toEqual(first.image);
    expect(compileStubbed(rules().slice(1)).image).not.toEqual(first.image);
  });

  it("puts rules in the order of action, priority and place", () => {
    const rules = [
      makeRule([], { action: "log" }),
      makeRule([], { action: "alert", priority: 2 }),
      makeRule([], { action: "alert", priority: 1 }),
      makeRule([], { action: "rejectboth", priority: 3 }),
      makeRule([], { action: "reject", priority: 3 }),
      makeRule([], { action: "sdrop" }),
      makeRule([], { action: "drop" }),
      makeRule([], { action: "pass", priority: 9 }),
    ];
    const reader = new ImageReader(compileStubbed(rules).image);
    const orders = rules.map((_, index) => reader.u32(reader.rule(index) + L.RULE_ORDER_OFFSET));
    expect(orders).toEqual([7, 6, 5, 3, 4, 2, 1, 0]);
    expect(reader.u32(L.IMAGE_FLAGS_OFFSET)).toBe(L.IMAGE_FLAG_PASS);
  });

  it("says what the engine must look into", () => {
    const flagsOf = (options: RuleOption[], fields: Partial<Rule> = {}) =>
      new ImageReader(compileStubbed([makeRule(options, fields)]).image).u32(L.IMAGE_FLAGS_OFFSET);
    expect(flagsOf([content("x")])).toBe(L.IMAGE_FLAG_STREAMS);
    expect(flagsOf([content("x")], { protocol: "udp" })).toBe(0);
    expect(flagsOf([content("x")], { protocol: "ip" })).toBe(L.IMAGE_FLAG_STREAMS);
    expect(flagsOf([content("x", { buffer: "http_uri" })])).toBe(L.IMAGE_FLAG_HTTP);
    expect(flagsOf([], { protocol: "http" })).toBe(L.IMAGE_FLAG_HTTP);
    expect(flagsOf([pcre("x", { buffer: "file_data" })])).toBe(L.IMAGE_FLAG_HTTP | L.IMAGE_FLAG_BODY);
  });

  it("keeps limits with their addresses, and tags", () => {
    const rule = makeRule([], {
      limits: [
        { type: "both", track: "by_dst", count: 5, seconds: 0xffffffff },
        {
          type: "suppress",
          track: "by_src",
          count: 0,
          seconds: 0,
          addresses: [{ family: 4, first: 10n, last: 11n }],
        },
      ],
      tag: { type: "session", metric: "bytes", count: 1000 },
    });
    const reader = new ImageReader(compileStubbed([makeRule([]), rule]).image);
    const at = reader.rule(1);
    expect(reader.u32(reader.rule(0) + L.RULE_LIMITS_OFFSET)).toBe(0);
    expect(reader.u32(at + L.RULE_LIMIT_COUNT_OFFSET)).toBe(2);
    const limits = reader.u32(at + L.RULE_LIMITS_OFFSET);
    const words = [0, 1, 2, 3].map((word) => reader.u32(limits + word * 4));
    expect(words).toEqual([L.LIMIT_BOTH | (L.TRACK_DESTINATION << 8), 5, 0xffffffff, 0]);
    const set = reader.u16(limits + L.LIMIT_SIZE + L.LIMIT_SET_OFFSET);
    expect(reader.image[limits + L.LIMIT_SIZE]).toBe(L.LIMIT_SUPPRESS);
    expect(reader.hasAddress(set, { family: 4, value: 10n })).toBe(true);
    expect(reader.hasAddress(set, { family: 4, value: 12n })).toBe(false);
    expect(reader.image.subarray(at + L.RULE_TAG_TYPE_OFFSET, at + L.RULE_TAG_TYPE_OFFSET + 2)).toEqual(
      Uint8Array.of(L.TAG_SESSION, L.TAG_METRIC_BYTES),
    );
    expect(reader.u32(at + L.RULE_TAG_COUNT_OFFSET)).toBe(1000);
  });

  it("that is too large is refused with the sizes of its parts", () => {
    const rules = Array.from({ length: 100 }, (_, index) => makeRule([content(`number ${index}`)]));
    const { image, sizes } = compileStubbed(rules);
    const { total, ...parts } = sizes;
    expect(total).toBe(image.length);
    expect(Object.values(parts).reduce((sum, size) => sum + size, 0)).toBe(total);
    expect(compileStubbed(rules, { limitBytes: image.length }).image.length).toBe(image.length);
    for (const limitBytes of [image.length - 1, 1000]) {
      let thrown: unknown;
      try {
        compileStubbed(rules, { limitBytes });
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: "RULES_TOO_LARGE" });
      expect(String(thrown)).toMatch(
        new RegExp(`${limitBytes} bytes at most.*ports 131.*rules 6400.*load fewer rules`),
      );
    }
  });

  it("of no rules is whole", () => {
    const reader = new ImageReader(compileRules([], { limitBytes: 1_000_000 }).image);
    expect(reader.ruleCount).toBe(0);
    expect(reader.plain(0, reader.portClass(80))).toEqual([]);
    expect(reader.hasAddress(0, { family: 6, value: 0n })).toBe(true);
    expect(reader.matcher(0)).toBeUndefined();
  });

  it("has room for wide lists: beyond a bound the ports of a group share one", () => {
    const rules = Array.from({ length: 700 }, (_, index) =>
      makeRule([], { destinationPorts: [[index * 10, 65535]] }),
    );
    const reader = new ImageReader(compileStubbed(rules).image);
    expect(reader.plain(0, reader.portClass(0)).length).toBe(700);
    expect(reader.plain(1, reader.portClass(0)).length).toBe(0);
    const few = new ImageReader(compileStubbed(rules.slice(0, 100)).image);
    expect(few.plain(0, few.portClass(0))).toEqual([0]);
    expect(few.plain(0, few.portClass(995)).length).toBe(100);
  });
});

/** Rules by their patterns, each of which must be in the matcher that says so. */
function patternsOf(reader: ImageReader): Set<number> {
  const found = new Set<number>();
  for (let number = 0; number < L.MATCHER_COUNT; number++) {
    const matcher = reader.matcher(number);
    if (!matcher) continue;
    const texts = new Set<string>();
    for (const { text, first, count } of readStubMatcher(matcher)) {
      expect(count).toBeGreaterThan(0);
      const folded = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      expect(texts.has(folded)).toBe(false);
      texts.add(folded);
      for (const rule of reader.patternRules(first, count)) found.add(rule);
    }
  }
  return found;
}

function checkOp(reader: ImageReader, op: number): void {
  const code = reader.image[op]!;
  expect(code).toBeGreaterThan(0);
  expect(code).toBeLessThan(L.OP_COUNT);
  const data = reader.u32(op + L.OP_DATA_OFFSET);
  if (data === 0) return;
  expect(data + reader.u32(op + L.OP_DATA_SIZE_OFFSET)).toBeLessThanOrEqual(reader.image.length);
  if (code === L.OP_REGEX) expect(data % 8).toBe(0);
  if (code === L.OP_FLOWBITS) expect(data % 2).toBe(0);
}
