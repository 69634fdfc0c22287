// The layouts beside the memory map: rules, matchers, expressions, streams, HTTP. Each must read alike in both
// languages, use only what both compute alike, and keep the fields of a struct apart.

import { readdirSync, readFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { describe, expect, it } from "vitest";
import * as map from "../../assembly/layout.js";
import { PATIENCE } from "../support/patience.js";

const root = new URL("../../assembly/", import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith("-layout.ts"),
);

async function compiledGlobals(source: string): Promise<Map<string, number>> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["layout.ts", "--outFile", "layout.wasm", "--runtime", "stub"], {
    readFile: (name: string) => (name === "layout.ts" ? source : null),
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (name === "layout.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`asc does not compile it: ${stderr.toString()}`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource), {});
  const globals = Object.entries(exports).filter(([, entry]) => entry instanceof WebAssembly.Global);
  return new Map(globals.map(([name, entry]) => [name, (entry as WebAssembly.Global).value as number]));
}

it("finds the layouts", () => {
  expect(files.length).toBeGreaterThanOrEqual(5);
});

describe.each(files)("%s", (file) => {
  const source = readFileSync(new URL(file, root), "utf8");
  const declarations = [...source.matchAll(/^export const (\w+): i32 =\s+([^;]*);(?: \/\/ (.*))?$/gm)].map(
    ([, name = "", expression = "", comment = ""]) => ({ name, expression, comment }),
  );

  it("uses nothing but integer literals, earlier names, + and *", () => {
    const known = new Set<string>();
    for (const { name, expression } of declarations) {
      for (const token of expression.trim().split(/\s*[+*]\s*/)) {
        const fine = /^\d+$/.test(token) ? Number(token) <= 0x7fffffff : known.has(token);
        expect(fine, `${name} = ${expression}: "${token}" is neither a literal nor an earlier name`).toBe(
          true,
        );
      }
      expect(known.has(name), `${name} is declared twice`).toBe(false);
      known.add(name);
    }
    expect(declarations.length).toBeGreaterThan(10);
  });

  it(
    "gives every name the same value in both languages",
    async () => {
      const values = (await import(new URL(file, root).href.replace(/\.ts$/, ".js"))) as Record<
        string,
        number
      >;
      const compiled = await compiledGlobals(source);
      expect(Object.fromEntries(compiled)).toEqual({ ...values });
      expect(compiled.size).toBe(declarations.length);
    },
    60_000 * PATIENCE,
  );
});

// Structs: the name's beginning, and how large the struct is at most.
const NONE = /^$/;
const STRUCTS: readonly (readonly [file: string, prefix: string, size: string | number, but: RegExp])[] = [
  ["match/rules-layout.ts", "INSPECT_", "INSPECT_STATE_SIZE", NONE],
  ["match/rules-layout.ts", "BUFFER_", "BUFFER_SIZE", NONE],
  ["match/rules-layout.ts", "IMAGE_", "IMAGE_HEADER_SIZE", NONE],
  ["match/rules-layout.ts", "RULE_", "RULE_SIZE", /^RULE_STATE_/],
  ["match/rules-layout.ts", "RULE_STATE_", "RULE_STATE_SIZE", NONE],
  ["match/rules-layout.ts", "LIMIT_", "LIMIT_SIZE", NONE],
  ["match/rules-layout.ts", "OP_", "OP_SIZE", NONE],
  ["match/rules-layout.ts", "ALERT_", map.ALERT_SIZE, NONE],
  ["stream/stream-layout.ts", "SESSION_", map.SESSION_SIZE, NONE],
  ["stream/stream-layout.ts", "STREAM_", "STREAM_SIZE", NONE],
];
const WIDTHS: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8, i32: 4, i64: 8 };

describe.each(STRUCTS.map((struct) => [...struct] as const))("%s: struct %s", (file, prefix, size, but) => {
  it("has aligned fields that do not overlap and fit", async () => {
    const source = readFileSync(new URL(file, root), "utf8");
    const values = (await import(new URL(file, root).href.replace(/\.ts$/, ".js"))) as Record<string, number>;
    const fields = [...source.matchAll(/^export const (\w+_OFFSET): i32 =\s+[^;]*;(?: \/\/ (.*))?$/gm)]
      .filter(([, name = ""]) => name.startsWith(prefix) && !but.test(name))
      .flatMap(([, name = "", comment = ""]) => {
        const [, times = "1", type = "", plain = ""] =
          /^(?:(\d+) x )?(u8|u16|u32|u64|i32|i64)\b|^(\d+) bytes\b/.exec(comment) ?? [];
        const width = WIDTHS[type] ?? 1;
        const length = plain === "" ? Number(times) * (WIDTHS[type] ?? 0) : Number(plain);
        return length === 0 ? [] : [{ name, offset: values[name]!, length, width }];
      })
      .sort((a, b) => a.offset - b.offset);
    const end = typeof size === "number" ? size : values[size]!;
    expect(fields.length).toBeGreaterThan(1);
    fields.forEach(({ name, offset, length, width }, index) => {
      expect(offset % width, `${name} is aligned`).toBe(0);
      expect(offset + length, `${name} ends before what follows`).toBeLessThanOrEqual(
        fields[index + 1]?.offset ?? end,
      );
    });
  });
});
