// What is done to an incident right before it is written: causes weighed, severity and title said, evidence named.
// Apart from joining because it looks at the whole of it, and costs more than adding one thing to it.
// Always holds: weighing takes turns, so that it never takes the main thread for long, and none is forgotten; a failure
// of the weighing keeps nothing from being written.

import type { WeighContext } from "../cause/weigh.js";
import { messageOf } from "../errors.js";
import type { SinkLog } from "../export/sink.js";
import { SqliteError } from "../sqlite/codes.js";
import type { IncidentBook } from "./book.js";
import type { LiveIncident } from "./live.js";
import { SEVERITIES, severityWord } from "./model.js";
import { isMild } from "./policy.js";
import { titleOf } from "./title.js";
import { weigh } from "./weighing.js";

/** So long after its packet a file's name is still that of the packet's file. */
const EVIDENCE_NAMED_MS = 10_000;
/** Between two weighings of one incident. */
const WEIGH_MS = 10_000;
/** Weighings in WEIGH_TURN_MS; the others wait their turn. */
const WEIGHED_MAX = 4;
const WEIGH_TURN_MS = 250;
const WEIGHED_AT_END_MAX = 64;

export interface FinisherParts {
  readonly log: SinkLog;
  readonly now: () => number;
  readonly book: () => IncidentBook;
  readonly evidenceFile?: (() => string | undefined) | undefined;
  readonly weighContext?: (() => WeighContext) | undefined;
}

export class Finisher {
  /** Weighings that failed. */
  errors = 0;
  private weighed = 0;
  private turnMs = 0;
  private isClosing = false;
  /** With facts that their causes have not been weighed with. */
  private readonly unweighed = new Set<LiveIncident>();

  constructor(private readonly parts: FinisherParts) {}

  /** The last ones have their turn at once. */
  close(): void {
    this.isClosing = true;
    this.weighed = 0;
    const book = this.parts.book();
    for (const live of this.unweighed) if (book.holds(live)) book.mark(live, true);
  }

  finish(live: LiveIncident, nowMs: number): void {
    if (live.isUnweighed) this.weighInTurn(live, nowMs);
    this.resolveEvidence(live);
    const { columns } = live;
    const before = columns.severity;
    columns.severity = severityWith(live);
    columns.title = titleOf(live);
    if (live.isStored && columns.severity > before && !live.isOver) {
      this.parts
        .book()
        .event(
          live,
          "severity",
          "strayd",
          `from ${severityWord(before)} to ${severityWord(columns.severity)}`,
        );
    }
  }

  private weighInTurn(live: LiveIncident, nowMs: number): void {
    const most = this.isClosing ? WEIGHED_AT_END_MAX : WEIGHED_MAX;
    if (this.weighed >= most || !(this.isClosing || isWeighable(live, nowMs))) {
      this.unweighed.add(live);
      return;
    }
    this.weighed++;
    this.unweighed.delete(live);
    this.weighOne(live, nowMs);
  }

  /** Lets the next ones have their turn. */
  turn(nowMs: number): void {
    if (nowMs - this.turnMs < WEIGH_TURN_MS && nowMs >= this.turnMs) return;
    this.turnMs = nowMs;
    this.weighed = 0;
    let turned = 0;
    for (const live of this.unweighed) {
      if (!this.parts.book().holds(live)) this.unweighed.delete(live);
      else if (isWeighable(live, nowMs) && turned++ < WEIGHED_MAX) this.parts.book().mark(live, true);
    }
  }

  private weighOne(live: LiveIncident, nowMs: number): void {
    live.weighedMs = nowMs;
    live.isUnweighed = false;
    try {
      const stored = live.isStored ? this.parts.book().reader.facts(live.number) : new Map<number, string>();
      for (const [place, { facts }] of live.newFacts) stored.set(place, facts);
      live.causes = weigh([...stored.values()], this.parts.weighContext?.() ?? {});
    } catch (error) {
      if (error instanceof SqliteError) {
        live.isUnweighed = true;
        live.weighedMs = Number.NEGATIVE_INFINITY;
        throw error;
      }
      // Causes are an opinion: what was counted is written all the same.
      this.errors++;
      if (this.errors === 1) {
        const text = messageOf(error);
        this.parts.log("error", `incidents: causes can't be weighed, please report it: ${text}`);
      }
    }
    const [first] = live.causes;
    live.columns.cause = first?.cause ?? null;
    live.columns.causeScore = Math.round(first?.score ?? 0);
  }

  /** The first packets of evidence come before their file has a name. */
  private resolveEvidence(live: LiveIncident): void {
    const sinceUs = (this.parts.now() - EVIDENCE_NAMED_MS) * 1000;
    const nameless = live.evidence.filter(({ file, timeUs }) => file === undefined && timeUs >= sinceUs);
    if (nameless.length === 0) return;
    const file = this.parts.evidenceFile?.();
    if (file === undefined) return;
    for (const reference of nameless) reference.file = file;
  }
}

/** Not weighed a moment ago; a clock set back counts as long ago. */
function isWeighable({ weighedMs }: LiveIncident, nowMs: number): boolean {
  return nowMs - weighedMs >= WEIGH_MS || nowMs < weighedMs;
}

/** By alerts and findings, unless a mild cause explains them. */
export function severityWith(live: LiveIncident): number {
  const { causes, rawSeverity, priority } = live;
  const [first] = causes;
  const isGrave = priority === 1 || priority === 2;
  if (first !== undefined && !isGrave && isMild(first.cause, first.score)) return 1;
  return Math.min(rawSeverity, SEVERITIES.length);
}
