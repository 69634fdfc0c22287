// Seeded random traffic over several thousand conversations at once, each frame with a description of what it is.
// The model goes by the description and never reads the bytes: so its decoding shares nothing with the module's.
// Always holds: the same seed gives the same frames; times mostly go forward, now and then they jump.

import { KIND_ARP } from "../../assembly/layout.js";
import * as f from "../../examples/frame.js";
import { Random } from "../support/random.js";
import { type Segment, tcpScript } from "./conversations.js";

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

type Packet = Omit<Described, "timeNs" | "bytes">;
interface Emission {
  packet: Packet;
  ip: Uint8Array;
}

interface Side {
  address: string;
  hex: string;
  port: number;
  mac: string;
  ttl: number;
  idMode: "zero" | "up" | "random" | "same";
  id: number;
  df: boolean;
  vlan: number;
}

interface Conversation {
  kind: 4 | 6;
  sides: [Side, Side];
  emissions: Iterator<Emission>;
  /** Fragments follow closely on one another, so that none outlives the others. */
  closely: boolean;
}

const PORTS = [22, 25, 53, 80, 123, 443, 8080] as const;
const CONVERSATIONS = 2500;
const SECOND_NS = 1_000_000_000;
export const VLAN_NONE = 65535;

export class Traffic {
  private readonly random: Random;
  private readonly open: Conversation[] = [];
  private readonly ended: [4 | 6, Side, Side][] = [];
  private nowNs = 1_000_000 * SECOND_NS;
  private fragmentId = 1;
  /** A datagram whose fragments are not all sent: they follow closely. */
  private urgent: Iterator<Emission> | undefined;
  private last: { key: string; ip: Uint8Array; kind: 4 | 6; sides: [Side, Side] } | undefined;

  /** `concurrent` conversations go on at once. */
  constructor(
    seed: number,
    private readonly concurrent = CONVERSATIONS,
    /** Share of conversations that are whole TCP connections without an end. */
    private readonly lasting = 0,
  ) {
    this.random = new Random(seed, 77);
  }

  /** Some fragments of a datagram were given, others not. */
  get busy(): boolean {
    return this.urgent !== undefined;
  }

  next(): Described {
    const { random } = this;
    const timeNs = this.tick();
    if (this.urgent !== undefined && random.chance(0.8)) {
      const next = this.urgent.next();
      if (next.done !== true)
        return this.frame(timeNs, next.value, next.value.packet.mac, next.value.packet.vlan);
      this.urgent = undefined;
    }
    if (random.chance(0.003)) return this.garbage(timeNs);
    if (random.chance(0.005)) return this.arp(timeNs);
    if (random.chance(0.01) && this.last !== undefined)
      return this.frame(timeNs, this.icmpError(this.last), "02:00:00:00:99:99", VLAN_NONE);
    for (;;) {
      if (this.open.length < this.concurrent) this.open.push(this.begin());
      // Half the packets come from few conversations, so some live long enough to be protected.
      const span = random.chance(0.5) ? Math.min(64, this.open.length) : this.open.length;
      const index = random.below(span);
      const conversation = this.open[index] as Conversation;
      if (conversation.closely && this.busy) continue;
      const next = conversation.emissions.next();
      if (conversation.closely) this.urgent = conversation.emissions;
      if (next.done === true || conversation.closely) {
        this.open.splice(index, 1);
        this.ended.push([conversation.kind, ...conversation.sides]);
        if (this.ended.length > 500) this.ended.splice(random.below(500), 1);
      }
      if (next.done === true) continue;
      const { packet } = next.value;
      return this.frame(timeNs, next.value, packet.mac, packet.vlan);
    }
  }

  private tick(): bigint {
    const { random } = this;
    if (this.busy) this.nowNs += random.below(1_000_000);
    else if (random.chance(0.00005)) this.nowNs += random.between(1, 400) * SECOND_NS;
    else if (random.chance(0.00003)) this.nowNs -= random.between(61, 300) * SECOND_NS;
    else this.nowNs += random.below(8_000_000);
    // Some frames were captured late, by another queue.
    const late =
      !this.busy && random.chance(0.02) ? random.below(random.chance(0.1) ? 3 * SECOND_NS : 5_000_000) : 0;
    return BigInt(this.nowNs - late);
  }

  private frame(
    timeNs: bigint,
    { packet, ip }: Emission,
    mac: string,
    vlan: number,
    payload = ip,
  ): Described {
    const inner = vlan === VLAN_NONE ? payload : f.vlan({ id: vlan }, payload);
    return {
      ...packet,
      timeNs,
      bytes: f.ethernet({ src: mac, pad: this.random.chance(0.5) ? 60 : 0 }, inner),
    };
  }

  private garbage(timeNs: bigint): Described {
    const bytes = this.random.bytes(this.random.below(14));
    return { ...this.packetOf(4, this.side(4), this.side(4), 0, 0), timeNs, bytes, undecoded: true };
  }

  private side(kind: 4 | 6, port = this.random.between(1024, 65535)): Side {
    const { random } = this;
    const host = random.below(kind === 4 ? 250 : 60);
    const address = kind === 4 ? `10.0.${host & 7}.${host}` : `2001:db8::${host.toString(16)}`;
    const bytes = kind === 4 ? [10, 0, host & 7, host] : [];
    const hex =
      kind === 4
        ? `00000000000000000000ffff${Buffer.from(bytes).toString("hex")}`
        : `20010db8${"0".repeat(20)}${host.toString(16).padStart(4, "0")}`;
    return {
      address,
      hex,
      port,
      mac: `02:00:00:00:0${kind}:${host.toString(16)}`,
      ttl: random.pick([64, 128, 255, 47]),
      idMode: random.pick(["zero", "up", "random", "same"]),
      id: random.below(65536),
      df: random.chance(0.5),
      vlan: random.chance(0.1) ? random.between(1, 4000) : VLAN_NONE,
    };
  }

  /** Two sides at different addresses. */
  private pair(kind: 4 | 6): [Side, Side] {
    const a = this.side(kind);
    for (;;) {
      const b = this.side(kind, this.random.pick(PORTS));
      if (b.hex !== a.hex) return [a, b];
    }
  }

  private begin(): Conversation {
    const { random } = this;
    const kind = random.chance(0.2) ? 6 : 4;
    let conversation: [4 | 6, Side, Side] = [kind, ...this.pair(kind)];
    // The same ends again: a port used twice, or the same two hosts the other way round.
    if (this.ended.length > 0 && random.chance(0.3)) {
      const [oldKind, a, b] = random.pick(this.ended);
      conversation = random.chance(0.8) ? [oldKind, a, b] : [oldKind, b, a];
    }
    const [ofKind, a, b] = conversation;
    const lasting = this.lasting > 0 && random.chance(this.lasting);
    const what = lasting ? 0 : random.below(20);
    const emissions =
      what < 13
        ? this.tcp(ofKind, a, b, lasting)
        : what < 16
          ? this.udp(ofKind, a, b)
          : what < 18
            ? this.echo(ofKind, a, b)
            : what < 19
              ? this.fragments(ofKind, a, b)
              : this.other(ofKind, a, b);
    return { kind: ofKind, sides: [a, b], emissions, closely: what === 18 };
  }

  private nextId(side: Side): number {
    if (side.idMode === "zero") return 0;
    if (side.idMode === "random") return this.random.below(65536);
    if (side.idMode === "up") side.id = (side.id + this.random.between(1, 5)) & 0xffff;
    return side.id;
  }

  /** A description with everything that does not depend on the protocol. */
  private packetOf(kind: 4 | 6, from: Side, to: Side, proto: number, appBytes: number): Packet {
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

  private *tcp(kind: 4 | 6, a: Side, b: Side, lasting: boolean): Generator<Emission> {
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

  private *udp(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
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

  private *echo(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
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
  private *fragments(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
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
  private *other(kind: 4 | 6, a: Side, b: Side): Generator<Emission> {
    const proto = this.random.pick([89, 103, 112]);
    for (let left = this.random.between(1, 4); left > 0; left--) {
      const [from, to] = this.random.chance(0.7) ? [a, b] : [b, a];
      const payload = this.random.bytes(this.random.between(20, 60));
      yield this.wrap(kind, from, to, this.packetOf(kind, from, to, proto, payload.length), payload);
    }
  }

  private icmpError({ key, ip, kind, sides }: NonNullable<Traffic["last"]>): Emission {
    const exceeded = this.random.chance(0.4);
    const router: Side = { ...this.side(kind), ...routerAddress(kind) };
    const [type, proto] = kind === 4 ? [exceeded ? 11 : 3, 1] : [exceeded ? 3 : 1, 58];
    const code = exceeded ? 0 : 1;
    const message = (kind === 4 ? f.icmpError : f.icmp6Error)({ type, code }, ip);
    const packet: Packet = {
      ...this.packetOf(kind, router, sides[0], proto, message.length),
      mac: "02:00:00:00:99:99",
      vlan: VLAN_NONE,
      sport: type,
      dport: code,
      icmpType: type,
      quoted: { key, error: exceeded ? "exceeded" : "unreachable" },
    };
    return this.wrap(kind, router, sides[0], packet, message);
  }

  private arp(timeNs: bigint): Described {
    const [asker, asked] = this.pair(4);
    const answer = this.random.chance(0.4);
    const [from, to] = answer ? [asked, asker] : [asker, asked];
    const operation = answer ? 2 : 1;
    const bytes = f.ethernet(
      { src: from.mac, pad: 60 },
      f.arp({ operation, senderIp: from.address, targetIp: to.address }),
    );
    const packet = { ...this.packetOf(4, from, to, 0, bytes.length - 28), kind: 2, extra: 1, answer };
    return { ...packet, vlan: VLAN_NONE, ttl: 0, tos: 0, df: false, id: undefined, timeNs, bytes };
  }
}

function routerAddress(kind: 4 | 6): { address: string; hex: string } {
  if (kind === 6) return { address: "2001:db8:1::1", hex: `20010db80001${"0".repeat(19)}1` };
  return { address: "10.1.0.1", hex: "00000000000000000000ffff0a010001" };
}

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

/** Ones' complement sum of the bytes as big-endian words. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
