// Transport headers of the frame builder: TCP, UDP, ICMP and ICMPv6, SCTP, IGMP.
// Apart because their checksums want the addresses of the IP header that is put around them later.
// Always holds: a checksum not given is filled in, here or (over the pseudo header) by ipv4() and ipv6().

import { address4, checksum16, concat, crc32c, put16, u8, u16, u32, withNote } from "./bytes.js";

const PROTO_ICMP = 1;
const PROTO_IGMP = 2;
const PROTO_TCP = 6;
const PROTO_UDP = 17;
const PROTO_ICMP6 = 58;
const PROTO_SCTP = 132;

/** In the order of the header's bits, lowest first; N is AE (RFC 9768), once NS. */
const FLAG_LETTERS = "FSRPAUECN";

/** TCP flag bits of letters: "FPA" is FIN, PSH, ACK. */
export function tcpFlags(letters: string): number {
  let bits = 0;
  for (const letter of letters) {
    const bit = FLAG_LETTERS.indexOf(letter);
    if (bit < 0) throw new RangeError(`expected TCP flags out of ${FLAG_LETTERS}, found "${letters}"`);
    bits |= 1 << bit;
  }
  return bits;
}

export interface TcpOptions {
  sport: number;
  dport: number;
  seq?: number;
  ack?: number;
  /** Letters out of FSRPAUECN, or the bits. */
  flags?: string | number;
  window?: number;
  urgent?: number;
  /** Option bytes; padded with zeros to whole words. */
  options?: Uint8Array;
  checksum?: number;
  /** Header length in words, overridden. */
  headerWords?: number;
}

export function tcp(options: TcpOptions, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const given = options.options ?? new Uint8Array(0);
  const padded = concat(given, new Uint8Array(-given.length & 3));
  const flags = options.flags ?? "A";
  const bits = typeof flags === "string" ? tcpFlags(flags) : flags;
  const words = options.headerWords ?? 5 + padded.length / 4;
  const segment = concat(
    u16(options.sport),
    u16(options.dport),
    u32(options.seq ?? 0),
    u32(options.ack ?? 0),
    u16((words << 12) | bits),
    u16(options.window ?? 65535),
    u16(options.checksum ?? 0),
    u16(options.urgent ?? 0),
    padded,
    payload,
  );
  return withNote(segment, {
    proto: PROTO_TCP,
    ...(options.checksum === undefined && { checksumOffset: 16 }),
  });
}

export const tcpOption = {
  nop: (): Uint8Array => u8(1),
  mss: (size: number): Uint8Array => concat(u8(2), u8(4), u16(size)),
  windowScale: (shift: number): Uint8Array => Uint8Array.of(3, 3, shift),
  sackPermitted: (): Uint8Array => Uint8Array.of(4, 2),
  timestamps: (value: number, echo: number): Uint8Array => concat(u8(8), u8(10), u32(value), u32(echo)),
};

export function udp(
  options: { sport: number; dport: number; length?: number; checksum?: number },
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const datagram = concat(
    u16(options.sport),
    u16(options.dport),
    u16(options.length ?? 8 + payload.length),
    u16(options.checksum ?? 0),
    payload,
  );
  return withNote(datagram, {
    proto: PROTO_UDP,
    ...(options.checksum === undefined && { checksumOffset: 6 }),
  });
}

export interface IcmpOptions {
  type: number;
  code?: number;
  /** The four bytes after the checksum: identifier and sequence, MTU, gateway. */
  rest?: Uint8Array;
  checksum?: number;
}

function icmpBytes(options: IcmpOptions, payload: Uint8Array): Uint8Array {
  return concat(
    u8(options.type),
    u8(options.code ?? 0),
    u16(options.checksum ?? 0),
    options.rest ?? u32(0),
    payload,
  );
}

export function icmp(options: IcmpOptions, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const message = icmpBytes(options, payload);
  if (options.checksum === undefined) put16(message, 2, checksum16(message));
  return withNote(message, { proto: PROTO_ICMP });
}

export function icmp6(options: IcmpOptions, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  return withNote(icmpBytes(options, payload), {
    proto: PROTO_ICMP6,
    ...(options.checksum === undefined && { checksumOffset: 2 }),
  });
}

export interface EchoOptions {
  id?: number;
  sequence?: number;
  reply?: boolean;
}

export function icmpEcho(options: EchoOptions, payload: Uint8Array = new Uint8Array(56)): Uint8Array {
  const rest = concat(u16(options.id ?? 1), u16(options.sequence ?? 1));
  return icmp({ type: options.reply ? 0 : 8, rest }, payload);
}

export function icmp6Echo(options: EchoOptions, payload: Uint8Array = new Uint8Array(56)): Uint8Array {
  const rest = concat(u16(options.id ?? 1), u16(options.sequence ?? 1));
  return icmp6({ type: options.reply ? 129 : 128, rest }, payload);
}

/** An error quoting the IP packet it speaks of, cut to the header and 8 bytes as RFC 792 says, or `quote` bytes. */
export function icmpError(
  options: { type?: number; code?: number; rest?: Uint8Array; quote?: number },
  packet: Uint8Array,
): Uint8Array {
  const headerSize = ((packet[0] ?? 0x45) & 15) * 4;
  const { quote, ...fields } = options;
  return icmp({ code: 3, ...fields, type: options.type ?? 3 }, packet.slice(0, quote ?? headerSize + 8));
}

/** An ICMPv6 error quoting as much of the packet as the least MTU holds (RFC 4443), or `quote` bytes. */
export function icmp6Error(
  options: { type?: number; code?: number; rest?: Uint8Array; quote?: number },
  packet: Uint8Array,
): Uint8Array {
  const { quote, ...fields } = options;
  return icmp6({ code: 4, ...fields, type: options.type ?? 1 }, packet.slice(0, quote ?? 1280 - 48));
}

export function sctp(
  options: { sport: number; dport: number; tag?: number; checksum?: number },
  chunks: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const packet = concat(u16(options.sport), u16(options.dport), u32(options.tag ?? 0), u32(0), chunks);
  const crc = options.checksum ?? crc32c(packet);
  packet.set(u32(crc).reverse(), 8); // the CRC goes out low byte first
  return withNote(packet, { proto: PROTO_SCTP });
}

/** One chunk, padded to whole words; type 0 DATA, 1 INIT, 2 INIT ACK. */
export function sctpChunk(options: { type: number; flags?: number }, data: Uint8Array): Uint8Array {
  const head = concat(u8(options.type), u8(options.flags ?? 0), u16(4 + data.length));
  return concat(head, data, new Uint8Array(-data.length & 3));
}

/** 0x11 query, 0x16 v2 report, 0x17 leave. */
export function igmp(options: { type?: number; group?: string; maxResponse?: number }): Uint8Array {
  const message = concat(
    u8(options.type ?? 0x16),
    u8(options.maxResponse ?? 0),
    u16(0),
    address4(options.group ?? "0.0.0.0"),
  );
  put16(message, 2, checksum16(message));
  return withNote(message, { proto: PROTO_IGMP });
}
