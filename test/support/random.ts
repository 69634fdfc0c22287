// A seeded generator of random numbers (sfc32, a small counter-based generator) and what tests draw from it.
// Apart because every seeded test must give the same run for the same seed on every engine.
// Always holds: nothing here reads the clock or Math.random.

export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, stream = 0) {
    this.a = seed >>> 0;
    this.b = Math.floor(seed / 2 ** 32) >>> 0;
    this.c = stream >>> 0;
    for (let i = 0; i < 16; i++) this.u32();
  }

  u32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
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
}

/** The seed given by STRAY_SEED, or one for this day's run, printed so that a failure can be had again. */
export function seedOf(name: string): number {
  const { STRAY_SEED } = process.env;
  const seed = STRAY_SEED === undefined ? 20261124 : Number(STRAY_SEED);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Error(`expected a whole number in STRAY_SEED, found "${STRAY_SEED}"`);
  }
  console.info(`${name}: seed ${seed} (STRAY_SEED=${seed} gives this run again)`);
  return seed;
}
