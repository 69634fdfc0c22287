// byte_test, byte_jump, byte_extract: a table of cases for each modifier.

import { beforeAll, describe, expect, it } from "vitest";
import * as R from "../../../assembly/match/rules-layout.js";
import { Bench, bytesOf, content, isdataat, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const RELATIVE = R.OP_FLAG_RELATIVE;
const NEGATED = R.OP_FLAG_NEGATED;
const LITTLE = R.NUMBER_LITTLE;
const STRING = R.NUMBER_STRING;
const HEX = R.NUMBER_STRING | R.NUMBER_HEX;
const OCT = R.NUMBER_STRING | R.NUMBER_OCT;

type Fields = Partial<TestOp>;
const test = (a: number, b: number, c: number, d: number, more: Fields = {}): TestOp => ({
  code: R.OP_BYTE_TEST,
  a,
  b,
  c,
  d,
  ...more,
});
const jump = (a: number, d: number, more: Fields = {}): TestOp => ({
  code: R.OP_BYTE_JUMP,
  a,
  b: 1,
  c: 0,
  d,
  ...more,
});
const extract = (a: number, d: number, more: Fields = {}): TestOp => ({
  code: R.OP_BYTE_EXTRACT,
  a,
  b: 0,
  c: 1,
  d,
  ...more,
});
/** Holds only when the cursor is there, in a buffer of that size. */
const at = (cursor: number, size: number): TestOp[] => [
  isdataat(size - cursor, RELATIVE | NEGATED),
  ...(cursor < size ? [isdataat(size - cursor - 1, RELATIVE)] : []),
];

describe("byte_test", () => {
  it.each<[string, TestOp, boolean]>([
    ["\x01\x02\x03\x04", test(1, R.TEST_EQUAL, 1, 0), true],
    ["\x01\x02\x03\x04", test(2, R.TEST_EQUAL, 0x0102, 0), true],
    ["\x01\x02\x03\x04", test(3, R.TEST_EQUAL, 0x020304, 1), true],
    ["\x01\x02\x03\x04", test(4, R.TEST_EQUAL, 0x01020304, 0), true],
    ["\x01\x02\x03\x04", test(4, R.TEST_EQUAL, 0x04030201, 0, { e: LITTLE }), true],
    ["\x01\x02\x03\x04", test(2, R.TEST_EQUAL, 0x0403, 2, { e: LITTLE }), true],
    ["\xff\xff\xff\xff", test(4, R.TEST_EQUAL, -1, 0), true],
    ["\xff\xff\xff\xff", test(4, R.TEST_GREATER, 0x7fffffff, 0), true],
    ["\x01\x00\x00\x00\x00", test(5, R.TEST_GREATER, -1, 0), true],
    ["\x00\x00\x00\x01\x00\x00\x00\x00", test(8, R.TEST_GREATER, -1, 0), true],
    ["\x01\x00\x00\x00\x00\x00\x00\x00", test(8, R.TEST_EQUAL, 1, 0, { e: LITTLE }), true],
    ["\x01\x02\x03\x04", test(4, R.TEST_EQUAL, 0x01020304, 1), false],
    ["\x01\x02\x03\x04", test(1, R.TEST_EQUAL, 4, 3), true],
    ["\x01\x02\x03\x04", test(1, R.TEST_EQUAL, 4, 4), false],
    // A number that is not there fails either way.
    ["\x01\x02\x03\x04", test(1, R.TEST_EQUAL, 4, 4, { flags: NEGATED }), false],
    ["\x01\x02\x03\x04", test(1, R.TEST_EQUAL, 1, -1), false],
    ["\x01\x02\x03\x04", test(0, R.TEST_EQUAL, 0, 0), false],
    ["\x01\x02\x03\x04\x05\x06\x07\x08\x09", test(9, R.TEST_GREATER, 0, 0), false],
    ["\x05", test(1, R.TEST_LESS, 5, 0), false],
    ["\x05", test(1, R.TEST_LESS, 6, 0), true],
    ["\x05", test(1, R.TEST_GREATER, 5, 0), false],
    ["\x05", test(1, R.TEST_GREATER, 4, 0), true],
    ["\x05", test(1, R.TEST_LESS_EQUAL, 5, 0), true],
    ["\x05", test(1, R.TEST_LESS_EQUAL, 4, 0), false],
    ["\x05", test(1, R.TEST_GREATER_EQUAL, 5, 0), true],
    ["\x05", test(1, R.TEST_GREATER_EQUAL, 6, 0), false],
    ["\x05", test(1, R.TEST_AND, 4, 0), true],
    ["\x05", test(1, R.TEST_AND, 2, 0), false],
    ["\x05", test(1, R.TEST_XOR, 5, 0), false],
    ["\x05", test(1, R.TEST_XOR, 4, 0), true],
    ["\x05", test(1, R.TEST_EQUAL, 5, 0, { flags: NEGATED }), false],
    ["\x05", test(1, R.TEST_EQUAL, 6, 0, { flags: NEGATED }), true],
    ["\x05", test(1, 99, 5, 0), false],
    ["\xf0\x3c", test(2, R.TEST_EQUAL, 0xf, 0, { mask: 0x003c }), true],
    ["\xf0\x3c", test(2, R.TEST_EQUAL, 0xf, 0, { mask: 0xf000 }), true],
    ["\xf0\x3c", test(2, R.TEST_EQUAL, 0xf03c, 0, { mask: 0xffff }), true],
    ["\x80\x00\x00\x00", test(4, R.TEST_EQUAL, 1, 0, { mask: 0x80000000 }), true],
  ])("%j %j: %s", (text, op, wanted) => {
    expect(bench.holds(bytesOf(text), [op])).toBe(wanted);
  });

  it.each<[string, TestOp, boolean]>([
    ["1234", test(4, R.TEST_EQUAL, 1234, 0, { e: STRING }), true],
    ["1234", test(2, R.TEST_EQUAL, 12, 0, { e: STRING }), true],
    ["1234", test(2, R.TEST_EQUAL, 0x12, 0, { e: HEX }), true],
    ["fFzz", test(4, R.TEST_EQUAL, 255, 0, { e: HEX }), true],
    ["0x1F", test(4, R.TEST_EQUAL, 0x1f, 0, { e: HEX }), true],
    ["0xzz", test(4, R.TEST_EQUAL, 0, 0, { e: HEX }), true],
    ["0x", test(2, R.TEST_EQUAL, 0, 0, { e: HEX }), true],
    ["0777", test(4, R.TEST_EQUAL, 0o777, 0, { e: OCT }), true],
    ["0787", test(4, R.TEST_EQUAL, 7, 0, { e: OCT }), true],
    ["12ab", test(4, R.TEST_EQUAL, 12, 0, { e: STRING }), true],
    [" \t\r\n 7", test(6, R.TEST_EQUAL, 7, 0, { e: STRING }), true],
    ["+7", test(2, R.TEST_EQUAL, 7, 0, { e: STRING }), true],
    ["++7", test(3, R.TEST_EQUAL, 7, 0, { e: STRING }), false],
    ["-7", test(2, R.TEST_EQUAL, 7, 0, { e: STRING }), false],
    ["abcd", test(4, R.TEST_EQUAL, 0, 0, { e: STRING }), false],
    ["abcd", test(4, R.TEST_EQUAL, 0, 0, { e: STRING, flags: NEGATED }), false],
    ["    ", test(4, R.TEST_EQUAL, 0, 0, { e: STRING }), false],
    ["123", test(4, R.TEST_EQUAL, 123, 0, { e: STRING }), false],
    ["4294967295", test(10, R.TEST_EQUAL, -1, 0, { e: STRING }), true],
    ["4294967296", test(10, R.TEST_GREATER, -1, 0, { e: STRING }), true],
    // Too large for 64 bits: the largest number, never a small one.
    ["18446744073709551616000", test(23, R.TEST_GREATER, -1, 0, { e: STRING }), true],
    ["18446744073709551617", test(20, R.TEST_GREATER, 2, 0, { e: STRING }), true],
    ["ffffffffffffffffffffff", test(22, R.TEST_GREATER, -1, 0, { e: HEX }), true],
    ["000000000000000000000000", test(24, R.TEST_EQUAL, 0, 0, { e: STRING }), false],
  ])("digits %j %j: %s", (text, op, wanted) => {
    expect(bench.holds(bytesOf(text), [op])).toBe(wanted);
  });

  it.each<[TestOp, boolean]>([
    [test(1, R.TEST_EQUAL, 3, 0, { flags: RELATIVE }), true],
    [test(1, R.TEST_EQUAL, 4, 1, { flags: RELATIVE }), true],
    [test(1, R.TEST_EQUAL, 2, -3, { flags: RELATIVE }), true],
    [test(1, R.TEST_EQUAL, 2, -4, { flags: RELATIVE }), false],
    [test(1, R.TEST_EQUAL, 4, 2, { flags: RELATIVE }), false],
    [test(1, R.TEST_EQUAL, 2, 0), true],
  ])("behind a match: %j %s", (op, wanted) => {
    expect(bench.holds(bytesOf("\x02ab\x03\x04"), [content("ab"), op])).toBe(wanted);
  });

  it("does not move the cursor", () => {
    const ops = [content("ab"), test(1, R.TEST_EQUAL, 3, 0, { flags: RELATIVE }), ...at(3, 5)];
    expect(bench.holds(bytesOf("\x02ab\x03\x04"), ops)).toBe(true);
  });
});

describe("byte_jump", () => {
  it.each<[string, TestOp, number | false]>([
    ["\x02abcd", jump(1, 0), 3],
    ["\x04abcd", jump(1, 0), 5],
    ["\x05abcd", jump(1, 0), false],
    ["\x00abcd", jump(1, 0), 1],
    ["\x00\x02abcd", jump(2, 0), 4],
    ["\x02\x00abcd", jump(2, 0, { e: LITTLE }), 4],
    ["\xff\xff\xff\xffabcd", jump(4, 0), false],
    ["\xff\xff\xff\xff\xff\xff\xff\xff", jump(8, 0), false],
    ["\xff\xff\xff\xff\xff\xff\xff\xff", jump(8, 0, { b: 0x7ffffffe, c: 0x7ffffffe }), false],
    ["\xff\xff\xff\xff\xff\xff\xff\xff", jump(8, 0, { c: -0x7ffffffe }), false],
    ["\x02abcdefgh", jump(1, 0, { b: 3 }), 7],
    ["\x02abcdefgh", jump(1, 0, { b: 0 }), 3],
    ["\x02abcdefgh", jump(1, 0, { e: R.NUMBER_ALIGN4 }), 5],
    ["\x05abcdefgh", jump(1, 0, { e: R.NUMBER_ALIGN4 }), 9],
    ["\x04abcdefgh", jump(1, 0, { e: R.NUMBER_ALIGN4 }), 5],
    ["\x03abcdefgh", jump(1, 0, { e: R.NUMBER_ALIGN2 }), 5],
    ["\x01abcdefgh", jump(1, 0, { b: 3, e: R.NUMBER_ALIGN4 }), 5],
    ["\x02abcd", jump(1, 0, { e: R.NUMBER_FROM_BEGINNING }), 2],
    ["ab\x02cd", jump(1, 2, { e: R.NUMBER_FROM_BEGINNING }), 2],
    ["ab\x02cd", jump(1, 2), 5],
    ["ab\x02cd", jump(1, 2, { c: -2 }), 3],
    ["ab\x02cd", jump(1, 2, { c: -5 }), 0],
    ["ab\x02cd", jump(1, 2, { c: -6 }), false],
    ["ab\x02cd", jump(1, 2, { c: 1 }), false],
    ["ab\x00cd", jump(1, 2, { e: R.NUMBER_FROM_END }), 5],
    ["ab\x01cd", jump(1, 2, { e: R.NUMBER_FROM_END }), false],
    ["ab\x01cd", jump(1, 2, { c: -3, e: R.NUMBER_FROM_END }), 3],
    ["abcdefgh", jump(0, 0, { c: -2, e: R.NUMBER_FROM_END }), 6],
    ["abcdefgh", jump(0, 0, { c: 3 }), 3],
    ["abcdefgh", jump(0, 0, { c: R.OPERAND_NONE }), 0],
    ["\x2cabcdefghijkl", jump(1, 0, { mask: 0x3c }), 12],
    ["\x2cabcdefghijklmnop", jump(1, 0, { mask: 0x0c, b: 2 }), 7],
    ["03abcd", jump(2, 0, { e: STRING }), 5],
    // Digits end where they end.
    ["2abcdef", jump(4, 0, { e: STRING }), 3],
    [" 2abcdef", jump(4, 0, { e: STRING }), 4],
    ["abcd", jump(2, 0, { e: STRING }), false],
    ["0xAbcdefghijklmnop", jump(3, 0, { e: HEX }), 13],
    ["a", jump(1, 1), false],
    ["", jump(1, 0), false],
  ])("%j %j: %s", (text, op, wanted) => {
    const bytes = bytesOf(text);
    expect(bench.holds(bytes, [op])).toBe(wanted !== false);
    if (wanted !== false) expect(bench.holds(bytes, [op, ...at(wanted, bytes.length)])).toBe(true);
  });

  it.each<[TestOp, number | false]>([
    [jump(1, 0, { flags: RELATIVE }), 5],
    [jump(1, 1, { flags: RELATIVE }), 6],
    [jump(1, -3, { flags: RELATIVE }), 6],
    [jump(1, 2, { flags: RELATIVE }), false],
    [jump(1, 0), 6],
  ])("behind a match: %j: %s", (op, wanted) => {
    const bytes = bytesOf("\x05ab\x01\x01x");
    expect(bench.holds(bytes, [content("ab"), op])).toBe(wanted !== false);
    if (wanted !== false) expect(bench.holds(bytes, [content("ab"), op, ...at(wanted, 6)])).toBe(true);
  });

  it("two jumps, then a content where they end", () => {
    const ops = [jump(2, 0), jump(2, 0, { flags: RELATIVE }), content("foobar", { distance: 0, within: 6 })];
    expect(bench.holds(bytesOf("\x00\x01x\x00\x02yyfoobar"), ops)).toBe(true);
    expect(bench.holds(bytesOf("\x00\x01x\x00\x01yyfoobar"), ops)).toBe(false);
  });
});

describe("byte_extract", () => {
  it.each<[string, TestOp, number | false, number]>([
    ["\x05ab", extract(1, 0), 5, 1],
    ["\x01\x02ab", extract(2, 0), 0x102, 2],
    ["\x01\x02ab", extract(2, 0, { e: LITTLE }), 0x201, 2],
    ["\xff\xff\xff\xff", extract(4, 0), 0xffffffff, 4],
    ["\x01\x00\x00\x00\x00", extract(5, 0), 0xffffffff, 5],
    ["\xff\xff\xff\xff", extract(4, 0, { c: 2 }), 0xffffffff, 4],
    ["\x05ab", extract(1, 0, { c: 3 }), 15, 1],
    ["\x05ab", extract(1, 0, { e: R.NUMBER_ALIGN4 }), 8, 1],
    ["\x05ab", extract(1, 0, { c: 3, e: R.NUMBER_ALIGN2 }), 16, 1],
    ["\xf0ab", extract(1, 0, { mask: 0xf0 }), 15, 1],
    ["12ab", extract(4, 0, { e: STRING }), 12, 2],
    ["x12ab", extract(2, 1, { e: HEX }), 0x12, 3],
    ["abcd", extract(4, 0, { e: STRING }), false, 0],
    ["a", extract(2, 0), false, 0],
    ["a", extract(1, -1), false, 0],
    ["a", extract(0, 0), false, 0],
  ])("%j %j: %s", (text, op, wanted, cursor) => {
    const bytes = bytesOf(text);
    for (let number = 0; number < 4; number++) bench.setVariable(number, 0xdead);
    const used = { ...op, b: 2 };
    const ops = wanted === false ? [used] : [used, ...at(cursor, bytes.length)];
    expect(bench.holds(bytes, ops)).toBe(wanted !== false);
    expect(bench.variable(2)).toBe(wanted === false ? 0xdead : wanted);
    for (const number of [0, 1, 3]) expect(bench.variable(number)).toBe(0xdead);
  });

  it("gives byte_test its value and its offset, and a jump its offset", () => {
    const text = bytesOf("\x03\x07xy\x07");
    const first = extract(1, 0, { b: 0 });
    const second = extract(1, 1, { b: 1 });
    const value = test(1, R.TEST_EQUAL, 1, 4, { vars: R.OP_VAR_C });
    expect(bench.holds(text, [first, second, value])).toBe(true);
    expect(bench.holds(text, [first, second, { ...value, c: 0 }])).toBe(false);
    const offset = test(1, R.TEST_EQUAL, 0x79, 0, { vars: R.OP_VAR_D });
    expect(bench.holds(text, [first, second, offset])).toBe(true);
    const place = jump(1, 0, { vars: R.OP_VAR_D, c: -0x79 });
    expect(bench.holds(text, [first, place, ...at(4, 5)])).toBe(true);
    const post = jump(0, 0, { vars: R.OP_VAR_C, c: 0 });
    expect(bench.holds(text, [first, post, ...at(3, 5)])).toBe(true);
  });
});
