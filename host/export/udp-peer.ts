// A peer over UDP (IPv4 or IPv6): a connected socket, so that ICMP errors come back to us.
// Apart because a datagram socket outlives what looks like a loss: after "connection refused" the same socket, and so
// the same stream for the collector, is used again.
// Always holds: one socket, and one message at a time, so that it is known of each whether it was sent.

import { createSocket, type Socket } from "node:dgram";
import { isIP } from "node:net";
import { endpointText } from "../config/endpoint.js";
import { systemCode } from "../errors.js";
import type { Peer, Sent, Session, SessionEvents } from "./peer.js";
import { systemError } from "./problem.js";
import type { Address, Resolver } from "./resolver.js";

const RESOLVE_AGAIN_MS = 300_000;

export class UdpPeer implements Peer {
  readonly text: string;
  readonly isStream = false;
  readonly window = 1;
  // The default receive buffer of Linux (212,992 bytes) holds about 90 datagrams of 1,400 bytes.
  readonly burst = 32;
  readonly pauseMs = 2;
  readonly settleMs = 1_000;
  private readonly host: string;
  private readonly port: number;
  private readonly resolver: Resolver;
  private socket: Socket | undefined;
  private address = "";
  private session: UdpSession | undefined;

  constructor(host: string, port: number, resolver: Resolver) {
    this.host = host;
    this.port = port;
    this.resolver = resolver;
    this.text = endpointText(host, port);
  }

  open(nowMs: number, events: SessionEvents): Session {
    const session = new UdpSession(this, nowMs, events);
    this.session = session;
    this.resolver.resolve(this.host, (error, addresses) => {
      if (session.isOver) return;
      const known = addresses.find(({ address }) => address === this.address) ?? addresses[0];
      if (error !== undefined || known === undefined) session.end(error ?? new Error("no address"));
      else this.use(known, session);
    });
    return session;
  }

  /** Whether the name still has the address in use; asked now and then while a session lasts. */
  resolveAgain(session: UdpSession): void {
    if (isIP(this.host) !== 0) return;
    this.resolver.resolve(this.host, (error, addresses) => {
      if (error === undefined && !addresses.some(({ address }) => address === this.address)) session.move();
    });
  }

  send(message: Uint8Array, done: (error: Error | null) => void): void {
    if (this.socket === undefined) done(new Error("closed"));
    else this.socket.send(message, done);
  }

  forget(): void {
    this.socket?.removeAllListeners();
    // A late error of a socket that nobody watches would end the process.
    this.socket?.on("error", () => {});
    this.socket?.close();
    this.socket = undefined;
    this.address = "";
  }

  private use({ address, family }: Address, session: UdpSession): void {
    if (this.socket !== undefined && address === this.address) {
      session.begin(endpointText(address, this.port), false);
      return;
    }
    this.forget();
    const socket = createSocket(family === 6 ? "udp6" : "udp4");
    this.socket = socket;
    this.address = address;
    socket.on("error", (error) => this.session?.fail(error));
    socket.on("connect", () => this.session?.begin(endpointText(address, this.port), true));
    try {
      socket.connect(this.port, address);
    } catch (error) {
      session.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

class UdpSession implements Session {
  isOver = false;
  private readonly peer: UdpPeer;
  private readonly events: SessionEvents;
  private isOpen = false;
  private resolvedMs: number;
  /** A message is in the kernel's hands: the session does not end before its answer. */
  private isSending = false;
  private failure: Error | undefined;
  private isMoving = false;

  constructor(peer: UdpPeer, nowMs: number, events: SessionEvents) {
    this.peer = peer;
    this.events = events;
    this.resolvedMs = nowMs;
  }

  begin(text: string, isNewStream: boolean): void {
    if (this.isOver || this.isOpen) return;
    this.isOpen = true;
    this.events.opened(text, isNewStream);
  }

  send(message: Uint8Array, sent: Sent): void {
    this.isSending = true;
    this.peer.send(message, (error) => {
      this.isSending = false;
      if (this.isOver) return;
      const code = error === null ? "" : systemCode(error);
      if (error === null) sent();
      else if (code === "EAGAIN" || code === "ENOBUFS") sent(systemError("EAGAIN"));
      else if (code === "EMSGSIZE") sent(error);
      // The kernel tells of an earlier datagram's ICMP error instead of sending this one, which stays unanswered.
      else this.failure ??= error;
      this.settle();
    });
  }

  unconfirmedBytes(): undefined {
    return undefined;
  }

  pulse(nowMs: number): void {
    if (!this.isOpen || Math.abs(nowMs - this.resolvedMs) < RESOLVE_AGAIN_MS) return;
    this.resolvedMs = nowMs;
    this.peer.resolveAgain(this);
  }

  fail(error: Error): void {
    if (!this.isOpen) this.peer.forget();
    this.failure ??= error;
    this.settle();
  }

  move(): void {
    this.isMoving = true;
    this.settle();
  }

  end(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.lost(reason);
  }

  close(closed?: () => void): void {
    this.isOver = true;
    this.peer.forget();
    closed?.();
  }

  private settle(): void {
    if (this.isOver || this.isSending) return;
    if (this.failure !== undefined) this.end(this.failure);
    else if (this.isMoving) {
      this.isOver = true;
      this.peer.forget();
      this.events.moved();
    }
  }
}
