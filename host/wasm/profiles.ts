// Named sets of limits, from a small board to a big machine.
// Apart from config.ts because these are choices, each with its reason, not mechanics.
// Always holds: `memoryBytes` is what the module's tables come to when every place in them has been used, for one
// capture file at a time; the process itself comes on top (Node.js is about 48 MB).

import {
  FLOW_SIZE,
  FRAGMENT_SET_CAPACITY,
  FRAGMENT_SIZE,
  FRAGMENT_WAYS,
  RECORD_CAPACITY,
  RECORD_SIZE,
  SET_CAPACITY,
  SET_SIZE,
  SET_WAYS,
  WINDOW_DATA_SIZE,
  WINDOW_PARTS,
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
  pickupMs: 0,
} as const;

export const PROFILES: readonly Profile[] = [
  {
    name: "small",
    help: "a small board: 32,768 flows, under 110 MB resident in all, live or from files",
    limits: {
      ...COMMON,
      flowSets: 1024,
      fragmentSets: 256,
      recordLimit: RECORD_CAPACITY / 4,
      chunkSize: WINDOW_DATA_SIZE / 8,
    },
  },
  {
    name: "default",
    help: "163,840 flows, under 160 MB resident in all live, 200 MB from files",
    limits: {
      ...COMMON,
      flowSets: 5120,
      fragmentSets: FRAGMENT_SET_CAPACITY,
      recordLimit: RECORD_CAPACITY / 2,
      chunkSize: WINDOW_DATA_SIZE,
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

/** Bytes that the tables come to when every place has been used, with one capture file open. */
export function memoryBytes(limits: Limits): number {
  return (
    limits.flowSets * (SET_SIZE + SET_WAYS * FLOW_SIZE) +
    limits.fragmentSets * FRAGMENT_WAYS * FRAGMENT_SIZE +
    limits.recordLimit * RECORD_SIZE +
    WINDOW_PARTS * limits.chunkSize
  );
}
