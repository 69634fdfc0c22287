// Inflating, against zlib's own compressor: every level and strategy, cut anywhere, damaged anywhere, made to be
// endless. Always holds: bytes around the input are poisoned, and nothing behind the output's area changes.

import {
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  inflateRawSync,
  type ZlibOptions,
} from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import {
  HTTP_DECODED_AREA_OFFSET,
  HTTP_DECODED_CAPACITY,
  HTTP_ENCODING_DEFLATE,
  HTTP_ENCODING_GZIP,
  HTTP_SCRATCH_USED,
} from "../../../assembly/http/http-layout.js";
import { SCRATCH_HTTP_BASE, SCRATCH_HTTP_SIZE, WINDOWS_BASE } from "../../../assembly/layout.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";
import { type HttpEntry, loadHttp } from "./support.js";

const AT = WINDOWS_BASE + 64;
const OUT = SCRATCH_HTTP_BASE + HTTP_DECODED_AREA_OFFSET;
const WHOLE = 0;
const SHORT = 1;
const FULL = 2;
const BROKEN = 3;

let http: HttpEntry;
beforeAll(async () => {
  http = await loadHttp();
}, 120_000 * PATIENCE);

function inflate(input: Uint8Array, encoding: number): { result: number; output: Buffer } {
  const { bytes, exports } = http;
  bytes.fill(0xa5, AT - 64, AT + input.length + 64);
  bytes.set(input, AT);
  bytes.fill(0x5a, SCRATCH_HTTP_BASE + HTTP_SCRATCH_USED, SCRATCH_HTTP_BASE + SCRATCH_HTTP_SIZE);
  const answer = exports.inflate(AT, input.length, encoding) >>> 0;
  const size = answer >>> 8;
  expect(size).toBeLessThanOrEqual(HTTP_DECODED_CAPACITY);
  expect(bytes[SCRATCH_HTTP_BASE + HTTP_SCRATCH_USED]).toBe(0x5a);
  expect(Buffer.from(bytes.slice(AT, AT + input.length)).equals(input)).toBe(true);
  return { result: answer & 0xff, output: Buffer.from(bytes.slice(OUT, OUT + size)) };
}

/** Text with repetitions, bytes without, and runs: what makes every kind of block. */
function samples(random: Random): Buffer[] {
  const words = "GET POST the of Content-Length <a href= </td> 0123 \r\n".split(" ");
  const text = Array.from({ length: 6000 }, () => random.pick(words)).join(" ");
  return [
    Buffer.alloc(0),
    Buffer.from("a"),
    Buffer.from("hello hello hello hello"),
    Buffer.from(text),
    Buffer.from(random.bytes(20_000)),
    Buffer.alloc(60_000, "z"),
    Buffer.concat([Buffer.from(text.slice(0, 9000)), random.bytes(3000), Buffer.alloc(5000)]),
  ];
}

const options: ZlibOptions[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => ({ level })),
  ...[constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FILTERED].map((strategy) => ({
    strategy,
  })),
  { level: 9, memLevel: 1, windowBits: 9 },
];

describe("what zlib compresses", () => {
  it.each(options)("%j comes back as it was", (option) => {
    for (const sample of samples(new Random(seedOf("inflate")))) {
      for (const [input, encoding] of [
        [gzipSync(sample, option), HTTP_ENCODING_GZIP],
        [deflateSync(sample, option), HTTP_ENCODING_DEFLATE],
        [deflateRawSync(sample, option), HTTP_ENCODING_DEFLATE],
      ] as const) {
        const { result, output } = inflate(input, encoding);
        expect(output.equals(sample)).toBe(true);
        expect(result).toBe(WHOLE);
      }
    }
  });

  it("in several members is joined", () => {
    const input = Buffer.concat([gzipSync("one "), gzipSync("two "), gzipSync("three"), Buffer.from("rest")]);
    expect(inflate(input, HTTP_ENCODING_GZIP)).toEqual({
      result: WHOLE,
      output: Buffer.from("one two three"),
    });
  });

  it("has a header with all that may be in one", () => {
    const [plain] = [gzipSync("body")];
    const head = Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3]);
    const input = Buffer.concat([
      head,
      Buffer.from("name\0comment\0"),
      Buffer.from([9, 9]),
      plain!.subarray(10),
    ]);
    expect(inflate(input, HTTP_ENCODING_GZIP)).toEqual({ result: WHOLE, output: Buffer.from("body") });
    for (let size = 0; size < head.length + 15; size++) {
      expect(inflate(input.subarray(0, size), HTTP_ENCODING_GZIP).result).toBe(SHORT);
    }
  });
});

describe("what is not whole", () => {
  it("gives a beginning of what was compressed, more of it the more there is", () => {
    const sample = samples(new Random(seedOf("inflate, cut")))[3]!;
    for (const option of options) {
      const input = gzipSync(sample.subarray(0, 4000), option);
      let before = 0;
      for (let size = 0; size < input.length - 8; size += 7) {
        const { result, output } = inflate(input.subarray(0, size), HTTP_ENCODING_GZIP);
        expect(result).toBe(SHORT);
        expect(output.equals(sample.subarray(0, output.length))).toBe(true);
        expect(output.length).toBeGreaterThanOrEqual(before);
        before = output.length;
      }
    }
  });

  it("is not read past its end, whatever it is", () => {
    const random = new Random(seedOf("inflate, garbage"));
    const outcomes = new Set<number>();
    for (let round = 0; round < 4000; round++) {
      const input = random.bytes(random.below(200));
      if (round % 2 === 0 && input.length > 4) input.set([0x1f, 0x8b, 8, 0], 0);
      const { result } = inflate(input, round % 2 === 0 ? HTTP_ENCODING_GZIP : HTTP_ENCODING_DEFLATE);
      outcomes.add(result);
    }
    expect(outcomes).toContain(SHORT);
    expect(outcomes).toContain(BROKEN);
  });

  it("is damaged where it is damaged: before, all is right", () => {
    const random = new Random(seedOf("inflate, damage"));
    const sample = samples(random)[3]!.subarray(0, 5000);
    const plain = deflateRawSync(sample);
    let same = 0;
    for (let round = 0; round < 2000; round++) {
      const input = Buffer.from(plain);
      const place = random.below(input.length);
      input[place] = input[place]! ^ (1 << random.below(8));
      const { result, output } = inflate(input, HTTP_ENCODING_DEFLATE);
      const theirs = reference(input);
      if (theirs === undefined) {
        expect([SHORT, FULL, BROKEN, WHOLE]).toContain(result);
      } else if (theirs.length <= HTTP_DECODED_CAPACITY) {
        expect(output.equals(theirs)).toBe(true);
        same += 1;
      }
    }
    expect(same).toBeGreaterThan(20);
  });
});

function reference(input: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(input);
  } catch {
    return undefined;
  }
}

describe("what is made to be endless", () => {
  it("stops when the area is full", () => {
    const { result, output } = inflate(gzipSync(Buffer.alloc(20_000_000)), HTTP_ENCODING_GZIP);
    expect(result).toBe(FULL);
    expect(output.length).toBe(HTTP_DECODED_CAPACITY);
  });

  it("costs a bounded time: zeros, empty blocks, tiny members", () => {
    const empty = Buffer.alloc(32_000); // stored blocks of no bytes
    for (let at = 0; at + 5 <= empty.length; at += 5) empty.set([0, 0, 0, 0xff, 0xff], at);
    const fixed = Buffer.alloc(32_000); // fixed blocks that end at once: 010 0000000, ten bits
    for (let bit = 1; bit < fixed.length * 8; bit += 10) fixed[bit >> 3]! |= 1 << (bit & 7);
    const members = Buffer.concat(Array.from({ length: 1500 }, () => gzipSync("")));
    for (const [input, encoding] of [
      [gzipSync(Buffer.alloc(20_000_000)).subarray(0, 32_000), HTTP_ENCODING_GZIP],
      [empty, HTTP_ENCODING_DEFLATE],
      [fixed, HTTP_ENCODING_DEFLATE],
      [members, HTTP_ENCODING_GZIP],
    ] as const) {
      inflate(input, encoding);
      const start = performance.now();
      for (let round = 0; round < 10; round++) http.exports.inflate(AT, input.length, encoding);
      const each = (performance.now() - start) / 10;
      console.info(`${input.length} bytes made to be slow: ${each.toFixed(3)} ms`);
      expect(each).toBeLessThan(20);
    }
  });
});
