// Fragments put together: whatever the cuts and their order, the packet is the one the whole datagram would have been.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { type CoreLimits, LIMITS, writeLimits } from "../../support/core.js";
import { type Entry, loadEntry } from "../../support/entry.js";
import { Random, seedOf } from "../../support/random.js";

interface DatagramExports {
  initDatagrams(): void;
  read(at: number, frame: number, captured: number, wire: number, time: bigint): void;
  collect(at: number): number;
  whole(datagram: number): number;
}

const seed = seedOf("datagrams");
const PACKET = L.WINDOWS_BASE;
const FRAME = L.WINDOWS_BASE + 4096;
const SECOND = 1_000_000_000n;
const V4 = { src: "10.0.0.9", dst: "10.0.0.2", ttl: 33, tos: 8 };
const V6 = { src: "2001:db8::9", dst: "2001:db8::2", hopLimit: 33, trafficClass: 8 };

let entry: Entry<DatagramExports>;
beforeAll(async () => {
  entry = await loadEntry<DatagramExports>("datagrams");
});
beforeEach(() => reset());

function reset(limits: Partial<CoreLimits> = {}): void {
  writeLimits(entry.view, { ...LIMITS, ...limits });
  entry.exports.initDatagrams();
  entry.bytes.fill(0, L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
}

const counter = (index: number): number => Number(entry.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));

interface Arrived {
  datagram: number;
  notes: number;
}

/** Decodes a frame between poisoned bytes. */
function decode(frame: Uint8Array, time = SECOND, captured = frame.length): void {
  entry.bytes.fill(0xa5, FRAME - 64, FRAME + frame.length + 64);
  entry.bytes.set(frame.subarray(0, captured), FRAME);
  entry.exports.read(PACKET, FRAME, captured, frame.length, time);
}

function arrive(packet: Uint8Array, time = SECOND, captured?: number): Arrived {
  const frame = f.ethernet({}, packet);
  decode(frame, time, captured === undefined ? undefined : captured);
  const datagram = entry.exports.collect(PACKET);
  return { datagram, notes: entry.view.getUint32(PACKET + L.PACKET_NOTES_OFFSET, true) };
}

/** What rules see of the packet at that address. */
function shown(at: number): Record<string, unknown> {
  const { bytes, view } = entry;
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const payload = u32(L.PACKET_PAYLOAD_OFFSET);
  const bits = view.getUint16(at + L.PACKET_BITS_OFFSET, true);
  return {
    key: Buffer.from(bytes.subarray(at + L.PACKET_ADDRESS_A_OFFSET, at + L.PACKET_APP_BYTES_OFFSET)).toString(
      "hex",
    ),
    appBytes: u32(L.PACKET_APP_BYTES_OFFSET),
    id: u32(L.PACKET_IP_ID_OFFSET),
    ttl: bytes[at + L.PACKET_TTL_OFFSET],
    tos: bytes[at + L.PACKET_TOS_OFFSET],
    bits,
    icmp: [bytes[at + L.PACKET_ICMP_TYPE_OFFSET], bytes[at + L.PACKET_ICMP_CODE_OFFSET]],
    set: u32(L.PACKET_SET_OFFSET),
    payload: Buffer.from(bytes.subarray(payload, payload + u32(L.PACKET_PAYLOAD_SIZE_OFFSET))).toString(
      "hex",
    ),
  };
}

/** The bytes that a datagram's fragments carry, and how one of them is made. */
interface Made {
  name: string;
  bytes: Uint8Array;
  whole: Uint8Array;
  fragment(id: number, offset: number, bytes: Uint8Array, more: boolean): Uint8Array;
}

function made(six: boolean, transport: Uint8Array, proto: number, id: number): Made {
  if (six) {
    const whole = f.ipv6(V6, transport);
    const bytes = whole.slice(40);
    return {
      name: "IPv6",
      bytes,
      // An atomic fragment: whole, with the identification.
      whole: f.ipv6(V6, f.ipv6Fragment({ id, proto }, bytes)),
      fragment: (number, offset, part, more) =>
        f.ipv6(V6, f.ipv6Fragment({ id: number, offset, more, proto }, part)),
    };
  }
  const whole = f.ipv4({ ...V4, id }, transport);
  return {
    name: "IPv4",
    bytes: whole.slice(20),
    whole,
    fragment: (number, offset, part, more) => f.ipv4({ ...V4, id: number, offset, mf: more, proto }, part),
  };
}

interface Cut {
  from: number;
  to: number;
}

function cuts(random: Random, size: number): Cut[] {
  const out: Cut[] = [];
  for (let from = 0; from < size; ) {
    // The first leaves something: alone it would be no fragment.
    const most = from === 0 ? size - 1 - ((size - 1) % 8) : size;
    const to = Math.min(most, from + 8 * random.between(1, random.pick([2, 60, 185])));
    const back = random.chance(0.2) ? 8 * random.below(10) : 0;
    out.push({ from: Math.max(to === size ? 8 : 0, from - back), to });
    from = to;
  }
  const again = out.filter(() => random.chance(0.2));
  // The one that completes it must come once only: what follows would begin another.
  const all = [...out.slice(0, -1), ...again.filter(({ to }) => to !== size)];
  for (let i = all.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    const kept = all[i] as Cut;
    all[i] = all[other] as Cut;
    all[other] = kept;
  }
  const last = out[out.length - 1] as Cut;
  all.splice(random.below(all.length + 1), 0, last);
  return all;
}

function transportOf(random: Random, six: boolean): { transport: Uint8Array; proto: number } {
  const data = random.bytes(random.between(1, 6000));
  const ends = { sport: random.between(1024, 65535), dport: random.between(1, 1023) };
  const kind = random.below(3);
  if (kind === 0) return { transport: f.udp(ends, data), proto: 17 };
  if (kind === 1)
    return { transport: f.tcp({ ...ends, flags: "PA", seq: random.u32(), ack: 9 }, data), proto: 6 };
  if (six) return { transport: f.icmp6({ type: 128, code: 0 }, data), proto: 58 };
  return { transport: f.icmp({ type: 8, code: 0 }, data), proto: 1 };
}

describe("datagrams cut, turned round, overlapped and sent again", () => {
  it("make the packet that the whole datagram is", () => {
    for (let round = 0; round < 150; round++) {
      const random = new Random(seed, round);
      reset();
      const streams = Array.from({ length: random.between(1, 6) }, (_, index) => {
        const six = random.chance(0.5);
        const { transport, proto } = transportOf(random, six);
        const datagram = made(six, transport, proto, 100 + index);
        return { datagram, id: 100 + index, queue: cuts(random, datagram.bytes.length), complete: 0 };
      });
      while (streams.some(({ queue }) => queue.length !== 0)) {
        const stream = random.pick(streams.filter(({ queue }) => queue.length !== 0));
        const { from, to } = stream.queue.shift() as Cut;
        const { bytes, fragment, whole } = stream.datagram;
        const { datagram, notes } = arrive(
          fragment(stream.id, from, bytes.slice(from, to), to < bytes.length),
        );
        expect(notes & L.NOTE_FRAGMENT_OVERLAP).toBe(0);
        if (datagram === 0) continue;
        stream.complete += 1;
        if (stream.complete > 1) continue;
        const packet = entry.exports.whole(datagram);
        expect(packet).toBe(L.SCRATCH_PACKET_BASE);
        const seen = shown(packet);
        const counters = entry.bytes.slice(L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
        decode(f.ethernet({}, whole));
        entry.bytes.set(counters, L.COUNTERS_BASE);
        expect(seen, `round ${round}, ${stream.datagram.name}`).toEqual(shown(PACKET));
        expect(entry.view.getUint32(packet + L.PACKET_NOTES_OFFSET, true) & L.NOTE_BAD_L4_CHECKSUM).toBe(0);
      }
      for (const { complete } of streams) expect(complete).toBe(1);
      expect(counter(L.COUNTER_DATAGRAMS)).toBe(streams.length);
      expect(counter(L.COUNTER_DATAGRAMS_OVERLAP)).toBe(0);
      expect(counter(L.COUNTER_DATAGRAMS_EVICTED)).toBe(0);
    }
  });

  it("keep of bytes that differ the first, and tell", () => {
    for (let round = 0; round < 150; round++) {
      const random = new Random(seed, 1000 + round);
      reset();
      const six = random.chance(0.5);
      const size = 8 * random.between(4, 300);
      const datagram = made(six, f.udp({ sport: 4000, dport: 53 }, random.bytes(size - 8)), 17, 5);
      const first = new Array<number | undefined>(size).fill(undefined);
      let conflicts = 0;
      for (let count = 0; ; count++) {
        // Sooner or later the rest in order, so that it is whole.
        const hole = first.indexOf(undefined);
        const from = count > 20 ? hole - (hole % 8) : 8 * random.below(size / 8);
        const to = Math.min(from === 0 ? size - 8 : size, from + 8 * random.between(1, 80));
        const bytes = random.chance(0.3) ? random.bytes(to - from) : datagram.bytes.slice(from, to);
        const differs = bytes.some((byte, index) => (first[from + index] ?? byte) !== byte);
        bytes.forEach((byte, index) => {
          first[from + index] ??= byte;
        });
        const arrived = arrive(datagram.fragment(5, from, bytes, to < size));
        expect((arrived.notes & L.NOTE_FRAGMENT_OVERLAP) !== 0, `round ${round}`).toBe(differs);
        if (differs) conflicts += 1;
        expect(arrived.datagram !== 0).toBe(!first.includes(undefined));
        if (arrived.datagram === 0) continue;
        const at = arrived.datagram + L.DATAGRAM_HEADER_SIZE;
        expect([...entry.bytes.subarray(at, at + size)]).toEqual(first);
        break;
      }
      expect(counter(L.COUNTER_DATAGRAMS_OVERLAP)).toBe(conflicts);
    }
  });
});

describe.each([false, true])("a datagram (IPv6: %s)", (six) => {
  const plain = made(six, f.udp({ sport: 4000, dport: 53 }, f.filler(200)), 17, 7);
  const part = (from: number, to: number, id = 7): Uint8Array =>
    plain.fragment(id, from, plain.bytes.slice(from, to), to < plain.bytes.length);

  it("larger than is kept is inspected up to there", () => {
    const large = made(six, f.udp({ sport: 4000, dport: 53 }, f.filler(20_000)), 17, 7);
    let complete: Record<string, unknown> | undefined;
    for (let from = 0; from < large.bytes.length; from += 1000) {
      const bytes = large.bytes.slice(from, from + 1000);
      const { datagram } = arrive(large.fragment(7, from, bytes, from + 1000 < large.bytes.length));
      if (datagram === 0) continue;
      expect(complete).toBeUndefined();
      complete = shown(entry.exports.whole(datagram));
    }
    const kept = L.DATAGRAM_DATA_SIZE - 8;
    expect(complete?.["payload"]).toBe(Buffer.from(f.filler(20_000).subarray(0, kept)).toString("hex"));
    expect(complete?.["appBytes"]).toBe(20_000);
    expect(counter(L.COUNTER_DATAGRAMS)).toBe(1);
    expect(counter(L.COUNTER_DATAGRAMS_CUT)).toBe(1);
  });

  it("is forgotten when its time is over", () => {
    arrive(part(0, 80));
    expect(arrive(part(80, 208), SECOND * 40n).datagram).toBe(0);
    expect(arrive(part(0, 80), SECOND * 41n).datagram).not.toBe(0);
    expect(counter(L.COUNTER_DATAGRAMS_EVICTED)).toBe(0);
  });

  it("makes room for others, the oldest first", () => {
    reset({ datagramLimit: 4 });
    for (let id = 0; id < 5; id++) arrive(part(0, 80, id), SECOND + BigInt(id));
    expect(counter(L.COUNTER_DATAGRAMS_EVICTED)).toBe(1);
    expect(arrive(part(80, 208, 0)).datagram).toBe(0);
    for (let id = 2; id < 5; id++) expect(arrive(part(80, 208, id)).datagram, `${id}`).not.toBe(0);
    expect(counter(L.COUNTER_DATAGRAMS)).toBe(3);
  });

  it("of which bytes were not captured is never whole", () => {
    arrive(part(0, 80));
    const { datagram } = arrive(part(80, 208), SECOND, 120);
    expect(datagram).toBe(0);
    expect(arrive(part(80, 208)).datagram).not.toBe(0);
  });

  it("whose first fragment has no whole transport header is judged when it is there", () => {
    const tcp = made(six, f.tcp({ sport: 4000, dport: 80, flags: "PA", seq: 5, ack: 6 }, f.filler(40)), 6, 9);
    arrive(tcp.fragment(9, 0, tcp.bytes.slice(0, 8), true));
    const { datagram } = arrive(tcp.fragment(9, 8, tcp.bytes.slice(8), false));
    const packet = entry.exports.whole(datagram);
    expect(shown(packet)).toMatchObject({ appBytes: 40, payload: Buffer.from(f.filler(40)).toString("hex") });
    expect(entry.view.getUint32(packet + L.PACKET_NOTES_OFFSET, true) & L.NOTE_FRAGMENT_TINY).toBe(0);
  });

  it("with a second end is told, and ends where it was said first", () => {
    arrive(part(160, 208));
    const other = arrive(plain.fragment(7, 200, f.filler(16), false));
    expect(other.notes & L.NOTE_FRAGMENT_OVERLAP).not.toBe(0);
    const { datagram } = arrive(part(0, 160));
    expect(shown(entry.exports.whole(datagram))["appBytes"]).toBe(200);
  });

  it("with bytes behind its end is told", () => {
    arrive(plain.fragment(7, 208, f.filler(64), true));
    expect(arrive(part(160, 208)).notes & L.NOTE_FRAGMENT_OVERLAP).not.toBe(0);
    expect(arrive(part(0, 160)).datagram).not.toBe(0);
  });

  it("is not longer than a datagram can be", () => {
    expect(arrive(plain.fragment(7, 65_528, f.filler(64), false)).datagram).toBe(0);
    expect(entry.view.getUint32(L.INSPECT_BASE + R.INSPECT_DATAGRAMS_USED_OFFSET, true)).toBe(0);
  });

  it("with a wrong sum is marked, and nothing is counted twice", () => {
    const bytes = plain.bytes.slice();
    bytes[100] = (bytes[100] as number) ^ 1;
    arrive(plain.fragment(7, 0, bytes.slice(0, 104), true));
    const { datagram } = arrive(plain.fragment(7, 104, bytes.slice(104), false));
    const before = entry.bytes.slice(L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
    const packet = entry.exports.whole(datagram);
    expect(entry.view.getUint32(packet + L.PACKET_NOTES_OFFSET, true) & L.NOTE_BAD_L4_CHECKSUM).not.toBe(0);
    const after = entry.bytes.subarray(L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
    expect(Buffer.compare(before, after)).toBe(0);
  });

  it.each([
    [4, "IP in IP"],
    [41, "IPv6 in IP"],
    [47, "GRE"],
  ])("of protocol %i (%s) is not looked into", (proto) => {
    const inner = f.ipv4({ src: "1.1.1.1", dst: "2.2.2.2" }, f.udp({ sport: 1, dport: 2 }, f.filler(40)));
    const bytes = proto === 47 ? f.concat(f.u16(0), f.u16(0x0800), inner) : inner;
    const make = (offset: number, slice: Uint8Array, more: boolean): Uint8Array =>
      six
        ? f.ipv6(V6, f.ipv6Fragment({ id: 3, offset, more, proto }, slice))
        : f.ipv4({ ...V4, id: 3, offset, mf: more, proto }, slice);
    // Its first fragment is the tunnel's to the decoder: here, one that was cut too short for that.
    const outer = entry.bytes.slice(L.CREDIT_BASE, L.CREDIT_BASE + L.CREDIT_REGION_SIZE);
    const second = arrive(make(8, bytes.slice(8), false));
    expect(second.datagram).toBe(0);
    decode(f.ethernet({}, make(8, bytes.slice(0, 8), true)));
    entry.view.setUint32(PACKET + L.PACKET_FRAGMENT_OFFSET_OFFSET, 0, true);
    const datagram = entry.exports.collect(PACKET);
    const packet = entry.exports.whole(datagram);
    expect(entry.bytes[packet + L.PACKET_PROTO_OFFSET]).toBe(proto);
    expect(entry.view.getUint32(packet + L.PACKET_TUNNELS_OFFSET, true)).toBe(0);
    expect(counter(L.COUNTER_TUNNEL_DEPTH)).toBe(0);
    expect([...entry.bytes.subarray(L.CREDIT_BASE, L.CREDIT_BASE + L.CREDIT_REGION_SIZE)]).toEqual([
      ...outer,
    ]);
  });
});

describe("headers around a fragment", () => {
  it("IPv4 options are left out", () => {
    const datagram = made(false, f.udp({ sport: 4000, dport: 53 }, f.filler(100)), 17, 7);
    const options = new Uint8Array(8).fill(1);
    const make = (offset: number, part: Uint8Array, mf: boolean): Uint8Array =>
      f.ipv4({ ...V4, id: 7, offset, mf, proto: 17, options }, part);
    arrive(make(0, datagram.bytes.slice(0, 64), true));
    const { datagram: at } = arrive(make(64, datagram.bytes.slice(64), false));
    expect(shown(entry.exports.whole(at))["payload"]).toBe(Buffer.from(f.filler(100)).toString("hex"));
  });

  it("IPv6 extensions before the fragment header are left out, those behind it are stepped over", () => {
    const inner = f
      .ipv6(V6, f.ipv6Extension({ kind: 60 }, f.udp({ sport: 4000, dport: 53 }, f.filler(100))))
      .slice(40);
    const make = (offset: number, part: Uint8Array, more: boolean): Uint8Array =>
      f.ipv6(V6, f.ipv6Extension({ kind: 0 }, f.ipv6Fragment({ id: 7, offset, more, proto: 60 }, part)));
    arrive(make(0, inner.slice(0, 64), true));
    const { datagram } = arrive(make(64, inner.slice(64), false));
    const packet = entry.exports.whole(datagram);
    expect(shown(packet)).toMatchObject({
      appBytes: 100,
      payload: Buffer.from(f.filler(100)).toString("hex"),
    });
    expect(entry.bytes[packet + L.PACKET_PROTO_OFFSET]).toBe(17);
  });

  it("a wrong IPv4 header sum, or a length beyond the frame, keeps the fragment out", () => {
    const datagram = made(false, f.udp({ sport: 4000, dport: 53 }, f.filler(100)), 17, 7);
    const more = { ...V4, id: 7, mf: true, proto: 17 };
    arrive(f.ipv4({ ...more, checksum: 1 }, f.filler(64)));
    arrive(f.ipv4({ ...more, length: 500 }, f.filler(64)));
    arrive(datagram.fragment(7, 0, datagram.bytes.slice(0, 64), true));
    const last = arrive(datagram.fragment(7, 64, datagram.bytes.slice(64), false));
    expect(last.notes & L.NOTE_FRAGMENT_OVERLAP).toBe(0);
    expect(shown(entry.exports.whole(last.datagram))["payload"]).toBe(
      Buffer.from(f.filler(100)).toString("hex"),
    );
  });
});

describe("any frames at all", () => {
  it("are taken without a byte outside their places being written", () => {
    const random = new Random(seed, 77);
    reset({ datagramLimit: 4 });
    entry.bytes.fill(0x5a, L.DATAGRAMS_BASE + 4 * L.DATAGRAM_SIZE, L.DATAGRAMS_BASE + 5 * L.DATAGRAM_SIZE);
    for (let count = 0; count < 20_000; count++) {
      const size = random.below(400);
      const datagram = made(random.chance(0.5), f.udp({ sport: 1, dport: 2 }, random.bytes(8)), 17, 1);
      const offset = 8 * random.below(random.pick([4, 100, 8191]));
      const proto = random.pick([17, 17, 6, 1, 51, 60, 43, 4]);
      const packet = datagram.fragment(random.below(8), offset, random.bytes(size), random.chance(0.7));
      packet[packet[0] === 0x45 ? 9 : 6] = packet[0] === 0x45 || random.chance(0.05) ? proto : 44;
      if (random.chance(0.1)) packet[random.below(packet.length)] = random.below(256);
      const { datagram: at } = arrive(
        packet,
        SECOND + BigInt(count) * 1000n,
        random.chance(0.1) ? 34 : undefined,
      );
      if (at !== 0) entry.exports.whole(at);
    }
    const poison = entry.bytes.subarray(
      L.DATAGRAMS_BASE + 4 * L.DATAGRAM_SIZE,
      L.DATAGRAMS_BASE + 5 * L.DATAGRAM_SIZE,
    );
    expect(poison.every((byte) => byte === 0x5a)).toBe(true);
    expect(counter(L.COUNTER_DATAGRAMS)).toBeGreaterThan(20);
  });
});
