// What a scan must find, the slow way: every pattern at every position.
// Apart from the tests because it is what they are held against: it shares nothing with the matcher.

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

const folded = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map(lower));

/** Indexes of the patterns that lie in `text` and whose last byte is at `newFrom` or behind it. */
export function naiveScan(patterns: readonly Uint8Array[], text: Uint8Array, newFrom: number): number[] {
  const where = folded(text);
  const found: number[] = [];
  for (const [i, pattern] of patterns.entries()) {
    const from = Math.max(0, newFrom - pattern.length + 1);
    if (from + pattern.length <= text.length && where.indexOf(folded(pattern), from) >= 0) found.push(i);
  }
  return found;
}
