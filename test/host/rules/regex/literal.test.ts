// Bytes that every match has: right by hand-made cases, and never wrong by any match that JavaScript finds.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { literalOf } from "../../../../host/rules/regex/literal.js";
import { regexReach } from "../../../../host/rules/regex/reach.js";

const shown = (pattern: string, flags = ""): string | undefined => {
  const literal = literalOf(pattern, flags);
  return literal && `${Buffer.from(literal.bytes).toString("latin1")}${literal.nocase ? " nocase" : ""}`;
};

describe("the literal of an expression", () => {
  it.each([
    ["abc", "", "abc"],
    ["ABC", "i", "abc nocase"],
    ["x|abc", "", undefined],
    ["(?:ab|cd)efg", "", "efg"],
    ["ab*cdef", "", "cdef"],
    ["(abcd)+x", "", "abcd"],
    ["(abcd)*xyz", "", "xyz"],
    ["ab", "", undefined],
    ["^[^\\n]{0,20}(?:cmd|powershell)\\.exe", "i", ".exe nocase"],
    ["foo(?=bar)", "", "foo"],
    ["a\\d{3}bcd", "", "bcd"],
    ["\\x41\\x42\\x43", "", "ABC"],
  ])("%s with %s", (pattern, flags, expected) => {
    expect(shown(pattern, flags)).toBe(expected);
  });

  it("is in every match", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "[ab]",
      "(?:ab|ba)",
      "a+",
      "b?",
      "(?:aab)*",
      "aba",
      "(ab){2}",
      ".",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.stringMatching(/^[abc]{0,60}$/), (pieces, text) => {
        const literal = shown(pieces.join(""));
        const match = new RegExp(pieces.join("")).exec(text);
        if (literal !== undefined && match !== null) expect(match[0]).toContain(literal);
      }),
    );
  });
});

describe("the reach of an expression", () => {
  it.each([
    ["abc", 3],
    ["a{2,5}b", 6],
    ["a|bcd", 3],
    ["a+", Number.POSITIVE_INFINITY],
    ["foo(?!bar)", Number.POSITIVE_INFINITY],
  ])("%s", (pattern, expected) => {
    expect(regexReach(pattern, "")).toBe(expected);
  });
});
