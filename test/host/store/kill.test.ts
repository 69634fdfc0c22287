// kill -9 in the middle of writing: what the kernel had is there, what is torn is cut, nothing else is lost.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildRecord } from "../../support/record-builder.js";
import { Bench } from "./disk.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CHILD = fileURLToPath(new URL("writer-child.ts", import.meta.url));
const ENOUGH = 5000;

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.dispose());

async function writeUntilKilled(enough: number): Promise<number> {
  const child = spawn(process.execPath, ["--import", "./tools/ts.mjs", CHILD, bench.folder], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let handed = 0;
  for await (const line of createInterface(child.stdout)) {
    handed = Number(line);
    if (handed >= enough && child.exitCode === null) child.kill("SIGKILL");
  }
  await ended;
  return handed;
}

it("a writer killed with kill -9 leaves a store that is whole but for its last message", async () => {
  const handed = await writeUntilKilled(ENOUGH);
  bench.nowMs = Date.now() + 3_600_000;
  const store = await bench.open();
  store.write(buildRecord({ sequence: 1 }));
  await store.close();
  const sequences = (await bench.records()).map(({ sequence }) => sequence);
  expect(sequences.pop()).toBe(1);
  expect(sequences.length).toBeGreaterThanOrEqual(handed);
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, index) => index + 1));
  expect(store.counters()).toMatchObject({ records: 1, dropped: 0, errors: 0 });
  expect(store.counters()["tails-cut"]).toBeLessThanOrEqual(1);
});
