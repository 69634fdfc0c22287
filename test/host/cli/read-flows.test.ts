// `stray read` of flow records: the same records, through the same printers, whatever the file is called.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { letterCapture } from "../../../examples/letter.js";
import { runStray } from "../../support/run-stray.js";
import { messagesOf, recordsOfCaptures } from "../ipfix/records.js";

let folder: string;
let capture: string;
let flows: string;
let bytes: Buffer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stray-read-flows-"));
  capture = join(folder, "letter.pcap");
  flows = join(folder, "letter.data");
  writeFileSync(capture, letterCapture());
  bytes = Buffer.concat(messagesOf(await recordsOfCaptures([capture], 0)));
  writeFileSync(flows, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (...args: string[]) => runStray(["read", ...args]);
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

describe("stray read of flow records", () => {
  it.each([
    [[]],
    [["-Z", "b"]],
    [["--json"]],
    [["--csv"]],
    [["-c", ",", "-u", "-nn"]],
    [["-N", "2-3"]],
    [["-f", "port 27708"]],
  ])("prints with %j what the capture gives", (options) => {
    const [fromFlows, fromCapture] = [read(...options, flows), read(...options, capture)];
    expect(fromFlows.stdout).toBe(fromCapture.stdout);
    expect(lines(fromFlows.stdout).length).toBeGreaterThan(0);
    expect(fromFlows.exitCode).toBe(0);
  });

  it("says on standard error what was read", () => {
    expect(read(flows).stderr).toMatch(/^stray: 24 packets, 7 of 7 records printed, \d+\.\d{3} s\n$/);
    expect(read("-q", flows).stdout).toBe("");
    expect(JSON.parse(read("-q", "--summary", "json", flows).stderr)).toMatchObject({
      packets: 24,
      records: 7,
      printed: 0,
      sets_without_template: 0,
      partial: false,
    });
  });

  it("takes them gzip'd, from a pipe, several files, and a row of files joined", () => {
    const expected = read("--json", capture).stdout;
    const zipped = join(folder, "letter.gz");
    writeFileSync(zipped, gzipSync(bytes));
    expect(read("--json", zipped).stdout).toBe(expected);
    expect(runStray(["read", "--json", "-"], bytes).stdout).toBe(expected);
    expect(runStray(["read", "--json", "-"], gzipSync(bytes)).stdout).toBe(expected);
    expect(read("--json", flows, zipped).stdout).toBe(expected + expected);
    expect(runStray(["read", "--json", "-"], Buffer.concat([bytes, bytes])).stdout).toBe(expected + expected);
  });

  it("prints what is before the damage, says where it is, and reads the next file", () => {
    const cut = join(folder, "cut.ipfix");
    writeFileSync(cut, Buffer.concat([bytes, bytes.subarray(0, 3000)]));
    const { stdout, stderr, exitCode } = read("--no-title", cut, flows);
    expect(lines(stdout)).toHaveLength(14);
    expect(lines(stderr)[0]).toBe(
      `stray: ${cut}: byte ${bytes.length}: the file ends within a message: only 3000 bytes of it are there; what came before it was read`,
    );
    expect(exitCode).toBe(1);
  });

  it("reads on with the files that can be opened", () => {
    const { stdout, stderr, exitCode } = read("--no-title", join(folder, "missing"), flows);
    expect(lines(stdout)).toHaveLength(7);
    expect(stderr).toContain("missing: no such file");
    expect(exitCode).toBe(1);
  });

  it.each([
    [() => [flows, capture], "letter.data has flow records (IPFIX)"],
    [() => ["--status", "5", flows], "--status makes records of packets"],
  ])("refuses what makes no sense in one line", (args, message) => {
    const { stdout, stderr, exitCode } = read(...args());
    expect(stdout).toBe("");
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it("leaves captures from a pipe as they were", () => {
    const { stdout, exitCode } = runStray(["read", "--json", "-"], readFileSync(capture));
    expect(stdout).toBe(read("--json", capture).stdout);
    expect(exitCode).toBe(0);
  });
});
