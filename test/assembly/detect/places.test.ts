// Places in sets of eight, against a plain search: who is found, and who goes.

import { beforeAll, describe, expect, it } from "vitest";
import { COARSE_SHIFT, DETECT_WAYS } from "../../../assembly/detect/detect-layout.js";
import { PLACE_MARK_SIZE, PLACE_TAG_SIZE, WINDOWS_BASE } from "../../../assembly/layout.js";
import { type Entry, loadEntry } from "../../support/entry.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";

interface Places {
  setFor(limit: number, hash: bigint): number;
  candidatesIn(tags: number, set: number, hash: bigint): number;
  isFree(tags: number, place: number): number;
  takePlace(tags: number, place: number, hash: bigint): void;
  markPlace(marks: number, place: number, time: bigint, kept: number): void;
  leastPlace(tags: number, marks: number, set: number, now: bigint, keptFor: number): number;
  likelyPlace(tags: number, marks: number, set: number, hash: bigint, now: bigint): number;
}

const LIMIT = 64;
const TAGS = WINDOWS_BASE;
const MARKS = TAGS + LIMIT * PLACE_TAG_SIZE;
const END = MARKS + LIMIT * PLACE_MARK_SIZE;
const SECOND = 1n << BigInt(COARSE_SHIFT);
/** A time of today. */
const NOW = 1_750_000_000n * 1_000_000_000n;
const FOR_EVER = 0x7fffffff;

let entry: Entry<Places>;
let random: Random;
beforeAll(async () => {
  entry = await loadEntry<Places>("places");
  random = new Random(seedOf("places"));
}, 120_000 * PATIENCE);

function begin(): Places {
  entry.bytes.fill(0, TAGS, END);
  return entry.exports;
}

function hash(): bigint {
  return (BigInt(random.u32()) << 32n) | BigInt(random.u32());
}

interface Kept {
  seconds: bigint;
  kept: boolean;
}

/** Fills the set of a hash; answers what each place was marked with. */
function fillSet(places: Places, set: number, ageOf: () => bigint): Kept[] {
  return Array.from({ length: DETECT_WAYS }, (_, way) => {
    const time = NOW - ageOf() * SECOND;
    const kept = random.chance(0.5);
    places.takePlace(TAGS, set + way, hash());
    places.markPlace(MARKS, set + way, time, Number(kept));
    return { seconds: time >> BigInt(COARSE_SHIFT), kept };
  });
}

/** Not kept before kept, then the earlier, then the first. */
function expected(marks: readonly Kept[], keptFor: bigint): number {
  const now = NOW >> BigInt(COARSE_SHIFT);
  const apart = (seconds: bigint): bigint => (seconds > now ? seconds - now : now - seconds);
  const order = marks.map(({ seconds, kept }, way) => ({
    way,
    seconds,
    kept: kept && apart(seconds) <= keptFor,
  }));
  order.sort((a, b) => Number(a.kept) - Number(b.kept) || Number(a.seconds - b.seconds) || a.way - b.way);
  return order[0]!.way;
}

describe("a set", () => {
  it("is one of the table's, whatever the hash", () => {
    const places = begin();
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) seen.add(places.setFor(LIMIT, hash()));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 8, 16, 24, 32, 40, 48, 56]);
    expect(places.setFor(LIMIT, 0xffff_ffff_ffff_ffffn)).toBe(56);
  });

  it("has the places of the hashes that took them, and no others", () => {
    const places = begin();
    const one = hash() | 0xfffen;
    const other = one & ~0xfff0n;
    const set = places.setFor(LIMIT, one);
    places.takePlace(TAGS, set + 3, one);
    places.takePlace(TAGS, set + 7, one);
    places.takePlace(TAGS, set + 5, other);
    expect(places.candidatesIn(TAGS, set, one)).toBe(0b1000_1000);
    expect(places.candidatesIn(TAGS, set, other)).toBe(0b10_0000);
    expect(places.candidatesIn(TAGS, set ^ 8, one)).toBe(0);
    expect([3, 5, 7].map((way) => places.isFree(TAGS, set + way))).toEqual([0, 0, 0]);
    expect([0, 1, 2, 4, 6].map((way) => places.isFree(TAGS, set + way))).toEqual([1, 1, 1, 1, 1]);
  });

  it("takes no tag for a free place, not even that of 0", () => {
    const places = begin();
    places.takePlace(TAGS, 0, 0n);
    expect(places.isFree(TAGS, 0)).toBe(0);
    expect(places.candidatesIn(TAGS, 0, 0n)).toBe(1);
  });
});

describe("the place that a newcomer takes", () => {
  it("is a free one as long as there is one", () => {
    const places = begin();
    for (let way = 0; way < DETECT_WAYS; way++) {
      expect(places.leastPlace(TAGS, MARKS, 16, NOW, FOR_EVER)).toBe(16 + way);
      places.takePlace(TAGS, 16 + way, hash());
      places.markPlace(MARKS, 16 + way, 0n, 0);
    }
  });

  it.each([
    ["ages of seconds", () => BigInt(random.below(400))],
    ["few different ages", () => BigInt(random.below(3))],
    ["times to come, after the clock was set back", () => BigInt(random.below(800)) - 400n],
    ["ages of years", () => BigInt(random.below(8 * 365 * 86_400))],
  ])("is the one that a plain search finds: %s", (_name, ageOf) => {
    const places = begin();
    for (let round = 0; round < 300; round++) {
      const set = DETECT_WAYS * random.below(LIMIT / DETECT_WAYS);
      const marks = fillSet(places, set, ageOf);
      for (const keptFor of [0, 100, 279, FOR_EVER]) {
        expect(places.leastPlace(TAGS, MARKS, set, NOW, keptFor) - set).toBe(
          expected(marks, BigInt(keptFor)),
        );
      }
    }
  });

  it("is guessed ahead without a change to the tables", () => {
    const places = begin();
    const set = 24;
    fillSet(places, set, () => BigInt(random.below(400)));
    const one = hash();
    places.takePlace(TAGS, set + 2, one);
    const before = entry.bytes.slice(TAGS, END);
    expect(places.likelyPlace(TAGS, MARKS, set, one, NOW)).toBe(set + 2);
    const other = one ^ 0x5552n;
    expect(places.likelyPlace(TAGS, MARKS, set, other, NOW)).toBe(
      places.leastPlace(TAGS, MARKS, set, NOW, FOR_EVER),
    );
    expect(entry.bytes.slice(TAGS, END)).toEqual(before);
  });
});
