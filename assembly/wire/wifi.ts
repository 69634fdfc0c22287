// IEEE 802.11 data frames, to the LLC header they carry. Everything else on the air is counted and left alone.

import { COUNTER_UNDECODED_LINK_TRUNCATED, COUNTER_UNDECODED_WIFI, NOTE_WIFI } from "../layout";
import { LAYER_LLC, undecoded } from "./layer";
import { Packet } from "./packet";

const TYPE_DATA: u32 = 2;
const SUBTYPE_NULL: u32 = 4;
const SUBTYPE_QOS: u32 = 8;
const PROTECTED: u32 = 0x40;
const ORDER: u32 = 0x80;

export function decodeWifi(p: Packet): i32 {
  if (p.left < 24)
    return undecoded(p, p.left < 10 ? COUNTER_UNDECODED_LINK_TRUNCATED : COUNTER_UNDECODED_WIFI);
  const at = <usize>p.cursor;
  const control = <u32>load<u8>(at);
  const flags = <u32>load<u8>(at, 1);
  const subtype = control >> 4;
  if (((control >> 2) & 3) != TYPE_DATA || (subtype & SUBTYPE_NULL) != 0 || (flags & PROTECTED) != 0) {
    return undecoded(p, COUNTER_UNDECODED_WIFI);
  }
  const toDs = (flags & 1) != 0;
  const fromDs = (flags & 2) != 0;
  let size: u32 = toDs && fromDs ? 30 : 24;
  if ((subtype & SUBTYPE_QOS) != 0) {
    size += 2;
    if ((flags & ORDER) != 0) size += 4;
  }
  if (p.left < size) return undecoded(p, COUNTER_UNDECODED_LINK_TRUNCATED);
  // Which address is whose depends on the direction (IEEE 802.11-2020 table 9-30).
  const source = at + (!fromDs ? 10 : !toDs ? 16 : 24);
  const destination = at + (toDs ? 16 : 4);
  p.smacHigh = load<u32>(source);
  p.macMiddle = <u32>load<u16>(source, 4) | ((<u32>load<u16>(destination)) << 16);
  p.dmacLow = load<u32>(destination, 2);
  p.note(NOTE_WIFI);
  p.advance(size);
  return LAYER_LLC;
}
