// Frames as the tests of the findings need them: a line a packet, and small conversations that are sound.
// Apart from the rig, which sends them. Always holds: what is not given is ordinary (TTL 64, DF, an ID that is not 0).

import * as f from "../../../examples/frame.js";

export interface Ends {
  src: string;
  dst: string;
}

export interface PacketOptions extends Ends {
  ttl?: number;
  id?: number;
  df?: boolean;
}

export interface SegmentOptions extends PacketOptions {
  sport?: number;
  dport?: number;
  flags: string;
  seq?: number;
  ack?: number;
  data?: string | Uint8Array;
}

export interface DatagramOptions extends PacketOptions {
  sport?: number;
  dport?: number;
  size?: number;
}

const SPORT = 40_000;
const SEQ = 1_000;
const ACK = 5_000;

export function packet(
  { src, dst, ttl = 64, id = 7, df = true }: PacketOptions,
  payload: Uint8Array,
): Uint8Array {
  return src.includes(":")
    ? f.ipv6({ src, dst, hopLimit: ttl }, payload)
    : f.ipv4({ src, dst, ttl, id, df }, payload);
}

export function tcp({ data = "", flags, ...rest }: SegmentOptions): Uint8Array {
  const { sport = SPORT, dport = 80, seq = SEQ, ack = flags.includes("A") ? ACK : 0 } = rest;
  const bytes = typeof data === "string" ? f.text(data) : data;
  const segment = f.tcp({ sport, dport, seq: seq >>> 0, ack: ack >>> 0, flags }, bytes);
  return f.ethernet({}, packet(rest, segment));
}

export function udp({ sport = SPORT, dport = 53, size = 20, ...rest }: DatagramOptions): Uint8Array {
  return f.ethernet({}, packet(rest, f.udp({ sport, dport }, f.filler(size))));
}

export function echo({
  reply = false,
  sequence = 1,
  ...rest
}: PacketOptions & { reply?: boolean; sequence?: number }) {
  const message = rest.src.includes(":") ? f.icmp6Echo : f.icmpEcho;
  return f.ethernet({}, packet(rest, message({ id: 77, sequence, reply })));
}

/** The same ends the other way. */
export function back<T extends Ends & { sport?: number; dport?: number }>(options: T): T {
  const { src, dst, sport = SPORT, dport = 80 } = options;
  return { ...options, src: dst, dst: src, sport: dport, dport: sport };
}

/** SYN, SYN-ACK, ACK, a question, its answer, and FINs. */
export function connection(ends: Ends & { sport?: number; dport?: number; ttlBack?: number }): Uint8Array[] {
  const { ttlBack = 57, ...there } = ends;
  const here = { ...back(there), ttl: ttlBack };
  return [
    tcp({ ...there, flags: "S", seq: 100 }),
    tcp({ ...here, flags: "SA", seq: 900, ack: 101 }),
    tcp({ ...there, flags: "A", seq: 101, ack: 901 }),
    tcp({ ...there, flags: "PA", seq: 101, ack: 901, data: "question" }),
    tcp({ ...here, flags: "PA", seq: 901, ack: 109, data: "the answer" }),
    tcp({ ...there, flags: "FA", seq: 109, ack: 911 }),
    tcp({ ...here, flags: "FA", seq: 911, ack: 110 }),
    tcp({ ...there, flags: "A", seq: 110, ack: 912 }),
  ];
}

/** The handshake of such a connection alone. */
export function handshake(ends: Ends & { sport?: number; dport?: number }): Uint8Array[] {
  return connection(ends).slice(0, 3);
}

/** A SYN that is refused. */
export function refused(ends: Ends & { sport?: number; dport?: number; flags?: string }): Uint8Array[] {
  const { flags = "S", ...there } = ends;
  return [tcp({ ...there, flags, seq: 100 }), tcp({ ...back(there), flags: "RA", seq: 0, ack: 101 })];
}

/** An ICMP error from `src` to `dst` about the frame, an IPv4 one on Ethernet. */
export function icmpError(ends: Ends, about: Uint8Array, type = 3, code = 1): Uint8Array {
  return f.ethernet({}, packet({ ...ends }, f.icmpError({ type, code }, about.subarray(14))));
}

/** Addresses `10.0.N.1` and so on, `count` of them from the number `from` on. */
export function hosts(count: number, from = 0, prefix = "203.0"): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}.${((from + i) >> 8) + 1}.${(from + i) & 255}`);
}
