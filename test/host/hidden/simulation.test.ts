// The fit over sources of each kind, a few hundred of each, seeded: the share of right verdicts is printed and held.
// For a counter right means: called sequential, and the number of connections within a tenth of the truth.

import { describe, expect, it } from "vitest";
import { fitPorts } from "../../../host/hidden/fit.js";
import { PATIENCE } from "../../support/patience.js";
import { Random, seedOf } from "../../support/random.js";
import {
  interleaved,
  perDestination,
  randomPorts,
  type SequentialOptions,
  type Simulated,
  sequential,
} from "./simulated.js";

const ROUNDS = 300;
const RIGHT_MIN = 0.95;
const NUMBER_ERROR = 0.1;

function isRight({ points, opened }: Simulated): boolean {
  const fit = fitPorts(points);
  if (opened === undefined) return fit.kind === "not-sequential";
  return fit.kind === "sequential" && Math.abs(fit.estimated - opened) <= Math.max(20, opened * NUMBER_ERROR);
}

const counter = (options?: SequentialOptions) => (random: Random) => sequential(random, options);

const KINDS: readonly (readonly [string, (random: Random) => Simulated])[] = [
  ["a counter with gaps and noise", counter()],
  ["a counter seen four times", counter({ count: 4 })],
  ["a counter of uneven pace", counter({ pace: "uneven" })],
  ["a counter that goes round once or twice", counter({ rounds: 1.5, count: 24 })],
  ["a counter that goes round six times", counter({ rounds: 6, count: 40 })],
  ["a counter with outliers", counter({ outliers: 3, count: 24 })],
  ["random ports", randomPorts],
  ["a counter a destination", perDestination],
  ["two counters behind one address", interleaved],
];

describe("simulated sources", () => {
  const seed = seedOf("hidden connections");

  it.each(KINDS)(
    "%s",
    (name, simulate) => {
      let right = 0;
      const wrong: string[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const simulated = simulate(new Random(seed, i));
        if (isRight(simulated)) right++;
        else wrong.push(`${i}: ${JSON.stringify(fitPorts(simulated.points))} truth ${simulated.opened}`);
      }
      console.info(`${name}: ${((right / ROUNDS) * 100).toFixed(1)}% right of ${ROUNDS}`);
      expect(right / ROUNDS, wrong.slice(0, 5).join("\n")).toBeGreaterThanOrEqual(RIGHT_MIN);
    },
    60_000 * PATIENCE,
  );
});
