// The allow list: who is never dropped, whatever rules and findings say.
// Apart from the verdict because it is asked last and wins. Always holds: it is read only for what would be dropped, so
// that its length costs nothing else.

import { ALLOW_CAPACITY, ALLOW_SIZE, ALLOWS_BASE, INLINE_BASE } from "../layout";
import { be16 } from "../wire/bytes";
import { ETHERTYPE_IP4 } from "../wire/ethertype";
import { LINKTYPE_ETHERNET } from "../wire/link";
import { IPV4_MAPPED, Packet } from "../wire/packet";
import { ALLOW_MASK_OFFSET, ALLOW_NETWORK_OFFSET, INLINE_OUTER_OFFSET } from "./inline-layout";
import { linkSize } from "./link-header";
import { inlineState } from "./state";

const OUTER: usize = INLINE_BASE + INLINE_OUTER_OFFSET;
const IP4_SIZE: u32 = 20;
const IP6_SIZE: u32 = 40;

/** Whether either end of an IP packet is allowed, or of the tunnel that carries it. */
export function isAllowed(p: Packet): bool {
  const networks = min<u32>(inlineState().allowCount, ALLOW_CAPACITY);
  if (networks == 0) return false;
  return isListed(p.keyAt, networks) || (p.tunnels != 0 && readOuter(p) && isListed(OUTER, networks));
}

/** Either of two addresses that lie one behind the other. */
function isListed(addresses: usize, networks: u32): bool {
  const a = v128.load(addresses);
  const b = v128.load(addresses, 16);
  for (let i: u32 = 0; i < networks; i++) {
    const at = <usize>ALLOWS_BASE + <usize>i * ALLOW_SIZE;
    const network = v128.load(at, ALLOW_NETWORK_OFFSET);
    const mask = v128.load(at, ALLOW_MASK_OFFSET);
    if (!v128.any_true(v128.xor(v128.and(a, mask), network))) return true;
    if (!v128.any_true(v128.xor(v128.and(b, mask), network))) return true;
  }
  return false;
}

/** The outermost IP header's addresses, as the key has addresses; false when it isn't found. */
function readOuter(p: Packet): bool {
  const frame = <usize>p.frame;
  const link = p.link == LINKTYPE_ETHERNET ? linkSize(frame, p.captured) : 0;
  if (link == 0) return false;
  const ip = frame + link;
  const there = p.captured - link;
  if (be16(ip - 2) == ETHERTYPE_IP4) {
    if (there < IP4_SIZE) return false;
    store<u64>(OUTER, 0);
    store<u64>(OUTER, IPV4_MAPPED | ((<u64>load<u32>(ip, 12)) << 32), 8);
    store<u64>(OUTER, 0, 16);
    store<u64>(OUTER, IPV4_MAPPED | ((<u64>load<u32>(ip, 16)) << 32), 24);
    return true;
  }
  if (there < IP6_SIZE) return false;
  v128.store(OUTER, v128.load(ip, 8));
  v128.store(OUTER, v128.load(ip, 24), 16);
  return true;
}
