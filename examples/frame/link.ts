// Link layers of the frame builder: Ethernet, VLAN tags, MPLS, PPP and PPPoE, Linux cooked, loopback, ARP.
// Apart because a capture's link type decides which of them stands outermost.
// Always holds: the type field follows from what is carried unless it is given.

import { address4, concat, mac, noteOf, u8, u16, u32, withNote } from "./bytes.js";

export const LINK_NULL = 0;
export const LINK_ETHERNET = 1;
export const LINK_PPP = 9;
export const LINK_RAW = 101;
export const LINK_LOOP = 108;
export const LINK_COOKED = 113;
export const LINK_COOKED2 = 276;

const ETHER_IPV6 = 0x86dd;
/** Ethernet carried as a payload (in GRE, cooked captures). */
const ETHER_BRIDGED = 0x6558;

const MAC_SRC = "02:00:00:00:00:01";
const MAC_DST = "02:00:00:00:00:02";

function etherTypeOf(payload: Uint8Array, given: number | undefined): number {
  const type = given ?? noteOf(payload).etherType;
  if (type === undefined)
    throw new RangeError("the payload's ethertype is not known here: give it as `type`");
  return type;
}

export interface EthernetOptions {
  src?: string;
  dst?: string;
  type?: number;
  /** Pads with zeros up to so many bytes (60 is Ethernet's least, without the check sequence). */
  pad?: number;
}

export function ethernet(options: EthernetOptions, payload: Uint8Array): Uint8Array {
  const frame = concat(
    mac(options.dst ?? MAC_DST),
    mac(options.src ?? MAC_SRC),
    u16(etherTypeOf(payload, options.type)),
    payload,
  );
  const padding = new Uint8Array(Math.max(0, (options.pad ?? 0) - frame.length));
  return withNote(concat(frame, padding), { etherType: ETHER_BRIDGED });
}

/** One tag: 802.1Q by default, 802.1ad with `tpid: 0x88a8`; to be carried by `ethernet` or another tag. */
export function vlan(
  options: { id: number; priority?: number; tpid?: number; type?: number },
  payload: Uint8Array,
): Uint8Array {
  const control = ((options.priority ?? 0) << 13) | options.id;
  return withNote(concat(u16(control), u16(etherTypeOf(payload, options.type)), payload), {
    etherType: options.tpid ?? 0x8100,
  });
}

/** A label stack; the bottom bit is set on the last label. */
export function mpls(
  options: { labels: readonly number[]; ttl?: number; type?: number },
  payload: Uint8Array,
): Uint8Array {
  const stack = options.labels.map((label, index) => {
    const bottom = index === options.labels.length - 1 ? 0x100 : 0;
    return u32(((label << 12) | bottom | (options.ttl ?? 64)) >>> 0);
  });
  return withNote(concat(...stack, payload), { etherType: options.type ?? 0x8847 });
}

/** A PPP frame; `framing` puts the address and control bytes ff 03 in front, as link type PPP often has. */
export function ppp(options: { protocol?: number; framing?: boolean }, payload: Uint8Array): Uint8Array {
  const inferred = noteOf(payload).etherType === ETHER_IPV6 ? 0x0057 : 0x0021;
  const framing = options.framing ? Uint8Array.of(0xff, 0x03) : new Uint8Array(0);
  return concat(framing, u16(options.protocol ?? inferred), payload);
}

export function pppoe(
  options: { session?: number; protocol?: number; length?: number },
  payload: Uint8Array,
): Uint8Array {
  const inner = ppp(options.protocol === undefined ? {} : { protocol: options.protocol }, payload);
  const header = concat(u8(0x11), u8(0), u16(options.session ?? 1), u16(options.length ?? inner.length));
  return withNote(concat(header, inner), { etherType: 0x8864 });
}

export interface CookedOptions {
  /** 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 from us. */
  direction?: number;
  /** ARPHRD_ value: 1 Ethernet, 772 loopback. */
  hardware?: number;
  address?: string;
  type?: number;
}

/** Linux cooked capture, version 1 (link type 113). */
export function cooked(options: CookedOptions, payload: Uint8Array): Uint8Array {
  return concat(
    u16(options.direction ?? 0),
    u16(options.hardware ?? 1),
    u16(6),
    mac(options.address ?? MAC_SRC),
    u16(0),
    u16(etherTypeOf(payload, options.type)),
    payload,
  );
}

/** Linux cooked capture, version 2 (link type 276). */
export function cooked2(
  options: CookedOptions & { interfaceIndex?: number },
  payload: Uint8Array,
): Uint8Array {
  return concat(
    u16(etherTypeOf(payload, options.type)),
    u16(0),
    u32(options.interfaceIndex ?? 1),
    u16(options.hardware ?? 1),
    u8(options.direction ?? 0),
    u8(6),
    mac(options.address ?? MAC_SRC),
    u16(0),
    payload,
  );
}

/** BSD loopback: link type NULL (family in the writer's byte order) or LOOP (`bigEndian`). */
export function loopback(options: { family?: number; bigEndian?: boolean }, payload: Uint8Array): Uint8Array {
  const family = u32(options.family ?? (noteOf(payload).etherType === ETHER_IPV6 ? 30 : 2));
  return concat(options.bigEndian ? family : family.reverse(), payload);
}

export interface ArpOptions {
  /** 1 request, 2 reply, 3 and 4 the same of RARP. */
  operation?: number;
  senderMac?: string;
  senderIp: string;
  targetMac?: string;
  targetIp: string;
}

export function arp(options: ArpOptions): Uint8Array {
  const operation = options.operation ?? 1;
  const body = concat(
    u16(1),
    u16(0x0800),
    u8(6),
    u8(4),
    u16(operation),
    mac(options.senderMac ?? MAC_SRC),
    address4(options.senderIp),
    mac(options.targetMac ?? "0:0:0:0:0:0"),
    address4(options.targetIp),
  );
  return withNote(body, { etherType: operation > 2 ? 0x8035 : 0x0806 });
}
