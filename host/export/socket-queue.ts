// How many bytes of a TCP connection the other end has not acknowledged.
// Apart because Node.js gives no such number: it is asked of the kernel, with the descriptor in Node's own handle.
// Always holds: where it can't be known the answer is undefined, never an error.

import type { Socket } from "node:net";
import { libc } from "../system/libc.js";

/** asm-generic/ioctls.h TIOCOUTQ, of a socket SIOCOUTQ (linux/sockios.h): bytes not acknowledged (tcp(7)). */
const SIOCOUTQ = 0x5411;

const value = new Int32Array(1);
const bytes = new Uint8Array(value.buffer);
let isAvailable = process.platform === "linux";

/** Bytes in the socket's send queue, sent or not; undefined where the system does not tell. */
export function unacknowledgedBytes(socket: Socket): number | undefined {
  if (!isAvailable) return undefined;
  const { _handle: handle } = socket as unknown as { _handle?: { fd?: unknown } | null };
  const fd = handle?.fd;
  if (typeof fd !== "number" || fd < 0) return undefined;
  try {
    return libc().ioctl(fd, SIOCOUTQ, bytes) === 0 ? value[0] : undefined;
  } catch {
    isAvailable = false;
    return undefined;
  }
}
