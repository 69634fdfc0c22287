// Encodings against what the kernel's own disassembler and RFC 9669 say of them.
// Apart from the system tests because nothing is loaded. Always holds: expected bytes are written out, not computed.

import { describe, expect, it } from "vitest";
import type { Step } from "../../../host/bpf/instruction.js";
import {
  addAtomic,
  addNumber,
  assemble,
  call,
  exit,
  jump,
  jumpIf,
  jumpIfNumber,
  label,
  load,
  loadMap,
  loadMapValue,
  move,
  moveNumber,
  store,
  storeNumber,
  subtract,
} from "../../../host/bpf/instruction.js";

function hex(steps: readonly Step[]): string[] {
  return Buffer.from(assemble(steps)).toString("hex").match(/.{16}/g) ?? [];
}

describe("instructions", () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ["r6 = r1", [move(6, 1)], ["bf16000000000000"]],
    ["r0 = 2", [moveNumber(0, 2)], ["b700000002000000"]],
    ["r0 = -1", [moveNumber(0, -1)], ["b7000000ffffffff"]],
    ["r0 -= r9", [subtract(0, 9)], ["1f90000000000000"]],
    ["r2 += -4", [addNumber(2, -4)], ["07020000fcffffff"]],
    ["r1 = *(u32 *)(r7 + 16)", [load(4, 1, 7, 16)], ["6171100000000000"]],
    ["r9 = *(u64 *)(r7 + 0)", [load(8, 9, 7, 0)], ["7979000000000000"]],
    ["r2 = *(u16 *)(r1 - 2)", [load(2, 2, 1, -2)], ["6912feff00000000"]],
    ["r2 = *(u8 *)(r1 + 300)", [load(1, 2, 1, 300)], ["71122c0100000000"]],
    ["*(u64 *)(r0 + 0) = r6", [store(8, 0, 0, 6)], ["7b60000000000000"]],
    ["*(u32 *)(r10 - 4) = 1", [storeNumber(4, 10, -4, 1)], ["620afcff01000000"]],
    ["*(u64 *)(r0 + 8) = 0", [storeNumber(8, 0, 8, 0)], ["7a00080000000000"]],
    ["lock *(u64 *)(r7 + 72) += r1", [addAtomic(8, 7, 72, 1)], ["db17480000000000"]],
    ["lock *(u32 *)(r10 - 4) += r0", [addAtomic(4, 10, -4, 0)], ["c30afcff00000000"]],
    ["r1 = map[fd 5]", loadMap(1, 5), ["1811000005000000", "0000000000000000"]],
    ["r7 = map[fd 5][0] + 64", loadMapValue(7, 5, 64), ["1827000005000000", "0000000040000000"]],
    ["call bpf_ktime_get_ns", [call(5)], ["8500000005000000"]],
    ["exit", [exit()], ["9500000000000000"]],
  ])("%s", (_, steps, expected) => {
    expect(hex(steps)).toEqual(expected);
  });

  it.each([
    ["==", "15", "1d"],
    ["!=", "55", "5d"],
    [">", "25", "2d"],
    [">=", "35", "3d"],
    ["<", "a5", "ad"],
    ["<=", "b5", "bd"],
    ["s>", "65", "6d"],
    ["s>=", "75", "7d"],
    ["s<", "c5", "cd"],
    ["s<=", "d5", "dd"],
  ] as const)("jumps if %s", (condition, withNumber, withRegister) => {
    const steps = [
      jumpIfNumber(1, condition, 3, "end"),
      jumpIf(0, condition, 2, "end"),
      label("end"),
      exit(),
    ];
    expect(hex(steps).slice(0, 2)).toEqual([`${withNumber}01010003000000`, `${withRegister}20000000000000`]);
  });

  it("counts jumps from the instruction behind them, both ways, over wide ones", () => {
    const steps = [
      jump("end"),
      label("start"),
      ...loadMapValue(1, 3),
      jumpIfNumber(1, "==", 0, "start"),
      label("end"),
      exit(),
    ];
    expect(hex(steps)).toEqual([
      "0500030000000000",
      "1821000003000000",
      "0000000000000000",
      "1501fdff00000000",
      "9500000000000000",
    ]);
  });

  it("refuses labels that lead nowhere, are there twice, or are too far away", () => {
    expect(() => assemble([jump("no"), exit()])).toThrow("label no leads nowhere");
    expect(() => assemble([jump("end"), label("end")])).toThrow("label end leads nowhere");
    expect(() => assemble([label("a"), label("a"), exit()])).toThrow("label a is there twice");
    const far = Array.from({ length: 40_000 }, () => exit());
    expect(() => assemble([jump("end"), ...far, label("end"), exit()])).toThrow("label end is too far away");
  });
});
