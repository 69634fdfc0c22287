// "Did you mean": the known word that is nearest to what was written.
// Apart because keys, choices and profiles all ask for it.
// Always holds: what is further away than a typing error is not suggested.

const LENGTH_MAX = 40;
const BEGINNING_MIN = 3;

/** The nearest of `words`, or undefined when none is near. Case, `_` and a missing `-` count for nothing. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  const plain = plainly(word);
  const begun = words.find((candidate) => isBeginning(plain, plainly(candidate)));
  if (begun !== undefined) return begun;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const candidate of words) {
    const distance = editDistance(plain, plainly(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** One is the other's beginning, as `warn` is of `warning`. */
function isBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= BEGINNING_MIN && (a.startsWith(b) || b.startsWith(a));
}

function plainly(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
