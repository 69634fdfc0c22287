// The WASM flow table against the reference model over seeded random traffic. STRAY_SIM_PACKETS makes it long,
// STRAY_SEED gives another run. Each case is a table of another size and other limits.

import { describe, expect, it } from "vitest";
import * as L from "../../assembly/layout.js";
import { seedOf } from "../support/random.js";
import { simulate } from "./simulation.js";

const { STRAY_SIM_PACKETS } = process.env;
const packets = STRAY_SIM_PACKETS === undefined ? 20_000 : Number(STRAY_SIM_PACKETS);
const seed = seedOf("sim");
const TIMEOUT_MS = 60_000 + packets;
const SECOND_NS = 1_000_000_000n;

describe("the flow table agrees with the model", () => {
  it(
    "with room for every flow",
    async () => {
      const { reasons } = await simulate({ seed, packets, concurrent: 500, limits: { flowSets: 4096 } });
      expect(reasons.get(L.RECORD_REASON_IDLE)).toBeGreaterThan(100);
      expect(reasons.get(L.RECORD_REASON_REUSED)).toBeGreaterThan(10);
      expect(reasons.get(L.RECORD_REASON_EVICTED)).toBeUndefined();
    },
    TIMEOUT_MS,
  );

  it(
    "with a table a tenth of the traffic",
    async () => {
      const { reasons } = await simulate({
        seed: seed + 1,
        packets,
        concurrent: 2500,
        limits: { flowSets: 16 },
      });
      expect(reasons.get(L.RECORD_REASON_EVICTED)).toBeGreaterThan(1000);
    },
    TIMEOUT_MS,
  );

  it(
    "with a single set and established flows well protected",
    async () => {
      const limits = { flowSets: 1, protectNs: 600n * SECOND_NS };
      const { reasons } = await simulate({ seed: seed + 2, packets, concurrent: 8, lasting: 0.6, limits });
      expect(reasons.get(L.RECORD_REASON_REFUSED)).toBeGreaterThan(10);
      expect(reasons.get(L.RECORD_REASON_EVICTED)).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );

  it(
    "with intermediate records",
    async () => {
      const limits = { flowSets: 37, statusNs: 2n * SECOND_NS };
      const { reasons } = await simulate({ seed: seed + 3, packets, concurrent: 400, limits });
      expect(reasons.get(L.RECORD_REASON_STATUS)).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );

  it(
    "with short timeouts and a slow sweep",
    async () => {
      const limits = {
        flowSets: 64,
        tcpOpeningNs: SECOND_NS,
        tcpEstablishedNs: 5n * SECOND_NS,
        tcpClosedNs: SECOND_NS / 2n,
        udpNs: SECOND_NS,
        icmpNs: SECOND_NS,
        otherNs: 2n * SECOND_NS,
        ghostNs: 3n * SECOND_NS,
        sweepNs: 20n * SECOND_NS,
      };
      const { reasons } = await simulate({ seed: seed + 4, packets, concurrent: 1000, limits });
      expect(reasons.get(L.RECORD_REASON_IDLE)).toBeGreaterThan(1000);
    },
    TIMEOUT_MS,
  );
});
