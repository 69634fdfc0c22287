// Gets messages to a peer that may be away: a bounded queue, one session at a time, retries that back off.
// Apart because syslog and IPFIX differ in their messages only.
// Always holds: memory is the queue's buffer; each record is counted as sent, dropped or still held; what was sent
// but not confirmed when a session ended is counted as possibly lost, and is not sent twice.

import { systemCode } from "../errors.js";
import { Backoff, type BackoffLimits } from "./backoff.js";
import { LimitedLog } from "./limited-log.js";
import { MessageQueue } from "./message-queue.js";
import type { Peer, Session, SessionEvents } from "./peer.js";
import { problemText, systemError } from "./problem.js";
import type { SinkLog, SinkState } from "./sink.js";
import { Unconfirmed } from "./unconfirmed.js";

/** A session that lasted so long was a good one: the next wait is the shortest again. */
const GOOD_SESSION_MS = 10_000;
/** A stream whose bytes go nowhere for so long is given up. */
const STALL_MS = 60_000;
/** More than so long between two pulses is a clock that was set. */
const LEAP_MS = 30_000;
/** Datagrams are taken for received when no error came back within this time. */
const DATAGRAM_CONFIRM_MS = 1_000;
const CLOSE_MS = 5_000;

export type Schedule = (task: () => void, ms: number) => () => void;

export interface SenderHooks {
  /** Messages to send before everything else in a new session. */
  opened?(isNewStream: boolean): readonly Uint8Array[];
  /** Last change of a queued message, in place, right before it goes. */
  beforeSend?(message: Uint8Array, records: number): void;
}

export interface SenderOptions {
  readonly name: string;
  readonly peer: Peer;
  readonly queueBytes: number;
  readonly backoff: BackoffLimits;
  readonly log: SinkLog;
  readonly hooks?: SenderHooks;
  readonly random?: () => number;
  readonly schedule?: Schedule;
}

type Phase = "waiting" | "opening" | "settling" | "open" | "closed";

export class MessageSender {
  readonly queue: MessageQueue;
  private readonly peer: Peer;
  private readonly hooks: SenderHooks;
  private readonly backoff: Backoff;
  private readonly log: LimitedLog;
  private readonly schedule: Schedule;
  private readonly unconfirmed = new Unconfirmed();
  private phase: Phase = "waiting";
  private session: Session | undefined;
  private sessionText = "";
  /** Tells a session's late answers from those of the present one. */
  private generation = 0;
  /** Times of `runMs`. */
  private openedMs = 0;
  private progressMs = 0;
  /** Time passed by the pulses' clock, without what it was set back or leapt. */
  private runMs = 0;
  private nowMs = 0;
  private preamble: Uint8Array[] = [];
  private preambleInFlight = 0;
  private isPreambleWhole = false;
  private inFlight = 0;
  private burst = 0;
  private cancelPause: (() => void) | undefined;
  /** Bytes the kernel took in this session. */
  private sessionBytes = 0;
  private unconfirmedBytes = 0;
  private isPumping = false;
  private reason = "not tried yet";
  private isFull = false;
  private finish: (() => void) | undefined;
  private cancelDeadline: (() => void) | undefined;

  private readonly counts = {
    records: 0,
    messages: 0,
    bytes: 0,
    dropped: 0,
    maybeLost: 0,
    errors: 0,
    sessions: 0,
  };

  constructor(options: SenderOptions) {
    this.peer = options.peer;
    this.queue = new MessageQueue(options.queueBytes);
    this.hooks = options.hooks ?? {};
    this.backoff = new Backoff(options.backoff, options.random);
    this.log = new LimitedLog(options.name, options.log);
    this.schedule = options.schedule ?? scheduleTimeout;
  }

  /** Queues the message. False, and its records counted as dropped, when there is no room. */
  push(message: Uint8Array, records: number): boolean {
    if (this.phase !== "closed" && this.queue.push(message, records)) {
      this.isFull = false;
      return true;
    }
    this.drop(records);
    if (!this.isFull && this.phase !== "closed") {
      const text = `queue of ${this.queue.capacityBytes} bytes is full, new records are dropped`;
      this.log.say(this.nowMs, "warn", "full", text, { dropped: this.counts.dropped });
    }
    this.isFull = true;
    return false;
  }

  /** Counts records that never became a queued message. */
  drop(records: number): void {
    this.counts.dropped += records;
  }

  /** And none of the messages given before is on its way still: they may be the same bytes. */
  get canSendFirst(): boolean {
    return this.phase === "open" && this.preamble.length === 0 && this.preambleInFlight === 0;
  }

  /** Sends these before what is queued, when `canSendFirst`. */
  sendFirst(messages: readonly Uint8Array[]): void {
    this.preamble = [...messages];
    this.pump();
  }

  pulse(nowMs: number): void {
    if (this.nowMs > 0) this.runMs += Math.min(LEAP_MS, Math.max(0, nowMs - this.nowMs));
    this.nowMs = nowMs;
    if (this.phase === "waiting" && this.backoff.isDue(nowMs)) this.open();
    this.session?.pulse(nowMs);
    if (this.phase === "settling" && this.runMs - this.openedMs >= this.peer.settleMs) this.settle();
    if (this.phase === "settling" || this.phase === "open") {
      this.confirm();
      this.checkStall();
      this.pump();
    }
  }

  /** Sends what is queued, waiting 5 s at most; what remains is counted as dropped. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.phase === "closed") return resolve();
      this.finish = resolve;
      this.cancelDeadline = this.schedule(() => this.end(), CLOSE_MS);
      if (this.phase === "waiting" && this.generation === 0 && this.queue.messages > 0) this.open();
      if (this.phase === "waiting" || (this.phase === "opening" && this.queue.messages === 0))
        return this.end();
      if (this.phase === "settling") this.settle();
      this.pump();
      this.endWhenEmpty();
    });
  }

  /** `records`: in messages that the kernel took. */
  counters(): Readonly<Record<string, number>> {
    const { records, messages, bytes, dropped, maybeLost, errors, sessions } = this.counts;
    const reconnects = Math.max(0, sessions - 1);
    return { records, messages, bytes, dropped, "maybe-lost": maybeLost, errors, reconnects };
  }

  state(): SinkState {
    const held = this.queue.usedBytes;
    const waiting = held === 0 ? "" : `, ${held} bytes wait${this.isFull ? ", queue full" : ""}`;
    switch (this.phase) {
      case "open":
        return {
          ok: !this.isFull,
          text: `${this.peer.isStream ? "connected" : "sending"} to ${this.sessionText}${waiting}`,
        };
      case "settling":
        return { ok: true, text: `trying ${this.sessionText}${waiting}` };
      case "opening":
        return { ok: false, text: `connecting to ${this.peer.text}${waiting}` };
      case "closed":
        return { ok: true, text: "closed" };
      case "waiting": {
        const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
        return { ok: false, text: `retry in ${seconds} s: ${this.reason}${waiting}` };
      }
    }
  }

  // ---- Sessions -------------------------------------------------------------------------------------------

  private open(): void {
    const generation = ++this.generation;
    const isMine = (): boolean => generation === this.generation;
    const events: SessionEvents = {
      opened: (text, isNewStream) => {
        if (isMine()) this.opened(text, isNewStream);
      },
      lost: (reason) => {
        if (isMine()) this.lost(reason);
      },
      moved: () => {
        if (!isMine()) return;
        this.leave();
        this.open();
      },
    };
    this.phase = "opening";
    const session = this.peer.open(this.nowMs, events);
    if (isMine()) this.session = session;
  }

  private opened(text: string, isNewStream: boolean): void {
    const isAgain = this.counts.sessions > 0;
    this.counts.sessions++;
    this.sessionText = text;
    this.openedMs = this.progressMs = this.runMs;
    this.sessionBytes = this.unconfirmedBytes = 0;
    this.preamble = [...(this.hooks.opened?.(isNewStream) ?? [])];
    this.isPreambleWhole = this.preamble.length > 0;
    this.phase = this.peer.settleMs > 0 && this.finish === undefined ? "settling" : "open";
    if (this.phase === "open") this.announce(isAgain);
    // The session is known to us only once open() has returned.
    queueMicrotask(() => {
      this.pump();
      this.endWhenEmpty();
    });
  }

  private settle(): void {
    this.phase = "open";
    this.announce(this.counts.sessions > 1);
  }

  private announce(isAgain: boolean): void {
    const data = { dropped: this.counts.dropped, maybeLost: this.counts.maybeLost };
    const text = `${isAgain ? "again " : ""}${this.peer.isStream ? "connected" : "sending"} to ${this.sessionText}`;
    this.log.say(this.nowMs, "info", "opened", text, data);
  }

  private lost(reason: Error): void {
    const wasGood = this.phase === "open" && this.runMs - this.openedMs >= GOOD_SESSION_MS;
    this.counts.errors++;
    this.counts.maybeLost += this.unconfirmed.clear();
    this.leave();
    if (wasGood) this.backoff.succeed();
    this.backoff.fail(this.nowMs);
    this.phase = "waiting";
    this.reason = problemText(reason);
    const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
    const text = `${this.peer.text}: ${this.reason}; next try in ${seconds} s, records wait in a queue of ${this.queue.capacityBytes} bytes`;
    this.log.say(this.nowMs, "warn", "lost", text, { maybeLost: this.counts.maybeLost });
    if (this.finish !== undefined) this.end();
  }

  /** Nothing of the session counts any more; messages it did not take are sent again in the next. */
  private leave(): void {
    this.generation++;
    this.session = undefined;
    this.cancelPause?.();
    this.cancelPause = undefined;
    this.unconfirmed.clear();
    this.queue.putBack();
    this.preamble = [];
    this.inFlight = this.preambleInFlight = this.burst = 0;
  }

  private confirm(): void {
    if (!this.peer.isStream) {
      this.unconfirmed.confirm(this.runMs - DATAGRAM_CONFIRM_MS);
      return;
    }
    const bytes = this.session?.unconfirmedBytes() ?? 0;
    if (bytes < this.unconfirmedBytes || (bytes === 0 && this.inFlight === 0)) this.progressMs = this.runMs;
    this.unconfirmedBytes = bytes;
    this.unconfirmed.confirm(this.sessionBytes - bytes);
  }

  private checkStall(): void {
    if (!this.peer.isStream || this.runMs - this.progressMs < STALL_MS) return;
    const session = this.session;
    this.lost(systemError("ETIMEDOUT"));
    session?.close();
  }

  // ---- Messages -------------------------------------------------------------------------------------------

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (this.canSend()) {
      const first = this.preamble.shift();
      if (first !== undefined) {
        this.hand(first, -1);
        continue;
      }
      // Until the session has settled its first message is the probe; the others wait.
      if (this.phase === "settling" && (this.isPreambleWhole || this.sessionBytes > 0 || this.inFlight > 0))
        break;
      const records = this.queue.nextRecords;
      const message = this.queue.take();
      if (message === undefined) break;
      this.hooks.beforeSend?.(message, records);
      this.hand(message, records);
    }
    this.isPumping = false;
  }

  private canSend(): boolean {
    if (this.session === undefined || this.cancelPause !== undefined) return false;
    if (this.phase !== "open" && this.phase !== "settling") return false;
    if (this.peer.pauseMs > 0 && this.burst >= this.peer.burst) {
      if (this.preamble.length > 0 || this.queue.messages > this.queue.taken) this.pause();
      return false;
    }
    return this.inFlight < this.peer.window;
  }

  /** `records` -1: not from the queue. */
  private hand(message: Uint8Array, records: number): void {
    const generation = this.generation;
    const size = message.length;
    this.inFlight++;
    if (records < 0) this.preambleInFlight++;
    this.burst++;
    this.session!.send(message, (error) => {
      if (generation !== this.generation) return;
      this.inFlight--;
      if (records < 0) this.preambleInFlight--;
      if (error === undefined) this.wasTaken(size, records);
      else this.wasRefused(error, message, records);
      this.pump();
      this.endWhenEmpty();
    });
  }

  private wasTaken(size: number, records: number): void {
    this.sessionBytes += size;
    this.progressMs = this.runMs;
    this.counts.messages++;
    this.counts.bytes += size;
    if (records < 0) return;
    this.queue.release();
    this.counts.records += records;
    this.unconfirmed.add(this.peer.isStream ? this.sessionBytes : this.runMs, records);
  }

  private wasRefused(error: Error, message: Uint8Array, records: number): void {
    const isLater = systemCode(error) === "EAGAIN" && this.inFlight === 0;
    if (isLater) {
      if (records < 0) this.preamble.unshift(message);
      else this.queue.putBack();
      this.pause();
      return;
    }
    this.counts.errors++;
    if (records >= 0) this.drop(this.queue.release());
    this.log.say(this.nowMs, "warn", "refused", `a message was not taken: ${problemText(error)}`);
  }

  private pause(): void {
    if (this.cancelPause !== undefined) return;
    this.cancelPause = this.schedule(
      () => {
        this.cancelPause = undefined;
        this.burst = 0;
        this.pump();
        this.endWhenEmpty();
      },
      Math.max(1, this.peer.pauseMs),
    );
  }

  // ---- The end --------------------------------------------------------------------------------------------

  private endWhenEmpty(): void {
    if (this.finish === undefined || this.phase !== "open") return;
    if (this.queue.messages > 0 || this.preamble.length > 0 || this.inFlight > 0) return;
    const session = this.session;
    this.phase = "closed";
    this.leave();
    if (session === undefined) this.end();
    else session.close(() => this.end());
  }

  private end(): void {
    this.drop(this.queue.records);
    const { session, finish } = this;
    this.phase = "closed";
    this.leave();
    while (this.queue.take() !== undefined) this.queue.release();
    session?.close();
    this.cancelDeadline?.();
    this.finish = undefined;
    finish?.();
  }
}

function scheduleTimeout(task: () => void, ms: number): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}
