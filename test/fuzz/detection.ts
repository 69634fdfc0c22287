// Detection for a round of the fuzzer: tables far too small, networks of any size, some around the frames' own addresses.
// Apart because rounds of frames and of files want it alike. Always holds: more rounds have detection than not; what
// lies behind the tables differs between the two cores, so that whatever is read there shows.

import * as L from "../../assembly/layout.js";
import { HOME_KINDS, type Home } from "../../host/wasm/homes.js";
import type { CapturedFrame } from "../support/captures.js";
import type { CoreLimits } from "../support/core.js";
import type { Random } from "../support/random.js";
import { Finding, type Pair } from "./pair.js";

const SECOND_NS = 1_000_000_000n;
/** Bytes behind a table that are poisoned. */
const BEHIND = 4096;

export function fuzzedDetection(random: Random): Partial<CoreLimits> {
  const some = (): number => random.pick([8, 16, 64, 1024]);
  return {
    detectFlags: random.chance(0.7) ? L.DETECT_FLAG_ON : 0,
    sourceLimit: some(),
    targetLimit: some(),
    recentLimit: some(),
    aliveLimit: some(),
    learnNs: random.chance(0.5) ? 0n : BigInt(random.between(1, 100)) * SECOND_NS,
    aliveNs: random.chance(0.5) ? 0n : BigInt(random.between(1, 1000)) * SECOND_NS,
  };
}

/** None, a few, or as many as there is room for. */
export function fuzzedHomes(random: Random, frames: readonly CapturedFrame[]): Home[] {
  const count = random.pick([0, 1, 3, 20, L.HOME_CAPACITY]);
  return Array.from({ length: count }, () => ({
    network: network(random, frames),
    kind: random.pick(HOME_KINDS),
  }));
}

function network(random: Random, frames: readonly CapturedFrame[]): string {
  if (random.chance(0.2))
    return random.pick(["0.0.0.0/0", "::/0", "10.0.0.0/8", "2001:db8::/32", "10.0.0.2", "::1"]);
  const isV6 = random.chance(0.3);
  const bytes = isV6 ? random.bytes(16) : addressIn(random, frames);
  const text = isV6 ? (Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? []).join(":") : bytes.join(".");
  return `${text}/${random.below(bytes.length * 8 + 1)}`;
}

/** Four bytes of a frame where IPv4 addresses mostly lie, or any. */
function addressIn(random: Random, frames: readonly CapturedFrame[]): Uint8Array {
  const frame = frames.length > 0 ? random.pick(frames).bytes : new Uint8Array(0);
  const at = random.pick([26, 30, 12, 16]);
  return frame.length >= at + 4 ? frame.subarray(at, at + 4) : random.bytes(4);
}

/** Fills what lies behind each table, up to the next one. */
export function poisonTables(
  pair: Pair,
  limits: CoreLimits,
  homes: number,
  poison: number,
  random: Random,
): void {
  const tables: [end: number, next: number][] = [
    [L.SOURCES_BASE + limits.sourceLimit * L.SOURCE_SIZE, L.TARGETS_BASE],
    [L.TARGETS_BASE + limits.targetLimit * L.TARGET_SIZE, L.RECENTS_BASE],
    [L.RECENTS_BASE + limits.recentLimit * L.RECENT_SIZE, L.HOMES_BASE],
    [L.HOMES_BASE + homes * L.HOME_SIZE, L.ALIVES_BASE],
    [L.ALIVES_BASE + limits.aliveLimit * L.ALIVE_SIZE, L.SOURCE_TAGS_BASE],
    [L.SOURCE_TAGS_BASE + limits.sourceLimit * L.PLACE_TAG_SIZE, L.TARGET_TAGS_BASE],
    [L.TARGET_TAGS_BASE + limits.targetLimit * L.PLACE_TAG_SIZE, L.ALIVE_TAGS_BASE],
    [L.ALIVE_TAGS_BASE + limits.aliveLimit * L.PLACE_TAG_SIZE, L.SOURCE_MARKS_BASE],
    [L.SOURCE_MARKS_BASE + limits.sourceLimit * L.PLACE_MARK_SIZE, L.TARGET_MARKS_BASE],
    [L.TARGET_MARKS_BASE + limits.targetLimit * L.PLACE_MARK_SIZE, L.INLINE_BASE],
  ];
  for (const [end, next] of tables) pair.poison(end, Math.min(end + BEHIND, next), poison, random);
}

/** @throws Finding when more places are told to be in use than there are. */
export function checkTables(pair: Pair, limits: CoreLimits): void {
  const tables: [name: string, used: number, limit: number][] = [
    ["sources", L.STATE_SOURCES_OFFSET, limits.sourceLimit],
    ["targets", L.STATE_TARGETS_OFFSET, limits.targetLimit],
    ["alives", L.STATE_ALIVES_OFFSET, limits.aliveLimit],
  ];
  for (const [name, offset, limit] of tables) {
    const used = pair.cores[0].state32(offset);
    if (used > limit) throw new Finding(`${used} ${name} in ${limit} places`);
  }
}
