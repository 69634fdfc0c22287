// What an operator should read: the sentences of `stray status` that make it say "not well".
// Apart from the daemon because each is a judgement: of what, over which time, in which words.
// Always holds: a problem goes away by itself a minute after its cause has.

import type { InterfaceReport, SinkReport, WorkerReport } from "./view.js";

const WINDOW_MS = 60_000;
/** Lost in the window: which counts, and how to speak of them. */
const LOSSES: readonly (readonly [name: string, sentence: (count: number) => string])[] = [
  [
    "kernel-drops",
    (n) =>
      `${n} frames were dropped by the kernel in the last minute: the ring was full (capture.ring, capture.workers)`,
  ],
  ["records-lost", (n) => `${n} flow records were lost in the last minute: the record ring was full`],
  [
    "flows-evicted",
    (n) => `${n} flows were recorded early in the last minute: the table is full (sensor.profile)`,
  ],
  ["flows-lost", (n) => `${n} live flows were lost in the last minute with a worker that died`],
  ["ring-damaged", (n) => `${n} ring blocks could not be read to their end in the last minute`],
];

/** The counters that are looked at. */
export const LOSS_NAMES: readonly string[] = LOSSES.map(([name]) => name);

interface Mark {
  readonly ms: number;
  readonly counts: readonly number[];
}

export class ProblemWatch {
  private readonly marks: Mark[] = [];

  /** Once a second, with the totals of the moment in the order of LOSS_NAMES. */
  mark(nowMs: number, counts: readonly number[]): void {
    this.marks.push({ ms: nowMs, counts });
    while (this.marks.length > 2 && nowMs - (this.marks[1]?.ms ?? nowMs) > WINDOW_MS) this.marks.shift();
  }

  sentences(
    nowMs: number,
    interfaces: readonly InterfaceReport[],
    workers: readonly WorkerReport[],
    sinks: readonly SinkReport[],
  ): string[] {
    return [...this.losses(), ...links(interfaces), ...deaths(nowMs, workers), ...failing(sinks)];
  }

  private losses(): string[] {
    const first = this.marks[0];
    const last = this.marks.at(-1);
    if (first === undefined || last === undefined) return [];
    return LOSSES.flatMap(([, sentence], index) => {
      const count = (last.counts[index] ?? 0) - (first.counts[index] ?? 0);
      return count > 0 ? [sentence(count)] : [];
    });
  }
}

function links(interfaces: readonly InterfaceReport[]): string[] {
  const seen = new Set<string>();
  return interfaces.flatMap(({ name, link, error }) => {
    const sentence =
      link === "absent"
        ? `interface ${name} is gone: stray takes it up again when it comes back`
        : link === "down"
          ? `interface ${name} is down`
          : error === undefined
            ? ""
            : `interface ${name}: ${error}`;
    if (sentence === "" || seen.has(sentence)) return [];
    seen.add(sentence);
    return [sentence];
  });
}

function deaths(nowMs: number, workers: readonly WorkerReport[]): string[] {
  return workers.flatMap(({ worker, state, restarts, startedMs }) => {
    if (state === "dead") return [`worker ${worker} is dead: it is being started again`];
    if (restarts > 0 && nowMs - startedMs < WINDOW_MS) {
      return [`worker ${worker} died and was started again in the last minute`];
    }
    return [];
  });
}

function failing(sinks: readonly SinkReport[]): string[] {
  return sinks.filter(({ ok }) => !ok).map(({ name, text }) => `${name}: ${text}`);
}
