// Builds build/stray.wasm: asc compiles assembly/, then binaryen inlines far more than asc lets it, but for what is called
// seldom. Apart from asconfig.json because asc has no word for either, and engines don't inline across WASM functions: the
// packet path gets a tenth faster. Always holds: the file is put in place whole; a name in COLD that is no function fails
// the build.

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import binaryen from "binaryen";

const INLINE_SIZE_MAX = 200;
/**
 * Called for few packets out of the function that every packet runs through: inside it they would make that slower, since
 * engines share out registers over a whole function.
 */
const COLD = [
  "batch/touchAsking",
  "flow/credit/takeOtherTtl",
  "flow/credit/tellRaised",
  "detect/absence/noteAbsence",
  "detect/conduct/raiseScan",
  "detect/conduct/raiseUnanswered",
  "detect/observe/hearUnheard",
  "detect/observe/judgeEnd",
  "detect/observe/judgeSilence",
  "detect/observe/lookAtZeroId",
  "detect/observe/meet",
  "detect/raise/raise",
  "detect/raise/raiseFromChecksums",
  "detect/raise/raiseFromNotes",
  "detect/second-sender/isApart",
].map((name) => `assembly/${name}`);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join("build", "stray.asc.wasm");
const result = join(root, "build", "stray.wasm");

function keepCold(module) {
  for (const name of COLD) {
    if (!module.getFunction(name)) throw new Error(`COLD: no function is called ${name}`);
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
  binaryen.clearPassArguments();
}

const { error, stderr } = await asc.main(
  ["assembly/index.ts", "--target", "release", "--debug", "--outFile", compiled, "--baseDir", root],
  { transforms: [{ afterCompile: keepCold }] },
);
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
keepCold(module);
// Names were for COLD alone.
binaryen.setDebugInfo(false);
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
