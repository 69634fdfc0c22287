// Spreading an interface's frames over several rings (PACKET_FANOUT, packet(7)).
// Apart because how frames are spread decides whether a conversation meets one worker.
// Always holds: both directions of a conversation meet the same ring; which ring that is depends on the frame alone
// and on the number of members, in the order in which they joined.

import { printable, StrayError } from "../../errors.js";
import { errnoName, errnoText, libc } from "../../system/libc.js";
import { addressProgram } from "./address-program.js";
import { attachProgram } from "./socket-options.js";
import {
  PACKET_FANOUT,
  PACKET_FANOUT_CBPF,
  PACKET_FANOUT_DATA,
  PACKET_FANOUT_HASH,
  SOL_PACKET,
} from "./tpacket.js";

export interface Fanout {
  /** 0 to 65535, the same for all members, another one for each interface; shared by the whole network namespace. */
  readonly group: number;
  /** How many rings share the frames; 1 joins nothing. */
  readonly members: number;
  /**
   * "addresses" (default): by the two IP addresses, so that all fragments of a conversation, which carry no ports
   * behind the first, and the errors about it between the same hosts, meet its ring. "hash": the kernel's flow hash,
   * which spreads the connections between two hosts, but sends fragments elsewhere than the rest of their
   * conversation, and looks into tunnels.
   */
  readonly by?: "addresses" | "hash";
}

const GROUP_MAX = 0xffff;
const TYPE_SHIFT = 16;
/** PACKET_FANOUT_FLAG_IGNORE_OUTGOING (Linux 5.13), in the flags' half: the group does not heed its members' option. */
const IGNORE_OUTGOING = 0x4000 * 0x10000;

/**
 * Makes a bound socket a member of the group. The first one makes the group; it ends with its last member.
 * @throws StrayError FANOUT_REFUSED: the group is somebody else's, or full.
 */
export function joinFanout(fd: number, fanout: Fanout, interfaceName: string, ignoreOutgoing: boolean): void {
  const { group, members, by = "addresses" } = fanout;
  if (members <= 1) return;
  const type = by === "addresses" ? PACKET_FANOUT_CBPF : PACKET_FANOUT_HASH;
  const value = ((group & GROUP_MAX) | (type << TYPE_SHIFT) | (ignoreOutgoing ? IGNORE_OUTGOING : 0)) >>> 0;
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  const done = libc().setsockopt(fd, SOL_PACKET, PACKET_FANOUT, bytes, bytes.length);
  if (done < 0) throw fanoutRefused(group, interfaceName, done);
  if (by === "addresses") attachProgram(fd, addressProgram(), interfaceName, SOL_PACKET, PACKET_FANOUT_DATA);
}

function fanoutRefused(group: number, interfaceName: string, errno: number): StrayError {
  const hint =
    errnoName(errno) === "EINVAL"
      ? "another program uses this group, or for another interface, or the kernel is older than 5.13"
      : "the group is full";
  return new StrayError(
    "FANOUT_REFUSED",
    `interface ${printable(interfaceName)} can't be spread over workers by fan-out group ${group} (${errnoText(errno)}): ${hint}; set capture.workers to 1, or try again`,
    2,
  );
}
