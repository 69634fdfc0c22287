// IPv4 and IPv6 of the frame builder: headers, options, extension headers, fragments.
// Apart because lengths, checksums and the fragments of a datagram are decided here.
// Always holds: every length and checksum is right unless overridden; what is carried tells its protocol.

import {
  address4,
  address6,
  checksum16,
  concat,
  type Note,
  noteOf,
  put16,
  seal,
  u8,
  u16,
  u32,
  withNote,
} from "./bytes.js";

function protoOf(payload: Uint8Array, given: number | undefined): number {
  const proto = given ?? noteOf(payload).proto;
  if (proto === undefined)
    throw new RangeError("the payload's protocol is not known here: give it as `proto`");
  return proto;
}

export interface Ipv4Options {
  src: string;
  dst: string;
  proto?: number;
  id?: number;
  ttl?: number;
  tos?: number;
  /** Don't fragment. */
  df?: boolean;
  /** More fragments. */
  mf?: boolean;
  /** Fragment offset in bytes, a multiple of 8. */
  offset?: number;
  /** Option bytes; padded with zeros to whole words. */
  options?: Uint8Array;
  /** Overrides, for what cannot be. */
  version?: number;
  headerWords?: number;
  length?: number;
  checksum?: number;
}

export function ipv4(options: Ipv4Options, payload: Uint8Array): Uint8Array {
  const src = address4(options.src);
  const dst = address4(options.dst);
  const proto = protoOf(payload, options.proto);
  const given = options.options ?? new Uint8Array(0);
  const padded = concat(given, new Uint8Array(-given.length & 3));
  const headerSize = 20 + padded.length;
  const fragment = (options.df ? 0x4000 : 0) | (options.mf ? 0x2000 : 0) | ((options.offset ?? 0) >>> 3);
  const header = concat(
    u8(((options.version ?? 4) << 4) | (options.headerWords ?? headerSize >>> 2)),
    u8(options.tos ?? 0),
    u16(options.length ?? headerSize + payload.length),
    u16(options.id ?? 0),
    u16(fragment),
    u8(options.ttl ?? 64),
    u8(proto),
    u16(0),
    src,
    dst,
    padded,
  );
  put16(header, 10, options.checksum ?? checksum16(header));
  return withNote(concat(header, seal(payload, src, dst, proto)), { etherType: 0x0800, proto: 4 });
}

/** The datagram cut into fragments of at most `size` payload bytes (rounded down to 8), in order. */
export function ipv4Fragments(options: Ipv4Options, payload: Uint8Array, size: number): Uint8Array[] {
  const proto = protoOf(payload, options.proto);
  const whole = seal(payload, address4(options.src), address4(options.dst), proto);
  return slices(whole, size).map(({ offset, part, more }) =>
    ipv4({ ...options, proto, offset, mf: more }, part),
  );
}

export interface Ipv6Options {
  src: string;
  dst: string;
  proto?: number;
  hopLimit?: number;
  trafficClass?: number;
  flowLabel?: number;
  version?: number;
  length?: number;
}

export function ipv6(options: Ipv6Options, payload: Uint8Array): Uint8Array {
  const src = address6(options.src);
  const dst = address6(options.dst);
  const proto = protoOf(payload, options.proto);
  const first =
    ((options.version ?? 6) << 28) | ((options.trafficClass ?? 0) << 20) | (options.flowLabel ?? 0);
  const header = concat(
    u32(first >>> 0),
    u16(options.length ?? payload.length),
    u8(proto),
    u8(options.hopLimit ?? 64),
    src,
    dst,
  );
  return withNote(concat(header, seal(payload, src, dst, proto)), { etherType: 0x86dd, proto: 41 });
}

export const EXTENSION_HOP_BY_HOP = 0;
export const EXTENSION_ROUTING = 43;
export const EXTENSION_FRAGMENT = 44;
export const EXTENSION_AUTHENTICATION = 51;
export const EXTENSION_DESTINATION = 60;

/** The note of what a header of `size` bytes and protocol `kind` makes of the note behind it. */
function behindHeader(kind: number, size: number, payload: Uint8Array, proto: number): Note {
  const inner = noteOf(payload);
  if (inner.checksumOffset === undefined) return { proto: kind };
  return {
    proto: kind,
    checksumOffset: inner.checksumOffset + size,
    checksumStart: (inner.checksumStart ?? 0) + size,
    checksumProto: inner.checksumProto ?? proto,
  };
}

/** Hop-by-hop, routing or destination options: `data` follows the two first bytes; padded to 8 bytes. */
export function ipv6Extension(
  options: { kind?: number; data?: Uint8Array; proto?: number; length?: number },
  payload: Uint8Array,
): Uint8Array {
  const proto = protoOf(payload, options.proto);
  const data = options.data ?? Uint8Array.of(1, 4, 0, 0, 0, 0);
  const size = (2 + data.length + 7) & ~7;
  const header = concat(
    u8(proto),
    u8(options.length ?? size / 8 - 1),
    data,
    new Uint8Array(size - 2 - data.length),
  );
  return withNote(
    concat(header, payload),
    behindHeader(options.kind ?? EXTENSION_HOP_BY_HOP, size, payload, proto),
  );
}

/** A fragment header; `offset` in bytes. The payload's checksum is that of what stands here. */
export function ipv6Fragment(
  options: { id?: number; offset?: number; more?: boolean; proto?: number },
  payload: Uint8Array,
): Uint8Array {
  const proto = protoOf(payload, options.proto);
  const place = ((options.offset ?? 0) & ~7) | (options.more ? 1 : 0);
  const header = concat(u8(proto), u8(0), u16(place), u32(options.id ?? 1));
  return withNote(concat(header, payload), behindHeader(EXTENSION_FRAGMENT, 8, payload, proto));
}

/** The datagram cut into fragments of at most `size` payload bytes (rounded down to 8), in order. */
export function ipv6Fragments(
  options: Ipv6Options & { id?: number },
  payload: Uint8Array,
  size: number,
): Uint8Array[] {
  const proto = protoOf(payload, options.proto);
  const { proto: _, ...outer } = options;
  const whole = seal(payload, address6(options.src), address6(options.dst), proto);
  return slices(whole, size).map(({ offset, part, more }) =>
    ipv6(outer, ipv6Fragment({ id: options.id ?? 1, offset, more, proto }, part)),
  );
}

/** IPsec authentication header with a 12-byte check value of zeros (RFC 4302). */
export function ah(
  options: { spi?: number; sequence?: number; proto?: number },
  payload: Uint8Array,
): Uint8Array {
  const proto = protoOf(payload, options.proto);
  const header = concat(
    u8(proto),
    u8(4),
    u16(0),
    u32(options.spi ?? 0x100),
    u32(options.sequence ?? 1),
    new Uint8Array(12),
  );
  return withNote(concat(header, payload), behindHeader(EXTENSION_AUTHENTICATION, 24, payload, proto));
}

function slices(whole: Uint8Array, size: number): { offset: number; part: Uint8Array; more: boolean }[] {
  const step = Math.max(8, size & ~7);
  const out: { offset: number; part: Uint8Array; more: boolean }[] = [];
  for (let offset = 0; offset < whole.length; offset += step) {
    out.push({ offset, part: whole.slice(offset, offset + step), more: offset + step < whole.length });
  }
  return out;
}
