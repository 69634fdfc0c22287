// What of a packet by itself contents look into.
// Apart because rules and alerts must mean the same bytes. Always holds: nothing behind the packet's end.

import { PACKET_BIT_LATER_FRAGMENT } from "../layout";
import { Packet } from "../wire/packet";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_TCP, PROTO_UDP } from "../wire/transport";

const ICMP_HEADER_SIZE: u32 = 8;

/** Address of the payload: of ICMP what follows its header's eight bytes, of other protocols what follows IP's; 0 = none. */
export function payloadOf(p: Packet): u32 {
  const proto = <u32>p.proto;
  if (proto == PROTO_TCP || proto == PROTO_UDP) return p.payload;
  const start = p.l4 + headerSize(p);
  return p.l4 != 0 && p.end > start ? start : 0;
}

export function payloadSizeOf(p: Packet): u32 {
  const proto = <u32>p.proto;
  if (proto == PROTO_TCP || proto == PROTO_UDP) return p.payload == 0 ? 0 : p.payloadSize;
  const start = p.l4 + headerSize(p);
  return p.l4 != 0 && p.end > start ? p.end - start : 0;
}

/** Of a later fragment the header is in another packet. */
function headerSize(p: Packet): u32 {
  const proto = <u32>p.proto;
  if (proto != PROTO_ICMP && proto != PROTO_ICMP6) return 0;
  return p.has(PACKET_BIT_LATER_FRAGMENT) ? 0 : ICMP_HEADER_SIZE;
}
