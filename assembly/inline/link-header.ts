// Where the IP header lies in an Ethernet frame, for who may answer it or looks at a tunnel from outside.
// Apart from wire/, which decodes everything that can be: here only plain Ethernet II with VLAN tags counts.

import { be16 } from "../wire/bytes";
import {
  ETHERTYPE_IP4,
  ETHERTYPE_IP6,
  ETHERTYPE_QINQ,
  ETHERTYPE_QINQ_OLD,
  ETHERTYPE_QINQ_OLDER,
  ETHERTYPE_VLAN,
} from "../wire/ethertype";

const TYPE_OFFSET: u32 = 12;
const TAG_SIZE: u32 = 4;
const TAGS_MAX: u32 = 2;

export function isTag(type: u32): bool {
  return (
    type == ETHERTYPE_VLAN ||
    type == ETHERTYPE_QINQ ||
    type == ETHERTYPE_QINQ_OLD ||
    type == ETHERTYPE_QINQ_OLDER
  );
}

/** Whether a frame of at least an Ethernet header has a VLAN tag. */
export function hasTag(frame: usize): bool {
  return isTag(be16(frame + TYPE_OFFSET));
}

/** Bytes of Ethernet header and tags before the IP header, 0 when something else follows them. */
export function linkSize(frame: usize, captured: u32): u32 {
  let at = TYPE_OFFSET;
  for (let tags: u32 = 0; tags <= TAGS_MAX && at + 2 <= captured; tags++) {
    const type = be16(frame + at);
    if (type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6) return at + 2;
    if (!isTag(type)) return 0;
    at += TAG_SIZE;
  }
  return 0;
}
