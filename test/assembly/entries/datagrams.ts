// AssemblyScript, compiled by the tests of datagrams: a frame decoded and its fragment collected.

import { locate } from "../../../assembly/flow/table";
import { PACKET_BIT_FRAGMENT } from "../../../assembly/layout";
import { collectFragment, datagramPacket } from "../../../assembly/stream/datagrams";
import { decode } from "../../../assembly/wire/decode";
import { Packet, resetPacket } from "../../../assembly/wire/packet";

export { initDatagrams } from "../../../assembly/stream/datagrams";

/** The frame into the packet at `at`, its key as sent when it is a fragment. */
export function read(at: u32, frame: u32, captured: u32, wire: u32, time: u64): void {
  const p = resetPacket(at, time, frame, captured, wire, 1);
  decode(p);
  if (p.undecoded == 0 && !p.has(PACKET_BIT_FRAGMENT)) locate(p);
}

export function collect(at: u32): u32 {
  return <u32>collectFragment(changetype<Packet>(at));
}

export function whole(datagram: u32): u32 {
  return <u32>changetype<usize>(datagramPacket(datagram));
}
