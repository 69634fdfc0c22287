// What the traffic says of each frame, and the key of its flow as text. Apart because the traffic writes it and the
// model reads it. Always holds: keys are the same for both directions and for a record of the flow.

import { ASKER_A, ASKER_B, KIND_ARP } from "../../assembly/layout.js";
import type { FlowRecord } from "../support/record.js";
import type { Segment } from "./conversations.js";

export interface Described {
  timeNs: bigint;
  bytes: Uint8Array;
  /** True for a frame too short for any flow; nothing else counts then. */
  undecoded: boolean;
  kind: number;
  proto: number;
  /** 16 bytes in hex, IPv4 as ::ffff:a.b.c.d. */
  src: string;
  dst: string;
  /** Ports for TCP and UDP; the question's type and code for ICMP, whatever the direction. */
  sport: number;
  dport: number;
  extra: number;
  answer: boolean;
  icmpType: number;
  appBytes: number;
  ttl: number;
  tos: number;
  df: boolean;
  /** IPv4 identification. */
  id: number | undefined;
  mac: string;
  vlan: number;
  tcp: (Segment & { sum: number }) | undefined;
  /** Part of a fragmented datagram of that id; `later` has no ports of its own. */
  fragment: { id: number; later: boolean } | undefined;
  /** The flow an ICMP error speaks of: key as keyOf() gives, and the flag it leaves. */
  quoted: { key: string; error: "unreachable" | "exceeded" } | undefined;
}

/** A frame's description without its bytes and time. */
export type Packet = Omit<Described, "timeNs" | "bytes">;

export interface KeyParts {
  kind: number;
  proto: number;
  extra: number;
  src: string;
  dst: string;
  sport: number;
  dport: number;
  /** Address of who asks, where both might ask the same: ARP, ICMP. */
  asker: string;
}

export function keyOfPacket(packet: Packet): string {
  const asks = packet.kind === KIND_ARP || packet.proto === 1 || packet.proto === 58;
  const asker = packet.answer ? packet.dst : packet.src;
  return keyText({ ...packet, asker: asks ? asker : "" });
}

/** The flow's key whatever the direction: protocol first, then the two ends, the lower text first. */
export function keyText({ kind, proto, extra, src, dst, sport, dport, asker }: KeyParts): string {
  const portsFollow = proto === 6 || proto === 17;
  const a = portsFollow ? `${src}:${sport}` : src;
  const b = portsFollow ? `${dst}:${dport}` : dst;
  const ends = a < b ? `${a} ${b}` : `${b} ${a}`;
  return `${kind}/${proto}/${extra}${portsFollow ? "" : `/${sport}/${dport}/${asker}`} ${ends}`;
}

export function keyOfRecord(record: FlowRecord): string {
  const { kind, proto, extra, addressA, addressB, portA, portB } = record;
  const ends = { kind, proto, extra, src: addressA, dst: addressB, sport: portA, asker: "" };
  if (proto === 6 || proto === 17) return keyText({ ...ends, dport: portB });
  // Who asks is told in bits above the code.
  const asker = portB & ASKER_A ? addressA : portB & ASKER_B ? addressB : "";
  return keyText({ ...ends, dport: portB & 0xff, asker });
}
