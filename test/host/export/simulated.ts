// A simulated peer, clock and file system for exporters: everything happens when the test says so.
// Apart because several tests drive them, and each failure of theirs must be one that a real one can have.
// Always holds: nothing here reads the clock or waits; what a peer received is kept as the bytes were when they were sent.

import type { Peer, Sent, Session, SessionEvents } from "../../../host/export/peer.js";
import { systemError } from "../../../host/export/problem.js";
import type { SinkLog } from "../../../host/export/sink.js";

/** A clock with timers, moved by hand. */
export class SimulatedClock {
  nowMs = 1_700_000_000_000;
  private timers: { dueMs: number; task: () => void }[] = [];

  readonly schedule = (task: () => void, ms: number): (() => void) => {
    const timer = { dueMs: this.nowMs + ms, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  get pending(): number {
    return this.timers.length;
  }

  /** Moves on, running what falls due in order. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = this.timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((other) => other !== due);
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      due.task();
    }
    this.nowMs = endMs;
  }
}

export interface PeerShape {
  readonly isStream: boolean;
  readonly window?: number;
  readonly burst?: number;
  readonly pauseMs?: number;
  readonly settleMs?: number;
}

export class SimulatedPeer implements Peer {
  readonly text = "peer";
  readonly isStream: boolean;
  readonly window: number;
  readonly burst: number;
  readonly pauseMs: number;
  readonly settleMs: number;
  /** What the kernel took, a list a session. */
  readonly received: Uint8Array[][] = [];
  /** The same, a list a stream: a session may go on with the stream of the one before. */
  readonly streams: Uint8Array[][] = [];
  session: SimulatedSession | undefined;
  opens = 0;

  constructor(shape: PeerShape) {
    this.isStream = shape.isStream;
    this.window = shape.window ?? 4;
    this.burst = shape.burst ?? 8;
    this.pauseMs = shape.pauseMs ?? 0;
    this.settleMs = shape.settleMs ?? 0;
  }

  get all(): Uint8Array[] {
    return this.received.flat();
  }

  open(_nowMs: number, events: SessionEvents): Session {
    this.opens++;
    this.session = new SimulatedSession(this, events);
    return this.session;
  }
}

export class SimulatedSession implements Session {
  isOpen = false;
  isOver = false;
  unconfirmed: number | undefined;
  private readonly peer: SimulatedPeer;
  private readonly events: SessionEvents;
  private readonly waiting: { message: Uint8Array; sent: Sent }[] = [];
  private closed: (() => void) | undefined;

  constructor(peer: SimulatedPeer, events: SessionEvents) {
    this.peer = peer;
    this.events = events;
  }

  /** Messages handed over and not answered. */
  get pending(): number {
    return this.waiting.length;
  }

  accept(isNewStream = true): void {
    if (this.isOpen || this.isOver) return;
    this.isOpen = true;
    this.peer.received.push([]);
    const isNew = isNewStream || this.peer.streams.length === 0;
    if (isNew) this.peer.streams.push([]);
    this.events.opened("peer", isNew);
  }

  send(message: Uint8Array, sent: Sent): void {
    if (!this.isOpen || this.isOver) throw new Error("a message for a session that is not open");
    this.waiting.push({ message, sent });
  }

  /** The kernel takes the oldest of the messages that wait now, `count` at most. */
  take(count = this.waiting.length): void {
    for (let left = Math.min(count, this.waiting.length); left > 0; left--) {
      const first = this.waiting.shift();
      if (first === undefined || this.isOver) return;
      this.peer.received.at(-1)!.push(first.message.slice());
      this.peer.streams.at(-1)!.push(first.message.slice());
      first.sent();
    }
  }

  /** The kernel refuses the oldest message. */
  refuse(code: string): void {
    const first = this.isOver ? undefined : this.waiting.shift();
    first?.sent(systemError(code));
  }

  lose(code: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.lost(systemError(code));
  }

  move(): void {
    if (this.isOver || this.waiting.length > 0) return;
    this.isOver = true;
    this.events.moved();
  }

  unconfirmedBytes(): number | undefined {
    return this.unconfirmed;
  }

  pulse(): void {}

  close(closed?: () => void): void {
    this.isOver = true;
    this.closed = closed;
    closed?.();
  }

  get isClosed(): boolean {
    return this.closed !== undefined || this.isOver;
  }
}

export interface LogLine {
  level: string;
  message: string;
  data: object | undefined;
}

export function logTo(lines: LogLine[]): SinkLog {
  return (level, message, data) => {
    lines.push({ level, message, data });
  };
}

/** Lets everything run that was put off to "soon". */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
