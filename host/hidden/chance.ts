// How often chance alone would do as well: the tests that say whether ports are taken one after another.
// Apart because these are two formulas with a source each, and the rest is geometry.
// Always holds: answers are natural logarithms of an expected number or a probability; nothing overflows.
//
// The null hypothesis of both: each port is drawn at random, evenly, from the range.

/** ln of n over k. */
export function lnChoose(n: number, k: number): number {
  return lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
}

const FACTORIALS: number[] = [0, 0];

function lnFactorial(n: number): number {
  for (let i = FACTORIALS.length; i <= n; i++) FACTORIALS.push(FACTORIALS[i - 1]! + Math.log(i));
  return FACTORIALS[n]!;
}

/**
 * ln of the number of lines, among all that go through two of `points` random ports, that would have `inliers` points
 * within `tolerance` ports by chance: the a-contrario test (Desolneux, Moisan and Morel; as used for robust fits by
 * Moisan and Stival 2004). `trials` is the number of hypotheses tried besides: ranges and wraps.
 */
export function lnFalseAlarms(
  points: number,
  inliers: number,
  tolerance: number,
  rangeSize: number,
  trials: number,
): number {
  const share = Math.min(1, (2 * tolerance + 1) / rangeSize);
  return (
    Math.log(trials * points) +
    lnChoose(points, inliers) +
    lnChoose(inliers, 2) +
    (inliers - 2) * Math.log(share)
  );
}

/**
 * ln of (a bound of) the probability that random ports climb so little in all from point to point: the sum of
 * `steps` even random numbers is at most x with probability at most x^steps / steps! (the simplex' volume).
 */
export function lnClimbChance(steps: number, climbedRanges: number): number {
  return steps * Math.log(Math.max(climbedRanges, 1e-9)) - lnFactorial(steps);
}
