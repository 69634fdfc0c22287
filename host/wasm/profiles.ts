// Named sets of limits, from a small board to a big machine.
// Apart from config.ts because these are choices, each with its reason, not mechanics.
// Always holds: a profile's tables fit the memory map; what they cost is said by table-parts.ts, and the process itself
// comes on top (Node.js is about 48 MB).

import {
  ALIVE_CAPACITY,
  DATAGRAM_CAPACITY,
  FRAGMENT_SET_CAPACITY,
  RECENT_CAPACITY,
  RECORD_CAPACITY,
  RULES_HALF_SIZE,
  SESSION_CAPACITY,
  SET_CAPACITY,
  SET_WAYS,
  SOURCE_CAPACITY,
  TARGET_CAPACITY,
  THRESHOLD_CAPACITY,
  WINDOW_DATA_SIZE,
} from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import type { Limits } from "./config.js";

export interface Profile {
  readonly name: string;
  readonly help: string;
  readonly limits: Limits;
}

const SECOND_MS = 1000;

/** Every profile's: only the sizes differ. Timeouts are those of common conntrack practice, rounded to what an
 *  operator expects; the opening timeout outlasts the SYN retries of today's systems. */
const COMMON = {
  seed: 0x2545_f491_4f6c_dd1dn,
  verifyChecksums: true,
  lossyRecords: false,
  statusMs: 0,
  tcpOpeningMs: 120 * SECOND_MS,
  tcpEstablishedMs: 3600 * SECOND_MS,
  tcpClosedMs: 30 * SECOND_MS,
  udpMs: 180 * SECOND_MS,
  icmpMs: 60 * SECOND_MS,
  otherMs: 180 * SECOND_MS,
  fragmentMs: 30 * SECOND_MS,
  ghostMs: 300 * SECOND_MS,
  protectMs: 30 * SECOND_MS,
  sweepMs: 8 * SECOND_MS,
  pickupMs: 60 * SECOND_MS,
  inspect: false,
  streamWindowSize: 8192,
  streamDepth: 1_048_576,
  alertRate: 10,
  alertBurst: 50,
  packetBudget: 400_000,
  regexSteps: 50_000,
  detect: false,
  learnMs: 0,
  aliveMs: 0,
} as const;

export const PROFILES: readonly Profile[] = [
  {
    name: "small",
    help: "a small board: 32,768 flows, under 120 MB resident in all, live or from files",
    limits: {
      ...COMMON,
      flowSets: 1024,
      fragmentSets: 256,
      recordLimit: RECORD_CAPACITY / 4,
      chunkSize: WINDOW_DATA_SIZE / 8,
      sessionLimit: SESSION_CAPACITY / 8,
      streamWindowLimit: 128,
      datagramLimit: DATAGRAM_CAPACITY / 4,
      thresholdLimit: THRESHOLD_CAPACITY / 8,
      rulesLimit: RULES_HALF_SIZE / 4,
      sourceLimit: SOURCE_CAPACITY / 16,
      targetLimit: TARGET_CAPACITY / 8,
      recentLimit: RECENT_CAPACITY / 16,
      aliveLimit: ALIVE_CAPACITY / 16,
    },
  },
  {
    name: "default",
    help: "131,072 flows, under 180 MB resident in all live, 200 MB from files",
    limits: {
      ...COMMON,
      flowSets: 4096,
      fragmentSets: FRAGMENT_SET_CAPACITY,
      recordLimit: RECORD_CAPACITY / 2,
      chunkSize: WINDOW_DATA_SIZE,
      sessionLimit: SESSION_CAPACITY / 2,
      streamWindowLimit: 1024,
      datagramLimit: DATAGRAM_CAPACITY,
      thresholdLimit: THRESHOLD_CAPACITY / 2,
      rulesLimit: RULES_HALF_SIZE / 2,
      sourceLimit: SOURCE_CAPACITY / 4,
      targetLimit: TARGET_CAPACITY / 2,
      recentLimit: RECENT_CAPACITY / 4,
      aliveLimit: ALIVE_CAPACITY / 4,
    },
  },
  {
    name: "large",
    help: "1,048,576 flows, about 500 MB resident in all",
    limits: {
      ...COMMON,
      flowSets: SET_CAPACITY,
      fragmentSets: FRAGMENT_SET_CAPACITY,
      recordLimit: RECORD_CAPACITY,
      chunkSize: WINDOW_DATA_SIZE,
      sessionLimit: SESSION_CAPACITY,
      streamWindowLimit: 2048,
      datagramLimit: DATAGRAM_CAPACITY,
      thresholdLimit: THRESHOLD_CAPACITY,
      rulesLimit: RULES_HALF_SIZE,
      sourceLimit: SOURCE_CAPACITY,
      targetLimit: TARGET_CAPACITY,
      recentLimit: RECENT_CAPACITY,
      aliveLimit: ALIVE_CAPACITY,
    },
  },
];

export const DEFAULT_PROFILE = "default";

/** The limits of a named profile. */
export function profileLimits(name: string = DEFAULT_PROFILE): Limits {
  const profile = PROFILES.find((candidate) => candidate.name === name);
  if (profile) return profile.limits;
  const names = PROFILES.map((candidate) => candidate.name).join(", ");
  throw new StrayError("PROFILE_UNKNOWN", `no profile is called "${name}": choose one of ${names}`, 2);
}

export function flowCapacityOf(limits: Limits): number {
  return limits.flowSets * SET_WAYS;
}

/** Least of any table that workers share out. */
const SHARE_MIN = 64;

/**
 * What each of so many workers gets: what grows with the traffic is shared out, the rest each has whole. So the tables of
 * detection: packets are spread by pairs of addresses, so one that speaks to many is met by every worker, and who is alive
 * each must know.
 */
export function workerShare(limits: Limits, workers: number): Limits {
  return {
    ...limits,
    flowSets: Math.max(1, Math.floor(limits.flowSets / workers)),
    sessionLimit: Math.max(SHARE_MIN, Math.floor(limits.sessionLimit / workers)),
    streamWindowLimit: Math.max(SHARE_MIN, Math.floor(limits.streamWindowLimit / workers)),
  };
}

/** A word of each flow that leads to its session. */
export const LINK_SIZE = 4;
