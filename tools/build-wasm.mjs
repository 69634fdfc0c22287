// Builds build/stray.wasm: asc compiles assembly/, then binaryen inlines far more than asc lets it.
// Apart from asconfig.json because asc has no word for the size of what is inlined, and engines don't inline across
// WASM functions: the packet path gets a tenth faster. Always holds: the file is put in place whole.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

const INLINE_SIZE_MAX = 200;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join("build", "stray.asc.wasm");
const result = join(root, "build", "stray.wasm");

const { error, stderr } = await asc.main([
  "assembly/index.ts",
  "--target",
  "release",
  "--outFile",
  compiled,
  "--baseDir",
  root,
]);
if (error) {
  process.stderr.write(`${stderr.toString()}build: assembly/ does not compile\n`);
  process.exit(1);
}
const module = binaryen.readBinary(readFileSync(join(root, compiled)));
// What Node 20 runs without a flag, and no more: newer features change how even plain types are written.
const has = binaryen.Features;
module.setFeatures(
  has.Atomics |
    has.BulkMemory |
    has.BulkMemoryOpt |
    has.MutableGlobals |
    has.NontrappingFPToInt |
    has.SIMD128 |
    has.SignExt,
);
binaryen.setOptimizeLevel(3);
binaryen.setShrinkLevel(0);
binaryen.setAlwaysInlineMaxSize(INLINE_SIZE_MAX);
binaryen.setFlexibleInlineMaxSize(INLINE_SIZE_MAX);
binaryen.setAllowInliningFunctionsWithLoops(true);
module.optimize();
if (!module.validate()) {
  process.stderr.write("build: binaryen made a module that is not valid\n");
  process.exit(1);
}
writeFileSync(`${result}.${process.pid}`, module.emitBinary());
renameSync(`${result}.${process.pid}`, result);
rmSync(join(root, compiled));
