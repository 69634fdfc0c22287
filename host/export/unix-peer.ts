// A peer behind a unix datagram socket (/dev/log), through the C library: Node.js has stream sockets only.
// Apart from UDP because sending is a plain call that answers at once, and the kernel tells when the peer is full.
// Always holds: no call blocks; a full or absent peer keeps its messages in the queue; the path is followed anew for
// each message, so a receiver that starts again is found at once.

import { stat } from "node:fs";
import { errnoName, libc } from "../system/libc.js";
import type { Peer, Sent, Session, SessionEvents } from "./peer.js";
import { systemError } from "./problem.js";

// linux/socket.h, linux/net.h: the same on every architecture that Node.js runs on.
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Room for a path in sockaddr_un, its closing NUL included (unix(7)). */
const PATH_BYTES = 108;
/** The receiver's queue or the kernel's memory is full. EWOULDBLOCK is EAGAIN under another name. */
const BUSY: ReadonlySet<string> = new Set(["EAGAIN", "EWOULDBLOCK", "ENOBUFS"]);
const NO_BYTES = new Uint8Array(0);

export class UnixPeer implements Peer {
  readonly text: string;
  readonly isStream = false;
  readonly window = 1;
  readonly burst = 128;
  // A receiver's queue is as short as net.unix.max_dgram_qlen (10 by default): look again soon.
  readonly pauseMs = 5;
  readonly settleMs = 0;

  constructor(path: string) {
    this.text = path;
  }

  open(_nowMs: number, events: SessionEvents): Session {
    const session = new UnixSession(events);
    stat(this.text, (error, stats) => {
      if (error) session.end(error);
      else if (!stats.isSocket()) session.end(new Error("expected a socket there, found something else"));
      else session.begin(this.text);
    });
    return session;
  }
}

class UnixSession implements Session {
  private readonly events: SessionEvents;
  private address: Uint8Array = NO_BYTES;
  private fd = -1;
  private isOver = false;

  constructor(events: SessionEvents) {
    this.events = events;
  }

  begin(path: string): void {
    if (this.isOver) return;
    try {
      this.address = socketAddress(path);
      this.fd = libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (this.fd < 0) throw systemError(errnoName(this.fd));
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.events.opened(path, true);
  }

  send(message: Uint8Array, sent: Sent): void {
    if (this.isOver) return;
    const { address, fd } = this;
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const result = libc().sendto(fd, message, message.length, flags, address, address.length);
    const code = result < 0 ? errnoName(result) : "";
    if (code === "") sent();
    else if (BUSY.has(code)) sent(systemError("EAGAIN"));
    else if (code === "EMSGSIZE") sent(systemError(code));
    else this.end(systemError(code));
  }

  unconfirmedBytes(): undefined {
    return undefined;
  }

  pulse(): void {}

  close(closed?: () => void): void {
    this.isOver = true;
    this.release();
    closed?.();
  }

  end(reason: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.release();
    this.events.lost(reason);
  }

  private release(): void {
    if (this.fd >= 0) libc().close(this.fd);
    this.fd = -1;
  }
}

/** sockaddr_un: the family in the machine's byte order, then the path and a NUL. @throws Error ENAMETOOLONG. */
function socketAddress(path: string): Uint8Array {
  const bytes = Buffer.from(path, "utf8");
  if (bytes.length >= PATH_BYTES) throw systemError("ENAMETOOLONG");
  const address = new Uint8Array(2 + bytes.length + 1);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(bytes, 2);
  return address;
}
