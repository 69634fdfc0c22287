// Whatever a rule file holds, the parser ends, throws nothing and says each thing in a printable line; what it
// understood keeps the promises of the model.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AddressSet, PortSet, RuleSet } from "../../../../host/rules/model.js";
import { parseRules } from "../../../../host/rules/parse/index.js";
import { OPTIONS } from "../../../../host/rules/parse/options/table.js";
import { contentText } from "./show.js";

const RUNS = 400;
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f]/;

function checkPromises({ rules, problems }: RuleSet): void {
  const keys = new Set(rules.map(({ gid, sid }) => `${gid}:${sid}`));
  expect(keys.size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.sid).toBeGreaterThan(0);
    expect(rule.message).not.toMatch(UNPRINTABLE);
    for (const set of [rule.source, rule.destination]) checkAddresses(set);
    for (const set of [rule.sourcePorts, rule.destinationPorts]) checkPorts(set);
    for (const option of rule.options)
      if (option.kind === "content") expect(option.bytes.length).toBeGreaterThan(0);
  }
  for (const { place, reason } of problems) {
    expect(place.line).toBeGreaterThan(0);
    expect(reason).not.toMatch(UNPRINTABLE);
    expect(reason).not.toMatch(/undefined|NaN|\[object/);
    expect(reason.length).toBeLessThan(1300);
  }
}

function checkAddresses(set: AddressSet): void {
  if (set === "any") return;
  expect(set.length).toBeGreaterThan(0);
  set.forEach(({ family, first, last }, index) => {
    expect(first <= last && first >= 0n && last < 1n << (family === 4 ? 32n : 128n)).toBe(true);
    const before = set[index - 1];
    if (before?.family === family) expect(before.last + 1n < first).toBe(true);
    else if (before !== undefined) expect([before.family, family]).toEqual([4, 6]);
  });
}

function checkPorts(set: PortSet): void {
  if (set === "any") return;
  expect(set.length).toBeGreaterThan(0);
  set.forEach(([first, last], index) => {
    expect(first <= last && first >= 0 && last <= 65_535).toBe(true);
    if (index > 0) expect(set[index - 1]![1] + 1).toBeLessThan(first);
  });
}

/** Pieces that rules are made of, in an order that hardly ever makes one. */
const piece = fc.constantFrom(
  ...'alert tcp udp any -> <> ( ) ; : , ! [ ] | " \\ / $HOME_NET $X 10.0.0.0/8 ::/0 80 1:2 sid:1; msg:"a"; \n \\\n #'.split(
    " ",
  ),
  ..."var X include config classification: event_filter suppress gen_id sig_id track by_src 0x -1 99999999999 \0 \u00e9 <>".split(
    " ",
  ),
  ...OPTIONS.keys(),
);

const value = fc.oneof(
  fc.constantFrom(
    "1",
    "!1",
    "<5",
    "1<>2",
    "any",
    '"x"',
    '"/x/iR"',
    "to_server",
    "set,a",
    "1,0,v",
    "4,>,1,0",
    "",
    "v",
  ),
  fc.string({ maxLength: 12 }),
);

const option = fc.tuple(fc.constantFrom(...OPTIONS.keys()), fc.option(value)).map(([name, text]) => {
  return text === null ? `${name};` : `${name}:${text};`;
});

describe("any text", () => {
  it("of bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => checkPromises(parseRules(bytes))),
      { numRuns: RUNS },
    );
  });

  it("of pieces of rules", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) =>
        checkPromises(parseRules(pieces.join(" "))),
      ),
      { numRuns: RUNS },
    );
  });

  it("of options with values that may not fit", () => {
    fc.assert(
      fc.property(fc.array(option, { maxLength: 8 }), (options) => {
        checkPromises(parseRules(`alert tcp any any -> any any (${options.join(" ")} sid:7;)`));
      }),
      { numRuns: RUNS * 5 },
    );
  });

  it("of a good rule with one character changed", () => {
    const rule =
      'alert tcp $EXTERNAL_NET any -> [10.0.0.0/8,!10.1.0.0/16] [80,8000:8100] (msg:"a \\"b\\" c"; flow:to_server,' +
      'established; content:"cmd|2e 65|xe"; nocase; http_uri; pcre:"/a\\/b/iU"; byte_test:2,>,5,0,relative; ' +
      "threshold:type limit,track by_src,count 1,seconds 60; reference:cve,2000-0884; classtype:misc-attack; sid:5; rev:2;)";
    fc.assert(
      fc.property(fc.nat(rule.length - 1), fc.string({ maxLength: 2 }), (at, put) => {
        checkPromises(parseRules(rule.slice(0, at) + put + rule.slice(at + 1)));
      }),
      { numRuns: RUNS * 2 },
    );
    expect(parseRules(rule).problems).toEqual([]);
  });
});

describe("contents", () => {
  it("come back as the bytes that were written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.boolean(), (bytes, negated) => {
        const text = `alert tcp any any -> any any (content:${negated ? "!" : ""}${contentText(bytes)}; sid:1;)`;
        const { rules, problems } = parseRules(text);
        expect(problems).toEqual([]);
        expect(rules[0]!.options[0]).toMatchObject({ kind: "content", bytes, negated });
      }),
      { numRuns: RUNS },
    );
  });
});

describe("address lists", () => {
  /** The first octet of a network /8 each, so that a set is 256 answers. */
  const element: fc.Arbitrary<string> = fc.letrec<{ list: string; element: string; network: string }>(
    (tie) => ({
      network: fc.nat(255).map((octet) => `${octet}.0.0.0/8`),
      element: fc.oneof({ depthSize: "small" }, tie("network"), tie("list")),
      list: fc
        .array(fc.tuple(fc.boolean(), tie("element")), { minLength: 1, maxLength: 5 })
        .map((members) => `[${members.map(([isNot, member]) => (isNot ? `!${member}` : member)).join(",")}]`),
    }),
  ).element;

  /** Read a second time by sets of octets. */
  function octets(text: string): Set<number> {
    if (!text.startsWith("[")) return new Set([Number.parseInt(text, 10)]);
    const members: string[] = [];
    let depth = 0;
    let begin = 1;
    for (let at = 1; at < text.length; at++) {
      if (text[at] === "[") depth++;
      if ((text[at] === "," || at === text.length - 1) && depth === 0) {
        members.push(text.slice(begin, at));
        begin = at + 1;
      }
      if (text[at] === "]") depth--;
    }
    const all = Array.from({ length: 256 }, (_, octet) => octet);
    const plain = members.filter((member) => !member.startsWith("!"));
    const held = new Set(plain.length === 0 ? all : plain.flatMap((member) => [...octets(member)]));
    for (const member of members)
      if (member.startsWith("!")) for (const octet of octets(member.slice(1))) held.delete(octet);
    return held;
  }

  it("hold what their members say", () => {
    fc.assert(
      fc.property(element, (text) => {
        const { rules, problems } = parseRules(`alert tcp ${text} any -> any any (sid:1;)`);
        const expected = octets(text);
        const source = rules[0]?.source;
        if (source === undefined) {
          expect(problems[0]!.reason).toMatch(/leaves no address/);
          expect(expected.size).toBe(0);
          return;
        }
        const held = (octet: number): boolean => {
          const address = BigInt(octet) << 24n;
          return (
            source === "any" ||
            source.some(({ family, first, last }) => family === 4 && first <= address && address <= last)
          );
        };
        for (let octet = 0; octet < 256; octet++) expect(held(octet)).toBe(expected.has(octet));
      }),
      { numRuns: RUNS },
    );
  });
});
