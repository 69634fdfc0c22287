// Who is at the other end of a unix socket, by the kernel's word (unix(7), SO_PEERCRED and SO_PEERGROUPS).
// Apart because Node.js has no door to it, and because nothing that a client says of itself comes in here.
// Always holds: it is what the process was when it connected; where it can't be had the answer is undefined, never a guess.

import type { Socket } from "node:net";
import { libc } from "../system/libc.js";

export interface Peer {
  readonly uid: number;
  readonly pid: number;
  /** Its effective group first, then the supplementary ones. */
  readonly groups: readonly number[];
}

const SOL_SOCKET = 1; // asm-generic/socket.h
const SO_PEERCRED = 17;
const SO_PEERGROUPS = 59;
/** struct ucred: pid, uid, gid. */
const CREDENTIALS_BYTES = 12;
/** What most have; and NGROUPS_MAX of Linux. */
const GROUPS_USUAL = 64;
const GROUPS_MAX = 65_536;

/** Of a connected socket of this process. */
export function peerOf(socket: Socket): Peer | undefined {
  // What Node.js calls it since its first versions; a test fails should that change.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
  const fd = handle?.fd;
  if (typeof fd !== "number" || fd < 0) return undefined;
  try {
    return peerOfDescriptor(fd);
  } catch {
    // A machine that koffi has no library for.
    return undefined;
  }
}

function peerOfDescriptor(fd: number): Peer | undefined {
  const credentials = option(fd, SO_PEERCRED, CREDENTIALS_BYTES);
  if (credentials?.byteLength !== CREDENTIALS_BYTES) return undefined;
  const others = option(fd, SO_PEERGROUPS, 4 * GROUPS_USUAL) ?? option(fd, SO_PEERGROUPS, 4 * GROUPS_MAX);
  if (others === undefined) return undefined;
  const groups = new Set([credentials.getUint32(8, true)]);
  for (let at = 0; at + 4 <= others.byteLength; at += 4) groups.add(others.getUint32(at, true));
  return { pid: credentials.getInt32(0, true), uid: credentials.getUint32(4, true), groups: [...groups] };
}

/** What getsockopt(2) gave, or undefined where it has none or more than fits. Linux runs little-endian on every board of ours. */
function option(fd: number, name: number, room: number): DataView | undefined {
  const value = new Uint8Array(room);
  const bytes = new Uint8Array(4);
  const size = new DataView(bytes.buffer);
  size.setUint32(0, room, true);
  if (libc().getsockopt(fd, SOL_SOCKET, name, value, bytes) < 0) return undefined;
  return new DataView(value.buffer, 0, Math.min(room, size.getUint32(0, true)));
}
