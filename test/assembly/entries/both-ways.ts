// AssemblyScript, compiled by common.test.ts: the short cut and the walk, each alone, over one frame.

import { decodeCommon } from "../../../assembly/wire/common";
import { decode } from "../../../assembly/wire/decode";
import { Packet, resetPacket } from "../../../assembly/wire/packet";

/** The frame by the short cut into the packet at `at`; false when it is left to the walk. */
export function short(at: u32, frame: u32, captured: u32, wire: u32): bool {
  resetPacket(at, 0, frame, captured, wire, 1);
  return decodeCommon(changetype<Packet>(at), 0, frame, captured, wire);
}

/** The frame by the walk into the packet at `at`. */
export function long(at: u32, frame: u32, captured: u32, wire: u32): void {
  decode(resetPacket(at, 0, frame, captured, wire, 1));
}
