// Compiles a small AssemblyScript entry of a test (test/assembly/entries/NAME.ts) over the sources of assembly/, and
// gives an instance with a memory of its own. Apart so that parts of the module can be tested by themselves.
// Always holds: what is compiled is what is on disk; a result is kept in build/entries by the hash of its sources.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { MEMORY_PAGES } from "../../assembly/layout.js";

const root = new URL("../../", import.meta.url);
const FLAGS = "--config none -O3 --runtime stub --importMemory --sharedMemory --memoryBase 1024 --use abort=";
const ENABLE = ["--enable", "simd", "--enable", "threads", "--enable", "bulk-memory"];

export interface Entry<Exports> {
  readonly exports: Exports;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The entry's exports over a fresh memory of the module's own size. */
export async function loadEntry<Exports>(name: string): Promise<Entry<Exports>> {
  const binary = await compileEntry(name);
  const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
  const module = new WebAssembly.Module(binary as BufferSource);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    exports: exports as unknown as Exports,
    memory,
    bytes: new Uint8Array(memory.buffer),
    view: new DataView(memory.buffer),
  };
}

async function compileEntry(name: string): Promise<Uint8Array> {
  const entry = `test/assembly/entries/${name}.ts`;
  const kept = new URL(`build/entries/${name}-${hashOf(entry)}.wasm`, root);
  if (existsSync(kept)) return new Uint8Array(readFileSync(kept));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      entry,
      ...FLAGS.split(" "),
      ...["--initialMemory", String(MEMORY_PAGES), "--maximumMemory", String(MEMORY_PAGES)],
      ...ENABLE,
      ...["--outFile", "entry.wasm"],
    ],
    {
      readFile: (file: string) => {
        try {
          return readFileSync(new URL(file, root), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (_file: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`asc does not compile ${entry}: ${stderr.toString()}`);
  mkdirSync(new URL("build/entries/", root), { recursive: true });
  const fresh = `${fileURLToPath(kept)}.${process.pid}`;
  writeFileSync(fresh, binary);
  renameSync(fresh, kept);
  return binary;
}

function hashOf(entry: string): string {
  const hash = createHash("sha256").update(readFileSync(new URL(entry, root)));
  const folder = new URL("assembly/", root);
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (file.endsWith(".ts")) hash.update(file).update(readFileSync(new URL(file, folder)));
  }
  return hash.digest("hex").slice(0, 16);
}
