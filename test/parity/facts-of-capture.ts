// What a capture file itself says: its link types, and packets of the kinds that argus is known to misread.
// Apart because a rule that speaks of such packets must see them in the file, by a reader that is not under test.
// Always holds: IP headers are looked for where a link layer may end, so no link layer needs to be known; a hit too
// many only makes a rule applicable, it never decides a comparison. It stops quietly at the first damage.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import ipaddr from "ipaddr.js";
import { type CapturedFrame, framesOf } from "../support/captures.js";

export interface CaptureFacts {
  links: ReadonlySet<number>;
  /** Some record claims fewer bytes on the wire than were captured. */
  isWireShort: boolean;
  /** Ends ("address port") that sent a SYN together with FIN, RST, PSH or URG. */
  oddSyns: ReadonlySet<string>;
  /** TCP conversations ("end - end", as in Flow.ends) whose first packet is a RST. */
  resetFirst: ReadonlySet<string>;
  /** Senders of IPv6 packets whose length field does not reach to the frame's end, or beyond it. */
  slack6: ReadonlySet<string>;
  /** Some frame holds what looks like ARP (RFC 826) with an operation other than 1 to 4. */
  hasOddArp: boolean;
}

const ARP_WITHIN = 160;
const ARP_OPERATION_MAX = 4;
const IP_WITHIN = 120;
const IPV4_FIRST = 0x45;
const IPV6_HEADER_SIZE = 40;
const ETHERTYPE_IPV6 = 0x86dd;
const PROTO_TCP = 6;
const TCP_SYN = 2;
const TCP_RST = 4;
/** FIN, RST, PSH, URG. */
const TCP_ODD = 0x2d;
/** Where IPv6 begins without an ethertype before it: raw IP, BSD loopback. */
const BARE_IPV6_AT = new Set([0, 4]);
const GZIP_MAGIC = 0x1f8b;

export async function factsOfCapture(path: string): Promise<CaptureFacts> {
  const file = await readFile(path);
  const bytes = file.length > 2 && file.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(file) : file;
  const frames = framesOf(new Uint8Array(bytes));
  const segments = frames.flatMap((frame) => segmentsOf(frame.bytes));
  const firstFlags = new Map<string, number>();
  for (const { src, dst, flags } of segments) {
    const key = src <= dst ? `${src} - ${dst}` : `${dst} - ${src}`;
    if (!firstFlags.has(key)) firstFlags.set(key, flags);
  }
  const isOddSyn = (flags: number): boolean => (flags & TCP_SYN) !== 0 && (flags & TCP_ODD) !== 0;
  return {
    links: new Set(frames.map(({ link }) => link)),
    oddSyns: new Set(segments.filter(({ flags }) => isOddSyn(flags)).map(({ src }) => src)),
    resetFirst: new Set([...firstFlags].filter(([, flags]) => (flags & TCP_RST) !== 0).map(([key]) => key)),
    slack6: new Set(frames.flatMap(slackSenders)),
    hasOddArp: frames.some((frame) => isOddArp(frame.bytes)),
    isWireShort: frames.some((frame) => frame.bytes.length > frame.wire),
  };
}

interface Segment {
  src: string;
  dst: string;
  flags: number;
}

function segmentsOf(bytes: Uint8Array): Segment[] {
  const found: Segment[] = [];
  const end = Math.min(bytes.length, IP_WITHIN);
  for (let at = 0; at < end; at++) {
    if (bytes[at] === IPV4_FIRST && bytes[at + 9] === PROTO_TCP) {
      found.push(segment(bytes, at + 12, 4, at + 20));
    } else if (bytes[at]! >> 4 === 6 && bytes[at + 6] === PROTO_TCP) {
      found.push(segment(bytes, at + 8, 16, at + IPV6_HEADER_SIZE));
    }
  }
  return found;
}

function segment(bytes: Uint8Array, addresses: number, size: number, tcp: number): Segment {
  return {
    src: `${addressText(bytes, addresses, size)} ${uint16(bytes, tcp)}`,
    dst: `${addressText(bytes, addresses + size, size)} ${uint16(bytes, tcp + 2)}`,
    flags: bytes[tcp + 13] ?? 0,
  };
}

function slackSenders({ bytes, wire }: CapturedFrame): string[] {
  const found: string[] = [];
  const end = Math.min(bytes.length - IPV6_HEADER_SIZE, IP_WITHIN);
  for (let at = 0; at <= end; at++) {
    const isIp6 = BARE_IPV6_AT.has(at) || (at >= 2 && uint16(bytes, at - 2) === ETHERTYPE_IPV6);
    if (!isIp6 || bytes[at]! >> 4 !== 6) continue;
    if (at + IPV6_HEADER_SIZE + uint16(bytes, at + 4) !== wire) found.push(addressText(bytes, at + 8, 16));
  }
  return found;
}

/** Protocol type IPv4, six and four bytes of address: what stands before the operation. */
const ARP_MIDDLE = [0x08, 0x00, 0x06, 0x04] as const;

function isOddArp(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, ARP_WITHIN) - ARP_MIDDLE.length - 2;
  for (let at = 0; at <= end; at++) {
    if (!ARP_MIDDLE.every((byte, index) => bytes[at + index] === byte)) continue;
    const operation = uint16(bytes, at + ARP_MIDDLE.length);
    if (operation === 0 || operation > ARP_OPERATION_MAX) return true;
  }
  return false;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Of what the capture cut the rest is zeros. */
function addressText(bytes: Uint8Array, at: number, size: number): string {
  const address = Array.from({ length: size }, (_, index) => bytes[at + index] ?? 0);
  return ipaddr.fromByteArray(address).toString();
}
