// Looks at the sensor each second and says what an operator must be told.
// Apart from where that comes from and where it goes: only judgement, with the clock as a parameter.
// Always holds: each new incident is told once or counted as held back; the bypass that was told last is the one that
// is, as soon as there is budget; no kind is told more often a minute than its budget says.

import type { NoticesConfig } from "../config/management-types.js";
import { severityNumber } from "../incident/model.js";
import { LossWindow } from "./loss-window.js";
import { MinuteBudget } from "./minute-budget.js";
import type { IncidentFacts, Notice } from "./notice.js";
import { Threshold } from "./threshold.js";
import * as words from "./words.js";

/** Of bypass engaged and of released, and of refused configurations, a minute. */
export const EVENTS_PER_MINUTE = 10;

/** Of a sensor in the wire. */
export interface InlineVitals {
  /** operator, stale: why the kernel carries frames; pausing: it does for a moment, by a reload or a try. */
  readonly bypass: "operator" | "stale" | "none" | "pausing";
  /** Grows with each pause: what was carried in one is no bypass. */
  readonly pauses: number;
  /** Frames that the kernel carried so far. */
  readonly carried: number;
  /** `eth0,eth1` */
  readonly interfaces: string;
}

/** What is looked at. Counts only grow. */
export interface Vitals {
  readonly nowMs: number;
  /** Taken in, without `drops`. */
  readonly packets: number;
  readonly drops: number;
  readonly flows: number;
  readonly flowsMax: number;
  readonly inline?: InlineVitals | undefined;
  /** Configurations that were refused so far, why the last one was, and where it is. */
  readonly refusals: number;
  readonly refusal: string;
  readonly config: string;
}

export interface Opened {
  readonly opened: readonly IncidentFacts[];
  /** For which there was no room. */
  readonly lost: number;
}

type Bypass = "operator" | "stale" | "none";

export class NoticeWatch {
  private readonly incidents = new MinuteBudget();
  private readonly engaged = new MinuteBudget();
  private readonly released = new MinuteBudget();
  private readonly refused = new MinuteBudget();
  private readonly losses = new LossWindow();
  private readonly drops = new Threshold();
  private readonly table = new Threshold();
  private toldBypass: Bypass = "none";
  private bypass: Bypass = "none";
  private engagedMs = 0;
  private before: InlineVitals | undefined;
  private refusals = 0;

  constructor(private limits: NoticesConfig) {}

  /** Other limits; what was told stays told. */
  use(limits: NoticesConfig): void {
    this.limits = limits;
  }

  look(vitals: Vitals, opened: Opened): Notice[] {
    return [
      ...this.lookBypass(vitals),
      ...this.lookRefusals(vitals),
      ...this.lookLosses(vitals),
      ...this.lookTable(vitals),
      ...this.lookIncidents(vitals, opened),
    ];
  }

  /** The gravest first: they are told when not all are. */
  private lookIncidents({ nowMs }: Vitals, { opened, lost }: Opened): Notice[] {
    const { incidentsPerMinute: max } = this.limits;
    if (max === 0) return [];
    this.incidents.hold(lost);
    const notices: Notice[] = [];
    for (const facts of opened.toSorted((a, b) => rank(b) - rank(a))) {
      if (this.incidents.take(nowMs, max)) {
        notices.push(words.incidentNew(nowMs, facts, this.incidents.takeHeld()));
      } else this.incidents.hold();
    }
    return notices;
  }

  private lookBypass({ nowMs, inline }: Vitals): Notice[] {
    const { before } = this;
    this.before = inline;
    // A reload to a tap is no release: nothing is carried, and nothing passes.
    if (inline === undefined || inline.bypass === "pausing") return [];
    const now = bypassNow(inline, before);
    if (now !== "none" && this.bypass === "none") this.engagedMs = nowMs;
    if ((now === "none") !== (this.bypass === "none") && (now === "none") === (this.toldBypass === "none")) {
      // There and back again while there was no budget.
      (now === "none" ? this.engaged : this.released).hold();
    }
    this.bypass = now;
    const { interfaces } = inline;
    if (now !== "none" && this.toldBypass === "none") {
      if (!this.engaged.take(nowMs, EVENTS_PER_MINUTE)) return [];
      this.toldBypass = now;
      const facts = { reason: now, interfaces, durationMs: 0 };
      return [words.bypassEngaged(nowMs, facts, this.engaged.takeHeld())];
    }
    if (now === "none" && this.toldBypass !== "none") {
      if (!this.released.take(nowMs, EVENTS_PER_MINUTE)) return [];
      const facts = { reason: this.toldBypass, interfaces, durationMs: Math.max(0, nowMs - this.engagedMs) };
      this.toldBypass = "none";
      return [words.bypassReleased(nowMs, facts, this.released.takeHeld())];
    }
    return [];
  }

  private lookLosses({ nowMs, packets, drops }: Vitals): Notice[] {
    this.losses.add(nowMs, packets, drops);
    const { loss } = this.losses;
    const { lossPercent: limitPercent } = this.limits;
    if (!this.drops.isCrossed(nowMs, loss.percent, limitPercent)) return [];
    const facts = { percent: loss.percent, limitPercent, dropped: loss.drops, packets: loss.packets };
    return [words.dropsHigh(nowMs, facts)];
  }

  private lookTable({ nowMs, flows, flowsMax }: Vitals): Notice[] {
    const percent = flowsMax === 0 ? 0 : (100 * flows) / flowsMax;
    const { tablePercent: limitPercent } = this.limits;
    if (!this.table.isCrossed(nowMs, percent, limitPercent)) return [];
    return [words.tablePressure(nowMs, { percent, limitPercent, flows, flowsMax })];
  }

  private lookRefusals({ nowMs, refusals, refusal, config }: Vitals): Notice[] {
    const fresh = refusals - this.refusals;
    this.refusals = refusals;
    if (fresh <= 0) return [];
    if (!this.refused.take(nowMs, EVENTS_PER_MINUTE)) {
      this.refused.hold(fresh);
      return [];
    }
    this.refused.hold(fresh - 1);
    return [words.configRefused(nowMs, { config, reason: refusal }, this.refused.takeHeld())];
  }
}

/** A stall that was over before the look shows by what was carried meanwhile. */
function bypassNow(inline: InlineVitals, before: InlineVitals | undefined): Bypass {
  if (inline.bypass !== "none") return inline.bypass === "operator" ? "operator" : "stale";
  const isQuiet = before?.bypass === "none" && before.pauses === inline.pauses;
  return isQuiet && inline.carried > before.carried ? "stale" : "none";
}

function rank({ severity }: IncidentFacts): number {
  return severityNumber(severity);
}
