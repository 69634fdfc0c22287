// The same module under another engine gives the same bytes: Wasmtime (its Python package) against Node's V8, over
// the letter, scenarios, traffic that overfills the table, and the real captures where there are any; with detection on
// and off. Always holds: without Wasmtime the tests are left out with a loud message.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as layout from "../../assembly/layout.js";
import { letterCapture } from "../../examples/letter.js";
import { writePcapFile } from "../../examples/pcap-writer.js";
import { SCENARIOS, scenario } from "../../examples/scenarios/index.js";
import { writeHomes } from "../../host/wasm/homes.js";
import { viewMemory } from "../../host/wasm/memory.js";
import { builtFrames } from "../fuzz/corpus.js";
import { Traffic } from "../sim/traffic.js";
import { captureFiles, captureFolder } from "../support/captures.js";
import { Core, type CoreLimits, MODULE_PATH } from "../support/core.js";
import { feed } from "../support/feed.js";
import { requirePython } from "../support/python.js";
import { seedOf } from "../support/random.js";

interface Result {
  answer: number;
  records: number;
  sha256: string;
  counters: string;
}

const python = requirePython("wasmtime");
const folder = mkdtempSync(join(tmpdir(), "stray-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LIMITS: Partial<CoreLimits> = { flowSets: 16, recordLimit: 1024, statusNs: 5_000_000_000n };
/** Tables so small that all of them overflow. */
const DETECTION: Partial<CoreLimits> = {
  detectFlags: layout.DETECT_FLAG_ON,
  sourceLimit: 64,
  targetLimit: 16,
  recentLimit: 256,
  aliveLimit: 16,
  learnNs: 5_000_000_000n,
  aliveNs: 60_000_000_000n,
};
const HOMES = [
  { network: "10.0.0.0/16", kind: "ours" },
  { network: "20.0.0.0/6", kind: "ours" },
  { network: "192.168.0.0/16", kind: "unused" },
] as const;

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function coreWith(limits: Partial<CoreLimits>): Core {
  const core = new Core({ ...LIMITS, ...limits });
  writeHomes(viewMemory(core.memory), HOMES);
  return core;
}

function byNode(path: string, limits: Partial<CoreLimits>): Result {
  const core = coreWith(limits);
  const hash = createHash("sha256");
  let records = 0;
  const onRecords = (): void => {
    records += core.take((record) => hash.update(record));
  };
  const { ended } = feed(core, readFileSync(path), { onRecords });
  for (let more = 1; more !== 0; onRecords()) more = core.exports.flush();
  const answer = ended === "ended" ? layout.RUN_INPUT_ENDED : layout.RUN_INPUT_DAMAGED;
  return { answer, records, sha256: hash.digest("hex"), counters: sha256(core.counterBytes()) };
}

function byWasmtime(files: readonly string[], limits: Partial<CoreLimits>): Result[] {
  const core = coreWith(limits);
  const hexOf = (at: number, size: number): string =>
    Buffer.from(core.bytes.slice(at, at + size)).toString("hex");
  const job = join(folder, "job.json");
  writeFileSync(
    job,
    JSON.stringify({
      layout: { ...layout },
      limits: hexOf(layout.CONFIG_BASE, layout.CONFIG_SIZE),
      homes: hexOf(layout.HOMES_BASE, HOMES.length * layout.HOME_SIZE),
      piece: 100_003,
      files,
    }),
  );
  const script = fileURLToPath(new URL("./wasmtime-read.py", import.meta.url));
  const run = spawnSync(python ?? "", [script, fileURLToPath(MODULE_PATH), job], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`wasmtime-read.py: ${run.stderr}`);
  return JSON.parse(run.stdout) as Result[];
}

function compare(files: readonly string[], limits: Partial<CoreLimits>): Result[] {
  const other = byWasmtime(files, limits);
  const own = files.map((file) => byNode(file, limits));
  for (const [index, file] of files.entries()) expect(other[index], file).toEqual(own[index]);
  return own;
}

describe.skipIf(python === undefined).each([
  ["without detection", {}],
  ["with detection", DETECTION],
] as [string, Partial<CoreLimits>][])("Wasmtime and Node, %s,", (_, limits) => {
  it("agree on the letter", () => {
    const path = join(folder, "letter.pcap");
    writeFileSync(path, letterCapture());
    expect(compare([path], limits)[0]?.records).toBeGreaterThanOrEqual(7);
  });

  it("agree on frames of every protocol", () => {
    const path = join(folder, "built.pcap");
    const frames = builtFrames().filter(({ link }) => link === 1);
    writePcapFile(path, {}, (writer) => {
      for (const { timeNs, bytes } of frames) writer.write(timeNs, bytes);
    });
    expect(compare([path], limits)[0]?.records).toBeGreaterThan(10);
  });

  it("agree on every scenario", () => {
    const paths = SCENARIOS.map((name) => {
      const path = join(folder, `${name}.pcap`);
      writePcapFile(path, {}, (writer) => {
        for (const { timeNs, frame } of scenario(name, 1).frames) writer.write(timeNs, frame);
      });
      return path;
    });
    expect(compare(paths, limits).every(({ records }) => records > 10)).toBe(true);
  });

  it("agree on traffic that overfills the table", () => {
    const path = join(folder, "pressure.pcap");
    const traffic = new Traffic(seedOf("second engine"));
    writePcapFile(path, { nanosecond: true }, (writer) => {
      for (let i = 0; i < 50_000; i++) {
        const { timeNs, bytes } = traffic.next();
        writer.write(timeNs, bytes);
      }
    });
    expect(compare([path], limits)[0]?.records).toBeGreaterThan(1000);
  });

  it.skipIf(captureFolder() === undefined)(
    "agree on the real captures",
    () => {
      const files = captureFiles().map(({ name }) => join(captureFolder() ?? "", name));
      expect(compare(files, limits).length).toBe(files.length);
    },
    120_000,
  );
});
