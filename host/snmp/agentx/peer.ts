// A master agent as a peer: a connection to its socket, the session opened in it, our part of the tree registered.
// Apart from the subagent because here is one life of a session, and there what outlives it.
// Always holds: a session is open only when the master has said so to opening and to registering; what the master does
// not answer in time, or what is no AgentX, ends it; what waits to be read by the master is bounded.

import { connect, type Socket } from "node:net";
import type { Peer, Sent, Session, SessionEvents } from "../../export/peer.js";
import { systemError } from "../../export/problem.js";
import type { Oid } from "../oid.js";
import type { InstanceView } from "../view.js";
import { answer } from "./answer.js";
import { ERROR_WORDS, ErrorStatus, type MasterPdu, type VarBind } from "./protocol.js";
import { AgentXError, Framer } from "./read.js";
import { closePdu, notifyPdu, openPdu, pingPdu, ResponseWriter, registerPdu } from "./write.js";

const ANSWER_MS = 5000;
const PING_MS = 30_000;
/** How long the master waits for us. */
const TIMEOUT_S = 5;
/** Answers that a master does not take. */
const UNREAD_MAX = 1 << 20;
/** Notifications that it has not confirmed. */
const UNCONFIRMED_MAX = 64;
const CLOSE_MS = 500;
const READ_BYTES = 8192;

export interface AgentXOptions {
  readonly path: string;
  readonly view: InstanceView;
  readonly arc: Oid;
  /** Told the master: who we are. */
  readonly description: string;
}

export interface AgentXCounts {
  requests: number;
  errors: number;
  pings: number;
  notifications: number;
}

/** What waits for its answer. */
interface Waiting {
  readonly what: "open" | "register" | "ping" | "notify";
  /** By the pulses' clock, from the first pulse on. */
  sinceMs: number | undefined;
}

export class AgentXPeer implements Peer {
  readonly text: string;
  readonly isStream = true;
  readonly window = UNCONFIRMED_MAX;
  readonly burst = UNCONFIRMED_MAX;
  readonly pauseMs = 0;
  readonly settleMs = 0;
  /** The latest one. */
  session: AgentXSession | undefined;

  constructor(
    private readonly options: AgentXOptions,
    private readonly counts: AgentXCounts,
  ) {
    this.text = options.path;
  }

  open(_nowMs: number, events: SessionEvents): AgentXSession {
    this.session = new AgentXSession(this.options, this.counts, events);
    return this.session;
  }
}

export class AgentXSession implements Session {
  private readonly socket: Socket;
  private readonly framer = new Framer();
  private readonly response = new ResponseWriter();
  private readonly waiting = new Map<number, Waiting>();
  private session = 0;
  private packets = 0;
  private heardMs: number | undefined;
  private hasHeard = false;
  private isOpen = false;
  private isOver = false;
  private reason: Error | undefined;

  constructor(
    private readonly options: AgentXOptions,
    private readonly counts: AgentXCounts,
    private readonly events: SessionEvents,
  ) {
    // Without a stream's machinery for each request: a walk has hundreds, one after the other.
    const socket = connect({
      path: options.path,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (size, buffer) => {
          this.take((buffer as Buffer).subarray(0, size));
          return true;
        },
      },
    });
    this.socket = socket;
    this.expect("open");
    socket.on("connect", () => {
      if (!this.isOver) socket.write(openPdu(this.packets, TIMEOUT_S, options.description));
    });
    socket.on("error", (error) => {
      this.reason ??= error;
    });
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.end(this.reason ?? systemError("EPIPE")));
  }

  /** Answers whether it was handed over: not before the session is open, nor while too many are unconfirmed. */
  notify(varBinds: readonly VarBind[]): boolean {
    if (!this.isOpen || this.waiting.size >= UNCONFIRMED_MAX) return false;
    const packet = this.expect("notify");
    this.write(notifyPdu({ session: this.session, packet }, varBinds));
    return !this.isOver;
  }

  /** What goes out here goes by notify(). */
  send(_message: Uint8Array, sent: Sent): void {
    sent(systemError("EMSGSIZE"));
  }

  unconfirmedBytes(): undefined {
    return undefined;
  }

  pulse(nowMs: number): void {
    if (this.hasHeard || this.heardMs === undefined) this.heardMs = nowMs;
    this.hasHeard = false;
    for (const waiting of this.waiting.values()) {
      waiting.sinceMs ??= nowMs;
      // Also for a clock that was set.
      if (Math.abs(nowMs - waiting.sinceMs) >= ANSWER_MS) {
        this.fail(new Error(`the master does not answer (${waiting.what})`));
        return;
      }
    }
    if (!this.isOpen || Math.abs(nowMs - this.heardMs) < PING_MS) return;
    this.heardMs = nowMs;
    this.counts.pings++;
    this.write(pingPdu({ session: this.session, packet: this.expect("ping") }));
  }

  close(closed?: () => void): void {
    const { socket } = this;
    const wasOpen = this.isOpen && !this.isOver;
    this.isOver = true;
    if (!wasOpen || closed === undefined || socket.destroyed) {
      socket.destroy();
      closed?.();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      closed();
    });
    socket.end(closePdu({ session: this.session, packet: ++this.packets }));
  }

  /** Notes that an answer is due, and gives the packet its number. */
  private expect(what: Waiting["what"]): number {
    this.waiting.set(++this.packets, { what, sinceMs: undefined });
    return this.packets;
  }

  private take(chunk: Buffer): void {
    this.hasHeard = true;
    try {
      this.framer.take(chunk, (pdu) => {
        this.obey(pdu);
        return !this.isOver;
      });
    } catch (error) {
      this.counts.errors++;
      const why = error instanceof AgentXError ? error.message : `a fault of ours: ${String(error)}`;
      this.fail(new Error(`what the master sent can't be read: ${why}`));
    }
  }

  private obey(pdu: MasterPdu): void {
    if (pdu.kind === "response") this.confirm(pdu.header.packet, pdu.header.session, pdu.error);
    else if (pdu.kind === "close")
      this.fail(new Error(`the master closed the session (reason ${pdu.reason})`));
    else {
      this.counts.requests++;
      // The kernel has most answers at once.
      if (this.socket.writableLength > 0) this.response.renew();
      const bytes = answer(pdu, this.options.view, this.response);
      if (bytes !== undefined) this.write(bytes);
    }
  }

  private confirm(packet: number, session: number, error: number): void {
    const what = this.waiting.get(packet)?.what;
    // What nobody waits for is nothing to us.
    if (what === undefined) return;
    this.waiting.delete(packet);
    if (error !== ErrorStatus.none) {
      this.counts.errors++;
      const words = ERROR_WORDS[error] ?? `error ${error}`;
      // One notification less; the session is as it was.
      if (what !== "notify" || error === ErrorStatus.notOpen) {
        this.fail(new Error(`the master refuses (${what}): ${words}`));
      }
    } else if (what === "open") {
      this.session = session;
      const register = this.expect("register");
      this.write(registerPdu({ session, packet: register }, TIMEOUT_S, this.options.arc));
    } else if (what === "register") {
      this.isOpen = true;
      this.events.opened(this.options.path, true);
    } else if (what === "notify") this.counts.notifications++;
  }

  private write(bytes: Buffer): void {
    if (this.isOver) return;
    this.socket.write(bytes);
    if (this.socket.writableLength > UNREAD_MAX) this.fail(new Error("the master does not read its answers"));
  }

  private fail(reason: Error): void {
    this.reason ??= reason;
    this.socket.destroy();
    this.end(this.reason);
  }

  private end(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isOpen = false;
    this.events.lost(reason);
  }
}
