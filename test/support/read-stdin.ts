// A program for tests: reads standard input as a capture source does and prints what came, then ends by itself.
// `node --import ./tools/ts.mjs test/support/read-stdin.ts [BYTES]`: BYTES = leave after so many.

import { createHash } from "node:crypto";
import { openSource } from "../../host/capture/source.js";

const enough = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const hash = createHash("sha256");
const target = new Uint8Array(new SharedArrayBuffer(100_000));
let size = 0;
let problem = "";
const source = await openSource("-");
try {
  while (size < enough) {
    const there = await source.read(target);
    if (there === 0) break;
    size += there;
    hash.update(target.slice(0, there));
  }
} catch (error) {
  problem = (error as Error).message;
}
const { compressed } = source;
await source.close();
process.stdout.write(JSON.stringify({ size, hash: hash.digest("hex"), compressed, problem }));
