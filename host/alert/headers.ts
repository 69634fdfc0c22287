// The IP header of a packet and where its upper layer begins, read for printing.
// Apart from the module's decoders, which count and can't keep all of what a person wants to see.
// Always holds: no byte at or behind `end` is read; a header that is cut there is told as cut.

const FIXED4 = 20;
const FIXED6 = 40;
const EXTENSIONS_MAX = 10;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Hop-by-hop, routing, destination options, mobility, HIP, shim6: all of one form (RFC 6564). */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60, 135, 139, 140]);

export interface IpHeader {
  readonly version: 4 | 6;
  /** Where the 4 or 16 bytes are. */
  readonly sourceAt: number;
  readonly destinationAt: number;
  readonly ttl: number;
  readonly tos: number;
  /** Of IPv6 the fragment header's, 0 without one. */
  readonly id: number;
  /** Bytes of the header, of IPv6 without extension headers. */
  readonly headerSize: number;
  /** What the header says that the datagram has. */
  readonly totalSize: number;
  readonly isReserved: boolean;
  readonly isDf: boolean;
  readonly isMf: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset: number;
  readonly proto: number;
  /** IPv4 options, empty without. */
  readonly optionsAt: number;
  readonly optionsEnd: number;
  /** Where the upper layer begins; may lie at or behind the end. */
  readonly upperAt: number;
  /** Bytes of this datagram behind upperAt by its own word. */
  readonly upperSize: number;
}

export const isFragment = (ip: IpHeader): boolean => ip.isMf || ip.fragmentOffset !== 0;

/** The IP header at `at`; undefined when it is cut, or is none. */
export function readIp(bytes: Uint8Array, at: number, end: number): IpHeader | undefined {
  if (at < 0 || at >= end) return undefined;
  const version = bytes[at]! >> 4;
  if (version === 4) return readIp4(bytes, at, end);
  return version === 6 ? readIp6(bytes, at, end) : undefined;
}

function readIp4(bytes: Uint8Array, at: number, end: number): IpHeader | undefined {
  if (end - at < FIXED4) return undefined;
  const headerSize = (bytes[at]! & 15) * 4;
  if (headerSize < FIXED4) return undefined;
  const totalSize = be16(bytes, at + 2);
  const place = be16(bytes, at + 6);
  return {
    version: 4,
    sourceAt: at + 12,
    destinationAt: at + 16,
    ttl: bytes[at + 8]!,
    tos: bytes[at + 1]!,
    id: be16(bytes, at + 4),
    headerSize,
    totalSize,
    isReserved: (place & 0x8000) !== 0,
    isDf: (place & 0x4000) !== 0,
    isMf: (place & 0x2000) !== 0,
    fragmentOffset: place & 0x1fff,
    proto: bytes[at + 9]!,
    optionsAt: at + FIXED4,
    optionsEnd: Math.min(at + headerSize, end),
    upperAt: at + headerSize,
    upperSize: Math.max(0, totalSize - headerSize),
  };
}

function readIp6(bytes: Uint8Array, at: number, end: number): IpHeader | undefined {
  if (end - at < FIXED6) return undefined;
  const totalSize = FIXED6 + be16(bytes, at + 4);
  let proto = bytes[at + 6]!;
  let upperAt = at + FIXED6;
  let fragment = { id: 0, offset: 0, isMore: false };
  for (let count = 0; count < EXTENSIONS_MAX && end - upperAt >= 8; count++) {
    if (proto === FRAGMENT) {
      const place = be16(bytes, upperAt + 2);
      fragment = { id: be32(bytes, upperAt + 4), offset: place >> 3, isMore: (place & 1) !== 0 };
      proto = bytes[upperAt]!;
      upperAt += 8;
      // Behind a later fragment's header is no header.
      if (fragment.offset !== 0) break;
    } else if (EXTENSIONS.has(proto) || proto === AUTHENTICATION) {
      const size = proto === AUTHENTICATION ? (bytes[upperAt + 1]! + 2) * 4 : (bytes[upperAt + 1]! + 1) * 8;
      proto = bytes[upperAt]!;
      upperAt += size;
    } else break;
  }
  return {
    version: 6,
    sourceAt: at + 8,
    destinationAt: at + 24,
    ttl: bytes[at + 7]!,
    tos: (be16(bytes, at) >> 4) & 0xff,
    id: fragment.id,
    headerSize: FIXED6,
    totalSize,
    isReserved: false,
    isDf: false,
    isMf: fragment.isMore,
    fragmentOffset: fragment.offset,
    proto,
    optionsAt: upperAt,
    optionsEnd: upperAt,
    upperAt,
    upperSize: Math.max(0, totalSize - (upperAt - at)),
  };
}

/** The caller has looked that they are there. */
export function be16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function be32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
