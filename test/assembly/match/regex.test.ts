// The engine of regular expressions by itself: what it counts and takes, what it does where its bits, its stack and
// its steps end, and that it reads its text only.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileRegex } from "../../../host/rules/regex/compile-regex.js";
import { Searcher, STEPS_DEFAULT } from "../../host/rules/regex/searcher.js";

describe("regexMatch", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
  });
  beforeEach(() => {
    searcher.steps = STEPS_DEFAULT;
  });

  const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

  it("counts its runs, and those broken off", () => {
    const program = compileRegex("(a*)(a*)(a*)\\1\\2\\3b", "");
    const [runs, limits] = [searcher.runs, searcher.limits];
    searcher.between(0, program, bytes("x"), 0);
    expect([searcher.runs - runs, searcher.limits - limits]).toEqual([1, 0]);
    expect(searcher.between(0, program, bytes("a".repeat(2000)), 0)).toBeUndefined();
    expect([searcher.runs - runs, searcher.limits - limits]).toEqual([2, 1]);
  });

  it("takes its steps from the packet's budget, and no more of them than it may", () => {
    searcher.steps = 1000;
    searcher.find("(a*)(a*)\\1\\2b", "", "a".repeat(500));
    expect(searcher.taken).toBe(250);
    searcher.find("abc", "", "abc");
    expect(searcher.taken).toBeLessThan(5);
  });

  it("is cheap where no byte can begin a match", () => {
    const text = "-".repeat(65000);
    for (const pattern of ["abc", "[ab]c", "(?:foo|bar)baz", "(?i)abc"]) {
      expect(searcher.find(pattern, "", text)).toBeUndefined();
      expect(searcher.taken).toBeLessThan(65000 / 64);
    }
  });

  it("does not use its steps up where a run of bytes is all there is", () => {
    for (const pattern of ["a{16,}b", "aa+b", "(?:aa)?a+b", "[ab]+c", "[^b]*b"]) {
      expect(searcher.find(pattern, "", "a".repeat(1460))).toBeUndefined();
      expect(searcher.taken).toBeLessThan(5000);
    }
  });

  it("begins nowhere behind the text's end", () => {
    expect(searcher.find("a*", "", "aa", 2)).toEqual([2, 2]);
    expect(searcher.find("a*", "", "aa", 3)).toBeUndefined();
    expect(searcher.find("a*", "", "aa", 0xffff_ffff)).toBeUndefined();
  });

  it("finds what lies beyond the reach of its bits", () => {
    // Rows for the whole text have no room, so they move along with it.
    searcher.steps = 50_000_000;
    const rows = "(?:a?b?c?d?e?f?g?h?)".repeat(6);
    const text = `${"abcdefgh".repeat(7000)}!`;
    const limits = searcher.limits;
    expect(searcher.find(`x|${rows}!`, "", text)?.[1]).toBe(text.length);
    expect(searcher.find("(?:[a-h]|[a-h]{2})+!", "", `${"-a".repeat(20_000)}bcd!`)).toEqual([39_999, 40_004]);
    expect(searcher.limits).toBe(limits);
  });

  it("gives up when the stack is full, and is as before afterwards", () => {
    searcher.steps = 50_000_000;
    const limits = searcher.limits;
    expect(searcher.find("(?:ab|ab?|b)*c", "", `${"ab".repeat(20_000)}c`)).toBeUndefined();
    expect(searcher.limits).toBe(limits + 2);
    expect(searcher.find("(?:ab|ab?|b)*c", "", `${"ab".repeat(500)}c`)).toEqual([0, 1001]);
  });

  it("goes far where one way is left: no stack is taken", () => {
    searcher.steps = 50_000_000;
    expect(searcher.find('(?:[^\\\\"]|\\\\.)*"', "", `${"a\\n".repeat(20_000)}"`)).toEqual([0, 60_001]);
    expect(searcher.find("(?:ab|cd)*e", "", `${"abcd".repeat(15_000)}e`)).toEqual([0, 60_001]);
    expect(searcher.find("[^\\n]*\\n", "", `${"x".repeat(60_000)}\n`)).toEqual([0, 60_001]);
  });

  it("does the same from any offset of a program and a text", () => {
    const text = "xx0123456789abcdef";
    for (let from = 0; from < 10; from++) {
      expect(searcher.find("\\d{2}", "", text, from)).toEqual([Math.max(from, 2), Math.max(from, 2) + 2]);
    }
  });

  it("works with no steps at all", () => {
    searcher.steps = 0;
    const limits = searcher.limits;
    expect(searcher.find("a", "", "a")).toBeUndefined();
    expect(searcher.limits).toBe(limits + 2);
  });
});
