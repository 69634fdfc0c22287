// Rules over datagrams in fragments, IPv4 and IPv6: what lies across fragments is found, once, and so is what overlaps.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();
const ATTACK = 'alert udp any any -> any 53 (content:"long attack over fragments"; sid:1;)';
const PAYLOAD = `${"-".repeat(20)}long attack over fragments${"-".repeat(30)}`;

function fragments(version: 4 | 6, payload = PAYLOAD, size = 16): Uint8Array[] {
  const datagram = f.udp({ sport: 9, dport: 53 }, f.text(payload));
  if (version === 4) {
    const ends = { src: "10.0.0.1", dst: "10.0.0.2", id: 77 };
    return f.ipv4Fragments(ends, datagram, size).map((packet) => f.ethernet({}, packet));
  }
  const ends = { src: "2001:db8::1", dst: "2001:db8::2", id: 77 };
  return f.ipv6Fragments(ends, datagram, size).map((packet) => f.ethernet({}, packet));
}

const rotated = <T>(list: readonly T[], by: number): T[] => [...list.slice(by), ...list.slice(0, by)];

describe.each([4, 6] as const)("a datagram in fragments of IPv%i", (version) => {
  it("is found whatever the order, with the fragment that makes it whole", () => {
    const parts = fragments(version);
    expect(parts.length).toBeGreaterThan(4);
    const orders = [parts, parts.toReversed(), ...parts.map((_, n) => rotated(parts, n))];
    for (const order of orders) {
      core.begin(ATTACK);
      expect(core.sids(...order.slice(0, -1))).toEqual([]);
      const [alert, ...more] = core.send(order.at(-1)!);
      expect(more).toEqual([]);
      expect(alert).toMatchObject({
        sid: 1,
        bits: R.ALERT_BIT_REASSEMBLED | R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR,
        sport: 9,
        dport: 53,
        proto: 17,
        l4: R.ALERT_OFFSET_NONE,
        payload: R.ALERT_OFFSET_NONE,
        payloadSize: PAYLOAD.length,
        frame: order.at(-1),
        origPackets: parts.length,
      });
      expect(core.counter(L.COUNTER_DATAGRAMS)).toBe(1);
    }
  });

  it("is looked at again when it is sent again", () => {
    core.begin(ATTACK);
    expect(core.sids(...fragments(version), ...fragments(version))).toEqual([1, 1]);
  });

  it("without its pattern, or not whole, gives nothing", () => {
    core.begin(ATTACK);
    expect(core.sids(...fragments(version, "-".repeat(80)))).toEqual([]);
    expect(core.sids(...fragments(version).slice(1))).toEqual([]);
  });

  it("is one packet to rules without a pattern, though each fragment is one", () => {
    core.begin("alert ip any any -> any any (sid:2;)\nalert udp any any -> any 53 (dsize:>70; sid:3;)");
    const parts = fragments(version);
    const told = parts.map((frame) => core.sids(frame));
    expect(told.at(-1)).toEqual([2, 3]);
    expect(told.slice(0, -1).flat()).toEqual(parts.slice(1).map(() => 2));
  });

  it("is told of by what its fragments' own headers say", () => {
    core.begin(
      "alert ip any any -> any any (fragbits:M; fragoffset:0; sid:2;)\n" +
        "alert ip any any -> any any (fragoffset:>0; sid:3;)",
    );
    const parts = fragments(version);
    expect(core.sids(...parts)).toEqual([2, ...parts.slice(1).map(() => 3)]);
  });

  it("with other bytes in an overlap has a finding, told once", () => {
    core.begin(`${ATTACK}\nalert ip any any -> any any (finding:fragment-overlap; sid:9;)`);
    const [first, second, ...rest] = fragments(version);
    const [, other] = fragments(version, PAYLOAD.replaceAll("o", "0"));
    // Each fragment is looked at as it comes: rules that ask for a finding tell it then.
    expect(core.sids(first!, second!, other!, ...rest)).toEqual([9, 1]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_FRAGMENT_OVERLAP)).toBe(1);
  });

  it("with the overlap in its last fragment tells finding and pattern once", () => {
    core.begin(`${ATTACK}\nalert ip any any -> any any (finding:fragment-overlap; sid:9;)`);
    const parts = fragments(version);
    const ends = { src: "10.0.0.1", dst: "10.0.0.2", id: 77, proto: 17 };
    const ends6 = { src: "2001:db8::1", dst: "2001:db8::2" };
    const place = parts.length * 16 - 32;
    const whole = f.concat(f.u16(9), f.u16(53), f.u16(0), f.u16(0), f.text(PAYLOAD));
    const last = whole.slice(place);
    last[0] = 0x21;
    const overlapping =
      version === 4
        ? f.ipv4({ ...ends, offset: place }, last)
        : f.ipv6(ends6, f.ipv6Fragment({ id: 77, offset: place, proto: 17 }, last));
    expect(core.sids(...parts.slice(0, -1), f.ethernet({}, overlapping))).toEqual([1, 9]);
  });
});

describe("a TCP segment in fragments", () => {
  it("is put in its stream, and told once", () => {
    core.begin('alert tcp any any -> any any (content:"attack across everything"; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("an attack acr"));
    const ends = { src: "10.0.0.1", dst: "10.0.0.2", id: 5 };
    const parts = f
      .ipv4Fragments(ends, talk.segment("c", "oss everything, sent in fragments"), 24)
      .map((packet) => f.ethernet({}, packet));
    expect(parts.length).toBeGreaterThan(2);
    expect(core.sids(...parts.slice(0, -1))).toEqual([]);
    const [alert] = core.send(parts.at(-1)!);
    expect(alert!.bits & (R.ALERT_BIT_STREAM | R.ALERT_BIT_REASSEMBLED)).toBe(
      R.ALERT_BIT_STREAM | R.ALERT_BIT_REASSEMBLED,
    );
    expect(core.sids(talk.c("."))).toEqual([]);
  });

  it("whose first fragment has all of the pattern is told once", () => {
    core.begin('alert tcp any any -> any any (content:"attack"; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open());
    const segment = talk.segment("c", `attack${"-".repeat(60)}`);
    const parts = f.ipv4Fragments({ src: "10.0.0.1", dst: "10.0.0.2", id: 5 }, segment, 40);
    expect(core.sids(...parts.map((packet) => f.ethernet({}, packet)))).toEqual([1]);
  });

  it("with a request in pieces is read as HTTP", () => {
    core.begin('alert http any any -> any any (http.uri; content:"/winnt/cmd.exe"; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open());
    const segment = talk.segment("c", "GET /scripts/..%255c../winnt/cmd.exe HTTP/1.0\r\n\r\n");
    const parts = f.ipv4Fragments({ src: "10.0.0.1", dst: "10.0.0.2", id: 5 }, segment, 24);
    expect(core.sids(...parts.map((packet) => f.ethernet({}, packet)))).toEqual([1]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_HTTP_DOUBLE_ENCODE)).toBe(1);
  });
});
