// Small words of the evidence: times, lists, numbers.
// Apart because all sentences share them. Always holds: plain English, numbers in digits.

export function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** At most `max` of them, and how many more. */
export function listed(names: readonly string[], max = 3): string {
  if (names.length <= max) return names.join(", ");
  return `${names.slice(0, max).join(", ")} and ${names.length - max} more`;
}
