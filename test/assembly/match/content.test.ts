// Contents, isdataat and bsize: a table of cases for each modifier, with the place where the match must end.

import { beforeAll, describe, expect, it } from "vitest";
import * as R from "../../../assembly/match/rules-layout.js";
import { Bench, bytesOf, type ContentModifiers, content, isdataat, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const RELATIVE = R.OP_FLAG_RELATIVE;
const NEGATED = R.OP_FLAG_NEGATED;
const RETRY = R.OP_FLAG_RETRY;
const NOCASE = R.OP_FLAG_NOCASE;
const STARTS = R.OP_FLAG_STARTS;
const ENDS = R.OP_FLAG_ENDS;

/** Where the last match ends, or false. */
function end(text: string, ops: readonly TestOp[]): number | false | undefined {
  return bench.holds(bytesOf(text), ops) && bench.matchEnd();
}

describe("one content", () => {
  it.each<[string, string, ContentModifiers, number | false]>([
    ["abcdef", "cd", {}, 4],
    ["abcdef", "CD", {}, false],
    ["abCDef", "cd", { flags: NOCASE }, 4],
    ["abcdef", "def", { offset: 3 }, 6],
    ["abcdef", "def", { offset: 4 }, false],
    ["abcdef", "def", { offset: 6 }, false],
    ["abcdef", "def", { offset: 100 }, false],
    ["abcdef", "def", { offset: -100 }, 6],
    ["abcdef", "abc", { depth: 3 }, 3],
    ["abcdef", "abc", { depth: 2 }, false],
    ["abcdef", "def", { offset: 3, depth: 3 }, 6],
    ["abcdef", "def", { offset: 2, depth: 3 }, false],
    ["abcdef", "def", { offset: 2, depth: 4 }, 6],
    ["abcdef", "def", { offset: 2, depth: 1000 }, 6],
    ["abcdef", "a", { depth: 0 }, false],
    ["abcabc", "abc", { offset: 1 }, 6],
    ["abcdef", "abc", { flags: STARTS }, 3],
    ["xabcde", "abc", { flags: STARTS }, false],
    ["abcdef", "def", { flags: ENDS }, 6],
    ["defdef", "def", { flags: ENDS }, 6],
    ["defdefg", "def", { flags: ENDS }, false],
    ["ef", "def", { flags: ENDS }, false],
    ["abc", "abc", { flags: STARTS | ENDS }, 3],
    ["abcabc", "abc", { flags: STARTS | ENDS }, false],
    ["abcdef", "def", { flags: ENDS, depth: 5 }, false],
    ["abcdef", "def", { flags: ENDS, depth: 6 }, 6],
    ["abcdef", "def", { flags: ENDS, offset: 4 }, false],
    ["", "a", {}, false],
    // The first relative one has nothing before it: it counts from the beginning.
    ["abcdef", "cd", { distance: 2 }, 4],
    ["abcdef", "cd", { distance: 3 }, false],
    ["abcdef", "cd", { within: 4 }, 4],
    ["abcdef", "cd", { within: 3 }, false],
  ])("%j has %j %j: %s", (text, data, modifiers, wanted) => {
    expect(end(text, [content(data, modifiers)])).toBe(wanted);
  });

  it.each<[string, string, ContentModifiers, boolean]>([
    ["abcdef", "cd", {}, false],
    ["abcdef", "xx", {}, true],
    ["abcdef", "cd", { offset: 3 }, true],
    ["abcdef", "cd", { depth: 3 }, true],
    ["abcdef", "cd", { offset: 2, depth: 2 }, false],
    ["abcdef", "cd", { offset: 2, depth: 1 }, true],
    ["abcdef", "cd", { offset: 6 }, true],
    ["abcdef", "cd", { offset: 100 }, true],
    ["abCDef", "cd", { flags: NOCASE }, false],
    ["abcdef", "abc", { flags: STARTS }, false],
    ["xabcdef", "abc", { flags: STARTS }, true],
    ["abcdef", "def", { flags: ENDS }, false],
    ["abcdefx", "def", { flags: ENDS }, true],
    ["", "a", {}, true],
  ])("%j has not %j %j: %s", (text, data, modifiers, wanted) => {
    const op = content(data, { ...modifiers, flags: (modifiers.flags ?? 0) | NEGATED });
    expect(bench.holds(bytesOf(text), [op])).toBe(wanted);
    expect(bench.matchEnd()).toBeUndefined();
  });
});

describe("one content behind another", () => {
  it.each<[string, string, string, ContentModifiers, number | false]>([
    ["abcdef", "ab", "cd", { distance: 0 }, 4],
    ["abcdef", "ab", "de", { distance: 0 }, 5],
    ["abcdef", "ab", "de", { distance: 1 }, 5],
    ["abcdef", "ab", "de", { distance: 2 }, false],
    ["abcdef", "ab", "ef", { distance: 100 }, false],
    ["abcdef", "cd", "bc", { distance: 0 }, false],
    ["abcdef", "cd", "bc", { distance: -3 }, 3],
    ["abcdef", "cd", "bc", { distance: -2 }, false],
    ["abcdef", "cd", "ab", { distance: -100 }, 2],
    ["abcdef", "ab", "cd", { within: 2 }, 4],
    ["abcdef", "ab", "cd", { within: 1 }, false],
    ["abcdef", "ab", "de", { within: 2 }, false],
    ["abcdef", "ab", "de", { within: 3 }, 5],
    // Within counts from the cursor moved by distance: these four bytes, and no others.
    ["ab1234wxyz", "ab", "wxyz", { distance: 4, within: 4 }, 10],
    ["ab12345wxyz", "ab", "wxyz", { distance: 4, within: 4 }, false],
    ["ab123wxyz", "ab", "wxyz", { distance: 4, within: 4 }, false],
    ["abcdef", "ef", "ab", { distance: -100, within: 94 }, false],
    ["abcdef", "ef", "ab", { distance: -100, within: 96 }, 2],
    ["abab", "ab", "ab", { distance: 0 }, 4],
    ["ab", "ab", "ab", { distance: 0 }, false],
    ["abXX", "ab", "xx", { distance: 0, flags: NOCASE }, 4],
    // Not relative: anywhere.
    ["abcdef", "cd", "ab", {}, 2],
    ["abcdef", "cd", "ab", { offset: 0, depth: 2 }, 2],
  ])("%j: %j then %j %j: %s", (text, first, second, modifiers, wanted) => {
    expect(end(text, [content(first), content(second, modifiers)])).toBe(wanted);
  });

  it.each<[string, string, string, ContentModifiers, boolean]>([
    ["abcdef", "ab", "cd", { distance: 0 }, false],
    ["abcdef", "ab", "de", { within: 2 }, true],
    ["abcdef", "ab", "cd", { within: 2 }, false],
    ["abcdef", "cd", "ab", { distance: 0 }, true],
    ["Firefox/3.6.13", "Firefox/3.", "Firefox/3.6.13", { distance: -10 }, false],
    ["Firefox/3.6.12", "Firefox/3.", "Firefox/3.6.13", { distance: -10 }, true],
  ])("%j: %j, then not %j %j: %s", (text, first, second, modifiers, wanted) => {
    const op = content(second, { ...modifiers, flags: NEGATED });
    expect(bench.holds(bytesOf(text), [content(first), op])).toBe(wanted);
  });

  it("a negated content does not move the cursor", () => {
    const ops = [content("ab"), content("x", { distance: 0, flags: NEGATED }), content("cd", { within: 2 })];
    expect(end("abcdef", ops)).toBe(4);
  });
});

describe("the next occurrence", () => {
  it.each<[string, readonly TestOp[], number | false]>([
    ["a1 a2", [content("a"), content("2", { within: 1 })], false],
    ["a1 a2", [content("a", { flags: RETRY }), content("2", { within: 1 })], 5],
    ["a1 a2", [content("a", { flags: RETRY }), content("3", { within: 1 })], false],
    ["aab", [content("a", { flags: RETRY }), content("b", { within: 1 })], 3],
    // Overlapping occurrences are occurrences.
    ["aaab", [content("aa", { flags: RETRY }), content("b", { within: 1 })], 4],
    [
      "a1 b2 a3 b4",
      [
        content("a", { flags: RETRY }),
        content("b", { distance: 0, flags: RETRY }),
        content("4", { within: 1 }),
      ],
      11,
    ],
    [
      "ab.ac.bc",
      [
        content("a", { flags: RETRY }),
        content("c", { within: 1, flags: RETRY }),
        content("bc", { distance: 1 }),
      ],
      8,
    ],
    // Not beyond its own region.
    ["a1 a2", [content("a", { depth: 3, flags: RETRY }), content("2", { within: 1 })], false],
    ["a1 a2", [content("a", { depth: 4, flags: RETRY }), content("2", { within: 1 })], 5],
    ["a", [content("a", { flags: RETRY }), isdataat(0, RELATIVE)], false],
    ["a a", [content("a", { flags: RETRY }), isdataat(0, RELATIVE | NEGATED)], 3],
    ["ax ay", [content("a", { flags: RETRY }), content("x", { within: 1, flags: NEGATED })], 4],
  ])("%j %j: %s", (text, ops, wanted) => {
    expect(end(text, ops)).toBe(wanted);
  });
});

describe("isdataat", () => {
  it.each<[string, number, number, boolean]>([
    ["abcd", 0, 0, true],
    ["abcd", 3, 0, true],
    ["abcd", 4, 0, false],
    ["abcd", -1, 0, false],
    ["", 0, 0, false],
    ["abcd", 4, NEGATED, true],
    ["abcd", 3, NEGATED, false],
    // Behind "b".
    ["abcd", 0, RELATIVE, true],
    ["abcd", 1, RELATIVE, true],
    ["abcd", 2, RELATIVE, false],
    ["abcd", -2, RELATIVE, true],
    ["abcd", -3, RELATIVE, false],
    ["ab", 0, RELATIVE | NEGATED, true],
    ["abc", 0, RELATIVE | NEGATED, false],
    ["abc", 1, RELATIVE | NEGATED, true],
  ])("%j at %i, flags %i: %s", (text, at, flags, wanted) => {
    const ops = (flags & RELATIVE) !== 0 ? [content("b")] : [];
    expect(bench.holds(bytesOf(text), [...ops, isdataat(at, flags)])).toBe(wanted);
  });
});

describe("bsize, urilen", () => {
  const sized = (code: number, a: number, b: number, flags = 0): TestOp => ({
    code,
    a,
    b,
    flags,
    buffer: R.BUFFER_HTTP_URI,
  });
  it.each<[TestOp, boolean]>([
    [sized(R.OP_BSIZE, 4, 4), true],
    [sized(R.OP_BSIZE, 0, 3), false],
    [sized(R.OP_BSIZE, 5, 0x7ffffffe), false],
    [sized(R.OP_BSIZE, 4, 4, NEGATED), false],
    [sized(R.OP_BSIZE, 5, 9, NEGATED), true],
    [sized(R.OP_RAW_SIZE, 6, 6), true],
    [sized(R.OP_RAW_SIZE, 4, 4), false],
    [{ ...sized(R.OP_BSIZE, 0, 100), buffer: R.BUFFER_HTTP_HOST }, false],
    [{ ...sized(R.OP_BSIZE, 0, 0, NEGATED), buffer: R.BUFFER_HTTP_HOST }, false],
  ])("%j: %s", (op, wanted) => {
    const buffers = [
      [R.BUFFER_HTTP_URI, bytesOf("/a/b")],
      [R.BUFFER_HTTP_RAW_URI, bytesOf("/a/%62")],
    ] as const;
    bench.buffers(new Map(buffers), 0);
    expect(bench.run([op])).toBe(wanted);
  });
});

describe("variables", () => {
  const extract = (d: number, b: number): TestOp => ({ code: R.OP_BYTE_EXTRACT, a: 1, b, c: 1, d });
  it.each<[string, TestOp, boolean]>([
    ["\x03\x02abcd", content("bc", { offset: 0, vars: R.OP_VAR_A }), true],
    ["\x04\x02abcd", content("bc", { offset: 0, vars: R.OP_VAR_A }), false],
    ["\x03\x02abcd", content("bc", { offset: 0, depth: 1, vars: R.OP_VAR_A | R.OP_VAR_B }), true],
    ["\x02\x02abcd", content("bc", { offset: 0, depth: 1, vars: R.OP_VAR_A | R.OP_VAR_B }), false],
    ["\x02\x03abcd", content("bc", { offset: 0, depth: 1, vars: R.OP_VAR_A | R.OP_VAR_B }), true],
    // Behind both numbers, so at "a".
    ["\x01\x02abcd", content("bc", { distance: 0, vars: R.OP_VAR_A }), true],
    ["\x02\x02abcd", content("bc", { distance: 0, vars: R.OP_VAR_A }), false],
    ["\x01\x02abcd", content("ab", { within: 1, vars: R.OP_VAR_B }), true],
    ["\x01\x01abcd", content("ab", { within: 1, vars: R.OP_VAR_B }), false],
    ["\x05\x02abcd", isdataat(0, 0, R.OP_VAR_A), true],
    ["\x06\x02abcd", isdataat(0, 0, R.OP_VAR_A), false],
    ["\xff\x02abcd", content("a", { offset: 0, vars: R.OP_VAR_A }), false],
  ])("%j %j: %s", (text, op, wanted) => {
    expect(bench.holds(bytesOf(text), [extract(0, 0), extract(1, 1), op])).toBe(wanted);
  });
});
