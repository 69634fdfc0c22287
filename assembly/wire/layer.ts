// The steps of the decode walk. Each decoder reads the header at the packet's cursor and answers the next step;
// a step that cannot go on leaves a reason or a note and answers DONE. Plain numbers, so that a switch is a jump.

import { COUNTER_UNDECODED_EMPTY } from "../layout";
import { Packet } from "./packet";

export const LAYER_DONE: i32 = 0;
export const LAYER_ETHERNET: i32 = 1;
export const LAYER_ETHERTYPE: i32 = 2; // packet.next is the ethertype, the cursor is behind it
export const LAYER_LLC: i32 = 3;
export const LAYER_PPP: i32 = 4;
export const LAYER_IP: i32 = 5; // version by the first nibble
export const LAYER_IP4: i32 = 6;
export const LAYER_IP6: i32 = 7;
export const LAYER_TRANSPORT: i32 = 8; // packet.next is the IP protocol
export const LAYER_MPLS: i32 = 9;
export const LAYER_WIFI: i32 = 10;
export const LAYER_LINK: i32 = 11; // packet.link changed (PPI)

/** Ends the walk: the frame belongs to no flow, for that reason (COUNTER_UNDECODED_*). */
export function undecoded(p: Packet, reason: i32): i32 {
  p.undecoded = p.captured == 0 ? <u32>COUNTER_UNDECODED_EMPTY : <u32>reason;
  return LAYER_DONE;
}
