// What is not a regular expression, or none that this engine can do: refused, by name and place.

import { describe, expect, it } from "vitest";
import { REGEX_PROGRAM_MAX } from "../../../../assembly/match/regex-layout.js";
import { RuleRefusal } from "../../../../host/rules/model.js";
import { compileRegex, PATTERN_MAX } from "../../../../host/rules/regex/compile-regex.js";
import { Random, seedOf } from "../../../support/random.js";

function refusalOf(pattern: string, flags = ""): string {
  try {
    compileRegex(pattern, flags);
  } catch (error) {
    if (error instanceof RuleRefusal) return error.message;
    throw error;
  }
  return "compiled";
}

describe("refused by name", () => {
  it.each([
    ["(?R)", "recursion"],
    ["(?1)", "recursion"],
    ["(?-1)", "recursion"],
    ["(?&n)", "recursion"],
    ["(?P>n)", "recursion"],
    ["(a)\\g<1>", "recursion"],
    ["(?(1)a|b)", "a condition"],
    ["(?C)", "a callout"],
    ["(?C1)a", "a callout"],
    ["(*ACCEPT)", "a verb"],
    ["(*UTF8)a", "a verb"],
    ["(?|a|b)", "a branch reset"],
    ["(?J)a", "options"],
    ["(?i^)a", "options"],
    ["(?{1})", "code"],
    ["(?<1n>a)", "name"],
    ["a\\Kb", "\\K"],
    ["\\X", "\\X"],
    ["\\p{L}", "\\p"],
    ["\\P{L}", "\\P"],
    ["\\N{U+41}", "\\N{"],
    ["\\Ufoo", "\\U"],
    ["(?<=a+)b", "fixed length"],
    ["(?<=a|b*)c", "fixed length"],
    ["(?<=\\R)c", "fixed length"],
    ["(a)(?<=\\1)c", "fixed length"],
    ["(?<=.{256})c", "255 bytes"],
    ["[[.a.]]", "collating"],
    ["[[:foo:]]", "[:foo:]"],
    ["[\\B]", "class"],
  ])("%s: %s", (pattern, word) => {
    expect(refusalOf(pattern)).toContain(word);
    expect(refusalOf(pattern)).toMatch(/^pcre: .* at (character \d+ \(".*"\)|the end)$/);
  });
});

describe("refused as wrong", () => {
  it.each([
    ["a)", 'a ")" that closes nothing at character 2 (")")'],
    ["(a", 'a group without its ")" at character 1 ("(a")'],
    ["x[a-", 'a class without its "]" at character 2 ("[a-")'],
    ["[]", 'a class without its "]"'],
    ["*a", '"*" with nothing to repeat'],
    ["a|+", '"+" with nothing to repeat at character 3'],
    ["(?i)*", '"*" with nothing to repeat', "quantifier with nothing to repeat"],
    ["^*", "a quantifier with nothing to repeat at character 2"],
    ["\\b+", "a quantifier with nothing to repeat"],
    ["{2}", "a count with nothing to repeat"],
    ["a**", "a second quantifier behind a quantifier"],
    ["a{2}{3}", "a second quantifier"],
    ["a{3,2}", "a count whose upper bound is below its lower one at character 2"],
    ["a{65536}", "a count above 65535"],
    ["a{1,70000}", "a count above 65535"],
    ["[z-a]", 'a range that ends before it begins at character 2 ("z-a]")'],
    ["a\\", "a backslash with nothing behind it"],
    ["[\\", "a backslash with nothing behind it"],
    ["\\x{100}", "a character that is no byte"],
    ["\\x{zz}", "expected a number in braces"],
    ["\\777", "an octal number that is no byte"],
    ["\\c", "expected a printable character behind \\c"],
    ["\\1", "a reference to a group that is not there"],
    ["(a)\\9", "a reference to a group that is not there"],
    ["(a)\\89", "a reference to a group that is not there"],
    ["\\k<n>", "a reference to a group that is not there"],
    ["\\k{", "expected a group's name"],
    ["(a)\\g{-2}", "a reference to a group that is not there"],
    ["(?<n>a)(?<n>b)", "a second group of the name n"],
    ["(?#a", 'a comment without its ")"'],
    ["(?", "a group of this kind"],
    ["(?@)", "a group of this kind"],
  ])("%s", (pattern, ...reasons) => {
    expect(
      reasons.some((reason) => refusalOf(pattern).includes(reason)),
      refusalOf(pattern),
    ).toBe(true);
  });

  it("a flag that is none", () => {
    expect(refusalOf("a", "q")).toBe('pcre: the flag "q" is not supported');
  });

  it("a character that is no byte", () => {
    expect(refusalOf("\u20ac")).toContain("no byte");
  });

  it("shows control characters escaped", () => {
    expect(refusalOf("a\x1b[z-a]")).toContain("z-a]");
    expect(refusalOf("(\x1b")).toContain('"(\\x1b"');
  });
});

describe("bounded", () => {
  it("the pattern's length", () => {
    expect(compileRegex("a".repeat(PATTERN_MAX), "").length).toBeLessThanOrEqual(REGEX_PROGRAM_MAX);
    expect(refusalOf("a".repeat(PATTERN_MAX + 1))).toBe("pcre: expected 4096 characters at most, found 4097");
  });

  it("nesting", () => {
    const nested = (depth: number): string => `${"(?:".repeat(depth)}a${")".repeat(depth)}`;
    expect(refusalOf(nested(64))).toBe("compiled");
    expect(refusalOf(nested(65))).toContain("nested more than 64 deep");
    expect(refusalOf("(".repeat(4000))).toContain("nested more than 64 deep");
  });

  it("repeats of groups that grow too large", () => {
    expect(refusalOf("(?:ab[cd]){2000}")).toContain("larger than 16384 bytes");
    expect(refusalOf("((((a|b.){99}){99}){99}){99}")).toContain("larger than 16384 bytes");
    expect(refusalOf("(?:(?:(?:(?:^){9999}){9999}){9999}){9999}")).toMatch(/compiled|too many|larger/);
  });

  it("counts of a byte take no room", () => {
    expect(compileRegex("[^\\n]{65535}a{1,65535}x{3,}", "").length).toBeLessThan(512);
  });

  it("groups that must be remembered", () => {
    const many = Array.from({ length: 99 }, (_, i) => `(a)\\${i + 1}(?:)`).join("");
    expect(refusalOf(many)).toContain("too many groups");
  });

  it("a thousand alternatives compile at once", () => {
    const words = Array.from({ length: 560 }, (_, i) => `w${i.toString(36)}x`);
    const began = performance.now();
    expect(refusalOf(words.join("|"))).toMatch(/compiled|larger/);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

it("nothing but refusals comes of random characters", () => {
  const random = new Random(seedOf("random characters as patterns"), 6);
  const characters = "ab01()[]{}*+?|^$\\.,:=!<>-#&PRxkgQEdswnuC'\"_ \n\xff";
  let compiled = 0;
  for (let i = 0; i < 20_000; i++) {
    const size = random.below(24);
    const pattern = Array.from({ length: size }, () => random.pick([...characters])).join("");
    const flags = random.pick(["", "i", "x", "ms"]);
    if (refusalOf(pattern, flags) === "compiled") compiled++;
  }
  expect(compiled).toBeGreaterThan(1000);
});
