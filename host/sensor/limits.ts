// From the configuration to the limits of one worker.
// Apart from the profiles because a file's reader has no workers, no status interval and no secret seed.
// Always holds: the workers' tables of flows, sessions and streams together are as large as the profile says.

import { randomBytes } from "node:crypto";
import type { StrayConfig } from "../config/types.js";
import type { Limits } from "../wasm/config.js";
import { profileLimits, workerShare } from "../wasm/profiles.js";

/** A seed nobody outside can guess: who could, could aim flows at one set of the table. */
export function newSeed(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

export function workerLimits(config: StrayConfig, seed: bigint): Limits {
  const { flows, inspection, detection, alerts, capture, sensor } = config;
  return {
    ...workerShare(profileLimits(sensor.profile), capture.workers),
    seed,
    lossyRecords: true,
    verifyChecksums: flows.verifyChecksums,
    statusMs: flows.statusMs,
    tcpOpeningMs: flows.tcpOpeningMs,
    tcpEstablishedMs: flows.tcpEstablishedMs,
    tcpClosedMs: flows.tcpClosedMs,
    udpMs: flows.udpMs,
    icmpMs: flows.icmpMs,
    otherMs: flows.otherMs,
    fragmentMs: flows.fragmentMs,
    pickupMs: flows.pickupMs,
    inspect: inspection.enabled,
    streamDepth: inspection.streamDepth,
    alertRate: alerts.rate,
    alertBurst: alerts.burst,
    detect: detection.enabled,
    // Each home network has its own time to be learnt, which goes on over restarts (host/dark/learning.ts).
    learnMs: 0,
    aliveMs: detection.aliveMs,
  };
}
