// AssemblyScript, compiled by common.test.ts: the short cut and the walk, each alone, over one frame.

import { locate } from "../../../assembly/flow/table";
import { PACKET_BIT_CARRIER_FRAGMENT, PACKET_BIT_FRAGMENT } from "../../../assembly/layout";
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
  const p = resetPacket(at, 0, frame, captured, wire, 1);
  decode(p);
  if (p.undecoded == 0 && !p.has(PACKET_BIT_FRAGMENT | PACKET_BIT_CARRIER_FRAGMENT)) locate(p);
}
