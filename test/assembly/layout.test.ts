// The memory map is one source of truth: asc and tsc must read the same numbers out of it, and the numbers must
// make sense. Apart from the tests of behaviour because a drift here makes all of those meaningless.
// Always holds: the map is checked as the source text it is, as asc compiles it, and as the host imports it.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import * as layout from "../../assembly/layout.js";
import { PATIENCE } from "../support/patience.js";

const source = readFileSync(new URL("../../assembly/layout.ts", import.meta.url), "utf8");
const values = layout as unknown as Record<string, number>;
const declarations = [...source.matchAll(/^export const (\w+): i32 = ([^;]*);(?: \/\/ (.*))?$/gm)].map(
  ([, name = "", expression = "", comment = ""]) => ({ name, expression, comment }),
);

function value(name: string): number {
  const found = values[name];
  if (found === undefined) throw new Error(`layout.ts has no ${name}`);
  return found;
}

/** The compiler's API, as far as it is used here: its own typings declare globals that are not Node's. */
interface Compiler {
  main(
    argv: string[],
    io: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(): string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}
const COMPILER: string = "assemblyscript/asc";

/** Compiles layout.ts alone and answers its exported globals as asc computed them. */
async function compiledGlobals(): Promise<Map<string, number>> {
  const { default: asc } = (await import(COMPILER)) as { default: Compiler };
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["layout.ts", "--outFile", "layout.wasm", "--runtime", "stub"], {
    readFile: (name) => (name === "layout.ts" ? source : null),
    writeFile: (name, contents) => {
      if (name === "layout.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`asc does not compile layout.ts: ${stderr.toString()}`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource), {});
  const globals = Object.entries(exports).filter(([, entry]) => entry instanceof WebAssembly.Global);
  return new Map(globals.map(([name, entry]) => [name, (entry as WebAssembly.Global).value as number]));
}

describe("layout.ts as text", () => {
  it("uses nothing but integer literals, earlier names, + and *", () => {
    const known = new Set<string>();
    for (const { name, expression } of declarations) {
      for (const token of expression.split(/ *[+*] */)) {
        const fine = /^\d+$/.test(token) ? Number(token) <= 0x7fffffff : known.has(token);
        expect(fine, `${name} = ${expression}: "${token}" is neither a literal nor an earlier name`).toBe(
          true,
        );
      }
      expect(known.has(name), `${name} is declared twice`).toBe(false);
      known.add(name);
    }
    expect(declarations.length).toBeGreaterThan(300);
  });

  it("has no statement but these declarations", () => {
    const rest = source
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("//") && !line.startsWith("export const "));
    expect(rest).toEqual([]);
  });

  it("ends every name with its kind where an address, an offset or a shift is meant", () => {
    for (const { name, comment } of declarations) {
      if (/^(u8|u16|u32|u64|i64|\d+ bytes)\b/.test(comment)) expect(name).toMatch(/_OFFSET$/);
    }
  });
});

describe("layout.ts in both languages", () => {
  let compiled: Map<string, number>;
  beforeAll(async () => {
    compiled = await compiledGlobals();
  }, 60_000 * PATIENCE);

  it("exports the same names", () => {
    expect([...compiled.keys()].sort()).toEqual(Object.keys(values).sort());
    expect(declarations.map(({ name }) => name).sort()).toEqual(Object.keys(values).sort());
  });

  it("gives every name the same value", () => {
    const different = [...compiled].filter(([name, number]) => values[name] !== number);
    expect(different).toEqual([]);
  });
});

describe("regions", () => {
  const regions = Object.keys(values)
    .filter((name) => name.endsWith("_BASE"))
    .filter((name) => name === "SCRATCH_BASE" || !name.startsWith("SCRATCH_"))
    .map((name) => {
      const prefix = name.slice(0, -"_BASE".length);
      const size = values[`${prefix}_REGION_SIZE`] ?? value(`${prefix}_SIZE`);
      return { prefix, base: value(name), end: value(name) + size };
    })
    .sort((a, b) => a.base - b.base);

  it("are in the order in which the file names them", () => {
    const named = declarations
      .map(({ name }) => name)
      .filter((name) => name.endsWith("_BASE") && !/^SCRATCH_.+_BASE$/.test(name));
    expect(regions.map(({ prefix }) => `${prefix}_BASE`)).toEqual(named);
  });

  it("begin and end at a cache line", () => {
    for (const { prefix, base, end } of regions) {
      expect(base % layout.CACHE_LINE_SIZE, `${prefix} begins`).toBe(0);
      expect(end % layout.CACHE_LINE_SIZE, `${prefix} ends`).toBe(0);
    }
  });

  it("begin the windows where any machine's pages can be mapped", () => {
    expect(layout.WINDOWS_BASE % layout.PAGE_SIZE).toBe(0);
  });

  it("do not overlap and end inside the memory", () => {
    regions.forEach(({ prefix, base, end }, index) => {
      expect(end, `${prefix} is not empty`).toBeGreaterThan(base);
      expect(end, `${prefix} ends before what follows`).toBeLessThanOrEqual(
        regions[index + 1]?.base ?? layout.MEMORY_SIZE,
      );
    });
    expect(regions[0]?.base).toBeGreaterThan(0);
  });

  it("divide SCRATCH without overlap", () => {
    const end = layout.SCRATCH_BASE + layout.SCRATCH_REGION_SIZE;
    const areas = [
      [layout.SCRATCH_CANDIDATES_BASE, layout.CANDIDATE_CAPACITY * 4],
      [layout.SCRATCH_PROGRAM_BASE, layout.SCRATCH_PROGRAM_SIZE],
      [layout.SCRATCH_REGEX_BASE, layout.SCRATCH_REGEX_SIZE],
      [layout.SCRATCH_HTTP_BASE, layout.SCRATCH_HTTP_SIZE],
      [layout.SCRATCH_PACKET_BASE, layout.PACKET_SIZE],
    ] as const;
    areas.forEach(([base, size], index) => {
      expect(base + size).toBeLessThanOrEqual(areas[index + 1]?.[0] ?? end);
    });
  });

  it("hold what is to be in them", () => {
    expect(layout.CONFIG_SIZE).toBeLessThanOrEqual(layout.CONFIG_REGION_SIZE);
    expect(layout.STATE_SIZE).toBeLessThanOrEqual(layout.STATE_REGION_SIZE);
    expect(layout.FLOW_SIZE % layout.CACHE_LINE_SIZE).toBe(0);
    expect(layout.RECORD_SIZE % layout.CACHE_LINE_SIZE).toBe(0);
    expect(layout.PACKET_SIZE % layout.CACHE_LINE_SIZE).toBe(0);
    expect(layout.SET_META_OFFSET + layout.SET_WAYS * 2).toBeLessThanOrEqual(layout.SET_SIZE);
    expect(layout.CREDIT_OUTER_OFFSET + layout.PACKET_SIZE).toBeLessThanOrEqual(layout.CREDIT_REGION_SIZE);
    expect(layout.RECORD_CAPTURED_MAX).toBeLessThan(layout.WINDOW_CARRY_SIZE);
  });
});

// The width of a field stands first in its comment: "u32, ..." or "16 bytes: ...".
const WIDTHS: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8 };
const STRUCTS: Record<string, string> = {
  CONFIG: "CONFIG_SIZE",
  STATE: "STATE_SIZE",
  INPUT: "INPUT_HEADER_SIZE",
  INTERFACE: "INTERFACE_SIZE",
  PACKET: "PACKET_SIZE",
  FLOW: "FLOW_SIZE",
  DIR: "FLOW_DIR_SIZE",
  FRAGMENT: "FRAGMENT_SIZE",
  RECORD: "RECORD_HEADER_SIZE",
};

describe.each(Object.entries(STRUCTS))("struct %s", (prefix, sizeName) => {
  const fields = declarations
    .filter(({ name }) => name.startsWith(`${prefix}_`) && name.endsWith("_OFFSET"))
    .flatMap(({ name, comment }) => {
      const [, times = "1", type = "", plain = ""] =
        /^(?:(\d+) x )?(u8|u16|u32|u64|i64)\b|^(\d+) bytes\b/.exec(comment) ?? [];
      const width = WIDTHS[type] ?? 1;
      const size = plain === "" ? Number(times) * (WIDTHS[type] ?? 0) : Number(plain);
      return size === 0 ? [] : [{ name, offset: value(name), size, width }];
    })
    .sort((a, b) => a.offset - b.offset);

  it("has aligned fields that do not overlap and fit", () => {
    expect(fields.length).toBeGreaterThan(3);
    fields.forEach(({ name, offset, size, width }, index) => {
      expect(offset % width, `${name} is aligned`).toBe(0);
      expect(offset + size, `${name} ends before what follows`).toBeLessThanOrEqual(
        fields[index + 1]?.offset ?? value(sizeName),
      );
    });
  });
});

describe("numbers", () => {
  it("names every counter once and inside the region", () => {
    const counters = declarations.filter(
      ({ name }) => /^COUNTER_/.test(name) && !/^COUNTER_(CAPACITY|UNDECODED_FIRST)$/.test(name),
    );
    const indices = counters.map(({ name }) => value(name));
    expect(new Set(indices).size).toBe(indices.length);
    expect(Math.max(...indices)).toBeLessThan(layout.COUNTER_CAPACITY);
  });

  it.each(["NOTE_", "FLOW_FLAG_", "PACKET_BIT_", "DIR_BIT_", "CONFIG_FLAG_"])(
    "%s are single bits, each once",
    (prefix) => {
      const bits = declarations.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => value(name));
      expect(bits.every((bit) => bit > 0 && (bit & (bit - 1)) === 0)).toBe(true);
      expect(new Set(bits).size).toBe(bits.length);
    },
  );
});
