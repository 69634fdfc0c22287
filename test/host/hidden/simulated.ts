// Sources as systems are, seen through a filter that lets few connections show.
// Apart from the test so that each kind of allocator stands by itself. Always holds: the truth is told with the points.

import type { PortPoint } from "../../../host/hidden/fit.js";
import type { Random } from "../../support/random.js";

export interface Simulated {
  readonly points: PortPoint[];
  /** Connections opened between the first and the last that showed, where the ports tell. */
  readonly opened?: number;
  readonly rate?: number;
}

const START_US = 1_003_318_266_000_000;
const RANGES = [
  [1025, 3976],
  [49152, 16384],
  [32768, 28232],
  [1024, 64512],
] as const;

function at(seconds: number): number {
  return START_US + Math.round(seconds * 1e6);
}

/** Ascending times in `span` seconds. */
function timesIn(random: Random, count: number, span: number): number[] {
  return Array.from({ length: count }, () => (random.below(1e9) / 1e9) * span).sort((a, b) => a - b);
}

export interface SequentialOptions {
  /** Rounds of the range in the span. */
  readonly rounds?: number;
  readonly outliers?: number;
  readonly pace?: "even" | "uneven";
  readonly count?: number;
}

/** A counter; connections show late by up to 3 s (retransmissions), some not in order. */
export function sequential(random: Random, options: SequentialOptions = {}): Simulated {
  const [low, size] = options.rounds === undefined ? ([1024, 64512] as const) : random.pick(RANGES);
  const span = random.between(300, 7200);
  const rounds = options.rounds ?? 0.01 + random.below(60) / 100;
  const rate = (rounds * size) / span;
  const first = random.below(size);
  const count = options.count ?? random.between(6, 40);
  const times = timesIn(random, count, span);
  const pace = options.pace === "uneven" ? unevenPace(random, span) : (seconds: number) => seconds;
  const opened = times.map((seconds) => Math.round(pace(seconds) * rate));
  const points = times.map((seconds, i) => ({
    timeUs: at(seconds + random.below(3000) / 1000),
    port: low + ((first + opened[i]!) % size),
  }));
  for (let i = 0; i < (options.outliers ?? 0); i++) {
    points[1 + random.below(count - 2)] = { timeUs: at(times[i + 1]!), port: random.between(1024, 65535) };
  }
  return { points: shuffled(random, points), opened: opened.at(-1)! - opened[0]!, rate };
}

/** Busy for a part of the time, nearly idle for the rest: the same number in the whole span. */
function unevenPace(random: Random, span: number): (seconds: number) => number {
  const from = (random.below(60) / 100) * span;
  const to = from + 0.3 * span;
  const slow = 0.2;
  const fast = (1 - slow * 0.7) / 0.3;
  return (seconds) => {
    const busy = Math.max(0, Math.min(seconds, to) - from);
    return (seconds - busy) * slow + busy * fast;
  };
}

/** Each port drawn anew from a system's range. */
export function randomPorts(random: Random): Simulated {
  const [low, size] = random.pick(RANGES);
  const times = timesIn(random, random.between(4, 60), random.between(60, 7200));
  return { points: times.map((seconds) => ({ timeUs: at(seconds), port: low + random.below(size) })) };
}

/** A counter a destination, each with a beginning of its own (RFC 6056, algorithm 3). */
export function perDestination(random: Random): Simulated {
  const [low, size] = random.pick(RANGES.slice(1));
  const destinations = random.between(3, 12);
  const counters = Array.from({ length: destinations }, () => random.below(size));
  const times = timesIn(random, random.between(8, 60), random.between(60, 7200));
  const points = times.map((seconds) => {
    const which = random.below(destinations);
    counters[which] = counters[which]! + random.between(1, 3);
    return { timeUs: at(seconds), port: low + (counters[which]! % size) };
  });
  return { points };
}

/** Two counting hosts behind one address. */
export function interleaved(random: Random): Simulated {
  const [low, size] = [1024, 64512] as const;
  const span = random.between(300, 3600);
  const hosts = [0, 1].map(() => ({ first: random.below(size), rate: random.between(5, 400) / 100 }));
  const times = timesIn(random, random.between(8, 60), span);
  const points = times.map((seconds, i) => {
    const { first, rate } = hosts[i < 2 ? i : random.below(2)]!;
    return { timeUs: at(seconds), port: low + (Math.round(first + rate * seconds) % size) };
  });
  return { points };
}

export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
