// The short cut for common frames must see exactly what the walk sees. Apart from the other decode tests because it
// compiles both into one module and compares whole packets. Always holds: a frame the short cut declines is not
// compared, but many must be taken, else the test fails.

import { readFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BATCH_BASE,
  CONFIG_BASE,
  CONFIG_FLAG_CHECKSUM,
  CONFIG_FLAGS_OFFSET,
  COUNTER_CAPACITY,
  COUNTERS_BASE,
  COUNTERS_REGION_SIZE,
  MEMORY_PAGES,
  PACKET_CURSOR_OFFSET,
  PACKET_SIZE,
  WINDOWS_BASE,
} from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp } from "../../../examples/frame.js";
import { captureFiles, framesOf } from "../../support/captures.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";

interface BothWays {
  short(at: number, frame: number, captured: number, wire: number): number;
  long(at: number, frame: number, captured: number, wire: number): void;
}

const root = new URL("../../../", import.meta.url);
let both: BothWays;
const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const bytes = new Uint8Array(memory.buffer);
const view = new DataView(memory.buffer);

beforeAll(async () => {
  let binary: Uint8Array | undefined;
  const flags =
    "--config none -O1 --runtime stub --importMemory --sharedMemory --memoryBase 1024 --use abort=";
  const { error, stderr } = await asc.main(
    [
      "test/assembly/entries/both-ways.ts",
      ...flags.split(" "),
      ...["--initialMemory", String(MEMORY_PAGES), "--maximumMemory", String(MEMORY_PAGES)],
      ...["--enable", "simd", "--enable", "threads", "--enable", "bulk-memory", "--outFile", "both.wasm"],
    ],
    {
      readFile: (name: string) => {
        try {
          return readFileSync(new URL(name, root), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`asc does not compile both-ways.ts: ${stderr.toString()}`);
  const module = new WebAssembly.Module(binary as BufferSource);
  both = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as BothWays;
  view.setUint32(CONFIG_BASE + CONFIG_FLAGS_OFFSET, CONFIG_FLAG_CHECKSUM, true);
}, 60_000 * PATIENCE);

/** The packet, up to the fields that only the walk uses, and the counters, as hex. */
function outcome(at: number): string {
  const packet = Buffer.from(bytes.slice(at, at + PACKET_CURSOR_OFFSET)).toString("hex");
  const counters: string[] = [];
  for (let i = 0; i < COUNTER_CAPACITY; i++) {
    const n = view.getBigUint64(COUNTERS_BASE + i * 8, true);
    if (n !== 0n) counters.push(`${i}=${n}`);
  }
  bytes.fill(0, COUNTERS_BASE, COUNTERS_BASE + COUNTERS_REGION_SIZE);
  return `${packet} ${counters.join(" ")}`;
}

/** 1 when the short cut took the frame; the walk must then agree. */
function compare(frame: Uint8Array, wire: number): number {
  bytes.fill(0xa5, WINDOWS_BASE, WINDOWS_BASE + frame.length + 64);
  bytes.set(frame, WINDOWS_BASE + 2);
  const taken = both.short(BATCH_BASE, WINDOWS_BASE + 2, frame.length, wire);
  const shortOutcome = outcome(BATCH_BASE);
  if (!taken) {
    expect(shortOutcome.endsWith(" "), "a declined frame is not counted").toBe(true);
    return 0;
  }
  both.long(BATCH_BASE + PACKET_SIZE, WINDOWS_BASE + 2, frame.length, wire);
  expect(shortOutcome, Buffer.from(frame).toString("hex")).toBe(outcome(BATCH_BASE + PACKET_SIZE));
  return 1;
}

describe("the short cut for common frames", () => {
  it("agrees with the walk on ordinary TCP and UDP", () => {
    const ends = { src: "10.0.0.1", dst: "192.0.2.7" };
    let taken = 0;
    for (const size of [0, 1, 2, 31, 32, 33, 63, 64, 1000, 1460]) {
      taken += compare(
        ethernet({}, ipv4(ends, tcp({ sport: 1024, dport: 80, flags: "PA" }, filler(size)))),
        1514,
      );
      taken += compare(ethernet({}, ipv4(ends, udp({ sport: 1024, dport: 53 }, filler(size)))), 1514);
    }
    expect(taken).toBe(20);
  });

  it("agrees with the walk on mutated frames, or leaves them to it", () => {
    const random = new Random(seedOf("common frames"));
    const ends = { src: "10.0.0.1", dst: "192.0.2.7" };
    const base = [
      ethernet({}, ipv4(ends, tcp({ sport: 1024, dport: 80, flags: "PA" }, filler(40)))),
      ethernet({}, ipv4(ends, tcp({ sport: 1024, dport: 80, flags: "A" }))),
      ethernet({}, ipv4(ends, udp({ sport: 1024, dport: 53 }, filler(30)))),
      ethernet({}, ipv4(ends, udp({ sport: 1024, dport: 4789 }, filler(30)))),
    ];
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      let frame = Uint8Array.from(random.pick(base));
      const wire = frame.length + (random.chance(0.1) ? random.below(20) : 0);
      if (random.chance(0.3)) frame = frame.slice(0, random.below(frame.length + 1));
      // Only a few bytes, and often none, so that checksums still hold often enough.
      for (let n = random.below(3); n > 0 && frame.length > 0; n--)
        frame[random.below(frame.length)] = random.below(256);
      taken += compare(frame, wire);
    }
    expect(taken).toBeGreaterThan(2000);
  });

  it("agrees with the walk on every Ethernet frame of the real captures", () => {
    let taken = 0;
    const frames = captureFiles()
      .flatMap(({ bytes }) => framesOf(bytes))
      .filter((frame) => frame.link === 1);
    for (const frame of frames) taken += compare(frame.bytes, frame.wire);
    if (frames.length > 0) expect(taken).toBeGreaterThan(frames.length / 4);
  });
});
