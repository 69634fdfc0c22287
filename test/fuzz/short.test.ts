// Every protocol number, ethertype and link type with every short length of simple contents: what random mutation
// seldom hits, a header cut to its last byte with nothing but zeros behind. Each frame is read twice, with other bytes
// around it, and must say the same.

import { afterEach, describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import * as f from "../../examples/frame.js";
import { LIMITS } from "../support/core.js";
import { PATIENCE } from "../support/patience.js";
import { Random } from "../support/random.js";
import { LINK_TYPES } from "./corpus.js";
import { Pair } from "./pair.js";

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const LENGTHS = Array.from({ length: 70 }, (_, length) => length);
// Zeros, ones, and first bytes that lead further in: versions, header lengths, a SYN.
const FILLS: ((length: number) => Uint8Array)[] = [
  (length) => new Uint8Array(length),
  (length) => new Uint8Array(length).fill(0xff),
  (length) => new Uint8Array(length).fill(0x45),
  (length) => new Uint8Array(length).fill(0x60),
  (length) => f.filler(length, 1),
];
const ETHERTYPES = [
  0x0800, 0x0806, 0x8035, 0x8100, 0x86dd, 0x8847, 0x8848, 0x8864, 0x88a8, 0x9100, 0x9200, 0, 5, 60,
];

const pair = new Pair();
const limits = { ...LIMITS, flowSets: 16, fragmentSets: 4 };
const BASE = L.WINDOWS_BASE + 65536;
const STRIDE = 512;
const ROUND = 4096;

afterEach(() => pair.finish(limits.recordLimit));

/** Reads the frames in both cores with other bytes around each. */
function tryAll(frames: Iterable<Uint8Array>, link: number, poison: number): number {
  pair.reset(limits);
  pair.poison(BASE, BASE + STRIDE * ROUND, poison, new Random(1));
  let count = 0;
  for (const frame of frames) {
    const address = BASE + (count % ROUND) * STRIDE + 128;
    // The place is poisoned anew when it is used again.
    if (count >= ROUND) pair.poison(address - 128, address - 128 + STRIDE, poison, new Random(1));
    for (const core of pair.cores) {
      core.bytes.set(frame, address);
      core.exports.pushFrame(address, frame.length, frame.length, BigInt(count) * 1_000_000n, link);
      if (count % L.BATCH_CAPACITY === 0) core.exports.drain();
    }
    if (count % L.BATCH_CAPACITY === 0) pair.compareRecords(limits.recordLimit);
    count++;
  }
  for (const core of pair.cores) core.exports.drain();
  pair.compareRecords(limits.recordLimit);
  pair.compareCounters();
  return count;
}

function* protocols(wrap: (proto: number, payload: Uint8Array) => Uint8Array): Generator<Uint8Array> {
  for (let proto = 0; proto < 256; proto++) {
    for (const fill of FILLS) for (const length of LENGTHS) yield wrap(proto, fill(length));
  }
}

function* contents(head: Uint8Array): Generator<Uint8Array> {
  for (const fill of FILLS) for (const length of LENGTHS) yield f.concat(head, fill(length));
}

describe.each([0x00, 0xff])(
  "with %d around the frames of the one and the opposite around the other's",
  (poison) => {
    it(
      "every IPv4 protocol",
      () => {
        expect(
          tryAll(
            protocols((proto, payload) => f.ipv4({ ...V4, proto }, payload)),
            101,
            poison,
          ),
        ).toBeGreaterThan(80_000);
      },
      60_000 * PATIENCE,
    );

    it(
      "every IPv6 next header",
      () => {
        expect(
          tryAll(
            protocols((proto, payload) => f.ipv6({ ...V6, proto }, payload)),
            101,
            poison,
          ),
        ).toBeGreaterThan(80_000);
      },
      60_000 * PATIENCE,
    );

    it(
      "every ICMP type of both versions, with every short length",
      () => {
        const types = function* (): Generator<Uint8Array> {
          for (let type = 0; type < 256; type++) {
            for (const length of LENGTHS.slice(1)) {
              const message = f.concat(f.u8(type), new Uint8Array(length - 1));
              yield f.ipv4({ ...V4, proto: 1 }, message);
              yield f.ipv6({ ...V6, proto: 58 }, message);
            }
          }
        };
        expect(tryAll(types(), 101, poison)).toBeGreaterThan(30_000);
      },
      60_000 * PATIENCE,
    );

    it.each(ETHERTYPES)("ethertype %d", (type) => {
      const head = f.ethernet({ type }, new Uint8Array(0));
      expect(tryAll(contents(head), 1, poison)).toBe(FILLS.length * LENGTHS.length);
    });

    it.each([...LINK_TYPES])("link type %d", (link) => {
      expect(tryAll(contents(new Uint8Array(0)), link, poison)).toBe(FILLS.length * LENGTHS.length);
    });
  },
);
