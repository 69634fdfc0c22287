// Telling systemd how the service is (sd_notify(3)): one datagram to the socket that $NOTIFY_SOCKET names.
// Apart because Node.js has no datagrams over Unix sockets. Always holds: it never waits and never throws; without the
// variable it does nothing, and loads nothing.

import { libc } from "./libc.js";

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 + 0o2000000;
const MSG_DONTWAIT_NOSIGNAL = 0x40 + 0x4000;
/** struct sockaddr_un (unix(7)): u16 family, then the path. */
const PATH_OFFSET = 2;
const PATH_BYTES_MAX = 108;

/**
 * Sends a state: "READY=1", "WATCHDOG=1", "RELOADING=1\nMONOTONIC_USEC=…", "STATUS=…", "STOPPING=1"; several, a line
 * each. True when it was handed over; false when nobody asked for it, or it could not be sent.
 */
export function notify(state: string): boolean {
  const { NOTIFY_SOCKET: path = "" } = process.env;
  const address = socketAddress(path);
  if (address === undefined) return false;
  try {
    return send(address, Buffer.from(state));
  } catch {
    return false;
  }
}

/**
 * How often the service should send WATCHDOG=1: half of what systemd allows ($WATCHDOG_USEC), as sd_watchdog_enabled(3)
 * advises; undefined when no watchdog waits for this process.
 */
export function watchdogIntervalMs(): number | undefined {
  const { WATCHDOG_USEC: micros = "", WATCHDOG_PID: pid } = process.env;
  if (pid !== undefined && Number(pid) !== process.pid) return undefined;
  if (!/^\d{1,15}$/.test(micros) || Number(micros) === 0) return undefined;
  return Math.max(1, Math.floor(Number(micros) / 2000));
}

function send(address: Uint8Array, data: Uint8Array): boolean {
  const system = libc();
  const fd = system.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) return false;
  try {
    return (
      system.sendto(fd, data, data.length, MSG_DONTWAIT_NOSIGNAL, address, address.length) === data.length
    );
  } finally {
    system.close(fd);
  }
}

/** A path, or an abstract name behind "@"; undefined for anything else (vsock, or nothing at all). */
function socketAddress(path: string): Uint8Array | undefined {
  const name = Buffer.from(path);
  if (!/^[/@]./s.test(path) || name.length >= PATH_BYTES_MAX) return undefined;
  const isAbstract = path.startsWith("@");
  // A path ends with a zero; an abstract name begins with one, and its length says where it ends.
  const address = Buffer.alloc(PATH_OFFSET + name.length + (isAbstract ? 0 : 1));
  address.writeUInt16LE(AF_UNIX);
  name.copy(address, PATH_OFFSET);
  if (isAbstract) address[PATH_OFFSET] = 0;
  return address;
}
