// TCP's flag bits and the options the flow table wants (RFC 9293 3.1, RFC 7323 2).

import { NOTE_BAD_HEADER } from "../layout";
import { Packet } from "./packet";

export const TCP_FIN: u32 = 1;
export const TCP_SYN: u32 = 2;
export const TCP_RST: u32 = 4;
export const TCP_PSH: u32 = 8;
export const TCP_ACK: u32 = 16;
export const TCP_URG: u32 = 32;

const OPTION_END: u32 = 0;
const OPTION_NOP: u32 = 1;
const OPTION_WINDOW_SCALE: u32 = 3;
const WINDOW_SCALE_MAX: u32 = 14;

/** Reads a SYN's options in [at, end); at most forty bytes, so at most forty steps. */
export function readTcpOptions(p: Packet, at: usize, end: usize): void {
  while (at < end) {
    const kind = <u32>load<u8>(at);
    if (kind == OPTION_END) return;
    if (kind == OPTION_NOP) {
      at += 1;
      continue;
    }
    const size = at + 1 < end ? <u32>load<u8>(at, 1) : 0;
    if (size < 2 || at + size > end) {
      p.note(NOTE_BAD_HEADER);
      return;
    }
    if (kind == OPTION_WINDOW_SCALE && size == 3) {
      const scale = <u32>load<u8>(at, 2);
      p.windowScale = <u8>(scale > WINDOW_SCALE_MAX ? WINDOW_SCALE_MAX : scale);
    }
    at += size;
  }
}
