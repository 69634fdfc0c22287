// Filter programs as data: what tcpdump prints is read exactly or refused.
// Apart from compiling because no program and no kernel is needed. Always holds: property tests are seeded.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressProgram } from "../../../../host/capture/live/address-program.js";
import type { BpfInstruction } from "../../../../host/capture/live/bpf-program.js";
import { bpfBytes, DROP_ALL, parseBpf, withSnapLength } from "../../../../host/capture/live/bpf-program.js";
import { StrayError } from "../../../../host/errors.js";

const SEED = 20_261_124;
const RETURN = 6;

const instruction = fc.record({
  code: fc.integer({ min: 0, max: 0xffff }),
  jt: fc.integer({ min: 0, max: 0xff }),
  jf: fc.integer({ min: 0, max: 0xff }),
  k: fc.integer({ min: 0, max: 0xffffffff }),
});

function print(program: readonly BpfInstruction[]): string {
  return `${program.length}\n${program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}\n`).join("")}`;
}

describe("parseBpf", () => {
  it("reads what tcpdump -ddd prints", () => {
    const text = "4\n40 0 0 12\n21 0 1 34525\n6 0 0 262144\n6 0 0 0\n";
    expect(parseBpf(text)).toEqual([
      { code: 40, jt: 0, jf: 0, k: 12 },
      { code: 21, jt: 0, jf: 1, k: 34_525 },
      { code: RETURN, jt: 0, jf: 0, k: 262_144 },
      { code: RETURN, jt: 0, jf: 0, k: 0 },
    ]);
  });

  it("reads back every program", () => {
    fc.assert(
      fc.property(fc.array(instruction, { minLength: 1, maxLength: 200 }), (program) => {
        expect(parseBpf(print(program))).toEqual(program);
      }),
      { seed: SEED },
    );
  });

  it.each([
    ["", "count of instructions"],
    ["0\n", "count of instructions"],
    ["4097\n", "count of instructions"],
    ["one\n6 0 0 0\n", "count of instructions"],
    ["2\n6 0 0 0\n", "expected 2 instructions, found 1"],
    ["1\n6 0 0 0\n6 0 0 0\n", "expected 1 instructions, found 2"],
    ["1\n6 0 0\n", "instruction 0"],
    ["1\n6 0 0 0 0\n", "instruction 0"],
    ["2\n6 0 0 0\n65536 0 0 0\n", "instruction 1"],
    ["1\n6 256 0 0\n", "instruction 0"],
    ["1\n6 0 -1 0\n", "instruction 0"],
    ["1\n6 0 0 4294967296\n", "instruction 0"],
    ["1\n6 0 0 0x10\n", "instruction 0"],
    ["1\n6 0 0 \u001b[31m\n", "\\x1b"],
  ])("refuses %j", (text, words) => {
    expect(() => parseBpf(text)).toThrow(expect.objectContaining({ code: "FILTER_PROGRAM" }));
    expect(() => parseBpf(text)).toThrow(words);
  });

  it("refuses or reads anything, and throws nothing but StrayError", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789 \n-x") }), (text) => {
        try {
          expect(parseBpf(text).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(StrayError);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe("withSnapLength", () => {
  it("makes a program of no filter", () => {
    expect(withSnapLength([], 96)).toEqual([{ code: RETURN, jt: 0, jf: 0, k: 96 }]);
  });

  it("cuts what is kept, keeps what is refused, and touches nothing else", () => {
    const program = parseBpf("4\n40 0 0 99999\n21 0 1 34525\n6 0 0 262144\n6 0 0 0\n");
    expect(withSnapLength(program, 96).map(({ k }) => k)).toEqual([99_999, 34_525, 96, 0]);
    expect(withSnapLength(program, 262_144)).toEqual(program);
    expect(withSnapLength(DROP_ALL, 96)).toEqual(DROP_ALL);
  });
});

describe("bpfBytes", () => {
  it("lays out struct sock_filter", () => {
    const bytes = bpfBytes([{ code: 0x1234, jt: 5, jf: 6, k: 0x89abcdef }, ...DROP_ALL]);
    expect(Buffer.from(bytes).toString("hex")).toBe("34120506efcdab890600000000000000");
  });
});

describe("the fan-out program", () => {
  it("jumps forward only, within itself, and ends with a return", () => {
    const program = addressProgram();
    expect(program.length).toBeLessThan(4096);
    program.forEach(({ code, jt, jf, k }, index) => {
      const farthest = code === 5 ? k : Math.max(jt, jf);
      expect(index + farthest + 1).toBeLessThanOrEqual(
        program.length - (index === program.length - 1 ? 0 : 1),
      );
      expect([jt, jf].every((jump) => jump >= 0 && jump < 256)).toBe(true);
    });
    expect(program.at(-1)?.code).toBe(0x16);
  });
});
