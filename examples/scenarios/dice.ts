// The chance in the scenarios: a seeded generator (xoshiro128**, seeded by splitmix32) and what is drawn from it.
// Apart because the examples must not lean on the tests' support. Always holds: the same seed and name give the same
// draws on every engine: whole numbers and divisions by powers of two only, no logarithm.

const GOLDEN = 0x9e3779b9;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n";

export class Dice {
  private readonly s = new Uint32Array(4);

  /** `name` keeps two users of one seed apart. */
  constructor(seed: number, name: string) {
    let hash = (seed ^ 0x5ca1ab1e) >>> 0;
    for (const letter of name) hash = mix(hash + letter.charCodeAt(0) + GOLDEN);
    for (let i = 0; i < 4; i++) {
      hash = (hash + GOLDEN) >>> 0;
      this.s[i] = mix(hash);
    }
  }

  u32(): number {
    const s = this.s;
    const out = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotate(s[3]!, 11);
    return out;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.u32() / 2 ** 32) * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** `count` different elements, in a random order. */
  some<T>(list: readonly T[], count: number): T[] {
    const rest = [...list];
    const out: T[] = [];
    while (out.length < count && rest.length > 0) out.push(...rest.splice(this.below(rest.length), 1));
    return out;
  }

  /** About `mean`, from 0 to twice that, the middle likelier. */
  about(mean: number): number {
    return Math.floor(((this.u32() + this.u32()) / 2 ** 32) * mean);
  }

  bytes(size: number): Uint8Array {
    const out = new Uint8Array(size);
    for (let at = 0; at < size; at += 4) {
      const word = this.u32();
      out[at] = word;
      out[at + 1] = word >>> 8;
      out[at + 2] = word >>> 16;
      out[at + 3] = word >>> 24;
    }
    return out;
  }

  /** Bytes that are letters and digits: contents that no analyser takes for a protocol of its own. */
  letters(size: number): Uint8Array {
    return this.bytes(size).map((byte) => LETTERS.charCodeAt(byte & 63));
  }
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

function mix(value: number): number {
  let out = value >>> 0;
  out = Math.imul(out ^ (out >>> 16), 0x21f0aaad);
  out = Math.imul(out ^ (out >>> 15), 0x735a2d97);
  return (out ^ (out >>> 15)) >>> 0;
}
