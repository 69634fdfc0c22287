// The flow key: canonical order of its two ends, and the seeded hash that finds its set.
// Apart because packets, quoted packets and fragments all use it. A key is 40 bytes: two addresses and the
// key word (ports, protocol, kind, extra), laid out the same in packets and in flow slots.

import { ASKER_A, ASKER_B, KIND_IPV4 } from "../layout";
import { PROTO_ESP, portsFollowEnds } from "../wire/transport";

const KEY_WORD: usize = 32;
const ASKERS: u64 = (<u64>(ASKER_A | ASKER_B)) << 16;
const ASKERS_SECOND: u64 = (<u64>ASKER_B) << 16;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;
const FINAL_MULTIPLIER: u64 = 0xd6e8feb86659fd93;

function kindOf(word: u64): i32 {
  return <i32>((word >> 40) & 0xff);
}

function protoOf(word: u64): u32 {
  return <u32>((word >> 32) & 0xff);
}

/**
 * Brings the key's ends into canonical order: the lower address (as little-endian words, which any engine
 * compares alike) first, with equal addresses the lower port, or the asker. True when they were exchanged.
 */
export function canonicalise(key: usize): bool {
  const a0 = load<u64>(key);
  const a1 = load<u64>(key, 8);
  const b0 = load<u64>(key, 16);
  const b1 = load<u64>(key, 24);
  const word = load<u64>(key, KEY_WORD);
  const follow = portsFollowEnds(protoOf(word)) && kindOf(word) >= KIND_IPV4;
  if (a1 < b1) return false;
  if (a1 == b1) {
    if (a0 < b0) return false;
    if (a0 == b0 && !isSecondFirst(word, follow)) return false;
  }
  store<u64>(key, b0);
  store<u64>(key, b1, 8);
  store<u64>(key, a0, 16);
  store<u64>(key, a1, 24);
  store<u64>(key, exchangedWord(word, follow), KEY_WORD);
  return true;
}

/** With equal addresses: the second port is lower, or the asker is the second end. */
function isSecondFirst(word: u64, follow: bool): bool {
  return follow ? <u16>word > <u16>(word >> 16) : (word & ASKERS) == ASKERS_SECOND;
}

function exchangedWord(word: u64, follow: bool): u64 {
  if (follow) return (word & 0xffffffff00000000) | ((word & 0xffff) << 16) | ((word >> 16) & 0xffff);
  return protoOf(word) != PROTO_ESP && (word & ASKERS) != 0 ? word ^ ASKERS : word;
}

function mix(hash: u64, word: u64): u64 {
  hash = (hash ^ word) * MULTIPLIER;
  return hash ^ (hash >> 32);
}

/**
 * Hash of a canonical key. Each word is xored into the seeded state before a multiplication, so which keys
 * collide depends on the seed. The low 32 bits choose the set, the high 16 are the tag.
 */
export function hashKey(key: usize, seed: u64): u64 {
  const word = load<u64>(key, KEY_WORD);
  if (kindOf(word) == KIND_IPV4) return hashIp4(key, seed);
  let hash = seed;
  hash = mix(hash, load<u64>(key));
  hash = mix(hash, load<u64>(key, 8));
  hash = mix(hash, load<u64>(key, 16));
  hash = mix(hash, load<u64>(key, 24));
  return finish(mix(hash, word));
}

/** The same for a key of IPv4 addresses, which are one word together. */
export function hashIp4(key: usize, seed: u64): u64 {
  const addresses = (load<u64>(key, 8) >> 32) | (load<u64>(key, 24) & 0xffffffff00000000);
  return finish(mix(mix(seed, addresses), load<u64>(key, KEY_WORD)));
}

function finish(hash: u64): u64 {
  hash *= FINAL_MULTIPLIER;
  return hash ^ (hash >> 32);
}

/** The two keys are the same, word for word. */
export function keysEqual(a: usize, b: usize): bool {
  const difference = v128.or(
    v128.xor(v128.load(a), v128.load(b)),
    v128.xor(v128.load(a, 16), v128.load(b, 16)),
  );
  return !v128.any_true(difference) && load<u64>(a, KEY_WORD) == load<u64>(b, KEY_WORD);
}

export function copyKey(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  store<u64>(to, load<u64>(from, KEY_WORD), KEY_WORD);
}
