// All scenarios by name. Apart so that tests, the builder and the README take them from one list.
// Always holds: scenario(name, seed) is the same each time, and needs no file and no clock.

import { asymmetricRoute } from "./asymmetric-route.js";
import { backscatter } from "./backscatter.js";
import { injectedData, injectedReset } from "./injected.js";
import { leakyFilter } from "./leaky-filter.js";
import { browsing, lossyCapture, midstreamStart, oneWayTap } from "./ordinary-scenarios.js";
import { scan } from "./scan.js";
import type { Scenario } from "./types.js";

const BUILDERS = {
  "leaky-filter": leakyFilter,
  "asymmetric-route": asymmetricRoute,
  backscatter,
  "scan-syn": (seed: number) => scan("syn", seed),
  "scan-fin": (seed: number) => scan("fin", seed),
  "scan-null": (seed: number) => scan("null", seed),
  "scan-xmas": (seed: number) => scan("xmas", seed),
  "scan-ack": (seed: number) => scan("ack", seed),
  "injected-reset": injectedReset,
  "injected-data": injectedData,
  "midstream-start": midstreamStart,
  browsing,
  "one-way-tap": oneWayTap,
  "lossy-capture": lossyCapture,
} as const satisfies Record<string, (seed: number) => Scenario>;

export type ScenarioName = keyof typeof BUILDERS;

export const SCENARIOS = Object.keys(BUILDERS) as readonly ScenarioName[];

/** The scenario of that name, varied by `seed`, a whole number from 0. */
export function scenario(name: ScenarioName, seed: number): Scenario {
  return BUILDERS[name](seed);
}

export { flowKey, type Scenario } from "./types.js";
