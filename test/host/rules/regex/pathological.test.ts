// Patterns made to stall an engine that goes back: each ends within its steps, and those that remember where they
// were do not even come near them on a packet's payload.

import { beforeAll, describe, expect, it } from "vitest";
import { compileRegex } from "../../../../host/rules/regex/compile-regex.js";
import { Searcher, STEPS_DEFAULT } from "./searcher.js";

const PAYLOAD = 1460;
const LARGE = 65536;
const STEP_NS_MAX = 1000; // generous: a slow machine under load

const REMEMBERED: readonly (readonly [pattern: string, unit: string])[] = [
  ["(a+)+$", "a"],
  ["(a+)+b", "a"],
  ["(a|aa)+b", "a"],
  ["(a|a)*b", "a"],
  ["(.*)*x", "a"],
  ["(.*)*x", "a\n"],
  ["(?:.*,)*x", "a,"],
  [".*.*.*.*x", "a"],
  ["(?s).*.*=.*", "a"],
  ["a*a*a*a*a*b", "a"],
  ["a*?a*?a*?b", "a"],
  ["(((a*)*)*)*b", "a"],
  ["((a?)*)*b", "a"],
  ["(a*a*)*b", "a"],
  ["([a-z]+)*\\d", "a"],
  ["([a-z]+)*\\d", "ab "],
  ["(x+x+)+y", "x"],
  ["(?:a?){20}a{20}$", "a"],
  ["(?:a{1,10}){1,10}b", "a"],
  ["a{0,1000}a{0,1000}b", "a"],
  ["[a-z]{500,}\\d", "a"],
  ["[a-z]{1,500}\\d", "a"],
  ["(?:\\w+\\s?)*$.", "ab "],
  ["(?:ab|a|b)*c", "ab"],
  ["^(\\s*\\w*\\s*)*;", " a"],
  ["(?:[^<]|<[^!]|<![^-])*-->", "<"],
];

const BOUNDED: readonly (readonly [pattern: string, unit: string])[] = [
  ...REMEMBERED,
  ["(a*)(a*)(a*)\\1\\2\\3b", "a"],
  ["(.*)\\1\\1x", "a"],
  ["(?:(a+)\\1)+b", "a"],
  ["(?=(a+)+$)x|(?=(a+)+$)b", "a"],
  ["(?>(a|aa)+b)", "a"],
  ["(?:(?=.*z)a)+", "a"],
  ["(?!(?:a+)+$)(?:a|aa)+b", "ab"],
  ["(\\w+)\\s+\\1\\s+\\1$", "ab ab "],
  ["((a)|(b))*\\2\\3c", "ab"],
];

describe("regular expressions made to stall", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
  });

  const text = (unit: string, size: number): Buffer =>
    Buffer.from(unit.repeat(Math.ceil(size / unit.length)).slice(0, size), "latin1");

  it.each(REMEMBERED)("/%s/ on %j: done with a payload before its steps are", (pattern, unit) => {
    const before = searcher.limits;
    searcher.run(compileRegex(pattern, ""), text(unit, PAYLOAD));
    expect(searcher.limits).toBe(before);
    expect(searcher.taken * 4).toBeLessThan(STEPS_DEFAULT);
  });

  it.each(REMEMBERED)("/%s/ on %j: twice the text takes about twice the steps", (pattern, unit) => {
    searcher.steps = 10_000_000;
    const program = compileRegex(pattern, "");
    const taken = [1, 2].map((times) => {
      searcher.run(program, text(unit, PAYLOAD * times));
      return searcher.taken;
    });
    searcher.steps = STEPS_DEFAULT;
    expect(taken[1]).toBeLessThan(taken[0]! * 2.5 + 200);
  });

  it.each(BOUNDED)("/%s/ on %j: 64 KiB end with the steps at the latest", (pattern, unit) => {
    const program = compileRegex(pattern, "");
    const bytes = text(unit, LARGE);
    searcher.run(program, bytes);
    const began = performance.now();
    searcher.between(0, program, bytes, 0);
    const tookNs = (performance.now() - began) * 1e6;
    expect(searcher.taken * 4).toBeLessThanOrEqual(STEPS_DEFAULT);
    expect(tookNs).toBeLessThan(STEPS_DEFAULT * STEP_NS_MAX);
  });
});
