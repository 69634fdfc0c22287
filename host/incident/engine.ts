// Joins alerts and findings into incidents: decides what belongs to which, and what is enough for a new one.
// Apart from the book, which keeps them; here is judgement, and nothing of files.
// Always holds: never throws and never waits but for a batch being written; the work of a record or an alert is
// bounded; a flood of new sources opens a bounded number of incidents a minute and is counted beyond; incidents that
// are there go on being counted whatever comes.

import type { Alert } from "../alert/alert.js";
import type { AlertSink } from "../alert/alert-sink.js";
import type { WeighContext } from "../cause/weigh.js";
import type { RecordSink, SinkLog, SinkState } from "../export/sink.js";
import { addressText } from "../record/address.js";
import { findingNames } from "../record/findings.js";
import type { FlowRecord } from "../record/flow-record.js";
import { type IncidentDigest, TOP_INCIDENTS } from "../snmp/snapshot.js";
import { IncidentBook, LIVE_MAX } from "./book.js";
import { Candidates } from "./candidates.js";
import { Finisher } from "./finisher.js";
import { Joiner } from "./joiner.js";
import { keyOf, subjectOf } from "./keys.js";
import type { LiveIncident } from "./live.js";
import type { IncidentKind, Severity } from "./model.js";
import { severityWord } from "./model.js";
import type { ActiveMute } from "./mutes.js";
import { OpeningBudget } from "./opening-budget.js";
import { alertPart, flowPart, type IncidentPart } from "./parts.js";
import { FLOOD_FINDING, isInVain, judge, OPENING_POINTS, senderOf } from "./policy.js";

/** A closed one that recurs so long after it was last seen is a new one. */
const REOPEN_US = 7 * 86_400_000_000;

export interface IncidentOptions {
  readonly directory: string;
  /** What is further apart than this is another incident. */
  readonly joinMs: number;
  readonly quotaBytes: number;
  readonly max: number;
  readonly log: SinkLog;
  /** First digits of the hashes of what is in force. */
  readonly inForce?: () => { readonly config: string; readonly rules: string };
  /** Name of the evidence file that is being written. */
  readonly evidenceFile?: () => string | undefined;
  readonly weighContext?: () => WeighContext;
  /** Called once for each new one, when it is written. */
  readonly onOpened?: ((live: LiveIncident) => void) | undefined;
  readonly now?: () => number;
  readonly liveMax?: number;
}

export interface IncidentCounts {
  /** Open ones. */
  readonly open: Readonly<Record<Severity, number>>;
  readonly acknowledged: number;
}

export class IncidentEngine {
  readonly book: IncidentBook;
  readonly records: RecordSink;
  readonly alerts: AlertSink;
  readonly joinUs: number;
  private readonly candidates = new Candidates();
  private readonly budget: OpeningBudget;
  readonly now: () => number;
  private readonly finisher: Finisher;
  private readonly joiner: Joiner;
  private readonly counts = {
    "not-opened": 0,
    muted: 0,
    suppressed: 0,
    missed: 0,
  };

  private constructor(readonly options: IncidentOptions) {
    this.now = options.now ?? Date.now;
    this.joinUs = options.joinMs * 1000;
    this.budget = new OpeningBudget(this.now());
    const { log, inForce, evidenceFile, weighContext } = options;
    const { now, joinUs } = this;
    this.finisher = new Finisher({ log, now, book: () => this.book, evidenceFile, weighContext });
    this.book = new IncidentBook({
      ...options,
      now: this.now,
      liveMax: options.liveMax ?? LIVE_MAX,
      beforeSave: (live, nowMs) => this.finisher.finish(live, nowMs),
    });
    this.joiner = new Joiner({ book: this.book, joinUs, now, inForce, evidenceFile });
    this.records = this.recordSink();
    this.alerts = this.alertSink();
  }

  /** Never fails: while the file can't be opened, state() says why, and it is tried again. */
  static open(options: IncidentOptions): IncidentEngine {
    const engine = new IncidentEngine(options);
    engine.book.open(engine.now());
    return engine;
  }

  close(): Promise<void> {
    this.finisher.close();
    return this.book.close();
  }

  counters(): Readonly<Record<string, number>> {
    const { alerts, flows } = this.joiner;
    const weighing = { "weigh-errors": this.finisher.errors };
    return {
      alerts,
      flows,
      ...this.counts,
      ...weighing,
      forgotten: this.candidates.forgotten,
      ...this.book.counts,
    };
  }

  state(): SinkState {
    return this.book.state();
  }

  /** Of what is written. Undefined while the file can't be read. */
  tally(): IncidentCounts | undefined {
    if (!this.book.isOpen) return undefined;
    const open = { low: 0, medium: 0, high: 0, critical: 0 };
    let acknowledged = 0;
    try {
      for (const { state, severity, count } of this.book.reader.tally()) {
        if (state === "open") open[severityWord(severity)] += count;
        else if (state === "acknowledged") acknowledged += count;
      }
    } catch {
      return undefined;
    }
    return { open, acknowledged };
  }

  /** What SNMP shows of them, of what is written. Undefined while the file can't be read. */
  digest(): IncidentDigest | undefined {
    if (!this.book.isOpen) return undefined;
    const { reader } = this.book;
    try {
      const causes = reader.causes().map(({ cause, open, kept }) => [cause, { open, kept }] as const);
      return { top: reader.top(TOP_INCIDENTS), causes: new Map(causes) };
    } catch {
      return undefined;
    }
  }

  // ---- What comes in --------------------------------------------------------------------------------------

  private takeAlert(alert: Alert, worker: number): void {
    if (!alert.isTold) return;
    const { mutes } = this.book;
    const part = alertPart(alert, worker);
    const mute =
      mutes.sid(part.gid, part.sid) ??
      mutes.address("source", part.source) ??
      mutes.address("destination", part.destination);
    if (mute !== undefined) this.mute(mute);
    else this.add(`source ${part.source}`, "source", part);
  }

  private takeRecord(record: FlowRecord): void {
    if (!record.isIp) return;
    const { book } = this;
    if (this.joinFlood(record)) return;
    const hasFindings = (record.findingsLow | record.findingsHigh) !== 0;
    if (!hasFindings) {
      if (book.inUse > 0) this.joiner.addContext(record);
      return;
    }
    const { mutes } = book;
    const low = record.findingsLow & ~mutes.findingsLow;
    const high = record.findingsHigh & ~mutes.findingsHigh;
    if (low !== record.findingsLow || high !== record.findingsHigh) this.countMutedFindings(record);
    if ((low | high) === 0) return;
    const judgement = judge(record, low, high);
    const sender = senderOf(record);
    const source = addressText(record, sender);
    const key = keyOf(record, judgement.joins, source);
    if (judgement.points === 0 && !book.has(key)) return;
    const part = flowPart(record, judgement, source, low, high);
    const mute = mutes.address("source", source) ?? mutes.address("destination", part.destination);
    if (mute !== undefined) this.mute(mute);
    else this.add(key, judgement.joins, part);
  }

  /** Half-open connections of a flood that an incident is open for are counted there, whoever they seem to come from. */
  private joinFlood(record: FlowRecord): boolean {
    if (this.book.inUse === 0 || !record.isTcp || !isInVain(record)) return false;
    const live = this.book.inMemory(`target ${addressText(record, "resp")}`);
    if (live === undefined || live.isOver || !live.findings.has(FLOOD_FINDING)) return false;
    const judgement = { points: 0, severity: 1, joins: "target" } as const;
    const part = flowPart(
      record,
      judgement,
      addressText(record, "orig"),
      record.findingsLow,
      record.findingsHigh,
    );
    const { mutes } = this.book;
    const mute = mutes.address("source", part.source) ?? mutes.address("destination", part.destination);
    if (!this.isNear(live, part) || mute !== undefined) return false;
    this.joiner.join(live, "target", part);
    return true;
  }

  private mute(mute: ActiveMute): void {
    this.counts.muted++;
    this.book.mutes.count(mute, this.now());
  }

  private countMutedFindings(record: FlowRecord): void {
    for (const name of findingNames(record.findingsLow, record.findingsHigh)) {
      const mute = this.book.mutes.finding(name);
      if (mute !== undefined) this.mute(mute);
    }
  }

  // ---- Where it belongs -----------------------------------------------------------------------------------

  private add(key: string, kind: IncidentKind, part: IncidentPart): void {
    try {
      const live = this.book.byKey(key);
      if (live !== undefined && this.belongs(live, part)) {
        this.joiner.join(live, kind, part);
        return;
      }
      if (live !== undefined && this.isSuppressed(live, part)) return;
      const parts = this.candidates.add(key, part, this.joinUs);
      if (parts !== undefined) this.begin(key, kind, parts, live);
    } catch (error) {
      // The file can't be read just now: state() will say so at the next batch.
      this.counts.missed++;
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }

  /** To one that goes on, or to one that was closed after this. */
  private belongs(live: LiveIncident, part: IncidentPart): boolean {
    const { state, closedMs } = live.columns;
    if (state === "closed") return part.endUs <= (closedMs ?? 0) * 1000 && this.isNear(live, part);
    return state !== "false-positive" && this.isNear(live, part);
  }

  private isNear(live: LiveIncident, part: IncidentPart): boolean {
    return live.distanceUs(part.startUs, part.endUs) <= this.joinUs;
  }

  /** The same as what was called a false positive: counted there. */
  private isSuppressed(live: LiveIncident, part: IncidentPart): boolean {
    if (live.columns.state !== "false-positive") return false;
    const isKnown =
      part.type === "alert"
        ? live.hasAlert(part.gid, part.sid)
        : part.findings.every((name) => live.findings.has(name));
    // What is too little to open another one by itself does not make it another thing.
    if (!isKnown && part.points >= OPENING_POINTS) return false;
    this.counts.suppressed++;
    live.columns.suppressed++;
    this.book.mark(live, false);
    return true;
  }

  private begin(
    key: string,
    kind: IncidentKind,
    parts: readonly IncidentPart[],
    before: LiveIncident | undefined,
  ): void {
    const [first] = parts;
    if (first === undefined) return;
    if (before?.columns.state === "closed" && before.distanceUs(first.startUs, first.endUs) <= REOPEN_US) {
      this.reopen(before);
      for (const part of parts) this.joiner.join(before, kind, part);
      return;
    }
    const live = this.openOne(key, kind, first, before) ?? this.openForMany(kind, parts);
    if (live === undefined) {
      this.counts["not-opened"]++;
      return;
    }
    for (const part of parts) this.joiner.join(live, live.columns.kind === "target" ? "target" : kind, part);
  }

  private reopen(live: LiveIncident): void {
    live.columns.state = "open";
    live.columns.closedMs = null;
    live.columns.reopened++;
    this.book.counts.reopened++;
    this.book.event(live, "reopened", "strayd", "it recurred");
    this.book.mark(live, true);
  }

  private openOne(
    key: string,
    kind: IncidentKind,
    first: IncidentPart,
    before: LiveIncident | undefined,
  ): LiveIncident | undefined {
    const isTarget = key.startsWith("target ");
    if (!this.book.hasRoom || !this.budget.take(isTarget ? "target" : "source", this.now())) return undefined;
    const nowMs = this.now();
    const live = this.book.create(key, {
      kind,
      state: "open",
      severity: 1,
      title: "",
      subject: subjectOf(key),
      firstUs: first.startUs,
      lastUs: first.endUs,
      openedMs: nowMs,
      changedMs: nowMs,
      closedMs: null,
      alerts: 0,
      flows: 0,
      packets: 0,
      bytes: 0,
      reopened: 0,
      suppressed: 0,
      cause: null,
      causeScore: 0,
    });
    live.previous = before?.id ?? null;
    return live;
  }

  /** More sources at once than one each can be opened for: what they have in common is their target. */
  private openForMany(kind: IncidentKind, parts: readonly IncidentPart[]): LiveIncident | undefined {
    const first = parts[0]!;
    if (kind === "target" || !this.book.isOpen) return undefined;
    const key = `target ${first.destination}`;
    const known = this.book.byKey(key);
    if (known !== undefined && this.belongs(known, first)) return known;
    // One that is closed, or a false positive, is not taken up again for this.
    return known?.isOver ? undefined : this.openOne(key, "target", first, known);
  }

  // ---- The two sides --------------------------------------------------------------------------------------

  private recordSink(): RecordSink {
    return {
      name: "incidents",
      write: (record) => this.takeRecord(record),
      pulse: (nowMs) => {
        this.finisher.turn(nowMs);
        this.book.pulse(nowMs);
      },
      reopen: () => undefined,
      close: () => this.close(),
      counters: () => this.counters(),
      state: () => this.state(),
    };
  }

  private alertSink(): AlertSink {
    return {
      name: "incidents.alerts",
      write: (alert, worker) => this.takeAlert(alert, worker),
      pulse: () => undefined,
      reopen: () => undefined,
      // The other side closes both.
      close: () => Promise.resolve(),
      counters: () => ({ alerts: this.joiner.alerts }),
      state: () => this.state(),
    };
  }
}
