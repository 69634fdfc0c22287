// Keeps a session with a peer that may be away: opens it, waits longer after each failure, tells how it stands.
// Apart from the queue because this is about time and the peer, and that about messages.
// Always holds: at most one session; the answers of an earlier one are not heard; time is what passes between pulses,
// so a clock that is set neither ends a session nor holds one up.

import type { Backoff } from "./backoff.js";
import type { LimitedLog } from "./limited-log.js";
import type { Peer, Sent, Session, SessionEvents } from "./peer.js";
import { problemText } from "./problem.js";
import type { SinkState } from "./sink.js";

/** A session that lasted so long was a good one: the next wait is the shortest again. */
const GOOD_SESSION_MS = 10_000;
/** More than so long between two pulses is a clock that was set. */
const LEAP_MS = 30_000;

export interface LinkOwner {
  /** A session takes messages now; only probes until settled() when the peer needs to settle. */
  began(isNewStream: boolean): void;
  settled(): void;
  /** The session is over; `isLost` false when the peer only moved. */
  ended(isLost: boolean): void;
  /** For the log: what waits, what was lost. */
  describe(): { readonly text: string; readonly data: object };
}

type Phase = "waiting" | "opening" | "settling" | "open" | "closed";

export class PeerLink {
  /** Time passed by the pulses' clock, without what it was set back or leapt. */
  runMs = 0;
  nowMs = 0;
  /** Sessions so far, and how often one was lost or could not be had. */
  sessions = 0;
  losses = 0;
  private readonly peer: Peer;
  private readonly backoff: Backoff;
  private readonly log: LimitedLog;
  private readonly owner: LinkOwner;
  private phase: Phase = "waiting";
  private session: Session | undefined;
  private text = "";
  /** Tells a session's late answers from those of the present one. */
  private generation = 0;
  /** By `runMs`. */
  private openedMs = 0;
  private reason = "";

  constructor(peer: Peer, backoff: Backoff, log: LimitedLog, owner: LinkOwner) {
    this.peer = peer;
    this.backoff = backoff;
    this.log = log;
    this.owner = owner;
  }

  /** Messages may be handed over. */
  get isUsable(): boolean {
    return this.session !== undefined && (this.phase === "open" || this.phase === "settling");
  }

  get isOpen(): boolean {
    return this.phase === "open";
  }

  get isSettling(): boolean {
    return this.phase === "settling";
  }

  get isOpening(): boolean {
    return this.phase === "opening";
  }

  get isClosed(): boolean {
    return this.phase === "closed";
  }

  /** Bytes taken that the peer has not confirmed, 0 when that can't be known. */
  get unconfirmedBytes(): number {
    return this.session?.unconfirmedBytes() ?? 0;
  }

  pulse(nowMs: number): void {
    if (this.nowMs > 0) this.runMs += Math.min(LEAP_MS, Math.max(0, nowMs - this.nowMs));
    this.nowMs = nowMs;
    if (this.phase === "waiting" && this.backoff.isDue(nowMs)) this.open();
    this.session?.pulse(nowMs);
    if (this.phase === "settling" && this.runMs - this.openedMs >= this.peer.settleMs) this.settle();
  }

  /** `sent` is called while the session lasts; after that the message was not taken. */
  send(message: Uint8Array, sent: Sent): void {
    const { generation } = this;
    this.session!.send(message, (error) => {
      if (generation === this.generation) sent(error);
    });
  }

  /** Makes the most of the time left: tries once if nothing was tried, and does not wait for a peer to settle. */
  hurry(): void {
    if (this.phase === "waiting" && this.generation === 0) this.open();
    else if (this.phase === "settling") this.settle();
  }

  /** Ends the session for that reason and tries again later. */
  giveUp(reason: Error): void {
    const { session } = this;
    this.lost(reason);
    session?.close();
  }

  /** For good. With `closed` in an orderly way: what the kernel took is still delivered. */
  close(closed?: () => void): void {
    const { session } = this;
    this.phase = "closed";
    this.forget();
    if (session === undefined) closed?.();
    else session.close(closed);
  }

  /** `waiting` says what is held back, empty for nothing. */
  state(waiting: string): SinkState {
    switch (this.phase) {
      case "open":
        return { ok: true, text: `${this.verb} ${this.text}${waiting}` };
      case "settling":
        return { ok: true, text: `trying ${this.text}${waiting}` };
      case "opening":
        return { ok: false, text: `connecting to ${this.peer.text}${waiting}` };
      case "closed":
        return { ok: true, text: "closed" };
      case "waiting":
        if (this.generation === 0) return { ok: false, text: `starting${waiting}` };
        return { ok: false, text: `retry in ${this.waitSeconds} s: ${this.reason}${waiting}` };
    }
  }

  private get verb(): string {
    return this.peer.isStream ? "connected to" : "sending to";
  }

  private get waitSeconds(): number {
    return Math.ceil(this.backoff.remainingMs(this.nowMs) / 1000);
  }

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
        this.forget();
        this.owner.ended(false);
        this.open();
      },
    };
    this.phase = "opening";
    const session = this.peer.open(this.nowMs, events);
    if (isMine()) this.session = session;
  }

  private opened(text: string, isNewStream: boolean): void {
    this.sessions++;
    this.text = text;
    this.openedMs = this.runMs;
    this.phase = "settling";
    this.owner.began(isNewStream);
    if (this.peer.settleMs === 0) this.settle();
  }

  private settle(): void {
    this.phase = "open";
    const text = `${this.sessions > 1 ? "again " : ""}${this.verb} ${this.text}`;
    this.log.say(this.nowMs, "info", "opened", text, this.owner.describe().data);
    this.owner.settled();
  }

  private lost(reason: Error): void {
    if (this.phase === "open" && this.runMs - this.openedMs >= GOOD_SESSION_MS) this.backoff.succeed();
    this.losses++;
    this.reason = problemText(reason);
    this.phase = "waiting";
    this.forget();
    this.backoff.fail(this.nowMs);
    this.owner.ended(true);
    const { text, data } = this.owner.describe();
    const next = `next try in ${this.waitSeconds} s`;
    this.log.say(this.nowMs, "warn", "lost", `${this.peer.text}: ${this.reason}; ${next}, ${text}`, data);
  }

  private forget(): void {
    this.generation++;
    this.session = undefined;
  }
}
