// Tells one SNMP receiver, which may be away: a bounded queue, one notice at a time, tried again with longer waits.
// Apart from sessions and messages (snmp-link.ts) because this is about time, and tested without a network.
// Always holds: never throws, never waits; each notice is counted as sent, given up or dropped once; order is kept; an
// inform is over when it is confirmed, a trap when nobody said that it was not received.

import { endpointText } from "../config/endpoint.js";
import type { SnmpReceiver, SnmpUser } from "../config/management-types.js";
import { Backoff } from "../export/backoff.js";
import { LimitedLog } from "../export/limited-log.js";
import { problemText } from "../export/problem.js";
import type { Address, Resolver } from "../export/resolver.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import type { SnmpEngine } from "../snmp/engine.js";
import type { Notification } from "../snmp/notification.js";
import { type LinkOptions, type NotificationLink, SnmpLink } from "./snmp-link.js";

/** Minutes of the busiest sensor. */
export const QUEUE_MAX = 256;
/** Older news are of no use, and would hold up newer. */
export const AGE_MAX_MS = 600_000;
export const BACKOFF = { minMs: 2_000, maxMs: 60_000 };

export interface SenderParts {
  readonly receiver: SnmpReceiver;
  readonly user?: SnmpUser | undefined;
  readonly engine: SnmpEngine;
  readonly uptimeMs: () => number;
  readonly resolver: Resolver;
  readonly log: SinkLog;
  readonly random?: () => number;
  readonly open?: (options: LinkOptions, address: Address) => NotificationLink;
}

interface Waiting {
  readonly notification: Notification;
  /** By `runMs`. */
  readonly sinceMs: number;
}

export class SnmpSender {
  readonly name: string;
  private readonly queue: Waiting[] = [];
  private readonly backoff: Backoff;
  private readonly log: LimitedLog;
  private link: NotificationLink | undefined;
  private nowMs = 0;
  private runMs = 0;
  private isBusy = false;
  private isClosed = false;
  private failure: string | undefined;
  private whenIdle: (() => void) | undefined;
  private readonly counts = { notices: 0, sent: 0, "given-up": 0, dropped: 0, errors: 0 };

  constructor(private readonly parts: SenderParts) {
    const { host, port } = parts.receiver;
    this.name = `snmp-notify:${endpointText(host, port)}`;
    this.backoff = new Backoff(BACKOFF, parts.random);
    this.log = new LimitedLog(this.name, parts.log);
  }

  notify(notification: Notification): void {
    this.counts.notices++;
    if (this.isClosed || this.queue.length >= QUEUE_MAX) {
      this.counts.dropped++;
      const text = `${QUEUE_MAX} notices wait already, a new one was dropped`;
      this.log.say(this.nowMs, "warn", "full", text, { dropped: this.counts.dropped });
      return;
    }
    this.queue.push({ notification, sinceMs: this.runMs });
    this.turn();
  }

  /** About once a second. */
  pulse(nowMs: number): void {
    // A clock that is set neither ages nor rejuvenates what waits.
    if (this.nowMs > 0) this.runMs += Math.min(30_000, Math.max(0, nowMs - this.nowMs));
    this.nowMs = nowMs;
    this.giveUpOld();
    this.turn();
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts, waiting: this.queue.length };
  }

  state(): SinkState {
    const { failure } = this;
    const waiting = this.queue.length === 0 ? "" : `, ${this.queue.length} wait`;
    if (failure !== undefined) {
      const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
      return { ok: false, text: `retry in ${seconds} s: ${failure}${waiting}` };
    }
    const kind = this.parts.receiver.inform ? "informs" : "traps";
    return { ok: true, text: `${kind} of SNMP${this.parts.receiver.version}${waiting}` };
  }

  /** Waits at most `waitMs` for what is under way or can be sent at once; what remains is counted as dropped. */
  async close(waitMs = 1_000): Promise<void> {
    if (this.isClosed) return;
    if (this.isBusy || (this.queue.length > 0 && this.failure === undefined)) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isClosed = true;
    this.forget();
    this.counts.dropped += this.queue.splice(0).length;
  }

  private giveUpOld(): void {
    while (!this.isBusy && this.queue.length > 0 && this.runMs - this.queue[0]!.sinceMs > AGE_MAX_MS) {
      this.queue.shift();
      this.counts["given-up"]++;
      const text = `a notice waited ${AGE_MAX_MS / 60_000} minutes and was given up: ${this.failure ?? "no answer"}`;
      this.log.say(this.nowMs, "error", "given-up", text, { "given-up": this.counts["given-up"] });
    }
  }

  private turn(): void {
    const first = this.queue[0];
    if (first === undefined || this.isBusy || this.isClosed || !this.backoff.isDue(this.nowMs)) {
      if (!this.isBusy) this.whenIdle?.();
      return;
    }
    this.isBusy = true;
    if (this.link !== undefined) {
      this.send(this.link, first.notification);
      return;
    }
    this.parts.resolver.resolve(this.parts.receiver.host, (error, [address]) => {
      if (this.isClosed) return;
      if (error !== undefined || address === undefined) {
        this.failed(error ?? new Error("no address"));
        return;
      }
      const { open = (options, to) => new SnmpLink(options, to) } = this.parts;
      this.link = open(this.parts, address);
      this.send(this.link, first.notification);
    });
  }

  private send(link: NotificationLink, notification: Notification): void {
    let isOver = false;
    const sent = (error: Error | undefined): void => {
      if (isOver || this.isClosed || link !== this.link) return;
      isOver = true;
      if (error === undefined) this.succeeded();
      else this.failed(error);
    };
    try {
      link.send(notification, sent);
    } catch (error) {
      sent(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private succeeded(): void {
    this.queue.shift();
    this.counts.sent++;
    this.isBusy = false;
    this.backoff.succeed();
    if (this.failure !== undefined) this.log.say(this.nowMs, "info", "again", "notices are received again");
    this.failure = undefined;
    this.turn();
  }

  /** With a session anew the next time: the receiver may have another address, or engine, by then. */
  private failed(error: Error): void {
    this.counts.errors++;
    this.isBusy = false;
    this.failure = reasonOf(error);
    this.backoff.fail(this.nowMs);
    this.forget();
    const seconds = Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
    const text = `a notice was not received: ${this.failure}; next try in ${seconds} s, ${this.queue.length} wait`;
    this.log.say(this.nowMs, "warn", "failed", text);
    this.whenIdle?.();
  }

  private forget(): void {
    const { link } = this;
    this.link = undefined;
    link?.close();
  }
}

function reasonOf(error: Error): string {
  return error.name === "RequestTimedOutError" ? "no answer" : problemText(error);
}
