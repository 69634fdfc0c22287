// What conversations of each protocol put on the wire: IP packets with their descriptions, one by one.
// Apart from the traffic, which mixes them. Always holds: a description says what a right decoder must find.

import { KIND_ARP, VLAN_NONE } from "../../assembly/layout.js";
import * as f from "../../examples/frame.js";
import type { Random } from "../support/random.js";
import { tcpScript } from "./conversations.js";
import { type Described, keyOfPacket, type Packet } from "./described.js";
import { routerAddress, type Side, somePair, someSide } from "./sides.js";

export interface Emission {
  packet: Packet;
  ip: Uint8Array;
}

const ROUTER_MAC = "02:00:00:00:99:99";

export class Protocols {
  private fragmentId = 1;
  /** A packet that an ICMP error may quote. */
  private last: { key: string; ip: Uint8Array; kind: 4 | 6; sides: [Side, Side] } | undefined;

  constructor(private readonly random: Random) {}

  private nextId(side: Side): number {
    if (side.idMode === "zero") return 0;
    if (side.idMode === "random") return this.random.below(65536);
    if (side.idMode === "up") side.id = (side.id + this.random.between(1, 5)) & 0xffff;
    return side.id;
  }

  /** A description with everything that does not depend on the protocol. */
  packetOf(kind: 4 | 6, from: Side, to: Side, proto: number, appBytes: number): Packet {
    return {
      undecoded: false,
      kind,
      proto,
      src: from.hex,
      dst: to.hex,
      sport: 0,
      dport: 0,
      extra: 0,
      answer: false,
      icmpType: 0,
      appBytes,
      ttl: this.random.chance(0.02) ? from.ttl - 1 : from.ttl,
      tos: this.random.chance(0.05) ? 0x10 : 0,
      df: kind === 4 && from.df,
      id: kind === 4 ? this.nextId(from) : undefined,
      mac: from.mac,
      vlan: from.vlan,
      tcp: undefined,
      fragment: undefined,
      quoted: undefined,
    };
  }

  private wrap(kind: 4 | 6, from: Side, to: Side, packet: Packet, payload: Uint8Array): Emission {
    const { ttl, tos, df, id = 0, proto } = packet;
    const ip =
      kind === 4
        ? f.ipv4({ src: from.address, dst: to.address, ttl, tos, df, id, proto }, payload)
        : f.ipv6({ src: from.address, dst: to.address, hopLimit: ttl, trafficClass: tos, proto }, payload);
    return { packet, ip };
  }

  *tcp(kind: 4 | 6, a: Side, b: Side, lasting: boolean): Generator<Emission> {
    for (const segment of tcpScript(this.random, lasting)) {
      const [from, to] = segment.from === 0 ? [a, b] : [b, a];
      const { flags, seq, ack, window, windowScale, payload } = segment;
      const packet: Packet = {
        ...this.packetOf(kind, from, to, 6, payload.length),
        sport: from.port,
        dport: to.port,
        tcp: { ...segment, sum: sumOf(payload) },
      };
      const options = windowScale === undefined ? {} : { options: f.tcpOption.windowScale(windowScale) };
      const bytes = f.tcp({ sport: from.port, dport: to.port, seq, ack, flags, window, ...options }, payload);
      const emission = this.wrap(kind, from, to, packet, bytes);
      if (this.random.chance(0.05)) this.remember(kind, from, to, emission);
      yield emission;
    }
  }

  private remember(kind: 4 | 6, from: Side, to: Side, { packet, ip }: Emission): void {
    this.last = { key: keyOfPacket(packet), ip, kind, sides: [from, to] };
  }

  *udp(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
    for (let left = this.random.between(1, 8); left > 0; left--) {
      const [from, to] = left % 2 === 0 || this.random.chance(0.3) ? [a, b] : [b, a];
      const payload = this.random.bytes(this.random.below(100));
      const packet = {
        ...this.packetOf(kind, from, to, 17, payload.length),
        sport: from.port,
        dport: to.port,
      };
      const emission = this.wrap(
        kind,
        from,
        to,
        packet,
        f.udp({ sport: from.port, dport: to.port }, payload),
      );
      if (this.random.chance(0.1)) this.remember(kind, from, to, emission);
      yield emission;
    }
  }

  *echo(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
    const id = this.random.below(300);
    for (let sequence = 1; sequence < this.random.between(2, 6); sequence++) {
      for (const reply of [false, true]) {
        if (this.random.chance(0.2)) continue;
        const [from, to] = reply ? [b, a] : [a, b];
        const size = this.random.below(64);
        const payload = this.random.bytes(size);
        const proto = kind === 4 ? 1 : 58;
        const [question, answer] = kind === 4 ? [8, 0] : [128, 129];
        const packet: Packet = {
          ...this.packetOf(kind, from, to, proto, 8 + size),
          sport: question,
          extra: id,
          answer: reply,
          icmpType: reply ? answer : question,
        };
        const message = (kind === 4 ? f.icmpEcho : f.icmp6Echo)({ id, sequence, reply }, payload);
        yield this.wrap(kind, from, to, packet, message);
      }
    }
  }

  /** A UDP datagram in pieces, whose first one may come later than others. */
  *fragments(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
    const payload = this.random.bytes(this.random.between(100, 400));
    const id = this.fragmentId++ & 0xffff;
    const { ttl, tos } = this.packetOf(kind, a, b, 17, 0);
    const whole = f.udp({ sport: a.port, dport: b.port }, payload);
    const ends = { src: a.address, dst: b.address };
    const pieces =
      kind === 4
        ? f.ipv4Fragments({ ...ends, ttl, tos, id }, whole, 64)
        : f.ipv6Fragments({ ...ends, hopLimit: ttl, trafficClass: tos, id }, whole, 64);
    const order = [...pieces.keys()];
    if (this.random.chance(0.5)) order.reverse();
    for (const index of order) {
      const ip = pieces[index] as Uint8Array;
      const size = ip.length - (kind === 4 ? 20 : 48);
      const packet: Packet = {
        ...this.packetOf(kind, a, b, 17, index === 0 ? size - 8 : size),
        ...(index === 0 && { sport: a.port, dport: b.port }),
        ttl,
        tos,
        df: false,
        id: kind === 4 ? id : undefined,
        fragment: { id, later: index !== 0 },
      };
      yield { packet, ip };
    }
  }

  /** Protocols without ports. */
  *other(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
    const proto = this.random.pick([89, 103, 112]);
    for (let left = this.random.between(1, 4); left > 0; left--) {
      const [from, to] = this.random.chance(0.7) ? [a, b] : [b, a];
      const payload = this.random.bytes(this.random.between(20, 60));
      yield this.wrap(kind, from, to, this.packetOf(kind, from, to, proto, payload.length), payload);
    }
  }

  icmpError(): Emission | undefined {
    if (this.last === undefined) return undefined;
    const { key, ip, kind, sides } = this.last;
    const exceeded = this.random.chance(0.4);
    const router: Side = { ...someSide(this.random, kind), ...routerAddress(kind) };
    const [type, proto] = kind === 4 ? [exceeded ? 11 : 3, 1] : [exceeded ? 3 : 1, 58];
    const code = exceeded ? 0 : 1;
    const message = (kind === 4 ? f.icmpError : f.icmp6Error)({ type, code }, ip);
    const packet: Packet = {
      ...this.packetOf(kind, router, sides[0], proto, message.length),
      mac: ROUTER_MAC,
      vlan: VLAN_NONE,
      sport: type,
      dport: code,
      icmpType: type,
      quoted: { key, error: exceeded ? "exceeded" : "unreachable" },
    };
    return this.wrap(kind, router, sides[0], packet, message);
  }

  arp(timeNs: bigint): Described {
    const [asker, asked] = somePair(this.random, 4);
    const answer = this.random.chance(0.4);
    const [from, to] = answer ? [asked, asker] : [asker, asked];
    const operation = answer ? 2 : 1;
    const bytes = f.ethernet(
      { src: from.mac, pad: 60 },
      f.arp({ operation, senderIp: from.address, targetIp: to.address }),
    );
    const packet = { ...this.packetOf(4, from, to, 0, bytes.length - 28), kind: KIND_ARP, extra: 1, answer };
    return { ...packet, vlan: VLAN_NONE, ttl: 0, tos: 0, df: false, id: undefined, timeNs, bytes };
  }
}

/** Ones' complement sum of the bytes as big-endian words. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
