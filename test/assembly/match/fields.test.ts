// Header fields: each op over frames that carry the field, and over one that does not.

import { beforeAll, describe, expect, it } from "vitest";
import * as M from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { Bench, POISONS, type TestOp } from "./option-program.js";

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});

const V4 = { src: "10.0.0.1", dst: "10.0.0.2" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const PORTS = { sport: 4000, dport: 80 };
const NEGATED = R.OP_FLAG_NEGATED;
const DATA = f.filler(10);

const tcp4 = (tcp: Partial<Parameters<typeof f.tcp>[0]> = {}, ip: Partial<f.Ipv4Options> = {}): Uint8Array =>
  f.ethernet({}, f.ipv4({ ...V4, ...ip }, f.tcp({ ...PORTS, ...tcp }, DATA)));
const udp4 = f.ethernet({}, f.ipv4(V4, f.udp(PORTS, DATA)));
const udp6 = f.ethernet({}, f.ipv6(V6, f.udp(PORTS, DATA)));

/** Whether the op holds for the frame, cut to `captured` bytes, the same whatever lies behind it. */
function asks(frame: Uint8Array, op: TestOp, captured = frame.length): boolean {
  const { bytes, exports } = bench.entry;
  const answers = POISONS.map((poison) => {
    bench.blank();
    bytes.fill(poison, bench.frame - 64, bench.frame + frame.length + 256);
    bytes.set(frame.subarray(0, captured), bench.frame);
    exports.decodeFrame(bench.packet, bench.frame, captured);
    return bench.run([op]);
  });
  if (new Set(answers).size !== 1) throw new Error(`bytes around the frame change the answer: ${answers}`);
  return answers[0]!;
}

const F = 1;
const S = 2;
const A = 16;
const CWR = 128;

describe("flags", () => {
  it.each<[string, number, number, number, boolean]>([
    ["S", S, R.MODE_EXACT, 0, true],
    ["SA", S, R.MODE_EXACT, 0, false],
    ["SA", S | A, R.MODE_EXACT, 0, true],
    ["SA", S, R.MODE_ALL, 0, true],
    ["A", S | A, R.MODE_ALL, 0, false],
    ["A", S | A, R.MODE_ANY, 0, true],
    ["F", S | A, R.MODE_ANY, 0, false],
    ["F", S, R.MODE_NOT, 0, true],
    ["S", S, R.MODE_NOT, 0, false],
    ["S", S | F, R.MODE_NOT, 0, true],
    ["SF", S | F, R.MODE_NOT, 0, false],
    ["", 0, R.MODE_EXACT, 0, true],
    ["A", 0, R.MODE_EXACT, 0, false],
    ["S", S, 9, 0, false],
  ])("of %j: %i mode %i but %i: %s", (flags, a, b, c, wanted) => {
    expect(asks(tcp4({ flags: f.tcpFlags(flags) }), { code: R.OP_FLAGS, a, b, c })).toBe(wanted);
  });

  it("leaves out those that are not looked at, and the ninth", () => {
    const op = { code: R.OP_FLAGS, a: S, b: R.MODE_EXACT };
    expect(asks(tcp4({ flags: S | CWR }), op)).toBe(false);
    expect(asks(tcp4({ flags: S | CWR }), { ...op, c: CWR | 64 })).toBe(true);
    expect(asks(tcp4({ flags: S | 256 }), op)).toBe(true);
  });
});

const value = (code: number, a: number, flags = 0): TestOp => ({ code, a, flags });
const range = (code: number, a: number, b: number, flags = 0): TestOp => ({ code, a, b, flags });

describe("one value", () => {
  const numbers = { seq: 0xfffffff0, ack: 7, window: 512 };
  const header = { id: 242, ttl: 64, tos: 16 };
  it.each<[string, TestOp, boolean]>([
    ["seq", value(R.OP_SEQ, 0xfffffff0 | 0), true],
    ["seq", value(R.OP_SEQ, 1), false],
    ["ack", value(R.OP_ACK, 7), true],
    ["ack", value(R.OP_ACK, 7, NEGATED), false],
    ["window", value(R.OP_WINDOW, 512), true],
    ["window", value(R.OP_WINDOW, 513, NEGATED), true],
    ["id", value(R.OP_IP_ID, 242), true],
    ["id", value(R.OP_IP_ID, 243), false],
    ["tos", value(R.OP_TOS, 16), true],
    ["tos", value(R.OP_TOS, 4, NEGATED), true],
    ["ttl", range(R.OP_TTL, 64, 64), true],
    ["ttl", range(R.OP_TTL, 0, 63), false],
    ["ttl", range(R.OP_TTL, 0, 63, NEGATED), true],
    ["ip_proto", range(R.OP_IP_PROTO, 6, 6), true],
    ["ip_proto", range(R.OP_IP_PROTO, 17, 17), false],
    ["ip_proto", range(R.OP_IP_PROTO, 17, 255, NEGATED), true],
  ])("%s %j: %s", (_, op, wanted) => {
    expect(asks(tcp4({ flags: A, ...numbers }, header), op)).toBe(wanted);
  });

  it.each([R.OP_SEQ, R.OP_ACK, R.OP_WINDOW, R.OP_FLAGS])("op %i: UDP has none", (code) => {
    expect(asks(udp4, { code, a: 0, b: R.MODE_EXACT })).toBe(false);
    expect(asks(udp4, { code, a: 1, b: R.MODE_NOT, flags: NEGATED })).toBe(false);
  });

  it("a TCP header cut short has none", () => {
    const frame = tcp4({ window: 512 });
    expect(asks(frame, value(R.OP_WINDOW, 512))).toBe(true);
    expect(asks(frame, value(R.OP_WINDOW, 512), 14 + 20 + 15)).toBe(false);
  });

  it("of IPv6: hop limit and class, no identification without a fragment header", () => {
    const frame = f.ethernet({}, f.ipv6({ ...V6, hopLimit: 3, trafficClass: 16 }, f.udp(PORTS, DATA)));
    expect(asks(frame, range(R.OP_TTL, 3, 3))).toBe(true);
    expect(asks(frame, value(R.OP_TOS, 16))).toBe(true);
    expect(asks(frame, value(R.OP_IP_ID, 0))).toBe(false);
    expect(asks(frame, value(R.OP_IP_ID, 5, NEGATED))).toBe(false);
    expect(asks(frame, { code: R.OP_FRAGBITS, a: 1, b: R.MODE_NOT })).toBe(false);
  });
});

describe("fragments", () => {
  const bits = (a: number, b: number, c = 0): TestOp => ({ code: R.OP_FRAGBITS, a, b, c });
  it.each<[Partial<f.Ipv4Options>, TestOp, boolean]>([
    [{ df: true }, bits(2, R.MODE_EXACT), true],
    [{ df: false }, bits(2, R.MODE_EXACT), false],
    [{ df: false }, bits(2, R.MODE_NOT), true],
    [{ df: false, mf: true }, bits(1, R.MODE_EXACT), true],
    [{ df: true, mf: true }, bits(1, R.MODE_EXACT), false],
    [{ df: true, mf: true }, bits(1, R.MODE_ALL), true],
    [{ df: true, mf: true }, bits(1, R.MODE_EXACT, 2), true],
    [{ df: true, mf: true }, bits(5, R.MODE_ANY), true],
    [{ df: true }, bits(4, R.MODE_ANY), false],
    [{ df: false, mf: true }, range(R.OP_FRAGOFFSET, 0, 0), true],
    [{ df: false, mf: true, offset: 64 }, range(R.OP_FRAGOFFSET, 8, 8), true],
    [{ df: false, offset: 64 }, range(R.OP_FRAGOFFSET, 1, 0x7ffffffe), true],
    [{ df: false, offset: 64 }, range(R.OP_FRAGOFFSET, 0, 0, NEGATED), true],
    [{ df: false, offset: 64 }, bits(1, R.MODE_ANY), false],
  ])("%j %j: %s", (ip, op, wanted) => {
    expect(asks(tcp4({}, ip), op)).toBe(wanted);
  });

  it("the reserved bit", () => {
    const frame = tcp4({}, { df: false });
    expect(asks(frame, bits(4, R.MODE_ANY))).toBe(false);
    frame[14 + 6]! |= 0x80;
    expect(asks(frame, bits(4, R.MODE_ANY))).toBe(true);
    expect(asks(frame, bits(4, R.MODE_EXACT))).toBe(true);
  });

  it("of IPv6", () => {
    const fragment = f.ipv6Fragment({ id: 99, offset: 16, more: true, proto: 17 }, f.filler(24));
    const frame = f.ethernet({}, f.ipv6({ ...V6, proto: 44 }, fragment));
    expect(asks(frame, bits(1, R.MODE_EXACT))).toBe(true);
    expect(asks(frame, range(R.OP_FRAGOFFSET, 2, 2))).toBe(true);
    expect(asks(frame, value(R.OP_IP_ID, 99))).toBe(true);
  });
});

describe("ipopts", () => {
  const option = (a: number): TestOp => ({ code: R.OP_IPOPTS, a });
  it.each<[string, number, boolean]>([
    ["0704000000000000", 7, true],
    ["0107040000000000", 7, true],
    ["0107040000000000", 1, true],
    ["0107040000000000", 0, true],
    ["0107040000000000", 131, false],
    ["0107040000000000", R.IPOPTS_ANY, true],
    // Behind the end of the list there is nothing.
    ["0007040000000000", 7, false],
    // Lengths that lie: nothing behind them is looked at.
    ["8300070400000000", 7, false],
    ["8301070400000000", 7, false],
    ["83ff070400000000", 7, false],
    ["83ff070400000000", 131, true],
    ["0101010101010107", 7, true],
  ])("%s has %i: %s", (options, a, wanted) => {
    expect(asks(tcp4({}, { options: f.hex(options) }), option(a))).toBe(wanted);
  });

  it("a header without, one that is cut, and IPv6", () => {
    expect(asks(tcp4(), option(R.IPOPTS_ANY))).toBe(false);
    const frame = tcp4({}, { options: f.hex("0101010101010107") });
    expect(asks(frame, option(7), 14 + 27)).toBe(false);
    expect(asks(frame, option(7), 14 + 28)).toBe(true);
    expect(asks(frame, option(R.IPOPTS_ANY), 14 + 20)).toBe(false);
    expect(asks(udp6, option(R.IPOPTS_ANY))).toBe(false);
    expect(asks(udp6, { ...option(R.IPOPTS_ANY), flags: NEGATED })).toBe(false);
  });
});

describe("sameip", () => {
  it.each<[string, Uint8Array, boolean]>([
    ["IPv4, other", udp4, false],
    ["IPv4, same", f.ethernet({}, f.ipv4({ src: "10.0.0.1", dst: "10.0.0.1" }, f.udp(PORTS, DATA))), true],
    ["IPv6, other", udp6, false],
    [
      "IPv6, same",
      f.ethernet({}, f.ipv6({ src: "2001:db8::1", dst: "2001:db8::1" }, f.udp(PORTS, DATA))),
      true,
    ],
  ])("%s: %s", (_, frame, wanted) => {
    expect(asks(frame, { code: R.OP_SAMEIP })).toBe(wanted);
  });
});

describe("ICMP", () => {
  const echo = f.ethernet({}, f.ipv4(V4, f.icmpEcho({ id: 0x1234, sequence: 9 }, DATA)));
  const reply = f.ethernet({}, f.ipv4(V4, f.icmpEcho({ id: 0x1234, sequence: 9, reply: true }, DATA)));
  const echo6 = f.ethernet({}, f.ipv6(V6, f.icmp6Echo({ id: 0x1234, sequence: 9 }, DATA)));
  const unreachable = f.ethernet({}, f.ipv4(V4, f.icmp({ type: 3, code: 1, rest: f.hex("12340009") }, DATA)));
  it.each<[string, Uint8Array, TestOp, boolean]>([
    ["echo", echo, range(R.OP_ITYPE, 8, 8), true],
    ["echo", echo, range(R.OP_ITYPE, 9, 255), false],
    ["echo", echo, range(R.OP_ITYPE, 9, 255, NEGATED), true],
    ["reply", reply, range(R.OP_ITYPE, 0, 0), true],
    ["unreachable", unreachable, range(R.OP_ITYPE, 3, 3), true],
    ["unreachable", unreachable, range(R.OP_ICODE, 1, 1), true],
    ["unreachable", unreachable, range(R.OP_ICODE, 0, 0), false],
    ["echo", echo, value(R.OP_ICMP_ID, 0x1234), true],
    ["echo", echo, value(R.OP_ICMP_ID, 0x1235), false],
    ["echo", echo, value(R.OP_ICMP_SEQ, 9), true],
    ["reply", reply, value(R.OP_ICMP_SEQ, 9), true],
    ["echo6", echo6, range(R.OP_ITYPE, 128, 128), true],
    ["echo6", echo6, value(R.OP_ICMP_ID, 0x1234), true],
    ["echo6", echo6, value(R.OP_ICMP_SEQ, 9), true],
    // What is there is no identifier.
    ["unreachable", unreachable, value(R.OP_ICMP_ID, 0x1234), false],
    ["UDP", udp4, range(R.OP_ITYPE, 0, 255), false],
    ["UDP", udp4, range(R.OP_ICODE, 1, 255, NEGATED), false],
    ["UDP", udp4, value(R.OP_ICMP_ID, 1, NEGATED), false],
  ])("%s %j: %s", (_, frame, op, wanted) => {
    expect(asks(frame, op)).toBe(wanted);
  });

  it.each([
    [R.OP_ITYPE, 2],
    [R.OP_ICODE, 2],
    [R.OP_ICMP_ID, 6],
    [R.OP_ICMP_SEQ, 8],
  ])("op %i needs %i bytes of the header", (code, size) => {
    const op = { code, a: code === R.OP_ITYPE ? 8 : code === R.OP_ICMP_ID ? 0x1234 : 9, b: 255 };
    if (code === R.OP_ICODE) op.a = 0;
    expect(asks(echo, op, 14 + 20 + size)).toBe(true);
    expect(asks(echo, op, 14 + 20 + size - 1)).toBe(false);
  });
});

describe("dsize", () => {
  const dsize = (least: number, most: number, flags = 0): TestOp => range(R.OP_DSIZE, least, most, flags);
  it.each<[string, Uint8Array, TestOp, boolean]>([
    ["TCP", tcp4(), dsize(10, 10), true],
    ["TCP", tcp4(), dsize(11, 0x7ffffffe), false],
    ["TCP", tcp4(), dsize(10, 10, NEGATED), false],
    ["TCP without", f.ethernet({}, f.ipv4(V4, f.tcp(PORTS))), dsize(0, 0), true],
    ["padded", f.ethernet({ pad: 60 }, f.ipv4(V4, f.udp(PORTS, f.filler(3)))), dsize(3, 3), true],
    ["UDP", udp4, dsize(10, 10), true],
    ["UDP over IPv6", udp6, dsize(10, 10), true],
    ["ICMP", f.ethernet({}, f.ipv4(V4, f.icmpEcho({}, DATA))), dsize(10, 10), true],
    ["ICMPv6", f.ethernet({}, f.ipv6(V6, f.icmp6Echo({}, DATA))), dsize(10, 10), true],
  ])("%s %j: %s", (_, frame, op, wanted) => {
    expect(asks(frame, op)).toBe(wanted);
  });

  it("is what the packet had, not what was captured of it", () => {
    const frame = tcp4();
    const { bytes, view } = bench.entry;
    bytes.set(frame, bench.frame);
    bench.blank();
    bench.entry.exports.decodeFrame(bench.packet, bench.frame, frame.length);
    expect(view.getUint32(bench.packet + M.PACKET_APP_BYTES_OFFSET, true)).toBe(10);
    view.setUint32(bench.packet + M.PACKET_PAYLOAD_SIZE_OFFSET, 2, true);
    expect(bench.run([dsize(10, 10)])).toBe(true);
  });
});
