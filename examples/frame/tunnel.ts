// Tunnels of the frame builder: GRE, VXLAN, ESP. Apart because they carry whole packets or hide them.
// IP in IP, 6in4 and 4in6 need nothing here: ipv4() and ipv6() carry each other, ipip() is only the name.
// Always holds: the protocol field follows from what is carried unless it is given.

import { checksum16, concat, filler, noteOf, put16, u8, u16, u32, withNote } from "./bytes.js";
import { type Ipv4Options, ipv4 } from "./ip.js";

export interface GreOptions {
  /** Ethertype of the payload. */
  type?: number;
  /** Adds the checksum field. */
  checksum?: boolean;
  key?: number;
  sequence?: number;
}

/** Generic routing encapsulation (RFC 2784, RFC 2890). */
export function gre(options: GreOptions, payload: Uint8Array): Uint8Array {
  const type = options.type ?? noteOf(payload).etherType;
  if (type === undefined)
    throw new RangeError("the payload's ethertype is not known here: give it as `type`");
  const flags =
    (options.checksum ? 0x8000 : 0) |
    (options.key === undefined ? 0 : 0x2000) |
    (options.sequence === undefined ? 0 : 0x1000);
  const none = new Uint8Array(0);
  const packet = concat(
    u16(flags),
    u16(type),
    options.checksum ? u32(0) : none,
    options.key === undefined ? none : u32(options.key),
    options.sequence === undefined ? none : u32(options.sequence),
    payload,
  );
  if (options.checksum) put16(packet, 4, checksum16(packet));
  return withNote(packet, { proto: 47 });
}

/** An IPv4 packet around an IP packet. */
export function ipip(outer: Ipv4Options, inner: Uint8Array): Uint8Array {
  return ipv4(outer, inner);
}

export const VXLAN_PORT = 4789;

/** A VXLAN header and the frame; to be carried by udp({ dport: VXLAN_PORT }) (RFC 7348). */
export function vxlan(options: { vni?: number; flags?: number }, frame: Uint8Array): Uint8Array {
  return concat(u8(options.flags ?? 0x08), new Uint8Array(3), u32(((options.vni ?? 1) << 8) >>> 0), frame);
}

/** An encrypted payload: nothing but the SPI and the sequence number can be read (RFC 4303). */
export function esp(
  options: { spi?: number; sequence?: number },
  payload: Uint8Array = filler(64),
): Uint8Array {
  return withNote(concat(u32(options.spi ?? 0x1000), u32(options.sequence ?? 1), payload), { proto: 50 });
}
