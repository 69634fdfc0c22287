// What the release module promises by its form: one import, a memory that never grows, no allocator, no state
// outside the memory, nothing that runs by itself. Apart because these hold for the binary, whatever it computes.
// Always holds: the file judged is the one that the sensor loads.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MEMORY_PAGES, STATIC_BASE, STATIC_SIZE } from "../../assembly/layout.js";
import { OPCODE_MEMORY_GROW, readWasm } from "../support/wasm-binary.js";

const bytes = readFileSync(new URL("../../build/stray.wasm", import.meta.url));
const module = readWasm(bytes);

const EXPORTS = [
  "closeInput",
  "configure",
  "darkness",
  "discard",
  "drain",
  "flush",
  "flushSlot",
  "forward",
  "giveAlive",
  "init",
  "nextLive",
  "openInput",
  "prepareFlush",
  "pushFrame",
  "readBlock",
  "run",
  "snapshot",
  "takeRules",
  "tick",
];

describe("the release module", () => {
  it("is valid", () => {
    expect(WebAssembly.validate(bytes)).toBe(true);
  });

  it("imports its memory and nothing else, shared, as large as it will ever be", () => {
    expect(module.imports).toEqual([
      {
        module: "env",
        name: "memory",
        kind: "memory",
        memory: { initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true },
      },
    ]);
    expect(module.memories).toBe(0);
  });

  it("never grows memory", () => {
    const instructions = [...module.opcodes.values()].reduce((sum, times) => sum + times, 0);
    expect(instructions, "instructions read").toBeGreaterThan(1000);
    expect(module.opcodes.get(OPCODE_MEMORY_GROW)).toBeUndefined();
  });

  it("exports its calls and nothing of a runtime", () => {
    const functions = module.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
    expect(functions.filter((name) => name.startsWith("__"))).toEqual([]);
    expect(functions.sort()).toEqual(EXPORTS);
    expect(module.exports.filter(({ kind }) => kind !== "func" && kind !== "memory")).toEqual([]);
  });

  it("keeps no state outside the memory", () => {
    expect(module.mutableGlobals).toBe(0);
  });

  it("runs nothing by itself", () => {
    expect(module.hasStart).toBe(false);
    expect(module.passiveData).toBe(0);
  });

  it("puts its own data where the map has a place for it", () => {
    for (const { address, size } of module.data) {
      expect(address).toBeGreaterThanOrEqual(STATIC_BASE);
      expect(address + size).toBeLessThanOrEqual(STATIC_BASE + STATIC_SIZE);
    }
  });
});

describe("the reader of modules", () => {
  it("finds a memory.grow where there is one", () => {
    // (module (memory 1 2) (func (result i32) i32.const 1 memory.grow 0))
    const sections = [
      "0061736d01000000",
      "0105016000017f",
      "03020100",
      "050401010102",
      "0a08010600410140000b",
    ];
    const grows = Buffer.from(sections.join(""), "hex");
    expect(WebAssembly.validate(grows)).toBe(true);
    expect(readWasm(grows).opcodes.get(OPCODE_MEMORY_GROW)).toBe(1);
  });
});
