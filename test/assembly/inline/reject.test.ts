// What is made to reject: each packet byte for byte as the frame builder makes it, and read again by our own decoder;
// whom it goes to; what is never answered; and how many are made.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import {
  ethernet,
  filler,
  icmp,
  icmp6,
  icmp6Error,
  icmpEcho,
  icmpError,
  ipv4,
  ipv4Fragments,
  ipv6,
  sctp,
  type TcpOptions,
  tcp,
  text,
  udp,
  vlan,
} from "../../../examples/frame.js";
import { Core } from "../../support/core.js";
import { Bump, type Outcome } from "../../support/inline-verdicts.js";

const CLIENT_MAC = "02:00:00:00:00:0c";
const SERVER_MAC = "02:00:00:00:00:05";
const TO_SERVER = { src: CLIENT_MAC, dst: SERVER_MAC };
const TO_CLIENT = { src: SERVER_MAC, dst: CLIENT_MAC };
const V4 = { client: "192.0.2.7", server: "198.51.100.9" };
const V6 = { client: "2001:db8::7", server: "2001:db8:1::9" };

const all = (action: string, options = ""): string =>
  ["tcp", "udp", "icmp", "ip"]
    .map((proto, i) => `${action} ${proto} any any -> any any (msg:"all"; ${options}sid:${i + 1};)`)
    .join("\n");

/** A segment of the client's, and what is made of it: [reset to the client, reset to the server]. */
function segment(fields: Partial<TcpOptions>, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  return tcp({ sport: 4000, dport: 80, ...fields }, payload);
}
const back = (fields: Partial<TcpOptions>): Uint8Array =>
  tcp({ sport: 80, dport: 4000, window: 0, ...fields });
const on = (fields: Partial<TcpOptions>): Uint8Array => tcp({ sport: 4000, dport: 80, window: 0, ...fields });

/** Frames of both versions of IP, with and without tags. */
const carriers = [
  {
    name: "IPv4",
    there: (payload: Uint8Array) =>
      ethernet(TO_SERVER, ipv4({ src: V4.client, dst: V4.server, ttl: 17, tos: 8, id: 99 }, payload)),
    back: (payload: Uint8Array) =>
      ethernet(TO_CLIENT, ipv4({ src: V4.server, dst: V4.client, df: true }, payload)),
    on: (payload: Uint8Array) =>
      ethernet(TO_SERVER, ipv4({ src: V4.client, dst: V4.server, df: true }, payload)),
  },
  {
    name: "IPv4 with options, in two VLANs",
    there: (payload: Uint8Array) =>
      ethernet(
        TO_SERVER,
        vlan(
          { id: 7, tpid: 0x88a8 },
          vlan(
            { id: 5, priority: 3 },
            ipv4({ src: V4.client, dst: V4.server, options: Uint8Array.of(1, 1, 1, 1) }, payload),
          ),
        ),
      ),
    back: (payload: Uint8Array) =>
      ethernet(
        TO_CLIENT,
        vlan(
          { id: 7, tpid: 0x88a8 },
          vlan({ id: 5, priority: 3 }, ipv4({ src: V4.server, dst: V4.client, df: true }, payload)),
        ),
      ),
    on: (payload: Uint8Array) =>
      ethernet(
        TO_SERVER,
        vlan(
          { id: 7, tpid: 0x88a8 },
          vlan({ id: 5, priority: 3 }, ipv4({ src: V4.client, dst: V4.server, df: true }, payload)),
        ),
      ),
  },
  {
    name: "IPv6",
    there: (payload: Uint8Array) =>
      ethernet(TO_SERVER, ipv6({ src: V6.client, dst: V6.server, hopLimit: 3 }, payload)),
    back: (payload: Uint8Array) => ethernet(TO_CLIENT, ipv6({ src: V6.server, dst: V6.client }, payload)),
    on: (payload: Uint8Array) => ethernet(TO_SERVER, ipv6({ src: V6.client, dst: V6.server }, payload)),
  },
  {
    name: "IPv6 in a VLAN",
    there: (payload: Uint8Array) =>
      ethernet(TO_SERVER, vlan({ id: 9 }, ipv6({ src: V6.client, dst: V6.server }, payload))),
    back: (payload: Uint8Array) =>
      ethernet(TO_CLIENT, vlan({ id: 9 }, ipv6({ src: V6.server, dst: V6.client }, payload))),
    on: (payload: Uint8Array) =>
      ethernet(TO_SERVER, vlan({ id: 9 }, ipv6({ src: V6.client, dst: V6.server }, payload))),
  },
];

/** Our own decoder takes each for a packet without fault, of one flow. */
function readAgain(frames: readonly Uint8Array[]): void {
  const core = new Core();
  for (const frame of frames) core.push(frame);
  core.finish();
  const faults = [
    L.COUNTER_UNDECODED,
    L.COUNTER_BAD_IP_CHECKSUM,
    L.COUNTER_BAD_L4_CHECKSUM,
    L.COUNTER_BAD_HEADER,
    L.COUNTER_TRUNCATED,
    L.COUNTER_OFFLOADED,
  ];
  for (const fault of faults) expect(core.counter(fault)).toBe(0);
  expect(core.counter(L.COUNTER_PACKETS)).toBe(frames.length);
}

const made = ({ toClient, toServer }: Outcome): Uint8Array[] => [...toClient, ...toServer];

describe.each(carriers)("a reset over $name", ({ there, back: towardClient, on: towardServer }) => {
  const cases: [string, Uint8Array, Uint8Array, Uint8Array | undefined][] = [
    [
      "data",
      segment({ seq: 1000, ack: 5000, flags: "PA" }, text("GET /evil")),
      back({ seq: 5000, flags: "R" }),
      on({ seq: 1000, ack: 5000, flags: "RA" }),
    ],
    ["a SYN", segment({ seq: 1000, flags: "S" }), back({ ack: 1001, flags: "RA" }), undefined],
    [
      "a SYN with data",
      segment({ seq: 0xffffffff, flags: "S" }, filler(10)),
      back({ ack: 10, flags: "RA" }),
      undefined,
    ],
    [
      "a SYN-ACK",
      segment({ seq: 1000, ack: 5000, flags: "SA" }),
      back({ seq: 5000, flags: "R" }),
      on({ seq: 1000, ack: 5000, flags: "RA" }),
    ],
    [
      "a FIN without an ACK",
      segment({ seq: 1000, flags: "F" }, filler(3)),
      back({ ack: 1004, flags: "RA" }),
      on({ seq: 1000, flags: "R" }),
    ],
  ];
  it.each(cases)("answers %s to both ends", (_, packet, toClient, toServer) => {
    const bump = new Bump(all("reject"));
    const outcome = bump.client(there(packet));
    expect(outcome.passed).toBe(false);
    expect(outcome.toClient).toEqual([towardClient(toClient)]);
    expect(outcome.toServer).toEqual(toServer === undefined ? [] : [towardServer(toServer)]);
    readAgain(made(outcome));
    expect(bump.counter(L.COUNTER_INLINE_REJECTS)).toBe(made(outcome).length);
  });

  it("goes the other way for what the server sends", () => {
    const bump = new Bump(all("reject"));
    // The same frame, in at the other side: its source is there.
    const outcome = bump.server(there(segment({ seq: 1, ack: 2, flags: "A" })));
    expect(outcome.toServer).toEqual([towardClient(back({ seq: 2, flags: "R" }))]);
    expect(outcome.toClient).toEqual([towardServer(on({ seq: 1, ack: 2, flags: "RA" }))]);
  });

  it("goes only to the destination by rejectdst", () => {
    const outcome = new Bump(all("rejectdst")).client(there(segment({ seq: 1, ack: 2, flags: "A" })));
    expect(outcome.toClient).toEqual([]);
    expect(outcome.toServer).toHaveLength(1);
  });

  it("goes to both by rejectboth", () => {
    const outcome = new Bump(all("rejectboth")).client(there(segment({ seq: 1, ack: 2, flags: "A" })));
    expect(outcome.toClient).toHaveLength(1);
    expect(outcome.toServer).toHaveLength(1);
  });

  it("never answers a reset with a reset to who sent it", () => {
    const outcome = new Bump(all("reject")).client(there(segment({ seq: 1, ack: 2, flags: "RA" })));
    expect(outcome.passed).toBe(false);
    expect(outcome.toClient).toEqual([]);
  });

  it("answers whoever sends on in a flow that was rejected", () => {
    const bump = new Bump('reject tcp any any -> any any (msg:"evil"; content:"evil"; sid:1;)');
    bump.client(there(segment({ seq: 1000, ack: 5000, flags: "PA" }, text("evil"))));
    const again = bump.client(there(segment({ seq: 1004, ack: 5000, flags: "PA" }, text("more"))));
    expect(again).toEqual({
      passed: false,
      toClient: [towardClient(back({ seq: 5000, flags: "R" }))],
      toServer: [],
    });
  });
});

describe("an unreachable", () => {
  it("tells of a port for UDP over IPv4, with as much of the packet as 576 bytes hold", () => {
    const [{ there, back: toward }] = [carriers[0]!];
    for (const size of [0, 10, 520, 1400]) {
      const frame = there(udp({ sport: 1000, dport: 53 }, filler(size)));
      const outcome = new Bump(all("reject")).client(frame);
      const quote = Math.min(frame.length - 14, 576 - 28);
      const message = icmpError({ type: 3, code: 3, quote }, frame.subarray(14));
      expect(outcome).toEqual({ passed: false, toClient: [toward(message)], toServer: [] });
      readAgain(outcome.toClient);
    }
  });

  it("tells of a port for UDP over IPv6, with as much as 1,280 bytes hold", () => {
    const [{ there, back: toward }] = [carriers[3]!];
    for (const size of [0, 1100, 1400]) {
      const frame = there(udp({ sport: 1000, dport: 53 }, filler(size)));
      const outcome = new Bump(all("reject")).client(frame);
      const message = icmp6Error({ type: 1, code: 4 }, frame.subarray(18));
      expect(outcome).toEqual({ passed: false, toClient: [toward(message)], toServer: [] });
      readAgain(outcome.toClient);
    }
  });

  it("tells that it is prohibited for other protocols", () => {
    const four = carriers[0]!.there(icmpEcho({}));
    expect(new Bump(all("reject")).client(four).toClient).toEqual([
      carriers[0]!.back(icmpError({ type: 3, code: 13, quote: 9999 }, four.subarray(14))),
    ]);
    const six = carriers[2]!.there(sctp({ sport: 1, dport: 2 }, filler(20)));
    expect(new Bump(all("reject")).client(six).toClient).toEqual([
      carriers[2]!.back(icmp6Error({ type: 1, code: 1 }, six.subarray(14))),
    ]);
  });

  it("does not quote what pads a frame", () => {
    const packet = ipv4({ src: V4.client, dst: V4.server }, udp({ sport: 1, dport: 53 }, filler(4)));
    const [answer] = new Bump(all("reject")).client(ethernet({ ...TO_SERVER, pad: 60 }, packet)).toClient;
    expect(answer).toEqual(carriers[0]!.back(icmpError({ type: 3, code: 3, quote: 9999 }, packet)));
  });

  it("is about the first fragment, never about a later one", () => {
    const bump = new Bump(all("reject"));
    const datagram = udp({ sport: 1000, dport: 53 }, filler(2000));
    const [first, second] = ipv4Fragments({ src: V4.client, dst: V4.server, id: 3 }, datagram, 1200);
    expect(bump.client(ethernet(TO_SERVER, first!)).toClient).toHaveLength(1);
    expect(bump.client(ethernet(TO_SERVER, second!))).toEqual({ passed: false, toClient: [], toServer: [] });
    expect(bump.counter(L.COUNTER_INLINE_REJECTS_NONE)).toBe(1);
  });

  it("goes to nobody's destination: it did not send", () => {
    const outcome = new Bump(all("rejectdst")).client(carriers[0]!.there(udp({ sport: 1, dport: 2 })));
    expect(outcome).toEqual({ passed: false, toClient: [], toServer: [] });
  });
});

describe("what is never answered", () => {
  const inner = ipv4({ src: V4.server, dst: V4.client }, udp({ sport: 53, dport: 1 }, filler(20)));
  const inner6 = ipv6({ src: V6.server, dst: V6.client }, udp({ sport: 53, dport: 1 }, filler(20)));
  const datagram = udp({ sport: 1, dport: 53 }, filler(20));
  const four = (payload: Uint8Array, over: object = {}): Uint8Array =>
    ethernet(TO_SERVER, ipv4({ src: V4.client, dst: V4.server, ...over }, payload));
  const six = (payload: Uint8Array, over: object = {}): Uint8Array =>
    ethernet(TO_SERVER, ipv6({ src: V6.client, dst: V6.server, ...over }, payload));
  const cases: [string, Uint8Array][] = [
    ["an ICMP unreachable", four(icmpError({ type: 3 }, inner))],
    ["a source quench", four(icmpError({ type: 4, code: 0 }, inner))],
    ["a redirect", four(icmpError({ type: 5, code: 0 }, inner))],
    ["time exceeded", four(icmpError({ type: 11, code: 0 }, inner))],
    ["a parameter problem", four(icmpError({ type: 12, code: 0 }, inner))],
    ["an ICMPv6 error", six(icmp6Error({ type: 3, code: 0 }, inner6))],
    ["an ICMPv6 redirect", six(icmp6({ type: 137, code: 0 }, filler(40)))],
    ["a packet to a group", four(datagram, { dst: "224.0.0.251" })],
    ["a packet to all", four(datagram, { dst: "255.255.255.255" })],
    ["a packet from nobody", four(datagram, { src: "0.0.0.0" })],
    ["a packet from a group", four(datagram, { src: "239.1.1.1" })],
    ["a packet of the loopback", four(datagram, { src: "127.0.0.1" })],
    ["a packet to an IPv6 group", six(datagram, { dst: "ff02::1" })],
    ["a packet from ::", six(datagram, { src: "::" })],
    ["a packet from ::1", six(datagram, { src: "::1" })],
    ["a frame to all stations", ethernet({ ...TO_SERVER, dst: "ff:ff:ff:ff:ff:ff" }, inner)],
    ["a frame to a group of them", ethernet({ ...TO_SERVER, dst: "01:00:5e:00:00:01" }, inner)],
    ["a frame from a group", ethernet({ ...TO_SERVER, src: "03:00:00:00:00:01" }, inner)],
    ["a packet in a tunnel", four(inner, { proto: 4 })],
    ["a wrong checksum", four(tcp({ sport: 1, dport: 2, flags: "S", checksum: 0x1234 }))],
    ["a wrong header checksum", four(datagram, { checksum: 0x1234 })],
    ["a later fragment of TCP", four(filler(64), { proto: 6, offset: 1480 })],
  ];
  it.each(cases)("%s", (_, frame) => {
    const bump = new Bump(all("rejectboth"));
    const { toClient, toServer } = bump.client(frame);
    expect(toClient).toEqual([]);
    expect(toServer).toEqual([]);
    expect(bump.counter(L.COUNTER_INLINE_REJECTS)).toBe(0);
  });

  it("but an echo request, and an ICMPv6 one, are", () => {
    const bump = new Bump(all("reject"));
    expect(
      bump.client(four(icmp({ type: 8, rest: Uint8Array.of(0, 1, 0, 1) }, filler(8)))).toClient,
    ).toHaveLength(1);
    expect(bump.client(six(icmp6({ type: 128 }, filler(8)))).toClient).toHaveLength(1);
  });
});

describe("how many are made", () => {
  const frame = (port: number): Uint8Array => carriers[0]!.there(udp({ sport: port, dport: 53 }, filler(8)));

  it("is bounded by the rate, by packet time", () => {
    const bump = new Bump(all("reject"), { rejectRate: 10 });
    // A millisecond apart: what there is at first, and what ten a second bring in a tenth of one.
    const answers = Array.from({ length: 100 }, (_, i) => bump.client(frame(i)).toClient.length);
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(1));
    expect(answers.reduce((sum, one) => sum + one, 0)).toBe(10);
    expect(bump.counter(L.COUNTER_INLINE_REJECTS_LIMITED)).toBe(90);
    bump.timeNs += 500_000_000n;
    const later = Array.from({ length: 20 }, (_, i) => bump.client(frame(1000 + i)).toClient.length);
    expect(later.reduce((sum, one) => sum + one, 0)).toBe(6);
    // Nothing is dropped less for it.
    expect(bump.counter(L.COUNTER_INLINE_DROPPED)).toBe(120);
  });

  it("gives no more than a second's worth after a long time, and none for time that goes back", () => {
    const bump = new Bump(all("reject"), { rejectRate: 5 });
    bump.timeNs += 1_000_000_000_000n;
    const many = (): number =>
      Array.from({ length: 20 }, (_, i) => bump.client(frame(i)).toClient.length).reduce((a, b) => a + b, 0);
    expect(many()).toBe(5);
    bump.timeNs -= 900_000_000_000n;
    expect(many()).toBe(0);
    bump.timeNs += 300_000_000n;
    expect(many()).toBe(1);
  });

  it("is none at all with a rate of 0", () => {
    const bump = new Bump(all("reject"), { rejectRate: 0 });
    expect(bump.client(frame(1))).toEqual({ passed: false, toClient: [], toServer: [] });
  });

  it("is none where a ring has no room, and that is counted", () => {
    const bump = new Bump(all("reject"), {}, { rings: { txSlots: 1 } });
    const { core, rig } = bump;
    core.view.setUint32(rig.txSlot(0, 0), 1, true);
    rig.receive(0, frame(1));
    expect(rig.forward(0).taken).toBe(1);
    expect(core.counter(L.COUNTER_INLINE_REJECTS_FULL)).toBe(1);
  });
});
