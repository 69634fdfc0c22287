// Regular expressions as ops: where their text begins, where the cursor is behind them, and their next match.

import { beforeAll, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { compileRegex } from "../../../host/rules/regex/compile-regex.js";
import { Random, seedOf } from "../../support/random.js";
import { Bench, BUDGET, bytesOf, content, isdataat, REGEX_STEPS, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const RELATIVE = R.OP_FLAG_RELATIVE;
const NEGATED = R.OP_FLAG_NEGATED;
const RETRY = R.OP_FLAG_RETRY;

/** /pattern/letters, then flags of the op. */
function regex(text: string, flags = 0, more: Partial<TestOp> = {}): TestOp {
  const [, pattern = "", letters = ""] = /^\/(.*)\/(\w*)$/.exec(text) ?? [];
  return { code: R.OP_REGEX, flags, data: compileRegex(pattern, letters), ...more };
}

function end(text: string, ops: readonly TestOp[]): number | false | undefined {
  return bench.holds(bytesOf(text), ops) && bench.matchEnd();
}

describe("a regular expression", () => {
  it.each<[string, string, readonly TestOp[], number | false | undefined]>([
    ["alone", "xxab12", [regex("/b\\d/")], 5],
    ["alone, without a match", "xxab12", [regex("/b\\d{3}/")], false],
    ["from the cursor", "a1b2", [content("b"), regex("/\\d/", RELATIVE)], 4],
    ["not relative: from the beginning", "a1b2", [content("b"), regex("/\\d/")], 2],
    ["^ is at the cursor", "abcd", [content("ab"), regex("/^cd$/", RELATIVE)], 4],
    ["^ is nowhere else", "abxcd", [content("ab"), regex("/^cd/", RELATIVE)], false],
    ["^ is at the beginning", "abcd", [content("ab"), regex("/^ab/")], 2],
    ["what comes behind starts at its end", "ab12cd", [regex("/\\d+/"), content("cd", { within: 2 })], 6],
    ["its next match", "a1x a2y", [regex("/a\\d/", RETRY), content("y", { within: 1 })], 7],
    ["its next match is not tried unasked", "a1x a2y", [regex("/a\\d/"), content("y", { within: 1 })], false],
    ["the next match begins one byte on", "aaab", [regex("/aa/", RETRY), content("b", { within: 1 })], 4],
    ["the match before it moves", "k1 k2", [content("k", { flags: RETRY }), regex("/^2/", RELATIVE)], 5],
    [
      "both move",
      "k1: a k2: b",
      [content("k", { flags: RETRY }), regex("/^2: /", RELATIVE | RETRY), content("b", { within: 1 })],
      11,
    ],
    ["anchored: no second place", "aab", [regex("/a/A", RETRY), content("b", { within: 1 })], false],
    ["an empty match, up to the end", "aab", [regex("/x*/", RETRY), isdataat(0, RELATIVE | NEGATED)], 3],
    ["an empty match in an empty text", "", [regex("/x*/", RETRY), isdataat(0, RELATIVE)], false],
    ["negated", "abc", [regex("/x/", NEGATED)], undefined],
    ["negated, but there", "abc", [regex("/b/", NEGATED)], false],
    ["negated from the cursor", "abc", [content("b"), regex("/a/", NEGATED | RELATIVE)], 2],
    ["negated, of a buffer that is not there", "abc", [regex("/./", NEGATED, { buffer: 5 })], undefined],
    ["of a buffer that is not there", "abc", [regex("/a*/", 0, { buffer: 5 })], false],
  ])("%s: %j %j", (_, text, ops, wanted) => {
    expect(end(text, ops)).toBe(wanted);
  });

  it("that was broken off has matched nothing, and shown nothing", () => {
    const { view } = bench.entry;
    const text = bytesOf("a".repeat(400));
    const ops = [regex("/(a|aa)+b/")];
    expect(bench.holds(text, [{ ...ops[0]!, flags: NEGATED }])).toBe(true);
    view.setUint32(M.CONFIG_BASE + M.CONFIG_REGEX_STEPS_OFFSET, 50, true);
    const limits = M.COUNTERS_BASE + M.COUNTER_REGEX_LIMIT * 8;
    const before = view.getBigUint64(limits, true);
    expect(bench.run(ops)).toBe(false);
    expect(view.getBigUint64(limits, true)).toBeGreaterThan(before);
    expect(bench.run([{ ...ops[0]!, flags: NEGATED }])).toBe(false);
    view.setUint32(M.CONFIG_BASE + M.CONFIG_REGEX_STEPS_OFFSET, REGEX_STEPS, true);
  });

  it("in a chain that can't end ends with the budget", () => {
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, bytesOf(`b${"a".repeat(1399)}`)]]), 0x61);
    const ops = Array.from({ length: 8 }, () => regex("/a/", RELATIVE | RETRY));
    expect(bench.run([...ops, content("b", { distance: 0 })], BUDGET)).toBe(false);
    expect(bench.entry.exports.budget()).toBeLessThan(0);
  });
});

describe("random chains", () => {
  const PARTS = ["a", "b", "[ab]", "a+", "b?", "ab", "a.", "^a", "^b", "a$"];

  /** Whether some choice of places lets all hold; an expression's place is where it starts, its end JavaScript's. */
  function naive(text: string, chain: readonly Part[], cursor = 0, index = 0): boolean {
    const part = chain[index];
    if (part === undefined) return true;
    const base = part.isRelative ? cursor : 0;
    const rest = text.slice(base);
    if (part.within !== undefined) {
      const limit = Math.min(base + part.within, text.length);
      for (let at = base; at + part.pattern.length <= limit; at++) {
        const isThere = text.startsWith(part.pattern, at);
        if (isThere && naive(text, chain, at + part.pattern.length, index + 1)) return true;
      }
      return false;
    }
    const search = new RegExp(part.pattern, "gs");
    for (let from = 0; from <= rest.length; ) {
      search.lastIndex = from;
      const match = search.exec(rest);
      if (match === null) return false;
      if (naive(text, chain, base + match.index + match[0].length, index + 1)) return true;
      from = match.index + 1;
    }
    return false;
  }

  interface Part {
    readonly pattern: string;
    readonly isRelative: boolean;
    readonly within?: number;
  }

  it("hold exactly when some choice of places lets every op hold", () => {
    const random = new Random(seedOf("regex chains"));
    let held = 0;
    for (let round = 0; round < 5000; round++) {
      const text = Array.from({ length: random.below(16) }, () => random.pick(["a", "b", "c"])).join("");
      const chain = Array.from({ length: random.between(1, 4) }, (): Part => {
        const isRelative = random.chance(0.7);
        if (random.chance(0.5)) return { pattern: random.pick(PARTS), isRelative };
        return { pattern: random.pick(["a", "b", "ab"]), isRelative, within: random.between(1, 6) };
      });
      const ops = chain.map(({ pattern, isRelative, within }) => {
        const flags = RETRY | (isRelative ? RELATIVE : 0);
        if (within === undefined) return regex(`/${pattern}/s`, flags);
        return content(pattern, { flags: RETRY, ...(isRelative ? { within } : { depth: within }) });
      });
      bench.buffers(new Map([[R.BUFFER_PAYLOAD, bytesOf(text)]]), 0x61);
      const found = bench.run(ops);
      expect(found, `round ${round}: ${JSON.stringify({ text, chain })}`).toBe(naive(text, chain));
      held += Number(found);
    }
    expect(held).toBeGreaterThan(1000);
  });
});
