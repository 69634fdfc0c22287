// What one packet was, as a plain object: for features that flows alone don't tell, and for plots.
// Apart from the ring that it is read from, which is soon another packet's.
// Always holds: every number is read within what was kept of the frame; what is not there is -1.

import type { Alert } from "../alert/alert.js";
import { be16, be32, type IpHeader, isFragment, readIp } from "../alert/headers.js";
import { macText } from "../record/address.js";

const LINKTYPE_ETHERNET = 1;
const TCP = 6;
const TCP_SIZE = 20;
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export interface PacketFacts {
  readonly timeUs: number;
  /** Number of the packet in its capture, from 1. */
  readonly number: number;
  /** The flow's id. */
  readonly flow: string;
  /** Sent by the end that is judged (endsOf() of the flow). */
  readonly isActor: boolean;
  /** A rule told of it. */
  readonly isLogged: boolean;
  readonly source: string;
  readonly sport: number;
  readonly destination: string;
  readonly dport: number;
  readonly version: 4 | 6;
  readonly proto: number;
  readonly ttl: number;
  readonly tos: number;
  /** IPv4's identification, -1 for IPv6. */
  readonly ipId: number;
  readonly dontFragment: boolean;
  readonly isFragment: boolean;
  /** Of the IP datagram. */
  readonly size: number;
  readonly payloadSize: number;
  /** Of what was kept of the payload: two that differ differ. */
  readonly payloadHash: number;
  /** -1 for what is not TCP, or cut. */
  readonly tcpFlags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  /** Bytes of TCP options. */
  readonly optionsSize: number;
  /** Source MAC of the frame, empty where there is none. */
  readonly mac: string;
}

export interface PacketRole {
  readonly flow: string;
  readonly isActor: boolean;
  readonly isLogged: boolean;
}

/** Undefined when its IP header is not in what was kept. */
export function packetFacts(alert: Alert, { flow, isActor, isLogged }: PacketRole): PacketFacts | undefined {
  const { bytes, frameAt, l3 } = alert;
  const end = frameAt + alert.frameSize;
  const ip = l3 < 0 ? undefined : readIp(bytes, frameAt + l3, end);
  if (ip === undefined) return undefined;
  const at = tcpAt(ip, end);
  // One literal, and texts that are told once: there may be a hundred thousand of these.
  return {
    timeUs: alert.timeUs,
    number: alert.packetIndex,
    flow,
    isActor,
    isLogged,
    source: once(alert.source),
    sport: alert.hasPorts ? alert.sport : -1,
    destination: once(alert.destination),
    dport: alert.hasPorts ? alert.dport : -1,
    version: ip.version,
    proto: alert.proto,
    ttl: ip.ttl,
    tos: ip.tos,
    ipId: ip.version === 4 ? ip.id : -1,
    dontFragment: ip.isDf,
    isFragment: isFragment(ip),
    size: ip.totalSize,
    payloadSize: alert.payloadCaptured,
    payloadHash: hashOf(alert),
    tcpFlags: at < 0 ? -1 : bytes[at + 13]!,
    seq: at < 0 ? -1 : be32(bytes, at + 4),
    ack: at < 0 ? -1 : be32(bytes, at + 8),
    window: at < 0 ? -1 : be16(bytes, at + 14),
    optionsSize: at < 0 ? -1 : Math.max(0, (bytes[at + 12]! >> 4) * 4 - TCP_SIZE),
    mac: once(macOf(alert)),
  };
}

/** Where the TCP header is; -1 of what is not TCP, or cut. */
function tcpAt({ upperAt, proto, fragmentOffset }: IpHeader, end: number): number {
  return proto === TCP && fragmentOffset === 0 && end - upperAt >= TCP_SIZE ? upperAt : -1;
}

const TEXTS_MAX = 4096;
const texts = new Map<string, string>();

/** The same text each time, and in one piece: most packets have the same few addresses. */
function once(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= TEXTS_MAX) texts.clear();
  texts.set(text, text);
  return text;
}

function hashOf({ bytes, frameAt, payload, payloadSize }: Alert): number {
  let hash = FNV_START;
  const start = frameAt + Math.max(0, payload);
  for (let at = start; at < start + payloadSize; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
  return hash >>> 0;
}

function macOf({ bytes, frameAt, frameSize, link }: Alert): string {
  return link === LINKTYPE_ETHERNET && frameSize >= 12 ? macText(bytes, frameAt + 6) : "";
}
