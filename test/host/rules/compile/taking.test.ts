import { describe, expect, it } from "vitest";
import * as L from "../../../../assembly/match/rules-layout.js";
import { compileRules } from "../../../../host/rules/compile/compile.js";
import { type Rule, type RuleOption, RuleRefusal } from "../../../../host/rules/model.js";
import { ImageReader } from "./image-reader.js";
import { compileStubbed, content, DECIMAL, makeRule, pcre, reasonsOf } from "./support.js";

function reasons(options: readonly RuleOption[], fields: Partial<Rule> = {}): string[] {
  return reasonsOf(compileStubbed([makeRule(options, fields)]));
}

function flagsOf(options: readonly RuleOption[], fields: Partial<Rule> = {}): number {
  const compiled = compileStubbed([makeRule(options, fields)]);
  const reader = new ImageReader(compiled.image);
  return reader.u16(reader.rule(0) + L.RULE_FLAGS_OFFSET);
}

function extract(variable: string): RuleOption {
  return {
    kind: "byte_extract",
    buffer: "payload",
    bytes: 1,
    offset: 0,
    relative: false,
    mode: DECIMAL,
    multiplier: 1,
    align: 0,
    bitmask: 0,
    variable,
  };
}

describe("a rule that can't be honoured", () => {
  it("is refused with its reason, and the rest load", () => {
    const good = [makeRule([content("good")]), makeRule([content("too")])];
    const bad = makeRule([content("")], { sid: 77, place: { file: "bad.rules", line: 9 } });
    const compiled = compileStubbed([good[0]!, bad, good[1]!]);
    expect(compiled.rules).toEqual(good);
    expect(compiled.problems).toEqual([
      {
        level: "error",
        place: { file: "bad.rules", line: 9 },
        sid: 77,
        message: "test",
        reason: "expected a content of 1 to 2048 bytes, found 0",
      },
    ]);
    expect(compiled.image).toEqual(compileStubbed(good).image);
  });

  it.each<[string, readonly RuleOption[], Partial<Rule>, RegExp]>([
    ["a long content", [content("x".repeat(2049))], {}, /1 to 2048 bytes, found 2049/],
    ["many tests", Array.from({ length: 65 }, () => content("x")), {}, /64 tests at most, found 65/],
    [
      "five variables",
      ["a", "b", "c", "d", "e"].map(extract),
      {},
      /4 byte_extract variables at most, found "e"/,
    ],
    ["an unknown variable", [content("x", { offset: { variable: "len" } })], {}, /"len" is used before/],
    ["offset and within", [content("x", { offset: 1, within: 5 })], {}, /leave out one pair/],
    ["absurd numbers", [content("x", { offset: 2 ** 31 })], {}, /offset from -2147483646/],
    [
      "an unknown finding",
      [{ kind: "finding", name: "no\u001bne", negated: false }],
      {},
      /finding:no\\x1bne/,
    ],
    [
      "an unknown cause",
      [{ kind: "cause", name: "rain", negated: false }],
      {},
      /cause:unknown, leaky-filter/,
    ],
    ["an empty range", [{ kind: "ttl", least: 9, most: 1 }], {}, /ttl from 9 to 1 holds for nothing/],
    [
      "request and response",
      [content("a", { buffer: "http_uri" }), content("b", { buffer: "file_data" })],
      {},
      /http_uri is of a request and file_data of a response/,
    ],
    [
      "HTTP over UDP",
      [content("a", { buffer: "http_uri" })],
      { protocol: "udp" },
      /is of HTTP, and the rule of udp/,
    ],
    [
      "stream and packet",
      [
        { kind: "flow", stream: "only" },
        { kind: "dsize", least: 1, most: 2 },
      ],
      {},
      /only_stream wants bytes of a stream/,
    ],
    ["a sid beyond", [], { sid: 2 ** 32 }, /sid from 0 to 4294967295/],
  ])("for %s", (_name, options, fields, reason) => {
    const [first, ...more] = reasons(options, fields);
    expect(first).toMatch(/^error: /);
    expect(first).toMatch(reason);
    expect(more).toEqual([]);
  });

  it("is also refused for its regular expression, by the real compiler", () => {
    const rules = [makeRule([pcre("(unclosed")]), makeRule([pcre("a(b|c)d")])];
    const compiled = compileRules(rules, { limitBytes: 1_000_000 });
    expect(compiled.rules).toEqual([rules[1]]);
    expect(reasonsOf(compiled)[0]).toMatch(/^error: pcre/);
    const failing = () => {
      throw new TypeError("a bug");
    };
    expect(() => compileStubbed(rules, { compileRegex: failing })).toThrow(TypeError);
    const refusing = () => {
      throw new RuleRefusal("no");
    };
    expect(compileStubbed(rules, { compileRegex: refusing }).rules).toEqual([]);
  });

  it("four variables and 64 tests are taken", () => {
    expect(reasons(["a", "b", "c", "d", "a"].map(extract))).toEqual([]);
    expect(reasons(Array.from({ length: 64 }, () => content("x")))).toEqual([]);
  });
});

describe("a rule that looks wrong", () => {
  it("is in force, with a warning", () => {
    expect(reasons([content("a", { buffer: "http_uri" }), { kind: "flow", direction: "to_client" }])).toEqual(
      ["warning: http_uri is of a request, which never goes to_client: this rule can't match"],
    );
    const isset: RuleOption = { kind: "flowbits", action: "isset", names: ["login"], any: false };
    const set: RuleOption = { kind: "flowbits", action: "set", names: ["login"], any: false };
    expect(reasons([isset])).toEqual([
      "warning: flowbits:isset,login holds for nothing: no rule in force sets it",
    ]);
    expect(reasonsOf(compileStubbed([makeRule([isset]), makeRule([set])]))).toEqual([]);
  });
});

describe("what a rule looks into", () => {
  const header = content("x", { buffer: "http_header" });
  const toClient: RuleOption = { kind: "flow", direction: "to_client" };

  it("is of a request or a response, by its buffers and its direction", () => {
    expect(flagsOf([header])).toBe(L.RULE_FLAG_HTTP_REQUEST);
    expect(flagsOf([header, toClient])).toBe(L.RULE_FLAG_HTTP_RESPONSE);
    expect(flagsOf([header, content("200", { buffer: "http_stat_code" })])).toBe(L.RULE_FLAG_HTTP_RESPONSE);
    expect(flagsOf([header, { kind: "urilen", least: 1, most: 2 }])).toBe(L.RULE_FLAG_HTTP_REQUEST);
    expect(flagsOf([content("x")], { protocol: "http" })).toBe(
      L.RULE_FLAG_CONTENT | L.RULE_FLAG_FLOATING | L.RULE_FLAG_HTTP_PROTO,
    );
  });

  it("is one packet when the rule speaks of one", () => {
    const seq: RuleOption = { kind: "seq", value: 1, negated: false };
    expect(flagsOf([seq])).toBe(0);
    expect(flagsOf([seq, content("x")])).toBe(L.RULE_FLAG_PACKET_ONLY | L.RULE_FLAG_CONTENT);
    expect(flagsOf([{ kind: "flow", stream: "no" }])).toBe(L.RULE_FLAG_PACKET_ONLY);
    expect(flagsOf([{ kind: "flow", stream: "only" }])).toBe(L.RULE_FLAG_STREAM_ONLY);
    expect(flagsOf([{ kind: "flags", bits: 16, mode: "all", ignored: 0 }, content("x")])).toBe(
      L.RULE_FLAG_CONTENT | L.RULE_FLAG_FLOATING,
    );
    expect(flagsOf([content("x", { offset: 3 })])).toBe(L.RULE_FLAG_CONTENT);
  });

  it("must be there, but for what must not be in a payload", () => {
    const buffers = (options: readonly RuleOption[]) => {
      const reader = new ImageReader(compileStubbed([makeRule(options)]).image);
      return reader.u32(reader.rule(0) + L.RULE_BUFFERS_OFFSET);
    };
    const not = { negated: true } as const;
    expect(buffers([content("x", not)])).toBe(0);
    expect(buffers([content("x", { buffer: "http_uri" })])).toBe(1 << L.BUFFER_HTTP_URI);
    expect(buffers([content("x", { buffer: "http_cookie", ...not })])).toBe(1 << L.BUFFER_HTTP_METHOD);
    expect(buffers([content("x", { buffer: "http_cookie", ...not }), toClient])).toBe(
      1 << L.BUFFER_HTTP_STAT_CODE,
    );
    expect(buffers([content("x", { buffer: "file_data", ...not })])).toBe(1 << L.BUFFER_FILE_DATA);
  });
});

describe("rules that ask for findings", () => {
  const finding = (name: string, negated = false): RuleOption => ({ kind: "finding", name, negated });

  it("are looked at when a flow gets one, unless they look into bytes", () => {
    const rules = [
      makeRule([finding("midstream-data")]),
      makeRule([finding("one-way"), finding("midstream-data")]),
      makeRule([{ kind: "cause", name: "leaky-filter", negated: false }, finding("one-way")]),
      makeRule([finding("one-way"), content("x")]),
      makeRule([finding("one-way", true)]),
      makeRule([finding("one-way"), pcre("x")]),
    ];
    const compiled = compileStubbed(rules);
    const reader = new ImageReader(compiled.image);
    expect(reader.findingRules(0)).toEqual([0, 1]);
    expect(reader.findingRules(1)).toEqual([1, 2]);
    expect(reader.findingRules(63)).toEqual([2]);
    expect(reader.plain(L.PROTO_GROUP_TCP, reader.portClass(5))).toEqual([4, 5]);
    expect(compiled.fastPatterns).toEqual([
      undefined,
      undefined,
      undefined,
      'payload "x"',
      undefined,
      undefined,
    ]);
  });
});

describe("numbers of flow bits", () => {
  const using = (...names: string[]) =>
    makeRule([{ kind: "flowbits", action: "set", names, any: false }, content(names.join())]);

  it("stay over compilations, and new names take what is free", () => {
    const first = compileStubbed([using("a", "b"), using("b", "c")]);
    expect([...first.flowbits]).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    const second = compileStubbed([using("d", "c")], {
      flowbits: new Map([
        ["c", 2],
        ["b", 0],
      ]),
    });
    expect([...second.flowbits].sort()).toEqual([
      ["b", 0],
      ["c", 2],
      ["d", 1],
    ]);
  });

  it("are not used up by refused rules; without one left, rules with new names are refused", () => {
    const full = new Map(Array.from({ length: L.FLOWBIT_CAPACITY - 1 }, (_, index) => [`n${index}`, index]));
    const rules = [using("new1", "new2"), using("new3"), using("n7"), using("new4")];
    const compiled = compileStubbed(rules, { flowbits: full });
    expect(compiled.rules).toEqual([rules[1], rules[2]]);
    expect(compiled.flowbits.get("new3")).toBe(255);
    expect(compiled.flowbits.size).toBe(256);
    expect(full.size).toBe(255);
    expect(reasonsOf(compiled)[0]).toMatch(/flowbits "new1" is new, and all 256 names are in use/);
  });
});
