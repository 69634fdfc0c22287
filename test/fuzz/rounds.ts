// The rounds of the fuzzer: many frames through both cores of a pair, or one file through both windows. A round is
// wholly given by its seed and number, so any finding can be had again. Apart from the command line that runs them.

import * as L from "../../assembly/layout.js";
import type { Home } from "../../host/wasm/homes.js";
import type { CapturedFrame } from "../support/captures.js";
import { type CoreLimits, LIMITS } from "../support/core.js";
import { type FeedResult, feed } from "../support/feed.js";
import { PATIENCE } from "../support/patience.js";
import { Random } from "../support/random.js";
import type { Corpus } from "./corpus.js";
import { checkTables, fuzzedDetection, fuzzedHomes, poisonTables } from "./detection.js";
import { fuzzedFile, fuzzedFrames } from "./mutate.js";
import { Finding, type Pair, takeAlerts } from "./pair.js";
import { type RuleUse, ruleUse } from "./rule-use.js";

export const FRAMES_A_ROUND = 4096;
const CALL_LIMIT_MS = 500 * PATIENCE;
const MARGIN = 96;
const SLOTS_BASE = L.WINDOWS_BASE + 65536;
const SLOTS_END = L.WINDOWS_BASE + L.WINDOWS_REGION_SIZE - 65536;
const SECOND_NS = 1_000_000_000n;

/** Limits that change with the round, small enough for the table to be under pressure. */
export function fuzzedLimits(random: Random): CoreLimits {
  const seconds = (most: number): bigint => BigInt(random.between(1, most)) * SECOND_NS;
  return {
    ...LIMITS,
    seed: BigInt(random.u32()) * BigInt(random.u32()),
    flowSets: random.pick([1, 3, 16, 64, 255]),
    fragmentSets: random.pick([1, 3, 16, 64]),
    recordLimit: random.pick([512, 1024, 8192]),
    flags: random.pick([
      0,
      L.CONFIG_FLAG_CHECKSUM,
      L.CONFIG_FLAG_CHECKSUM,
      L.CONFIG_FLAG_CHECKSUM | L.CONFIG_FLAG_LOSSY_RECORDS,
    ]),
    statusNs: random.chance(0.5) ? 0n : seconds(5),
    tcpOpeningNs: seconds(30),
    tcpEstablishedNs: seconds(3600),
    tcpClosedNs: seconds(10),
    udpNs: seconds(60),
    icmpNs: seconds(10),
    otherNs: seconds(60),
    fragmentNs: seconds(30),
    ghostNs: seconds(60),
    protectNs: seconds(120),
    sweepNs: seconds(10),
    pickupNs: random.chance(0.7) ? 0n : seconds(60),
    ...fuzzedInspection(random),
    ...fuzzedDetection(random),
  };
}

/** Most rounds look into packets, with rules, in tables far too small. */
function fuzzedInspection(random: Random): Partial<CoreLimits> {
  return {
    inspectFlags: random.chance(0.7) ? L.INSPECT_FLAG_ON : 0,
    sessionLimit: random.pick([8, 64, 512]),
    streamWindowSize: random.pick([2048, 8192, 32_768]),
    streamWindowLimit: random.pick([8, 32, 256]),
    streamDepth: random.pick([0, 4096, 1 << 20]),
    datagramLimit: random.pick([1, 4, 64]),
    thresholdLimit: random.pick([8, 256]),
    alertRate: random.pick([0, 5]),
    alertBurst: random.pick([1, 50]),
    packetBudget: random.pick([1000, 20_000, 400_000]),
    regexSteps: random.pick([100, 5000, 50_000]),
  };
}

export interface FrameRound {
  readonly limits: CoreLimits;
  readonly homes: readonly Home[];
  readonly frames: readonly CapturedFrame[];
  readonly rules: RuleUse | undefined;
}

export function plannedRound(random: Random, corpus: Corpus): FrameRound {
  const limits = fuzzedLimits(random);
  const frames = fuzzedFrames(random, corpus, FRAMES_A_ROUND);
  // One round in twenty has no rules: only what is found without any.
  const hasRules = limits.inspectFlags !== 0 && random.chance(0.95);
  const rules = hasRules ? ruleUse(random, frames) : undefined;
  return { limits, homes: limits.detectFlags === 0 ? [] : fuzzedHomes(random, frames), frames, rules };
}

/** One round of frames. @throws Finding, or whatever the module traps with. */
export function frameRound(pair: Pair, corpus: Corpus, seed: number, round: number): number {
  const random = new Random(seed, round);
  const planned = plannedRound(random, corpus);
  runFrames(pair, planned, random);
  return planned.frames.length;
}

/** Pushes the frames through both cores and compares everything they say. */
export function runFrames(pair: Pair, { limits, homes, frames, rules }: FrameRound, random: Random): void {
  pair.reset(limits, rules?.first, homes);
  const size = frames.reduce((sum, { bytes }) => sum + bytes.length + MARGIN * 2, 0);
  const poison = random.pick([0x00, 0xff, -1]);
  const from = SLOTS_BASE + random.below(64);
  pair.poison(from, Math.min(SLOTS_END, from + size + MARGIN), poison, random);
  poisonTables(pair, limits, homes.length, poison, random);
  pair.poison(L.MEMORY_SIZE - 8192, L.MEMORY_SIZE, poison, random);
  // Who takes alerts late finds the ring full.
  const alertTurn = random.pick([1, 1, 1, 1000]);
  let at = from;
  let batches = 0;
  let sinceTaken = 0;
  for (const [index, frame] of frames.entries()) {
    const { length } = frame.bytes;
    if (rules?.swaps.has(frame)) pair.offer(rules.swaps.get(frame));
    // The last byte of the memory: one byte too many and the call traps.
    const last = index % 61 === 60;
    if (last) for (const core of pair.cores) core.exports.drain();
    else if (at + length + MARGIN * 2 > SLOTS_END) at = from;
    const address = last ? L.MEMORY_SIZE - length : at + MARGIN;
    const started = performance.now();
    for (const core of pair.cores) {
      core.bytes.set(frame.bytes, address);
      core.exports.pushFrame(address, length, frame.wire >>> 0, frame.timeNs, frame.link);
      if (last) core.exports.drain();
    }
    const took = performance.now() - started;
    if (took > CALL_LIMIT_MS) throw new Finding(`one frame took ${took.toFixed(0)} ms`);
    if (last) pair.poison(address, L.MEMORY_SIZE, poison, random);
    else at += length + MARGIN * 2;
    if (++sinceTaken >= L.BATCH_CAPACITY) {
      pair.compareRecords(limits.recordLimit);
      if (++batches % alertTurn === 0) pair.compareAlerts();
      sinceTaken = 0;
    }
  }
  for (const core of pair.cores) core.exports.drain();
  pair.compareRecords(limits.recordLimit);
  pair.compareCounters();
  pair.finish(limits.recordLimit);
  checkTables(pair, limits);
}

/** One round of a whole file, in pieces of a size of its own for each core. Answers the packets read. */
export function fileRound(pair: Pair, corpus: Corpus, seed: number, round: number): number {
  const random = new Random(seed, round);
  const limits = { ...fuzzedLimits(random), flags: L.CONFIG_FLAG_CHECKSUM };
  const file = fuzzedFile(random, corpus);
  const homes = limits.detectFlags === 0 ? [] : fuzzedHomes(random, []);
  pair.reset(limits, limits.inspectFlags === 0 ? undefined : ruleUse(random, []).first, homes);
  const rings: [Buffer[], Buffer[]] = [[], []];
  const alertRings: [Buffer[], Buffer[]] = [[], []];
  const results: FeedResult[] = [];
  pair.poison(L.WINDOWS_BASE, L.WINDOWS_BASE + L.WINDOW_SIZE, random.pick([0x00, 0xff, -1]), random);
  for (const [index, core] of pair.cores.entries()) {
    const piece = random.chance(0.3) ? L.WINDOW_DATA_SIZE : random.between(64, 70_000);
    const ring = rings[index as 0 | 1];
    const alerts = alertRings[index as 0 | 1];
    const onRecords = (): void => {
      core.take((record) => ring.push(Buffer.from(record)));
      takeAlerts(core, (alert) => alerts.push(Buffer.from(alert)));
    };
    results.push(feed(core, file.bytes, { piece, budget: random.between(1, 5000), onRecords }));
    for (let more = 1; more !== 0; onRecords()) more = core.exports.flush();
  }
  const [a, b] = results.map(({ calls: _, ...result }) => JSON.stringify(result));
  if (a !== b) throw new Finding(`${file.name}: ${a} with one piece size, ${b} with the other`);
  if (Buffer.compare(Buffer.concat(rings[0]), Buffer.concat(rings[1])) !== 0) {
    throw new Finding(`${file.name}: records differ with the piece size or the bytes behind the window`);
  }
  if (Buffer.compare(Buffer.concat(alertRings[0]), Buffer.concat(alertRings[1])) !== 0) {
    throw new Finding(`${file.name}: alerts differ with the piece size or the bytes behind the window`);
  }
  pair.compareCounters();
  return pair.cores[0].counter(L.COUNTER_PACKETS);
}
