// Sets of bytes, as classes and escapes of a regular expression name them.
// Apart because parser, analysis and assembler all compute with them.
// Always holds: a set never changes; operations give new ones.

const WORDS = 8;
const CAPITAL_BIT = 0x20;

export class ByteSet {
  static readonly none = new ByteSet(new Uint32Array(WORDS));
  static readonly all = new ByteSet(new Uint32Array(WORDS).fill(0xffff_ffff));

  private constructor(private readonly words: Uint32Array) {}

  static of(...bytes: readonly number[]): ByteSet {
    const words = new Uint32Array(WORDS);
    for (const byte of bytes) words[byte >> 5]! |= 1 << (byte & 31);
    return new ByteSet(words);
  }

  /** Of inclusive ranges. */
  static ranges(...ranges: readonly (readonly [first: number, last: number])[]): ByteSet {
    const words = new Uint32Array(WORDS);
    for (const [first, last] of ranges) {
      for (let byte = first; byte <= last; byte++) words[byte >> 5]! |= 1 << (byte & 31);
    }
    return new ByteSet(words);
  }

  has(byte: number): boolean {
    return ((this.words[byte >> 5]! >>> (byte & 31)) & 1) === 1;
  }

  or(other: ByteSet): ByteSet {
    return new ByteSet(this.words.map((word, i) => word | other.words[i]!));
  }

  not(): ByteSet {
    return new ByteSet(this.words.map((word) => ~word));
  }

  meets(other: ByteSet): boolean {
    return this.words.some((word, i) => (word & other.words[i]!) !== 0);
  }

  /** With the other case of every ASCII letter that is in it. */
  anyCase(): ByteSet {
    const others = this.bytes().filter(isLetter);
    return this.or(ByteSet.of(...others.map((byte) => byte ^ CAPITAL_BIT)));
  }

  bytes(): number[] {
    const bytes: number[] = [];
    for (let byte = 0; byte < 256; byte++) if (this.has(byte)) bytes.push(byte);
    return bytes;
  }

  get size(): number {
    return this.bytes().length;
  }

  /** The same for equal sets. */
  get key(): string {
    return this.words.join();
  }

  /** 32 bytes, a bit for each byte, the lowest first. */
  toBits(): Uint8Array {
    const bits = new Uint8Array(WORDS * 4);
    for (const byte of this.bytes()) bits[byte >> 3]! |= 1 << (byte & 7);
    return bits;
  }
}

export function isLetter(byte: number): boolean {
  const small = byte | CAPITAL_BIT;
  return small >= 0x61 && small <= 0x7a;
}

/** One byte, or one letter in both cases: (byte | mask) is then `byte`. */
export interface Char {
  readonly byte: number;
  readonly mask: number;
}

/** The set as one character, or undefined when it is more than that. */
export function charOf(set: ByteSet): Char | undefined {
  const bytes = set.bytes();
  const [first = 0, second = 0] = bytes;
  if (bytes.length === 1) return { byte: first, mask: 0 };
  if (bytes.length === 2 && isLetter(first) && second === (first | CAPITAL_BIT)) {
    return { byte: second, mask: CAPITAL_BIT };
  }
  return undefined;
}
