// The letter, held against what stray prints: its capture is built from its facts, read by `stray read -Z b`,
// and each line of the log must be the letter's, value for value; letter.txt has the letter's own lines.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hex } from "../../examples/frame.js";
import { letterCapture, letterFrames, SNORT_PAYLOAD, SNORT_TIME_NS } from "../../examples/letter.js";
import { runStray } from "../support/run-stray.js";

const LETTER = readFileSync(new URL("letter.txt", import.meta.url), "utf8");

/** Lines with each run of blanks made one. */
function folded(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => line !== "");
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stray-letter-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the letter's log", () => {
  it("is printed by stray read, header and seven flows", () => {
    const path = join(folder, "letter.pcap");
    writeFileSync(path, letterCapture());
    const { stdout, stderr, exitCode } = runStray(["read", path, "-Z", "b"]);
    expect(exitCode, stderr).toBe(0);
    expect(folded(stdout)).toEqual(folded(LETTER));
  });
});

describe("the letter's capture", () => {
  const frames = letterFrames();
  const ipId = (frame: Uint8Array): number => ((frame[18] ?? 0) << 8) | (frame[19] ?? 0);
  const flags = (frame: Uint8Array): number => frame[47] ?? 0;

  it("has 24 packets in the order of time, none with SYN, 23 with IP ID 0", () => {
    expect(frames).toHaveLength(24);
    expect(frames.every(({ timeNs }, i) => i === 0 || timeNs > (frames[i - 1]?.timeNs ?? 0n))).toBe(true);
    expect(frames.filter(({ frame }) => (flags(frame) & 0x02) !== 0)).toHaveLength(0);
    expect(frames.filter(({ frame }) => ipId(frame) === 0)).toHaveLength(23);
  });

  it("has Snort's packet, byte for byte", () => {
    const snort = frames.filter(({ frame }) => ipId(frame) !== 0);
    expect(snort).toHaveLength(1);
    const { timeNs, frame } = snort[0]!;
    expect(timeNs).toBe(SNORT_TIME_NS);
    expect(timeNs).toBe(BigInt(Date.UTC(2001, 9, 17, 11, 37, 7)) * 1_000_000n + 512_622_000n);
    expect(frame).toHaveLength(0x97);
    const headers = hex(`
      00 e0 1e 8e 31 71  00 00 0c 46 5c d1  08 00
      45 00 00 89  51 df 40 00  65 06 f7 e9  d9 1d 83 82  82 d8 ec 2d
      6c 3c 00 50  58 61 74 ac  0f fc 41 c7  50 19 44 70`);
    expect(Buffer.from(frame.slice(0, headers.length)).toString("hex")).toBe(
      Buffer.from(headers).toString("hex"),
    );
    expect(frame.slice(54)).toEqual(SNORT_PAYLOAD);
    expect(Buffer.from(SNORT_PAYLOAD).toString("latin1")).toBe(
      "GET /scripts/..%c1%1c../winnt/system32/cmd.exe?/c+dir HTTP/1.0\r\nHost: www\r\nConnnection: close\r\n\r\n",
    );
  });
});
