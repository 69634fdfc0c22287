// ARP and RARP over Ethernet and IPv4 (RFC 826, RFC 903). The flow's ends are the asker and the asked address.

import {
  ASKER_A,
  ASKER_B,
  COUNTER_UNDECODED_ARP_FORMAT,
  COUNTER_UNDECODED_ARP_TRUNCATED,
  KIND_ARP,
} from "../layout";
import { be16 } from "./bytes";
import { LAYER_DONE, undecoded } from "./layer";
import { Packet } from "./packet";

const ARP_SIZE: u32 = 28;
const OPERATION_REPLY: u32 = 2;
const OPERATION_RARP_REPLY: u32 = 4;

export function decodeArp(p: Packet, rarp: bool): i32 {
  if (p.left < 8) return undecoded(p, COUNTER_UNDECODED_ARP_TRUNCATED);
  const at = <usize>p.cursor;
  // Protocol type IPv4, six and four bytes of address; any hardware with six-byte addresses will do.
  if (be16(at + 2) != 0x0800 || be16(at + 4) != 0x0604) return undecoded(p, COUNTER_UNDECODED_ARP_FORMAT);
  if (p.left < ARP_SIZE) return undecoded(p, COUNTER_UNDECODED_ARP_TRUNCATED);
  const operation = be16(at + 6);
  p.setIp4(at + 14, at + 24);
  p.kind = <u8>KIND_ARP;
  p.extra = rarp ? 2 : 1;
  const answer = operation == OPERATION_REPLY || operation == OPERATION_RARP_REPLY;
  p.answer = answer ? 1 : 0;
  p.setPorts(0, answer ? ASKER_B : ASKER_A);
  p.appBytes = p.counted > ARP_SIZE ? p.counted - ARP_SIZE : 0;
  return LAYER_DONE;
}
