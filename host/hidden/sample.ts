// A seeded sample of points in time order. Apart because it must be the same on every machine and in every run.
// Always holds: the first and the last point stay; the order of time stays.

export function sampledInTime<T>(points: readonly T[], max: number): readonly T[] {
  if (points.length <= max) return points;
  // One point at random from each of equal stretches: neither bursts nor gaps are lost.
  let state = 0x2545f491 ^ points.length;
  const inner = max - 2;
  const width = (points.length - 2) / inner;
  const kept = [points[0]!];
  for (let i = 0; i < inner; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const from = Math.floor(i * width);
    const to = Math.max(from + 1, Math.floor((i + 1) * width));
    kept.push(points[1 + from + Math.floor(((state >>> 0) / 4294967296) * (to - from))]!);
  }
  kept.push(points.at(-1)!);
  return kept;
}
