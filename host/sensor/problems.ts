// What an operator should read: the sentences of `stray status` that make it say "not well".
// Apart from the daemon because each is a judgement: of what, over which time, in which words.
// Always holds: a problem goes away by itself a minute after its cause has.

import type { InlineReport, InterfaceReport, RulesReport, SinkReport, WorkerReport } from "./view.js";

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
  [
    "alerts-lost",
    (n) => `${n} alerts were lost in the last minute: they came faster than they were taken out`,
  ],
  [
    "alerts-limited",
    (n) =>
      `${n} alerts were held back in the last minute by the rate of their rule (alerts.rate): \`stray rules stats\` tells whose`,
  ],
  [
    "alerts-over",
    (n) => `${n} matches were not told in the last minute: their packets matched more rules than are told`,
  ],
  [
    "candidates-lost",
    (n) => `${n} rules were not looked at in the last minute: their packets had the patterns of too many`,
  ],
  [
    "pending-lost",
    (n) =>
      `${n} rules were not looked at again in the last minute when their stream went on: too many waited`,
  ],
  [
    "inspection-budget",
    (n) => `${n} packets were not looked at by all rules in the last minute: they took too many steps`,
  ],
  [
    "regex-limit",
    (n) => `${n} regular expressions were broken off in the last minute: they took too many steps`,
  ],
  [
    "inline-tx-full",
    (n) =>
      `${n} frames were dropped in the last minute: the other interface did not send as fast as they came (inline.wait)`,
  ],
  [
    "inline-oversize",
    (n) =>
      `${n} frames were dropped in the last minute: they are longer than the other interface's MTU, or were merged by an end on this host (ethtool -K INTERFACE tso off gso off there)`,
  ],
  [
    "inline-damaged",
    (n) => `${n} frames could not be read or not be sent in the last minute, and were dropped`,
  ],
  [
    "inline-stale",
    (n) => `${n} frames were dropped in the last minute: they waited while the sensor stood still`,
  ],
  ["inline-rejects-full", (n) => `${n} resets found no room in a ring in the last minute`],
  [
    "inline-thinned-full",
    (n) =>
      `${n} packets were not looked into in the last minute: more came than could be, and forwarding goes first`,
  ],
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

/** Of the rules in force: the sentences stay as long as the rules do. */
export function ruleProblems({ rules, refused, files }: RulesReport): string[] {
  if (refused > 0) {
    const them = refused === 1 ? "1 rule was refused" : `${refused} rules were refused`;
    return [`${them}, ${rules} are in force: strayd's log and \`stray rules check\` tell why`];
  }
  if (rules === 0 && files.length > 0) return ["no rule is in force: the files of rules have none"];
  return [];
}

/** Of a sensor in the wire: what its link is not protected against. */
export function inlineProblems(report: InlineReport | undefined): string[] {
  if (report === undefined) return [];
  const { fail, protection, reason, pinned, state, isStale, warnings } = report;
  const sentences: string[] = [];
  const why = reason === undefined ? "" : `: ${reason}`;
  if (state === "bypass") sentences.push("bypass is on: nothing is looked at (`stray bypass off` ends it)");
  else if (isStale)
    sentences.push(
      state === "armed" && protection !== "none"
        ? "the sensor stands still, so the kernel carries frames past it"
        : "the sensor stands still, and frames with it",
    );
  if (fail === "open" && protection === "none")
    sentences.push(`nothing carries frames when the sensor fails${why}`);
  else if (fail === "open" && protection === "tc")
    sentences.push(`frames are carried when a worker fails, but not when the whole process does${why}`);
  else if (fail === "open" && pinned === undefined)
    sentences.push(`what carries frames when the sensor fails ends with its process${why}`);
  return [...sentences, ...warnings];
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
