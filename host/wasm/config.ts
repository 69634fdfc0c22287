// Limits and timeouts as the host speaks of them, and how they are written into the module's CONFIG region.
// Apart from the profiles so that a test or a live sensor can use limits of its own.
// Always holds: nothing out of range reaches the module: the capacities of assembly/layout.ts are checked here.

import {
  CONFIG_BASE,
  CONFIG_FLAG_CHECKSUM,
  CONFIG_FLAG_LOSSY_RECORDS,
  CONFIG_FLAGS_OFFSET,
  CONFIG_FLOW_SETS_OFFSET,
  CONFIG_FRAGMENT_NS_OFFSET,
  CONFIG_FRAGMENT_SETS_OFFSET,
  CONFIG_GHOST_NS_OFFSET,
  CONFIG_ICMP_NS_OFFSET,
  CONFIG_OTHER_NS_OFFSET,
  CONFIG_PICKUP_NS_OFFSET,
  CONFIG_PROTECT_NS_OFFSET,
  CONFIG_RECORD_LIMIT_OFFSET,
  CONFIG_SEED_OFFSET,
  CONFIG_STATUS_NS_OFFSET,
  CONFIG_SWEEP_NS_OFFSET,
  CONFIG_TCP_CLOSED_NS_OFFSET,
  CONFIG_TCP_ESTABLISHED_NS_OFFSET,
  CONFIG_TCP_OPENING_NS_OFFSET,
  CONFIG_UDP_NS_OFFSET,
  FRAGMENT_SET_CAPACITY,
  RECORD_CAPACITY,
  SET_CAPACITY,
} from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import { type SensorMemory, writeU32, writeU64 } from "./memory.js";

export interface Limits {
  /** Of the flow hash, 64 bits. Fixed for files, so that a capture always gives the same records. */
  readonly seed: bigint;
  /** Sets of 32 flows each. */
  readonly flowSets: number;
  readonly fragmentSets: number;
  /** Places in the record ring, a power of two. */
  readonly recordLimit: number;
  readonly verifyChecksums: boolean;
  /** A full ring loses records (live) instead of stopping the walk (files). */
  readonly lossyRecords: boolean;
  /** Interval of intermediate records, 0 = none. */
  readonly statusMs: number;
  readonly tcpOpeningMs: number;
  readonly tcpEstablishedMs: number;
  readonly tcpClosedMs: number;
  readonly udpMs: number;
  readonly icmpMs: number;
  readonly otherMs: number;
  readonly fragmentMs: number;
  /** How long the orientation of a finished flow is remembered. */
  readonly ghostMs: number;
  /** Idle time after which a newcomer may push out an established flow. */
  readonly protectMs: number;
  /** Packet time in which the expiry sweep goes round once. */
  readonly sweepMs: number;
  /** How long after the first packet a flow without a SYN may be older than the sensor; 0 for files. */
  readonly pickupMs: number;
  /** Bytes of a capture file read at once, of which WINDOW_PARTS lie in memory; the host's alone. */
  readonly chunkSize: number;
}

export const RECORD_LIMIT_MIN = 1024;
const NS_PER_MS = 1_000_000n;
const DURATION_MAX_MS = 1e11; // about three years; in ns well within 64 bits

const DURATIONS = [
  ["statusMs", CONFIG_STATUS_NS_OFFSET, 0],
  ["tcpOpeningMs", CONFIG_TCP_OPENING_NS_OFFSET, 1],
  ["tcpEstablishedMs", CONFIG_TCP_ESTABLISHED_NS_OFFSET, 1],
  ["tcpClosedMs", CONFIG_TCP_CLOSED_NS_OFFSET, 1],
  ["udpMs", CONFIG_UDP_NS_OFFSET, 1],
  ["icmpMs", CONFIG_ICMP_NS_OFFSET, 1],
  ["otherMs", CONFIG_OTHER_NS_OFFSET, 1],
  ["fragmentMs", CONFIG_FRAGMENT_NS_OFFSET, 1],
  ["ghostMs", CONFIG_GHOST_NS_OFFSET, 0],
  ["protectMs", CONFIG_PROTECT_NS_OFFSET, 0],
  ["sweepMs", CONFIG_SWEEP_NS_OFFSET, 1],
  ["pickupMs", CONFIG_PICKUP_NS_OFFSET, 0],
] as const satisfies readonly (readonly [keyof Limits, number, number])[];

/** Writes the CONFIG region; the module reads it at init(). */
export function writeConfig(memory: SensorMemory, limits: Limits): void {
  checkRange("flowSets", limits.flowSets, 1, SET_CAPACITY);
  checkRange("fragmentSets", limits.fragmentSets, 1, FRAGMENT_SET_CAPACITY);
  checkRange("recordLimit", limits.recordLimit, RECORD_LIMIT_MIN, RECORD_CAPACITY);
  if ((limits.recordLimit & (limits.recordLimit - 1)) !== 0) {
    throw new StrayError("LIMIT_INVALID", `recordLimit must be a power of two, not ${limits.recordLimit}`, 2);
  }
  writeU64(memory, CONFIG_BASE + CONFIG_SEED_OFFSET, BigInt.asUintN(64, limits.seed));
  writeU32(memory, CONFIG_BASE + CONFIG_FLOW_SETS_OFFSET, limits.flowSets);
  writeU32(memory, CONFIG_BASE + CONFIG_FRAGMENT_SETS_OFFSET, limits.fragmentSets);
  writeU32(memory, CONFIG_BASE + CONFIG_RECORD_LIMIT_OFFSET, limits.recordLimit);
  writeU32(memory, CONFIG_BASE + CONFIG_FLAGS_OFFSET, flagsOf(limits));
  for (const [name, offset, least] of DURATIONS) {
    checkRange(name, limits[name], least, DURATION_MAX_MS);
    writeU64(memory, CONFIG_BASE + offset, BigInt(Math.round(limits[name])) * NS_PER_MS);
  }
}

function flagsOf(limits: Limits): number {
  const checksums = limits.verifyChecksums ? CONFIG_FLAG_CHECKSUM : 0;
  return checksums | (limits.lossyRecords ? CONFIG_FLAG_LOSSY_RECORDS : 0);
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new StrayError("LIMIT_INVALID", `${name} must be from ${least} to ${most}, not ${value}`, 2);
}
