// The flows of a store, printed: spans, filters, the largest, ranges, and what is told when a file is damaged.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRAILER_SIZE } from "../../../host/store/file-ends.js";
import { buildRecord } from "../../support/record-builder.js";
import { Bench } from "../store/disk.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CHILD = fileURLToPath(new URL("stored-flows-child.ts", import.meta.url));

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  for (const hour of [0, 1, 2]) {
    const store = await bench.open();
    const fromUs = bench.nowMs * 1000;
    bench.nowMs += 3_600_000;
    for (let index = 0; index < 4; index++) {
      const orig = {
        port: 1000 + hour * 10 + index,
        bytes: 100 * ((index * 7 + hour) % 11),
        packets: 1 + index,
      };
      store.write(
        buildRecord({
          proto: index % 2 === 0 ? 6 : 17,
          startUs: fromUs,
          lastUs: fromUs + index * 1_000_000,
          orig,
        }),
      );
    }
    await store.close();
  }
});
afterAll(() => bench.dispose());

function run(options: object) {
  const words = JSON.stringify({ columns: "sport,bytes", store: bench.folder, ...options });
  const child = spawnSync(process.execPath, ["--import", "./tools/ts.mjs", CHILD, words], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
  });
  const [header, ...rows] = child.stdout.split(/\r?\n/).filter((line) => line !== "");
  return {
    header,
    ports: rows.map((row) => Number(row.split(",")[0])),
    rows,
    stderr: child.stderr,
    exitCode: child.status,
  };
}

describe("stored flows", () => {
  it("are all there without a span, in order", () => {
    const { header, ports, exitCode, stderr } = run({});
    expect(header).toBe("sport,bytes");
    expect(ports).toEqual([1000, 1001, 1002, 1003, 1010, 1011, 1012, 1013, 1020, 1021, 1022, 1023]);
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  it("are those of the span and the filter", () => {
    const span = { from: "2026-11-24T22:30", to: "2026/11/24.23:30:00" };
    expect(run(span).ports).toEqual([1010, 1011, 1012, 1013]);
    expect(run({ ...span, filter: "udp and sport > 1011" }).ports).toEqual([1013]);
    expect(run({ from: "2030-01-01" }).header).toBe("sport,bytes");
  });

  it("are the largest, largest first, equals in order", () => {
    const { rows } = run({ top: 4, by: "bytes" });
    const bytes = rows.map((row) => Number(row.split(",")[1]));
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
    const all = run({}).rows.map((row) => Number(row.split(",")[1]));
    expect(bytes).toEqual([...all].sort((a, b) => b - a).slice(0, 4));
    expect(run({ top: 3, by: "packets" }).ports).toEqual([1003, 1013, 1023]);
    expect(run({ top: 2, by: "start" }).ports).toEqual([1020, 1021]);
    expect(run({ top: 100, by: "duration" }).ports).toHaveLength(12);
  });

  it("are those of a range", () => {
    expect(run({ first: 2, last: 3 }).ports).toEqual([1001, 1002]);
    expect(run({ top: 3, by: "packets", first: 1, last: 1 }).ports).toEqual([1003]);
  });

  it("are printed to the damage, which is told, and from the next file on", () => {
    const name = join(bench.folder, bench.files[1]!);
    const whole = readFileSync(name);
    try {
      const bytes = Buffer.from(whole);
      bytes[bytes.length - TRAILER_SIZE] = 1;
      writeFileSync(name, bytes);
      const { ports, stderr, exitCode } = run({});
      expect(ports).toHaveLength(12);
      expect(stderr.split("\n").filter((line) => line !== "")).toEqual([
        expect.stringContaining(`${name}: byte `),
      ]);
      expect(exitCode).toBe(1);
    } finally {
      writeFileSync(name, whole);
    }
  });

  it.each([
    [{ from: "soon" }, `--from: expected a time like`],
    [{ from: "now", to: "-1h" }, "--from is later than --to"],
    [{ filter: "port 99999" }, "99999"],
    [{ store: "/nowhere/at/all" }, "/nowhere/at/all can't be read: the directory does not exist"],
  ])("%j is told in one line, with exit code 2", (options, message) => {
    const { header, stderr, exitCode } = run(options);
    expect(header).toBeUndefined();
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(exitCode).toBe(2);
  });
});
