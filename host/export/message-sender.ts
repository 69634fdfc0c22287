// Gets messages to a peer that may be away: a bounded queue before one session at a time.
// Apart because syslog and IPFIX differ in their messages only; longer than other files because what is handed over,
// answered and taken back is one account.
// Always holds: memory is the queue's buffer; each record is counted as sent, dropped or still held; what was sent
// but not confirmed when a session ended is counted as possibly lost, and is not sent twice.

import { systemCode } from "../errors.js";
import { Backoff } from "./backoff.js";
import { LimitedLog } from "./limited-log.js";
import { MessageQueue } from "./message-queue.js";
import type { Peer } from "./peer.js";
import { PeerLink } from "./peer-link.js";
import { problemText, systemError } from "./problem.js";
import type { FirstMessage, Schedule, SenderHooks, SenderOptions } from "./sender-options.js";
import type { SinkState } from "./sink.js";
import { Unconfirmed } from "./unconfirmed.js";

/** A stream whose bytes go nowhere for so long is given up. */
const STALL_MS = 60_000;
/** Datagrams are taken for received when no error came back within this time. */
const DATAGRAM_CONFIRM_MS = 1_000;
const CLOSE_MS = 5_000;

export class MessageSender {
  readonly queue: MessageQueue;
  private readonly peer: Peer;
  private readonly link: PeerLink;
  private readonly hooks: SenderHooks;
  private readonly log: LimitedLog;
  private readonly schedule: Schedule;
  private readonly unconfirmed = new Unconfirmed();
  /** Go before the queue. */
  private first: FirstMessage[] = [];
  /** Of these, what the kernel has and has not answered. */
  private firstInFlight = 0;
  private firstRecordsInFlight = 0;
  private hasProbe = false;
  private inFlight = 0;
  private burst = 0;
  private cancelPause: (() => void) | undefined;
  /** Bytes the kernel took in this session, and of these what the peer had not confirmed at the last pulse. */
  private sessionBytes = 0;
  private unconfirmedBytes = 0;
  /** When bytes last moved, by the link's `runMs`. */
  private progressMs = 0;
  private isPumping = false;
  private isFull = false;
  private finish: (() => void) | undefined;
  private cancelDeadline: (() => void) | undefined;
  private readonly counts = { records: 0, messages: 0, bytes: 0, dropped: 0, maybeLost: 0, refused: 0 };

  constructor(options: SenderOptions) {
    this.peer = options.peer;
    this.queue = new MessageQueue(options.queueBytes);
    this.hooks = options.hooks ?? {};
    this.log = new LimitedLog(options.name, options.log);
    this.schedule = options.schedule ?? scheduleTimeout;
    const backoff = new Backoff(options.backoff, options.random);
    this.link = new PeerLink(this.peer, backoff, this.log, {
      began: (isNewStream) => this.began(isNewStream),
      settled: () => this.pumpSoon(),
      ended: (isLost) => this.ended(isLost),
      describe: () => ({
        text: `records wait in a queue of ${this.queue.capacityBytes} bytes`,
        data: { dropped: this.counts.dropped, maybeLost: this.counts.maybeLost },
      }),
    });
  }

  /** Queues the message. False, and its records counted as dropped, when there is no room. */
  push(message: Uint8Array, records: number): boolean {
    if (!this.link.isClosed && this.queue.push(message, records)) {
      this.isFull = false;
      return true;
    }
    this.drop(records);
    if (!this.isFull && !this.link.isClosed) {
      const text = `queue of ${this.queue.capacityBytes} bytes is full, new records are dropped`;
      this.log.say(this.link.nowMs, "warn", "full", text, { dropped: this.counts.dropped });
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
    return this.link.isOpen && this.first.length === 0 && this.firstInFlight === 0;
  }

  /** Sends these before what is queued, when `canSendFirst`. */
  sendFirst(messages: readonly FirstMessage[]): void {
    this.first = [...messages];
    this.pump();
  }

  pulse(nowMs: number): void {
    this.link.pulse(nowMs);
    if (!this.link.isUsable) return;
    this.confirm();
    this.pump();
  }

  /** `records`: in messages that the kernel took. */
  counters(): Readonly<Record<string, number>> {
    const { records, messages, bytes, dropped, maybeLost, refused } = this.counts;
    const errors = refused + this.link.losses;
    const reconnects = Math.max(0, this.link.sessions - 1);
    return { records, messages, bytes, dropped, "maybe-lost": maybeLost, errors, reconnects };
  }

  state(): SinkState {
    const { usedBytes } = this.queue;
    const waiting = usedBytes === 0 ? "" : `, ${usedBytes} bytes wait${this.isFull ? ", queue full" : ""}`;
    const { ok, text } = this.link.state(waiting);
    return { ok: ok && !(this.isFull && usedBytes > 0), text };
  }

  /** Sends what is queued, waiting 5 s at most; what remains is counted as dropped. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.link.isClosed) {
        resolve();
        return;
      }
      this.finish = resolve;
      this.cancelDeadline = this.schedule(() => this.end(), CLOSE_MS);
      if (this.queue.messages > 0) this.link.hurry();
      // Nothing to wait for: nothing is held, or the peer is away.
      if (!this.link.isUsable && !(this.link.isOpening && this.queue.messages > 0)) this.end();
      else this.pumpSoon();
    });
  }

  // ---- A session begins and ends --------------------------------------------------------------------------

  private began(isNewStream: boolean): void {
    this.sessionBytes = this.unconfirmedBytes = 0;
    this.progressMs = this.link.runMs;
    this.first = [...(this.hooks.opened?.(isNewStream) ?? [])];
    this.hasProbe = this.first.length > 0;
    this.pumpSoon();
  }

  /** The link knows its session only once open() has returned. */
  private pumpSoon(): void {
    queueMicrotask(() => {
      if (this.finish !== undefined) this.link.hurry();
      this.pump();
      this.endWhenEmpty();
    });
  }

  private ended(isLost: boolean): void {
    const maybeLost = this.unconfirmed.clear();
    if (isLost) this.counts.maybeLost += maybeLost;
    this.takeBack();
    if (isLost && this.finish !== undefined) this.end();
  }

  /** Messages that the kernel did not take go again in the next session. */
  private takeBack(): void {
    this.hooks.unsent?.(this.queue.takenRecords + this.firstRecordsInFlight);
    this.queue.putBack();
    this.first = [];
    this.firstInFlight = this.firstRecordsInFlight = this.inFlight = this.burst = 0;
    this.cancelPause?.();
    this.cancelPause = undefined;
  }

  private confirm(): void {
    if (!this.peer.isStream) {
      this.unconfirmed.confirm(this.link.runMs - DATAGRAM_CONFIRM_MS);
      return;
    }
    const bytes = this.link.unconfirmedBytes;
    const isIdle = bytes === 0 && this.inFlight === 0;
    if (isIdle || bytes < this.unconfirmedBytes) this.progressMs = this.link.runMs;
    this.unconfirmedBytes = bytes;
    this.unconfirmed.confirm(this.sessionBytes - bytes);
    if (this.link.runMs - this.progressMs >= STALL_MS) this.link.giveUp(systemError("ETIMEDOUT"));
  }

  // ---- Messages -------------------------------------------------------------------------------------------

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (this.canSend()) {
      const first = this.first.shift();
      if (first !== undefined) {
        this.hand(first.bytes, first.records, true);
        continue;
      }
      // Until the session has settled its first message is the probe; the others wait.
      if (this.link.isSettling && (this.hasProbe || this.sessionBytes > 0 || this.inFlight > 0)) break;
      const records = this.queue.nextRecords;
      const message = this.queue.take();
      if (message === undefined) break;
      this.hand(message, records, false);
    }
    this.isPumping = false;
  }

  private canSend(): boolean {
    if (!this.link.isUsable || this.cancelPause !== undefined) return false;
    if (this.peer.pauseMs > 0 && this.burst >= this.peer.burst) {
      if (this.first.length > 0 || this.queue.messages > this.queue.taken) this.pause();
      return false;
    }
    return this.inFlight < this.peer.window;
  }

  private hand(message: Uint8Array, records: number, isFirst: boolean): void {
    this.inFlight++;
    this.burst++;
    if (isFirst) {
      this.firstInFlight++;
      this.firstRecordsInFlight += records;
    }
    this.hooks.beforeSend?.(message, records);
    this.link.send(message, (error) => {
      this.inFlight--;
      if (isFirst) {
        this.firstInFlight--;
        this.firstRecordsInFlight -= records;
      }
      if (error === undefined) this.wasTaken(message.length, isFirst ? 0 : records, isFirst);
      else this.wasRefused(error, { bytes: message, records }, isFirst);
      this.pump();
      this.endWhenEmpty();
    });
  }

  private wasTaken(size: number, records: number, isFirst: boolean): void {
    this.sessionBytes += size;
    this.progressMs = this.link.runMs;
    this.counts.messages++;
    this.counts.bytes += size;
    if (isFirst) return;
    this.queue.release();
    this.counts.records += records;
    this.unconfirmed.add(this.peer.isStream ? this.sessionBytes : this.link.runMs, records);
  }

  private wasRefused(error: Error, message: FirstMessage, isFirst: boolean): void {
    // With others behind it on their way, its numbers are used up.
    if (this.inFlight === 0) this.hooks.unsent?.(message.records);
    if (systemCode(error) === "EAGAIN" && this.inFlight === 0) {
      if (isFirst) this.first.unshift(message);
      else this.queue.putBack();
      this.pause();
      return;
    }
    this.counts.refused++;
    if (!isFirst) this.drop(this.queue.release());
    this.log.say(this.link.nowMs, "warn", "refused", `a message was not taken: ${problemText(error)}`);
  }

  private pause(): void {
    if (this.cancelPause !== undefined) return;
    const resume = (): void => {
      this.cancelPause = undefined;
      this.burst = 0;
      this.pump();
      this.endWhenEmpty();
    };
    this.cancelPause = this.schedule(resume, Math.max(1, this.peer.pauseMs));
  }

  // ---- The end --------------------------------------------------------------------------------------------

  private endWhenEmpty(): void {
    if (this.finish === undefined || !this.link.isOpen) return;
    if (this.queue.messages > 0 || this.first.length > 0 || this.inFlight > 0) return;
    this.takeBack();
    this.link.close(() => this.end());
  }

  private end(): void {
    const { finish } = this;
    if (finish === undefined) return;
    this.finish = undefined;
    this.cancelDeadline?.();
    this.takeBack();
    if (!this.link.isClosed) this.link.close();
    this.drop(this.queue.records);
    while (this.queue.take() !== undefined) this.queue.release();
    finish();
  }
}

function scheduleTimeout(task: () => void, ms: number): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}
