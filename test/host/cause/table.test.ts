// The table of weights against the tests of the evidence, and docs/causes.md against the table (STRAY_UPDATE=1 writes
// it). Properties: scores within bounds, order independent of the order of flows, a score the sum of its evidence.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CAUSE_NAMES } from "../../../host/alert/causes.js";
import { type FlowFacts, mergeFacts } from "../../../host/cause/facts.js";
import { FLOW_TESTS } from "../../../host/cause/flow-evidence.js";
import { CAUSES_IN_ORDER } from "../../../host/cause/names.js";
import { causesReference } from "../../../host/cause/reference.js";
import { networkOf, SOURCE_TESTS } from "../../../host/cause/source-evidence.js";
import {
  describeCause,
  type WeighContext,
  weighEvery,
  weighFlow,
  weighSource,
} from "../../../host/cause/weigh.js";
import { NAMED_MIN, WEIGHTS } from "../../../host/cause/weights.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { flow } from "./flows.js";

const DOCUMENT = new URL("../../../docs/causes.md", import.meta.url);
/** Told by the weighing itself, of the other causes. */
const OF_UNKNOWN = ["findings-unexplained", "nearest"];

describe("the table", () => {
  it("has each cause, and each key once a cause", () => {
    expect([...CAUSES_IN_ORDER].sort()).toEqual([...CAUSE_NAMES].sort());
    const names = WEIGHTS.map(({ cause, key }) => `${cause} ${key}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(WEIGHTS.map(({ cause }) => cause)).size).toBe(CAUSE_NAMES.length);
  });

  it("asks only what is tested, and all that is tested", () => {
    const keys = (scope: string) => new Set(WEIGHTS.filter((w) => w.scope === scope).map(({ key }) => key));
    expect([...keys("flow")].filter((key) => !OF_UNKNOWN.includes(key)).sort()).toEqual(
      Object.keys(FLOW_TESTS).sort(),
    );
    expect([...keys("source")].sort()).toEqual(Object.keys(SOURCE_TESTS).sort());
  });

  it("gives a reason for each weight, which is whole and not beyond 100", () => {
    for (const { weight, reason } of WEIGHTS) {
      expect(Number.isInteger(weight) && Math.abs(weight) <= 100).toBe(true);
      expect(reason).toMatch(/^[A-Z].*[.)]$/);
    }
  });
});

describe("docs/causes.md", () => {
  it("is what the table says (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(DOCUMENT, causesReference());
    expect(existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "").toBe(causesReference());
  });
});

const side = fc.record({
  packets: fc.nat({ max: 30 }),
  appBytes: fc.oneof(fc.constant(0), fc.nat({ max: 100_000 })),
  flags: fc.subarray([..."FSRPAU"]).map((letters) => letters.join("")),
  ackAdvances: fc.nat({ max: 5 }),
  retransmits: fc.nat({ max: 3 }),
  overlaps: fc.nat({ max: 1 }),
  ttlLow: fc.integer({ min: 1, max: 64 }),
  ttlHigh: fc.integer({ min: 64, max: 128 }),
});

const facts: fc.Arbitrary<FlowFacts> = fc
  .record({
    sport: fc.integer({ min: 0, max: 65535 }),
    destination: fc.integer({ min: 1, max: 60 }).map((host) => `198.51.100.${host}`),
    dport: fc.constantFrom(22, 53, 80, 443),
    proto: fc.constantFrom(1, 6, 6, 6, 17),
    at: fc.nat({ max: 3000 }),
    sawSyn: fc.boolean(),
    sawSynAck: fc.boolean(),
    sawHandshake: fc.boolean(),
    dirReason: fc.constantFrom("first-packet", "syn", "synack", "learnt"),
    notes: fc.subarray(["pickup", "evicted-before", "loss"]),
    findings: fc.subarray([...FINDING_NAMES], { maxLength: 5 }),
    icmpErrors: fc.nat({ max: 1 }),
    orig: side,
    resp: side,
  })
  .map((sketch) => flow(sketch));

const contexts: fc.Arbitrary<WeighContext> = fc.record(
  {
    isOneWayCapture: fc.boolean(),
    darkAddresses: fc.constantFrom(
      () => "dark" as const,
      () => "alive" as const,
    ),
  },
  { requiredKeys: [] },
);

describe("any flows", () => {
  it("weigh from 0 to 100, heaviest first, the sum of their evidence, in whatever order they come", () => {
    fc.assert(
      fc.property(
        fc.array(facts, { maxLength: 25 }),
        contexts,
        fc.array(fc.nat(), { maxLength: 25 }),
        (flows, context, keys) => {
          const weighed = weighSource(flows, context);
          weighed.forEach(({ score, evidence }, i) => {
            const sum = evidence.reduce((total, { weight }) => total + weight, 0);
            expect(score).toBe(Math.min(100, Math.max(0, sum)));
            expect(score).toBeLessThanOrEqual(weighed[i - 1]?.score ?? 100);
            for (const { text } of evidence) expect(text).not.toMatch(/undefined|NaN|\$\{/);
          });
          expect(
            weighed[0] === undefined || weighed[0].cause === "unknown" || weighed[0].score >= NAMED_MIN,
          ).toBe(true);
          const unknowns = weighed.filter(({ cause }) => cause === "unknown");
          expect(unknowns.length === 0 || weighed.length === 1).toBe(true);
          expect(describeCause(weighed).length).toBeGreaterThan(0);
          const turned = flows
            .map((one, i) => ({ one, key: keys[i] ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          expect(weighSource(turned, context)).toEqual(weighed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are never called scan, leaky filter or backscatter where only one direction passes", () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 25 }), (flows) => {
        const causes = weighSource(flows, { isOneWayCapture: true }).map(({ cause }) => cause);
        expect(causes.filter((cause) => ["scan", "leaky-filter", "backscatter"].includes(cause))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("that began with a SYN are no leak by themselves", () => {
    fc.assert(
      fc.property(facts, contexts, (one, context) => {
        const seen = { ...one, sawSyn: true };
        expect(weighFlow(seen, context).map(({ cause }) => cause)).not.toContain("leaky-filter");
        expect(
          weighEvery([seen], context).find(({ cause }) => cause === "leaky-filter")?.score ?? 0,
        ).toBeLessThan(NAMED_MIN);
      }),
    );
  });
});

describe("facts told in several records", () => {
  it("are those of the latest, once a flow, in time order", () => {
    const early = flow({ at: 5, orig: { packets: 2 } });
    const late = { ...early, endUs: early.endUs + 5, orig: { ...early.orig, packets: 9 } };
    const other = flow({ at: 1, sport: 7 });
    for (const list of [
      [early, late, other],
      [late, other, early],
      [other, early, late, early],
    ]) {
      expect(mergeFacts(list)).toEqual([other, late]);
    }
  });
});

describe("networks of neighbours", () => {
  it.each([
    ["198.51.100.7", "198.51.100.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::", "fe80:0:0:0::/64"],
  ])("%s is in %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
