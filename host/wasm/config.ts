// Limits and timeouts as the host speaks of them, and how they are written into the module's CONFIG region.
// Apart from the profiles so that a test or a live sensor can use limits of its own.
// Always holds: nothing out of range reaches the module: the capacities of assembly/layout.ts are checked here.

import {
  ALIVE_CAPACITY,
  CONFIG_ALERT_BURST_OFFSET,
  CONFIG_ALERT_RATE_OFFSET,
  CONFIG_ALIVE_LIMIT_OFFSET,
  CONFIG_ALIVE_NS_OFFSET,
  CONFIG_BASE,
  CONFIG_DATAGRAM_LIMIT_OFFSET,
  CONFIG_DETECT_FLAGS_OFFSET,
  CONFIG_FLAG_CHECKSUM,
  CONFIG_FLAG_LOSSY_RECORDS,
  CONFIG_FLAGS_OFFSET,
  CONFIG_FLOW_SETS_OFFSET,
  CONFIG_FRAGMENT_NS_OFFSET,
  CONFIG_FRAGMENT_SETS_OFFSET,
  CONFIG_GHOST_NS_OFFSET,
  CONFIG_ICMP_NS_OFFSET,
  CONFIG_INSPECT_FLAGS_OFFSET,
  CONFIG_LEARN_NS_OFFSET,
  CONFIG_OTHER_NS_OFFSET,
  CONFIG_PACKET_BUDGET_OFFSET,
  CONFIG_PICKUP_NS_OFFSET,
  CONFIG_PROTECT_NS_OFFSET,
  CONFIG_RECENT_LIMIT_OFFSET,
  CONFIG_RECORD_LIMIT_OFFSET,
  CONFIG_REGEX_STEPS_OFFSET,
  CONFIG_RULES_LIMIT_OFFSET,
  CONFIG_SEED_OFFSET,
  CONFIG_SESSION_LIMIT_OFFSET,
  CONFIG_SOURCE_LIMIT_OFFSET,
  CONFIG_STATUS_NS_OFFSET,
  CONFIG_STREAM_DEPTH_OFFSET,
  CONFIG_STREAM_WINDOW_LIMIT_OFFSET,
  CONFIG_STREAM_WINDOW_SIZE_OFFSET,
  CONFIG_SWEEP_NS_OFFSET,
  CONFIG_TARGET_LIMIT_OFFSET,
  CONFIG_TCP_CLOSED_NS_OFFSET,
  CONFIG_TCP_ESTABLISHED_NS_OFFSET,
  CONFIG_TCP_OPENING_NS_OFFSET,
  CONFIG_THRESHOLD_LIMIT_OFFSET,
  CONFIG_UDP_NS_OFFSET,
  DATAGRAM_CAPACITY,
  DETECT_FLAG_ON,
  FRAGMENT_SET_CAPACITY,
  INSPECT_FLAG_ON,
  RECENT_CAPACITY,
  RECORD_CAPACITY,
  RULES_HALF_SIZE,
  SESSION_CAPACITY,
  SET_CAPACITY,
  SOURCE_CAPACITY,
  STREAMS_REGION_SIZE,
  TARGET_CAPACITY,
  THRESHOLD_CAPACITY,
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
  /** Streams, HTTP and rules; off, only what a packet shows by itself is noticed. */
  readonly inspect: boolean;
  /** Conversations that inspection can know at a time. */
  readonly sessionLimit: number;
  /** Bytes of a TCP stream that are kept for matching, a power of two. */
  readonly streamWindowSize: number;
  /** Such windows. */
  readonly streamWindowLimit: number;
  /** Bytes of each direction of a stream that are inspected, 0 = no limit. */
  readonly streamDepth: number;
  /** Datagrams in fragments that can be put together at a time. */
  readonly datagramLimit: number;
  /** Counts of thresholds and filters, each of a rule and an address. */
  readonly thresholdLimit: number;
  /** Alerts a second that one rule may give, 0 = no limit. */
  readonly alertRate: number;
  /** Alerts that one rule may give at once. */
  readonly alertBurst: number;
  /** Steps that the rules of one packet may take. */
  readonly packetBudget: number;
  /** Steps that one run of a regular expression may take. */
  readonly regexSteps: number;
  /** Bytes that the compiled rules may take; twice that is in use when rules are replaced. */
  readonly rulesLimit: number;
  /** What an address did is kept: sweeps, floods, dark addresses. */
  readonly detect: boolean;
  /** Addresses whose sending is kept at a time; a multiple of 8. */
  readonly sourceLimit: number;
  /** Addresses and ports whose being asked is kept; a multiple of 8. */
  readonly targetLimit: number;
  /** Conversations remembered after they were pushed out; a power of two. */
  readonly recentLimit: number;
  /** Addresses of ours known to be alive; a multiple of 8. */
  readonly aliveLimit: number;
  /** Packet time from the first packet in which no address is called dark. */
  readonly learnMs: number;
  /** How long an address of ours is called alive after it was last heard, 0 = for ever. */
  readonly aliveMs: number;
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
  ["learnMs", CONFIG_LEARN_NS_OFFSET, 0],
  ["aliveMs", CONFIG_ALIVE_NS_OFFSET, 0],
] as const satisfies readonly (readonly [keyof Limits, number, number])[];

const U32_MAX = 0xffff_ffff;

const INSPECTION = [
  ["sessionLimit", CONFIG_SESSION_LIMIT_OFFSET, 8, SESSION_CAPACITY],
  ["streamWindowSize", CONFIG_STREAM_WINDOW_SIZE_OFFSET, 2048, 32768],
  ["streamWindowLimit", CONFIG_STREAM_WINDOW_LIMIT_OFFSET, 8, STREAMS_REGION_SIZE / 2048],
  ["streamDepth", CONFIG_STREAM_DEPTH_OFFSET, 0, U32_MAX],
  ["datagramLimit", CONFIG_DATAGRAM_LIMIT_OFFSET, 1, DATAGRAM_CAPACITY],
  ["thresholdLimit", CONFIG_THRESHOLD_LIMIT_OFFSET, 8, THRESHOLD_CAPACITY],
  ["alertRate", CONFIG_ALERT_RATE_OFFSET, 0, 1_000_000],
  ["alertBurst", CONFIG_ALERT_BURST_OFFSET, 1, 1_000_000],
  ["packetBudget", CONFIG_PACKET_BUDGET_OFFSET, 1000, 0x7fff_ffff],
  ["regexSteps", CONFIG_REGEX_STEPS_OFFSET, 100, 0x7fff_ffff],
  ["rulesLimit", CONFIG_RULES_LIMIT_OFFSET, 65536, RULES_HALF_SIZE],
  ["sourceLimit", CONFIG_SOURCE_LIMIT_OFFSET, 8, SOURCE_CAPACITY],
  ["targetLimit", CONFIG_TARGET_LIMIT_OFFSET, 8, TARGET_CAPACITY],
  ["recentLimit", CONFIG_RECENT_LIMIT_OFFSET, 8, RECENT_CAPACITY],
  ["aliveLimit", CONFIG_ALIVE_LIMIT_OFFSET, 8, ALIVE_CAPACITY],
] as const satisfies readonly (readonly [keyof Limits, number, number, number])[];

function checkWindows({ streamWindowSize: size, streamWindowLimit: limit }: Limits): void {
  if ((size & (size - 1)) !== 0) {
    throw new StrayError("LIMIT_INVALID", `streamWindowSize must be a power of two, not ${size}`, 2);
  }
  if (size * limit <= STREAMS_REGION_SIZE) return;
  const message = `streamWindowSize times streamWindowLimit must be ${STREAMS_REGION_SIZE} at most, not ${size * limit}`;
  throw new StrayError("LIMIT_INVALID", message, 2);
}

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
  for (const [name, offset, least, most] of INSPECTION) {
    checkRange(name, limits[name], least, most);
    writeU32(memory, CONFIG_BASE + offset, limits[name]);
  }
  writeU32(memory, CONFIG_BASE + CONFIG_DETECT_FLAGS_OFFSET, limits.detect ? DETECT_FLAG_ON : 0);
  writeU32(memory, CONFIG_BASE + CONFIG_INSPECT_FLAGS_OFFSET, limits.inspect ? INSPECT_FLAG_ON : 0);
  checkWindows(limits);
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
