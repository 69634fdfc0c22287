// The module's seeded hashes once more, so that tests can take ports and hosts that share no bit of a sketch, or do.
// Apart because only tests of sketches need them. Always holds: the same as assembly/detect/address.ts and trackers.ts.

import { TRACKER_BITS } from "../../../assembly/detect/detect-layout.js";
import { addressBytes } from "../../../host/wasm/homes.js";
import { LIMITS } from "../../support/core.js";

const MASK = (1n << 64n) - 1n;
const MULTIPLIER = 0x9e3779b97f4a7c15n;
const FINAL_MULTIPLIER = 0xd6e8feb86659fd93n;

const times = (a: bigint, b: bigint): bigint => (a * b) & MASK;

export function mixWord(word: number, seed = LIMITS.seed): bigint {
  const hash = times(seed ^ BigInt(word), MULTIPLIER);
  return hash ^ (hash >> 31n);
}

export function addressHash(address: string, seed = LIMITS.seed): bigint {
  const bytes = addressBytes(address);
  if (bytes === undefined) throw new Error(`no address: ${address}`);
  const view = new DataView(bytes.buffer);
  const [a0, a1] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  let hash = times(seed ^ a0, MULTIPLIER);
  hash = times(hash ^ (hash >> 32n) ^ (((a1 << 32n) | (a1 >> 32n)) & MASK), FINAL_MULTIPLIER);
  hash = times(hash ^ (hash >> 32n), MULTIPLIER);
  return hash ^ (hash >> 29n);
}

function bitOf(hash: bigint): number {
  return Number(((hash >> 32n) * BigInt(TRACKER_BITS)) >> 32n);
}

export const portBit = (port: number): number => bitOf(mixWord(port));
export const hostBit = (address: string): number => bitOf(addressHash(address));
/** Of the 64 bits of places that were probed, and of addresses that were answered. */
export const placeBit = (address: string, port: number): number =>
  Number((addressHash(address) ^ mixWord(port)) >> 58n);
export const answeredBit = (address: string): number => Number(addressHash(address) >> 58n);

/** The first `count` of these that share no bit. */
export function apart<T>(all: Iterable<T>, bit: (one: T) => number, count: number): T[] {
  const taken = new Set<number>();
  const out: T[] = [];
  for (const one of all) {
    if (taken.has(bit(one))) continue;
    taken.add(bit(one));
    out.push(one);
    if (out.length === count) return out;
  }
  throw new Error(`only ${out.length} of ${count} share no bit`);
}

/** Ports that share no bit, from 1024 on. */
export function portsApart(count: number): number[] {
  return apart(
    Array.from({ length: 4000 }, (_, i) => 1024 + i),
    portBit,
    count,
  );
}
