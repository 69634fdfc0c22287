// One session of net-snmp with one receiver, over a socket that hears only that receiver.
// Apart from the queue: here is what the library has to be helped with. It writes 0 as engine boots and time into each trap
// of v3, which a receiver takes once and refuses from then on; its socket does not hear that nobody listens; and what it
// throws at an answer would end the process.
// Always holds: each message is answered to its sender once, with an error or without; nothing is thrown.

import { createSocket, type Socket } from "node:dgram";
import {
  AuthProtocols,
  createSession,
  createV3Session,
  PrivProtocols,
  SecurityLevel,
  type Session,
  type User,
  type Varbind,
  Version2c,
  Version3,
} from "net-snmp";
import type { SnmpReceiver, SnmpUser } from "../config/management-types.js";
import type { Address } from "../export/resolver.js";
import { COUNTER64 } from "../snmp/ber/varbind.js";
import type { SnmpEngine } from "../snmp/engine.js";
import type { Notification } from "../snmp/notification.js";
import { oidText } from "../snmp/oid.js";
import { boundLibraryKeys } from "../snmp/usm-user.js";
import type { Instance } from "../snmp/view.js";

/** Of an inform: how long an answer is waited for, and how often it is sent again before the queue waits longer. */
export const TIMEOUT_MS = 2_000;
const RETRIES = 1;
/** A trap is taken for received when nobody said otherwise for so long. */
export const SETTLE_MS = 250;
const TICK_MS = 10;

export type Sent = (error: Error | undefined) => void;

export interface LinkOptions {
  readonly receiver: SnmpReceiver;
  /** With v3. */
  readonly user?: SnmpUser | undefined;
  readonly engine: SnmpEngine;
  readonly uptimeMs: () => number;
}

/** What the queue needs of it; tests have their own. */
export interface NotificationLink {
  /** One at a time. */
  send(notification: Notification, sent: Sent): void;
  close(): void;
}

export class SnmpLink implements NotificationLink {
  private session: Session | undefined;
  private readonly socket: PeerSocket;
  private sent: Sent | undefined;
  private settling: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: LinkOptions,
    private readonly address: Address,
  ) {
    this.socket = new PeerSocket(address, options.receiver.port, (error) => this.done(error));
  }

  send(notification: Notification, sent: Sent): void {
    this.sent = sent;
    this.socket.whenConnected(() => this.hand(notification));
  }

  close(): void {
    clearTimeout(this.settling);
    this.sent = undefined;
    this.socket.close();
    this.session = undefined;
    boundLibraryKeys();
  }

  private hand({ oid, objects }: Notification): void {
    const { receiver, uptimeMs } = this.options;
    const upTime = Math.floor(uptimeMs() / TICK_MS) % 2 ** 32;
    const varbinds = objects.map(libraryVarbind);
    try {
      this.session ??= this.open();
      if (receiver.inform) {
        this.session.inform(oid, varbinds, { upTime }, (error) => this.done(error ?? undefined));
        return;
      }
      this.session.trap(oid, varbinds, { upTime }, (error) => {
        if (error !== null) this.done(error);
        else this.settling = setTimeout(() => this.done(undefined), SETTLE_MS).unref();
      });
    } catch (error) {
      this.done(errorOf(error));
    }
  }

  private done(error: Error | undefined): void {
    const { sent } = this;
    this.sent = undefined;
    clearTimeout(this.settling);
    boundLibraryKeys();
    sent?.(error);
  }

  private open(): Session {
    const { receiver, user, engine } = this.options;
    const { address, family } = this.address;
    const options = {
      version: user === undefined ? Version2c : Version3,
      transport: family === 6 ? ("udp6" as const) : ("udp4" as const),
      trapPort: receiver.port,
      retries: RETRIES,
      timeout: TIMEOUT_MS,
      engineID: engine.id,
      dgramModule: { createSocket: () => this.socket },
    };
    const session =
      user === undefined
        ? createSession(address, receiver.community ?? "", options)
        : createV3Session(address, libraryUser(user), options);
    // A message that can't be read is no answer: the time-out tells.
    session.on("error", () => {});
    if (user !== undefined && !receiver.inform) stampTraps(session, engine);
    return session;
  }
}

/** RFC 3414, section 3.1: whoever sends a trap is its authority, and says its boots and time. */
function stampTraps(session: Session, engine: SnmpEngine): void {
  const send = session.send.bind(session);
  session.send = (request, noWait) => {
    const security = request.message.msgSecurityParameters;
    if (security !== undefined) {
      security.msgAuthoritativeEngineBoots = engine.boots;
      security.msgAuthoritativeEngineTime = engine.time;
    }
    return send(request, noWait);
  };
}

function libraryUser({ name, auth, authPassword, privacy, privacyPassword }: SnmpUser): User {
  return {
    name,
    level: SecurityLevel.authPriv,
    authProtocol: AuthProtocols[auth],
    authKey: authPassword,
    privProtocol: PrivProtocols[privacy],
    privKey: privacyPassword,
  };
}

function libraryVarbind({ oid, type, value }: Instance): Varbind {
  if (type === COUNTER64) {
    // Eight bytes and a zero before them, so that no count is negative.
    const bytes = Buffer.alloc(9);
    bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(typeof value === "object" ? 0 : value)), 1);
    return { oid: oidText(oid), type, value: bytes };
  }
  return { oid: oidText(oid), type, value: typeof value === "bigint" ? Number(value) : value };
}

/** As much of a socket as the library uses, connected: errors of the network come back, other senders are not heard. */
class PeerSocket {
  private readonly socket: Socket;
  private isConnected = false;
  private isClosed = false;
  private waiting: (() => void) | undefined;

  constructor(
    { address, family }: Address,
    port: number,
    private readonly failed: (error: Error) => void,
  ) {
    this.socket = createSocket(family === 6 ? "udp6" : "udp4");
    this.socket.unref();
    this.socket.on("error", (error) => this.fail(error));
    this.socket.on("connect", () => {
      this.isConnected = true;
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.();
    });
    try {
      this.socket.connect(port, address);
    } catch (error) {
      queueMicrotask(() => this.fail(errorOf(error)));
    }
  }

  whenConnected(task: () => void): void {
    if (this.isConnected) task();
    else this.waiting = task;
  }

  on(event: string, listener: (data: Buffer) => void): void {
    if (event !== "message") return;
    this.socket.on("message", (data) => {
      try {
        listener(data);
      } catch (error) {
        this.fail(errorOf(error));
      }
    });
  }

  send(
    data: Buffer,
    offset: number,
    length: number,
    _port: number,
    _host: string,
    sent: (error: Error | null) => void,
  ): void {
    this.socket.send(data, offset, length, sent);
  }

  ref(): void {
    // What waits for a receiver does not keep the process.
  }

  unref(): void {
    // It never was otherwise.
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.removeAllListeners();
    // A late error of a socket that nobody watches would end the process.
    this.socket.on("error", () => {});
    this.socket.close();
  }

  private fail(error: Error): void {
    if (!this.isClosed) this.failed(error);
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
