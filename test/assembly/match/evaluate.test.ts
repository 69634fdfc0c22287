// The interpreter: random programs held against plain recursion, buffers that change or are not there, and the budget.

import { beforeAll, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { Random, seedOf } from "../../support/random.js";
import { naiveHolds } from "./naive-program.js";
import { Bench, BUDGET, bytesOf, content, isdataat, POISONS, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const RELATIVE = R.OP_FLAG_RELATIVE;
const NEGATED = R.OP_FLAG_NEGATED;
const RETRY = R.OP_FLAG_RETRY;
const BUFFERS = [R.BUFFER_PAYLOAD, R.BUFFER_HTTP_URI, R.BUFFER_HTTP_HOST];
const ALPHABET = [0x61, 0x61, 0x62, 0x41, 1, 2];

function randomText(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => random.pick(ALPHABET));
}

function randomContent(random: Random): TestOp {
  const isRelative = random.chance(0.6);
  const nocase = random.chance(0.3) ? R.OP_FLAG_NOCASE : 0;
  const negated = random.chance(0.15) ? NEGATED : 0;
  const starts = random.chance(0.05) ? R.OP_FLAG_STARTS : 0;
  const ends = random.chance(0.05) ? R.OP_FLAG_ENDS : 0;
  let vars = 0;
  if (random.chance(0.1)) vars |= R.OP_VAR_A;
  if (random.chance(0.1)) vars |= R.OP_VAR_B;
  const data = randomText(random, random.between(1, 3));
  const place = isRelative ? random.between(-4, 5) : random.between(0, 8);
  return {
    code: R.OP_CONTENT,
    flags: (isRelative ? RELATIVE : 0) | nocase | negated | starts | ends | (negated ? 0 : RETRY),
    vars,
    a: (vars & R.OP_VAR_A) !== 0 ? random.below(4) : random.chance(0.4) ? R.OPERAND_NONE : place,
    b:
      (vars & R.OP_VAR_B) !== 0
        ? random.below(4)
        : random.chance(0.5)
          ? R.OPERAND_NONE
          : random.between(0, 8) + (isRelative ? 0 : 4),
    data: nocase ? data.map((byte) => (byte === 0x41 ? 0x61 : byte)) : data,
  };
}

function randomOp(random: Random): TestOp {
  if (random.chance(0.65)) return randomContent(random);
  const flags = (random.chance(0.7) ? RELATIVE : 0) | (random.chance(0.2) ? NEGATED : 0);
  const vars = random.chance(0.1) ? R.OP_VAR_D : 0;
  const d = vars === 0 ? random.between(-2, 3) : random.below(4);
  switch (random.below(4)) {
    case 0:
      return isdataat(random.between(-3, 12), flags);
    case 1:
      return { code: R.OP_BYTE_EXTRACT, flags: flags & RELATIVE, vars, a: 1, b: random.below(4), c: 1, d };
    case 2:
      return {
        code: R.OP_BYTE_JUMP,
        flags: flags & RELATIVE,
        vars,
        a: 1,
        b: random.between(1, 2),
        c: random.chance(0.3) ? -0x61 : random.between(-2, 1),
        d,
      };
    default: {
      const byC = random.chance(0.3) ? R.OP_VAR_C : 0;
      const c = byC === 0 ? random.pick(ALPHABET) : random.below(4);
      return { code: R.OP_BYTE_TEST, flags, vars: vars | byC, a: 1, b: R.TEST_EQUAL, c, d };
    }
  }
}

describe("random programs", () => {
  it("hold exactly when some choice of places lets every op hold", () => {
    const random = new Random(seedOf("programs"));
    let held = 0;
    for (let round = 0; round < 30_000; round++) {
      const buffers = new Map<number, Uint8Array>();
      for (const buffer of BUFFERS) {
        if (random.chance(0.9)) buffers.set(buffer, randomText(random, random.below(40)));
      }
      let buffer = R.BUFFER_PAYLOAD;
      const ops = Array.from({ length: random.between(1, 6) }, () => {
        if (random.chance(0.15)) buffer = random.pick(BUFFERS);
        return { ...randomOp(random), buffer };
      });
      const wanted = naiveHolds(buffers, ops);
      for (let number = 0; number < 4; number++) bench.setVariable(number, 0);
      bench.buffers(buffers, random.pick(POISONS));
      const found = bench.run(ops);
      if (found !== wanted) {
        throw new Error(
          `round ${round}: ${wanted} expected of ${JSON.stringify({ ops, buffers: [...buffers] })}`,
        );
      }
      held += Number(found);
    }
    // Both answers are common, or nothing was tried.
    expect(held).toBeGreaterThan(3000);
    expect(held).toBeLessThan(27_000);
  });
});

describe("what depends on a choice", () => {
  const a = content("a", { flags: RETRY });
  const number = { a: 1, c: 0, d: 0, flags: RELATIVE };
  const take = (b: number, flags = RELATIVE): TestOp => ({
    ...number,
    code: R.OP_BYTE_EXTRACT,
    b,
    c: 1,
    flags,
  });
  const jump: TestOp = { ...number, code: R.OP_BYTE_JUMP, b: 1 };
  const isVariable = (c: number, flags = RELATIVE): TestOp => ({
    ...number,
    code: R.OP_BYTE_TEST,
    b: R.TEST_EQUAL,
    c,
    vars: R.OP_VAR_C,
    flags,
  });

  it.each<[string, string, readonly TestOp[], boolean]>([
    [
      "a jump may end before an earlier one",
      "a\x06..a\x00X..",
      [a, jump, content("X", { distance: 0 })],
      true,
    ],
    ["no jump ends before it", "a\x06..a\x01X..", [a, jump, content("X", { distance: 0 })], false],
    ["an absolute test of a variable", "\x02a\x01a\x02", [a, take(0), isVariable(0, 0)], true],
    ["no variable passes it", "\x03a\x01a\x02", [a, take(0), isVariable(0, 0)], false],
    [
      "a variable decides among places of another content",
      "a\x02a\x01b\x01Xb\x02",
      [a, take(0), content("b", { flags: RETRY }), isVariable(0), content("X", { distance: 0 })],
      true,
    ],
    [
      "a variable is as it was",
      "\x02a.b\x01a.b\x02!",
      [take(0, 0), a, content("b", { within: 0, vars: R.OP_VAR_B }), take(0), content("!", { within: 1 })],
      true,
    ],
  ])("%s: %j", (_, text, ops, wanted) => {
    const bytes = bytesOf(text);
    expect(naiveHolds(new Map([[R.BUFFER_PAYLOAD, bytes]]), ops)).toBe(wanted);
    expect(bench.holds(bytes, ops)).toBe(wanted);
  });
});

describe("buffers", () => {
  const uri = (data: string, modifiers = {}): TestOp =>
    content(data, { ...modifiers, buffer: R.BUFFER_HTTP_URI });
  function over(payload: string, address: string, ops: readonly TestOp[]): boolean {
    bench.buffers(
      new Map([
        [R.BUFFER_PAYLOAD, bytesOf(payload)],
        [R.BUFFER_HTTP_URI, bytesOf(address)],
      ]),
      0,
    );
    return bench.run(ops);
  }

  it("a change of buffer begins at its start", () => {
    expect(over("abab", "abab", [content("b"), uri("a", { distance: 0, within: 1 })])).toBe(true);
    expect(over("abab", "abab", [content("b"), uri("b"), content("a", { distance: 0, within: 1 })])).toBe(
      true,
    );
    expect(over("abab", "abab", [content("ba"), content("b", { distance: 0, within: 1 })])).toBe(true);
  });

  it("only a match in the payload is where the alert looks", () => {
    expect(over("xxab", "abab", [uri("b")])).toBe(true);
    expect(bench.matchEnd()).toBeUndefined();
    expect(over("xxab", "abab", [content("ab"), uri("b")])).toBe(true);
    expect(bench.matchEnd()).toBe(4);
    expect(over("xxab", "abab", [content("ab"), uri("zz")])).toBe(false);
    expect(bench.matchEnd()).toBeUndefined();
  });

  it("of one that is not there only what must not be in it holds", () => {
    const absent = { buffer: R.BUFFER_HTTP_COOKIE };
    const number = { ...absent, a: 1, b: 1, c: 1, d: 0 };
    const ops: [TestOp, boolean][] = [
      [content("a", absent), false],
      [content("a", { ...absent, flags: NEGATED }), true],
      [{ ...isdataat(0), ...absent }, false],
      [{ ...isdataat(0, NEGATED), ...absent }, true],
      [{ code: R.OP_BYTE_TEST, ...number, b: R.TEST_LESS }, false],
      [{ code: R.OP_BYTE_TEST, flags: NEGATED, ...number, b: R.TEST_LESS }, false],
      [{ code: R.OP_BYTE_JUMP, ...number }, false],
      [{ code: R.OP_BYTE_EXTRACT, ...number }, false],
      [{ code: R.OP_BSIZE, ...absent, a: 0, b: 100 }, false],
    ];
    for (const [op, wanted] of ops) expect(over("a", "a", [op]), JSON.stringify(op)).toBe(wanted);
  });

  it("an empty program holds, an unknown op does not", () => {
    expect(over("a", "a", [])).toBe(true);
    expect(over("a", "a", [{ code: 99 }])).toBe(false);
    expect(over("a", "a", [{ code: 0 }])).toBe(false);
  });
});

describe("the budget", () => {
  const text = (size: number): Uint8Array => new Uint8Array(size).fill(0x61);
  const chain = (length: number, within: number): TestOp[] => [
    content("a", { flags: RETRY }),
    ...Array.from({ length }, () => content("a", { within, flags: RETRY })),
    content("b", { within: 10 }),
  ];

  it.each([
    [3, 200],
    [8, 50],
    [20, 20],
    [60, 5],
  ])("ends %i relative contents within %i that can't all match", (length, within) => {
    // What is wanted last is there, but nowhere that a chain leads to.
    const bytes = text(1400);
    bytes[0] = 0x62;
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, bytes]]), 0x61);
    const budget = 400_000;
    expect(bench.run(chain(length, within), budget)).toBe(false);
    expect(bench.entry.exports.budget()).toBeLessThan(0);
    // What one step more than the budget may cost: a search of the whole text.
    expect(bench.entry.exports.budget()).toBeGreaterThan(-2 - 1400 / 16);
  });

  it("needs little for contents that only have to follow one another", () => {
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, text(1400)]]), 0x61);
    const ops = [
      content("a", { flags: RETRY }),
      ...Array.from({ length: 50 }, () => content("a", { distance: 0, flags: RETRY })),
      content("b", { distance: 0 }),
    ];
    expect(bench.run(ops)).toBe(false);
    expect(BUDGET - bench.entry.exports.budget()).toBeLessThan(400);
  });

  it("does not try other places for what does not depend on them", () => {
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, text(1400)]]), 0x61);
    const ops = [...chain(3, 100).slice(0, -1), content("b")];
    expect(bench.run(ops)).toBe(false);
    expect(BUDGET - bench.entry.exports.budget()).toBeLessThan(200);
  });

  it("counts an op and sixteen bytes searched as a step each", () => {
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, text(1600)]]), 0);
    bench.run([content("b")]);
    expect(BUDGET - bench.entry.exports.budget()).toBe(1 + 1 + 100);
    bench.run([isdataat(0)]);
    expect(BUDGET - bench.entry.exports.budget()).toBe(1);
  });

  it("without any left nothing holds", () => {
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, text(16)]]), 0);
    expect(bench.run([isdataat(0)], 1)).toBe(true);
    expect(bench.run([isdataat(0)], 0)).toBe(false);
    expect(bench.run([isdataat(0)], -1)).toBe(false);
  });

  it("gives flow bits all or none", () => {
    const { bytes } = bench.entry;
    const set = (bit: number): TestOp => ({
      code: R.OP_FLOWBITS,
      a: R.FLOWBITS_SET,
      b: 1,
      data: Uint8Array.of(bit, 0),
    });
    const isSet = (): number => bytes[M.SESSIONS_BASE + 64]! & 3;
    bench.blank();
    bench.buffers(new Map([[R.BUFFER_PAYLOAD, text(16)]]), 0);
    expect(bench.run([isdataat(0), set(0), set(1)], 0)).toBe(false);
    expect(isSet()).toBe(0);
    expect(bench.run([isdataat(0), set(0), set(1)], 1)).toBe(true);
    expect(isSet()).toBe(3);
  });
});
