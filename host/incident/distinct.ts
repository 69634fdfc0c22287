// How many different things were seen, and some of them.
// Apart because an incident counts sources, destinations and ports alike, of a sweep many thousands.
// Always holds: exact up to LIST_MAX; beyond it by linear counting (a bitmap of hashes), within a few percent up to
// about 40,000, and at least 50,000 said beyond; memory is the list and 1 KiB.

const LIST_MAX = 32;
const BITS = 8192;
const MOST = 50_000;

export interface DistinctState {
  readonly list: readonly string[];
  /** base64, where there are more than the list has. */
  readonly bits?: string;
}

export class DistinctCount {
  private readonly list = new Set<string>();
  private bits: Uint8Array | undefined;
  private unset = BITS;

  static from(state: Partial<DistinctState> | undefined): DistinctCount {
    const made = new DistinctCount();
    for (const value of state?.list ?? []) made.add(value);
    if (typeof state?.bits === "string") made.addBits(Buffer.from(state.bits, "base64"));
    return made;
  }

  get count(): number {
    if (this.bits === undefined) return this.list.size;
    if (this.unset === 0) return MOST;
    return Math.max(this.list.size, Math.min(MOST, Math.round(-BITS * Math.log(this.unset / BITS))));
  }

  get values(): readonly string[] {
    return [...this.list];
  }

  /** Whether it was new, as far as can be told. */
  add(value: string): boolean {
    if (this.list.has(value)) return false;
    if (this.list.size < LIST_MAX) {
      this.list.add(value);
      if (this.bits !== undefined) this.mark(hash(value));
      return true;
    }
    if (this.bits === undefined) {
      this.bits = new Uint8Array(BITS / 8);
      for (const known of this.list) this.mark(hash(known));
    }
    return this.mark(hash(value));
  }

  addAll(other: DistinctCount): void {
    for (const value of other.list) this.add(value);
    if (other.bits !== undefined) this.addBits(other.bits);
  }

  state(): DistinctState {
    const bits = this.bits === undefined ? {} : { bits: Buffer.from(this.bits).toString("base64") };
    return { list: this.values, ...bits };
  }

  private addBits(bytes: Uint8Array): void {
    if (bytes.length !== BITS / 8) return;
    if (this.bits === undefined) {
      this.bits = new Uint8Array(BITS / 8);
      for (const known of this.list) this.mark(hash(known));
    }
    for (let bit = 0; bit < BITS; bit++) if ((bytes[bit >> 3]! >> (bit & 7)) & 1) this.mark(bit);
  }

  private mark(hashed: number): boolean {
    const bits = this.bits!;
    const bit = hashed % BITS;
    const mask = 1 << (bit & 7);
    if ((bits[bit >> 3]! & mask) !== 0) return false;
    bits[bit >> 3]! |= mask;
    this.unset--;
    return true;
  }
}

/** FNV-1a, and stirred once more, since addresses differ in their last characters only. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
