// The letter's packets with a flood of SYNs from forged addresses between them, each another one: neither memory nor
// what is known of the letter's source may change. Read by the command itself, from a pipe.
// STRAY_FLOOD_PACKETS sets how many; where every system test must run it is ten million, as many as a bad night has.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { letterFrames } from "../../examples/letter.js";
import { peakWhileAlive } from "../support/process-usage.js";
import { STRAY_BIN } from "../support/run-stray.js";
import { SynFlood } from "../support/syn-flood.js";

const { STRAY_FLOOD_PACKETS, STRAY_REQUIRE_SYSTEM } = process.env;
const LONG = 10_000_000;
const FLOOD = Number(STRAY_FLOOD_PACKETS ?? (STRAY_REQUIRE_SYSTEM === "1" ? LONG : 1_000_000));
const SHORT = 200_000;
const SOURCE = "217.29.131.130";
const CHUNK_BYTES = 1 << 20;
const RECORD_HEADER_BYTES = 16;
const FILE_HEADER_BYTES = 24;
const MIB = 1 << 20;
/** Two runs of the same size differ by about 6 MiB: V8 collects when it likes. */
const WOBBLE_BYTES = 16 * MIB;
const LOOK_MS = 50;

/** A pcap file in chunks: the letter, and so many SYNs evenly over the same time. */
function* capture(total: number): Generator<Buffer> {
  const letter = letterFrames();
  const start = letter[0]!.timeNs;
  const step = total > 0 ? (letter.at(-1)!.timeNs - start) / BigInt(total) : 0n;
  const flood = new SynFlood({ target: "10.1.1.1", port: 80 });
  let chunk = Buffer.alloc(CHUNK_BYTES);
  let at = FILE_HEADER_BYTES;
  chunk.writeUInt32LE(0xa1b2c3d4, 0);
  chunk.writeUInt16LE(2, 4);
  chunk.writeUInt16LE(4, 6);
  chunk.writeUInt32LE(65535, 16);
  chunk.writeUInt32LE(1, 20);
  const put = (timeNs: bigint, frame: Uint8Array): void => {
    const us = timeNs / 1000n;
    chunk.writeUInt32LE(Number(us / 1_000_000n), at);
    chunk.writeUInt32LE(Number(us % 1_000_000n), at + 4);
    chunk.writeUInt32LE(frame.length, at + 8);
    chunk.writeUInt32LE(frame.length, at + 12);
    chunk.set(frame, at + RECORD_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + frame.length;
  };
  let next = 0;
  for (let index = 0; index <= total; index++) {
    const timeNs = start + step * BigInt(index);
    while (next < letter.length && (index === total || letter[next]!.timeNs <= timeNs)) {
      put(letter[next]!.timeNs, letter[next]!.frame);
      next++;
    }
    if (index < total) put(timeNs, flood.next());
    if (at > CHUNK_BYTES - 4096) {
      yield chunk.subarray(0, at);
      chunk = Buffer.alloc(CHUNK_BYTES);
      at = 0;
    }
  }
  yield chunk.subarray(0, at);
}

interface Read {
  readonly records: string;
  readonly peakBytes: number;
  readonly packets: number;
}

async function read(total: number): Promise<Read> {
  const args = ["read", "--findings", "--home", "10.1.0.0/16", "--json", "--summary", "json"];
  const child = spawn(process.execPath, [STRAY_BIN, ...args, "-f", `host ${SOURCE}`, "-"], {
    env: { ...process.env, TZ: "UTC" },
    stdio: "pipe",
  });
  let [records, said, peakBytes] = ["", "", 0];
  child.stdout.on("data", (text) => {
    records += text;
  });
  child.stderr.on("data", (text) => {
    said += text;
  });
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakWhileAlive(child.pid!) ?? 0);
  }, LOOK_MS);
  const ended = once(child, "close");
  for (const chunk of capture(total)) {
    if (!child.stdin.write(chunk)) await once(child.stdin, "drain");
  }
  child.stdin.end();
  const [exitCode] = await ended;
  clearInterval(timer);
  expect(exitCode, said).toBe(0);
  return { records: withoutPlaces(records), peakBytes, packets: packetsOf(said) };
}

/** The number of a frame in the file is another with a flood; so is the number of a record. */
function withoutPlaces(records: string): string {
  return records
    .trim()
    .split("\n")
    .map((line) => {
      const { seq: _seq, frame: _frame, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify(rest);
    })
    .sort()
    .join("\n");
}

function packetsOf(said: string): number {
  return (JSON.parse(said.trim().split("\n").at(-1)!) as { packets: number }).packets;
}

describe(`a flood of ${FLOOD.toLocaleString("en")} forged sources`, () => {
  it("changes nothing of the letter, and takes no more memory than a short one", async () => {
    const alone = await read(0);
    const short = await read(SHORT);
    const long = await read(FLOOD);
    expect(alone.records.split("\n")).toHaveLength(7);
    expect(alone.records).toContain("fin-with-data-no-handshake");
    expect(short.packets).toBe(SHORT + 24);
    expect(long.packets).toBe(FLOOD + 24);
    expect(short.records).toBe(alone.records);
    expect(long.records).toBe(alone.records);
    const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
    console.log(
      `resident at most: ${mib(short.peakBytes)} with ${SHORT} SYNs, ${mib(long.peakBytes)} with ${FLOOD}`,
    );
    expect(long.peakBytes).toBeGreaterThan(32 * MIB);
    expect(long.peakBytes).toBeLessThan(short.peakBytes + WOBBLE_BYTES);
  }, 600_000);
});
