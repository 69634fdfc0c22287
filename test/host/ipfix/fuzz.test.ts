// Any bytes at all: messages of our own spoiled in every way, and random ones. Nothing may be thrown, no byte outside the
// message may count, and records before the damage stay.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { IpfixDecoder, messageLength } from "../../../host/ipfix/decoder.js";
import { Random, seedOf } from "../../support/random.js";
import { buildRecord } from "../../support/record-builder.js";
import { messagesOf, valuesOf } from "./records.js";

const seed = seedOf("ipfix fuzz");
const GUARD = 64;
const EDGES = [0, 1, 2, 3, 4, 7, 8, 16, 254, 255, 256, 257, 293, 65535] as const;

const records = [
  buildRecord({ flowFlags: L.FLOW_FLAG_SYN, orig: { flags: "S", retransmits: 3 }, resp: { packets: 2 } }),
  buildRecord({ proto: 17, resp: { packets: 1, bytes: 60 } }),
  buildRecord({
    kind: L.KIND_IPV6,
    proto: 58,
    orig: { address: "2001:db8::1", port: 128 },
    resp: { address: "ff02::1" },
  }),
  buildRecord({
    kind: L.KIND_MAC,
    orig: { address: "02:00:00:00:00:01" },
    resp: { address: "02:00:00:00:00:02" },
  }),
  buildRecord({ orig: { packets: 9, reportedPackets: 4 }, resp: { gaps: 1 } }),
];
const messages = messagesOf(records, { enterprise: 32473, domain: 1, maxBytes: 1400 } as never);

function spoil(random: Random, original: Uint8Array): Uint8Array {
  const bytes = original.slice();
  for (let left = random.between(1, 4); left > 0; left--) {
    const at = random.below(bytes.length);
    switch (random.below(4)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2: {
        const edge = random.pick(EDGES);
        bytes[at] = edge >>> 8;
        if (at + 1 < bytes.length) bytes[at + 1] = edge;
        break;
      }
      default:
        bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
    }
  }
  return random.chance(0.2) ? bytes.subarray(0, random.between(16, bytes.length)) : bytes;
}

/** Decodes with these bytes around the message; what came out, as text. */
function outcome(all: readonly Uint8Array[], poison: number): string {
  const out: unknown[] = [];
  const decoder = new IpfixDecoder((record) => {
    expect(record.bytes.length).toBe(L.RECORD_SIZE);
    out.push(valuesOf(record));
    return true;
  });
  for (const message of all) {
    const bytes = new Uint8Array(message.length + 2 * GUARD).fill(poison);
    bytes.set(message, GUARD);
    const damage = decoder.decode(bytes, GUARD, message.length);
    if (damage) {
      expect(damage.offset).toBeGreaterThanOrEqual(0);
      expect(damage.offset).toBeLessThanOrEqual(message.length);
    }
    out.push(damage ?? "whole");
  }
  return JSON.stringify([out, decoder.counts]);
}

describe("any bytes", () => {
  it("of spoiled messages give the same whatever lies around them, and throw nothing", () => {
    const random = new Random(seed);
    for (let round = 0; round < 1500; round++) {
      const index = random.below(messages.length);
      const spoiled = messages.map((bytes, at) =>
        at === index || random.chance(0.1) ? spoil(random, bytes) : bytes,
      );
      expect(outcome(spoiled, 0), `round ${round}`).toBe(outcome(spoiled, 0xff));
    }
  });

  it("that are random throw nothing", () => {
    const random = new Random(seed, 1);
    const decoder = new IpfixDecoder(() => true);
    for (let round = 0; round < 20_000; round++) {
      const bytes = random.bytes(random.between(24, 200)).slice();
      bytes.set([0, random.pick([1, 2, 3]), 0, random.between(4, 100)], 16);
      const length = messageLength(new DataView(bytes.buffer), 0);
      if (typeof length === "number") expect(length).toBeGreaterThanOrEqual(16);
      decoder.decode(bytes, 0, bytes.length);
    }
    expect(decoder.counts.messages).toBe(20_000);
  });

  it("cut at every length are damage or a whole number of sets", () => {
    for (const bytes of messages) {
      for (let length = 16; length < bytes.length; length++) {
        const decoder = new IpfixDecoder(() => true);
        expect(() => decoder.decode(bytes.slice(0, length), 0, length)).not.toThrow();
      }
    }
  });
});
