// What holds of every feature, whatever it looks at: it never says "all" where there are exceptions, its numbers agree,
// its exceptions are bounded, and none fails.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FINDING_NAMES } from "../../../../host/record/findings.js";
import { FEATURES } from "../../../../host/report/features/table.js";
import { featureText } from "../../../../host/report/print/sentences.js";
import { flow, look } from "./rig.js";

const RUNS = 500;
const small = fc.integer({ min: 0, max: 3 });
const letters = fc.subarray(["F", "S", "R", "P", "A", "U"]).map((list) => list.join(""));

const side = fc
  .record({
    packets: fc.integer({ min: 0, max: 5 }),
    appBytes: fc.constantFrom(0, 0, 1, 80),
    flags: letters,
    retransmits: small,
    ackAdvances: small,
    idZero: small,
    idLast: fc.constantFrom(1, 20959),
    dontFragment: small,
    ttlLow: fc.constantFrom(40, 60),
    ttlHigh: fc.constantFrom(60, 120),
    tos: fc.constantFrom(0, 0, 16),
    badChecksums: small,
    fragments: small,
    mac: fc.constantFrom("02:00:00:00:00:01", "02:00:00:00:00:02"),
  })
  .map((given) => {
    // What is counted of packets is at most as many as there are.
    const most = (count: number): number => Math.min(count, given.packets);
    return {
      ...given,
      retransmits: most(given.retransmits),
      ackAdvances: most(given.ackAdvances),
      idZero: most(given.idZero),
      dontFragment: most(given.dontFragment),
      badChecksums: most(given.badChecksums),
      fragments: most(given.fragments),
    };
  });

const flows = fc.array(
  fc
    .record({
      source: fc.constantFrom("192.0.2.1", "192.0.2.1", "192.0.2.2"),
      sport: fc.integer({ min: 1, max: 65535 }),
      destination: fc.constantFrom("198.51.100.1", "198.51.100.2", "2001:db8::1"),
      dport: fc.constantFrom(22, 80, 443),
      at: fc.integer({ min: 0, max: 50 }),
      proto: fc.constantFrom(1, 6, 6, 6, 17),
      family: fc.constantFrom(4 as const, 6 as const),
      sawSyn: fc.constantFrom(true, true, false),
      sawSynAck: fc.constantFrom(true, false, false),
      icmpErrors: small,
      findings: fc.subarray([...FINDING_NAMES], { maxLength: 4 }),
      orig: side,
      resp: side,
    })
    .map(flow),
  { maxLength: 20 },
);

const packets = fc.array(
  fc.record({
    flow: fc.constantFrom("1", "2", "3", "4", "5", "6"),
    isActor: fc.boolean(),
    isLogged: fc.boolean(),
    ttl: fc.constantFrom(57, 64, 64, 64),
    tos: fc.constantFrom(0, 0, 8),
    ipId: fc.constantFrom(-1, 0, 0, 0, 7),
    dontFragment: fc.boolean(),
    payloadSize: fc.constantFrom(0, 97),
    payloadHash: fc.constantFrom(1, 1, 1, 2),
    tcpFlags: fc.constantFrom(-1, 1, 2, 2, 2, 2, 4, 16, 25),
    seq: fc.constantFrom(5, 5, 5, 6),
    window: fc.constantFrom(512, 512, 1024),
    optionsSize: fc.constantFrom(0, 0, 0, 4),
    size: fc.constantFrom(44, 44, 44, 60),
    mac: fc.constantFrom("", "02:00:00:00:00:01", "02:00:00:00:00:01"),
  }),
  { maxLength: 40 },
);

const looks = fc.record({
  flows,
  packets,
  isWhole: fc.boolean(),
  spoke: fc.constantFrom(true, false, undefined),
});

describe.each(FEATURES.map((feature) => [feature.key, feature] as const))("%s", (key, test) => {
  it("never says all where there are exceptions, and its numbers agree", () => {
    let told = 0;
    fc.assert(
      fc.property(looks, ({ spoke, ...sketch }) => {
        const feature = test.tell(
          look({
            ...sketch,
            hasSpoken: (address) => (address.endsWith(".2") ? true : spoke),
            addressState: (address) => (address.endsWith("::1") ? "dark" : "unknown"),
          }),
        );
        if (feature === undefined) return;
        told++;
        const { holds, of, exceptions, exceptionsLeftOut, text } = feature;
        expect(feature.key).toBe(key);
        expect(holds).toBeGreaterThan(0);
        expect(of).toBeGreaterThanOrEqual(holds);
        expect(exceptions.length).toBeLessThanOrEqual(5);
        const counted = exceptions.length + exceptionsLeftOut;
        if (counted > 0) {
          expect(text).not.toMatch(/\ball \d|^every|the one /);
          expect(holds).toBeLessThan(of);
        }
        expect(featureText(feature)).not.toMatch(/undefined|NaN|Infinity|null/);
        expect(JSON.parse(JSON.stringify(feature))).toEqual(feature);
      }),
      { numRuns: RUNS, seed: 1 },
    );
    expect(told).toBeGreaterThan(0);
  });
});
