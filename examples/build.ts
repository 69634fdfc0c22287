// Builds the example captures: `node dist/examples/build.js OUTDIR`, by default build/examples.
// Apart from what it builds so that tests can have the bytes without a file.
// Always holds: the same bytes each time.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { letterCapture } from "./letter.js";

const CAPTURES: readonly { name: string; build: () => Uint8Array }[] = [
  { name: "letter.pcap", build: letterCapture },
];

const folder = process.argv[2] ?? join("build", "examples");
try {
  mkdirSync(folder, { recursive: true });
  for (const { name, build } of CAPTURES) {
    const path = join(folder, name);
    writeFileSync(path, build());
    console.log(path);
  }
} catch (error) {
  console.error(`examples: cannot write to ${folder}: ${(error as Error).message}`);
  process.exitCode = 1;
}
