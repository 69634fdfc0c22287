// A peer over TCP: one connection at a time.
// Apart because a stream has what datagrams have not: a connection that takes time, bytes that wait, an orderly end.
// Always holds: what the peer sends is thrown away; every try at a name with several addresses takes the next one.

import { connect, type Socket } from "node:net";
import { endpointText } from "../config/endpoint.js";
import type { Peer, Sent, Session, SessionEvents } from "./peer.js";
import { systemError } from "./problem.js";
import type { Resolver } from "./resolver.js";
import { unacknowledgedBytes } from "./socket-queue.js";

const CONNECT_MS = 10_000;
const KEEPALIVE_MS = 30_000;
/** How long an orderly end may take. */
const END_MS = 1_000;

export class TcpPeer implements Peer {
  readonly text: string;
  readonly isStream = true;
  readonly window = 64;
  // A megabyte of large messages, then the event loop has its turn.
  readonly burst = 128;
  readonly pauseMs = 1;
  readonly settleMs = 0;
  private readonly host: string;
  private readonly port: number;
  private readonly resolver: Resolver;
  private tries = 0;

  constructor(host: string, port: number, resolver: Resolver) {
    this.host = host;
    this.port = port;
    this.resolver = resolver;
    this.text = endpointText(host, port);
  }

  open(_nowMs: number, events: SessionEvents): Session {
    const session = new TcpSession(events);
    this.resolver.resolve(this.host, (error, addresses) => {
      if (session.isOver) return;
      const next = addresses[this.tries++ % Math.max(1, addresses.length)];
      if (error !== undefined || next === undefined) session.end(error ?? new Error("no address"));
      else session.connect(next.address, this.port);
    });
    return session;
  }
}

class TcpSession implements Session {
  isOver = false;
  private readonly events: SessionEvents;
  private socket: Socket | undefined;
  private isOpen = false;
  private connectMs: number | undefined;
  private reason: Error | undefined;

  constructor(events: SessionEvents) {
    this.events = events;
  }

  connect(address: string, port: number): void {
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEPALIVE_MS,
    });
    this.socket = socket;
    socket.on("connect", () => {
      this.isOpen = true;
      this.events.opened(endpointText(address, port), true);
    });
    socket.on("error", (error) => {
      this.reason ??= error;
    });
    // A collector has nothing to say to an exporter; reading is how we learn that it is gone.
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.end(this.reason ?? systemError("EPIPE")));
    socket.resume();
  }

  send(message: Uint8Array, sent: Sent): void {
    this.socket?.write(message, (error) => {
      // A failed write means a lost connection, which "close" reports: the message may go again.
      if (!this.isOver && !error) sent();
    });
  }

  unconfirmedBytes(): number | undefined {
    return this.socket === undefined ? undefined : unacknowledgedBytes(this.socket);
  }

  pulse(nowMs: number): void {
    if (this.isOpen || this.socket === undefined) return;
    this.connectMs ??= nowMs;
    if (Math.abs(nowMs - this.connectMs) < CONNECT_MS) return;
    this.socket.destroy(systemError("ETIMEDOUT"));
  }

  end(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.lost(reason);
  }

  close(closed?: () => void): void {
    this.isOver = true;
    const { socket } = this;
    if (socket === undefined || closed === undefined || socket.destroyed) {
      socket?.destroy();
      closed?.();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), END_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      closed();
    });
    socket.end();
  }
}
