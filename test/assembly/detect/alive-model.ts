// A plain model of the table of the living: sets of eight places in ordinary objects, one rule after the other.
// Apart from the test because it is what the module is held against; written from the rule, not from its code.
// Always holds: no limit but those of the rule; nothing here knows of memory.

import { ALIVE_HOW_GIVEN, ALIVE_HOW_SENT, DETECT_WAYS } from "../../../assembly/detect/detect-layout.js";

const MASK = (1n << 64n) - 1n;
const MULTIPLIER = 0x9e3779b97f4a7c15n;
const FINAL_MULTIPLIER = 0xd6e8feb86659fd93n;

export interface ModelEntry {
  address: bigint;
  lastNs: bigint;
  sinceS: number;
  how: number;
}

/** The address's two words as the module loads them: little-endian. */
function words(address: bigint): [bigint, bigint] {
  return [swapped(address >> 64n), swapped(address & MASK)];
}

function swapped(word: bigint): bigint {
  let out = 0n;
  for (let byte = 0n; byte < 8n; byte++) out = (out << 8n) | ((word >> (byte * 8n)) & 0xffn);
  return out;
}

function hashOf(seed: bigint, address: bigint): bigint {
  const [a0, a1] = words(address);
  let hash = ((seed ^ a0) * MULTIPLIER) & MASK;
  const turned = ((a1 << 32n) | (a1 >> 32n)) & MASK;
  hash = ((hash ^ (hash >> 32n) ^ turned) * FINAL_MULTIPLIER) & MASK;
  hash = ((hash ^ (hash >> 32n)) * MULTIPLIER) & MASK;
  return hash ^ (hash >> 29n);
}

export class AliveModel {
  readonly sets: (ModelEntry | undefined)[][];
  evicted = 0;

  constructor(
    private readonly seed: bigint,
    limit: number,
    private readonly aliveNs: bigint,
  ) {
    this.sets = Array.from({ length: limit / DETECT_WAYS }, () => new Array(DETECT_WAYS).fill(undefined));
  }

  setOf(address: bigint): (ModelEntry | undefined)[] {
    const hash = hashOf(this.seed, address);
    return this.sets[Number(((hash >> 32n) * BigInt(this.sets.length)) >> 32n)]!;
  }

  find(address: bigint): ModelEntry | undefined {
    return this.setOf(address).find((entry) => entry?.address === address);
  }

  isAlive(address: bigint, clockNs: bigint): boolean {
    const entry = this.find(address);
    return entry !== undefined && !this.isExpired(entry, clockNs);
  }

  hear(address: bigint, timeNs: bigint, how: number, clockNs: bigint): void {
    const known = this.find(address);
    if (known !== undefined) {
      if (timeNs > known.lastNs) known.lastNs = timeNs;
      known.how |= how;
      return;
    }
    const set = this.setOf(address);
    const place = this.placeFor(set, how, clockNs);
    if (place === undefined) return;
    const sinceS = Number(BigInt.asUintN(32, timeNs / 1_000_000_000n));
    set[place] = { address, lastNs: timeNs, sinceS, how };
  }

  private isExpired({ lastNs }: ModelEntry, clockNs: bigint): boolean {
    return this.aliveNs !== 0n && clockNs > lastNs + this.aliveNs;
  }

  private placeFor(
    set: readonly (ModelEntry | undefined)[],
    how: number,
    clockNs: bigint,
  ): number | undefined {
    const free = set.indexOf(undefined);
    if (free >= 0) return free;
    this.evicted++;
    const weak = set
      .map((entry, place) => ({ entry: entry!, place }))
      .map(({ entry, place }) => ({
        place,
        lastNs: entry.lastNs,
        worth: this.isExpired(entry, clockNs) ? 0 : worthOf(entry.how),
      }))
      .filter(({ worth }) => worth <= worthOf(how))
      .sort((a, b) => a.worth - b.worth || Number(a.lastNs - b.lastNs) || a.place - b.place);
    return weak[0]?.place;
  }
}

function worthOf(how: number): number {
  if ((how & ALIVE_HOW_GIVEN) !== 0) return 3;
  return how === ALIVE_HOW_SENT ? 1 : 2;
}
