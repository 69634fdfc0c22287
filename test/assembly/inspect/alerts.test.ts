// The ring of alerts, field by field: what a packet, its flow and its rule are in it.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { pcapBytes } from "../../../examples/pcap-writer.js";
import { feed } from "../../support/feed.js";
import { RulesCore, START_NS } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const RULE = 'alert tcp any any -> any any (msg:"m"; content:"attack"; sid:7; gid:3; rev:5;)';
const core = new RulesCore();

describe("an alert", () => {
  it("tells rule, packet and flow of a TCP segment", () => {
    core.begin(RULE);
    const talk = new Conversation();
    for (const frame of talk.open()) expect(core.send(frame)).toEqual([]);
    const frame = talk.c("an attack here", { ttl: 61, tos: 16, id: 77 });
    const [alert, ...more] = core.send(frame, { timeNs: 5_000_000_123n });
    expect(more).toEqual([]);
    const before = talk.open().reduce((sum, { length }) => sum + length, 0);
    expect(alert).toEqual({
      sequence: 1,
      timeNs: 5_000_000_123n,
      packetIndex: 4,
      rule: 0,
      generation: 1,
      sid: 7,
      gid: 3,
      rev: 5,
      kind: R.ALERT_KIND_ALERT,
      action: R.ACTION_ALERT,
      bits: R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR,
      captured: frame.length,
      wire: frame.length,
      link: 1,
      l3: 14,
      l4: 34,
      payload: 54,
      payloadSize: 14,
      source: "10.0.0.1",
      destination: "10.0.0.2",
      sport: 4000,
      dport: 80,
      proto: 6,
      family: L.KIND_IPV4,
      input: 0,
      flowStartNs: START_NS + 1_000_000n,
      flowFirstFrame: 1,
      findings: alert!.findings,
      origPackets: 3,
      respPackets: 1,
      origBytes: before - 54 + frame.length,
      respBytes: 54,
      vlan: L.VLAN_NONE,
      cause: R.CAUSE_UNKNOWN,
      key: [4000, 80, 6, L.KIND_IPV4, 0],
      frame,
    });
    const signature = 1n << BigInt(L.FINDING_SIGNATURE);
    expect(alert!.findings & signature).toBe(signature);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(1);
    expect(core.ruleState(7, R.RULE_STATE_ALERTS_OFFSET)).toBe(1);
    expect(core.ruleState(7, R.RULE_STATE_MATCHES_OFFSET)).toBe(1);
    expect(core.ruleState(7, R.RULE_STATE_STEPS_OFFSET)).toBeGreaterThan(0);
  });

  it("tells an answer as sent, whichever end sorts lower", () => {
    core.begin(RULE);
    const talk = new Conversation({ client: "10.0.0.9", server: "10.0.0.2" });
    for (const frame of talk.open()) core.send(frame);
    const [alert] = core.send(talk.s("attack"));
    expect(alert).toMatchObject({
      source: "10.0.0.2",
      destination: "10.0.0.9",
      sport: 80,
      dport: 4000,
      bits: 0,
      origPackets: 2,
      respPackets: 2,
    });
    expect(core.send(talk.c("attack"))[0]).toMatchObject({
      source: "10.0.0.9",
      bits: R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR,
    });
  });

  it("tells IPv6", () => {
    core.begin(RULE);
    const talk = new Conversation({ client: "2001:db8::1", server: "2001:db8::2" });
    for (const frame of talk.open()) core.send(frame);
    const [alert] = core.send(talk.c("attack"));
    expect(alert).toMatchObject({
      source: "2001:db8::1",
      destination: "2001:db8::2",
      family: L.KIND_IPV6,
      l3: 14,
      l4: 54,
      payload: 74,
      payloadSize: 6,
    });
  });

  it("tells UDP, with VLAN tags and padding", () => {
    core.begin('alert udp any any -> any 53 (content:"attack"; sid:1;)');
    const packet = f.ipv4(
      { src: "10.0.0.1", dst: "10.0.0.2" },
      f.udp({ sport: 9, dport: 53 }, f.text("attack")),
    );
    const frame = f.ethernet({ pad: 80 }, f.vlan({ id: 5 }, f.vlan({ id: 6 }, packet)));
    const [alert] = core.send(frame);
    expect(alert).toMatchObject({
      proto: 17,
      sport: 9,
      dport: 53,
      vlan: 5,
      l3: 22,
      l4: 42,
      payload: 50,
      payloadSize: 6,
      captured: 80,
      origPackets: 1,
      respPackets: 0,
      key: [9, 53, 17, L.KIND_IPV4, 0],
      frame,
    });
  });

  it("tells type and code of ICMP in the place of ports", () => {
    core.begin('alert icmp any any -> any any (content:"attack"; sid:1;)');
    const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
    const [echo] = core.send(f.ethernet({}, f.ipv4(ends, f.icmpEcho({ id: 3 }, f.text("attack")))));
    expect(echo).toMatchObject({ proto: 1, sport: 8, dport: 0, l4: 34, payloadSize: 6 });
    const odd = f.icmp({ type: 5, code: 2 }, f.text("an attack"));
    expect(core.send(f.ethernet({}, f.ipv4(ends, odd)))[0]).toMatchObject({ sport: 5, dport: 2 });
    const ends6 = { src: "2001:db8::1", dst: "2001:db8::2" };
    const [reply] = core.send(f.ethernet({}, f.ipv6(ends6, f.icmp6Echo({ reply: true }, f.text("attack")))));
    expect(reply).toMatchObject({ proto: 58, sport: 129, dport: 0, source: "2001:db8::1" });
  });

  it("tells other protocols over IP without ports", () => {
    core.begin('alert ip any any -> any any (content:"attack"; sid:1;)');
    const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
    const [odd] = core.send(f.ethernet({}, f.ipv4({ ...ends, proto: 99 }, f.text("an attack"))));
    expect(odd).toMatchObject({ proto: 99, sport: 0, dport: 0 });
    const [sctp] = core.send(
      f.ethernet(
        {},
        f.ipv4(ends, f.sctp({ sport: 7, dport: 8 }, f.sctpChunk({ type: 0 }, f.text("attack")))),
      ),
    );
    expect(sctp).toMatchObject({ proto: 132, sport: 7, dport: 8 });
  });

  it("tells the innermost packet of a tunnel, and the whole frame", () => {
    core.begin(RULE);
    const talk = new Conversation();
    const inner = talk.packet("c", "attack");
    const frame = f.ethernet({}, f.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }, f.gre({}, inner)));
    const [alert] = core.send(frame);
    expect(alert).toMatchObject({ source: "10.0.0.1", sport: 4000, l3: 38, l4: 58, payload: 78, frame });
  });

  it("tells frames without a link layer, from whatever input", () => {
    core.begin(RULE);
    const packet = new Conversation().packet("c", "attack");
    expect(core.send(packet, { link: 101 })[0]).toMatchObject({ link: 101, l3: 0, l4: 20, frame: packet });
  });

  it("keeps as much of a long frame as there is room for, and counts that", () => {
    core.begin(RULE);
    const talk = new Conversation();
    const room = L.ALERT_SIZE - R.ALERT_FRAME_OFFSET;
    const fits = talk.c(`attack${"x".repeat(room - 60)}`);
    expect(fits.length).toBe(room);
    expect(core.send(fits)[0]).toMatchObject({ frame: fits, captured: room });
    expect(core.counter(L.COUNTER_ALERTS_CUT)).toBe(0);
    const long = talk.c(`attack${"x".repeat(room - 59)}`);
    const [alert] = core.send(long);
    expect(alert).toMatchObject({ captured: room + 1, wire: room + 1, payloadSize: room - 53 });
    expect(alert!.frame).toEqual(long.subarray(0, room));
    expect(core.counter(L.COUNTER_ALERTS_CUT)).toBe(1);
  });

  it("says what of a frame was captured", () => {
    core.begin(RULE);
    const frame = new Conversation().c("attack and more that was not kept");
    const [alert] = core.send(frame.subarray(0, 54 + 8), { wire: frame.length });
    expect(alert).toMatchObject({ captured: 62, wire: frame.length, payloadSize: 8 });
    expect(alert!.frame.length).toBe(62);
  });
});

describe("the ring", () => {
  const many = (rules: number): string =>
    Array.from(
      { length: rules },
      (_, n) => `alert udp any any -> any any (content:"attack"; sid:${n + 1};)`,
    ).join("\n");
  const datagram = f.ethernet(
    {},
    f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, f.udp({ sport: 1, dport: 2 }, f.text("attack"))),
  );

  it("takes a number of alerts a packet at most, the first in order, and counts the rest", () => {
    core.begin(many(11));
    expect(core.send(datagram).map(({ sid }) => sid)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(L.ALERTS_A_PACKET_MAX);
    expect(core.counter(L.COUNTER_ALERTS_OVER)).toBe(3);
    expect(core.ruleState(11, R.RULE_STATE_MATCHES_OFFSET)).toBe(1);
    expect(core.ruleState(11, R.RULE_STATE_ALERTS_OFFSET)).toBe(0);
  });

  it("keeps the first in order though more match than are remembered", () => {
    const late = `alert udp any any -> any any (content:"attack"; priority:1; sid:500;)
      pass udp any any -> any 99 (content:"attack"; sid:501;)`;
    core.begin(`${many(80)}\n${late}`);
    expect(core.send(datagram).map(({ sid }) => sid)).toEqual([500, 1, 2, 3, 4, 5, 6, 7]);
    const passed = f.udp({ sport: 1, dport: 99 }, f.text("attack"));
    expect(core.send(f.ethernet({}, f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, passed)))).toEqual([]);
  });

  it("loses what finds no room, counted, when records may be lost", () => {
    core.begin(many(8), { flags: L.CONFIG_FLAG_LOSSY_RECORDS });
    const packets = 70;
    for (let n = 0; n < packets; n++) core.push(datagram);
    core.exports.drain();
    expect(core.waiting).toBe(L.ALERT_CAPACITY);
    expect(core.counter(L.COUNTER_ALERTS_LOST)).toBe(packets * 8 - L.ALERT_CAPACITY);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(L.ALERT_CAPACITY);
    const alerts = core.alerts();
    expect(alerts.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 512 }, (_, n) => n + 1));
    // The numbers of those that were lost are left out.
    expect(core.send(datagram)[0]?.sequence).toBe(packets * 8 + 1);
    expect(core.counter(L.COUNTER_PACKETS)).toBe(packets + 1);
  });

  it("goes round", () => {
    core.begin(many(3));
    for (let n = 0; n < 400; n++) expect(core.send(datagram).map(({ sid }) => sid)).toEqual([1, 2, 3]);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(1200);
    expect(core.counter(L.COUNTER_ALERTS_LOST)).toBe(0);
  });
});

describe("a ring that nobody empties, from a file", () => {
  it("makes run() stop and lose nothing", () => {
    // Each packet gives as many alerts as one can, or is kept by a tag.
    const rules = Array.from(
      { length: 9 },
      (_, n) => `alert tcp any any -> any any (content:"attack"; tag:session,100000,packets; sid:${n + 1};)`,
    ).join("\n");
    core.begin(rules);
    const packets = 1000;
    const file = pcapBytes({}, (writer) => {
      const talk = new Conversation();
      for (let n = 0; n < packets; n++) {
        writer.write(START_NS + BigInt(n) * 1000n, talk.c(n % 2 === 0 ? "an attack" : "harmless"));
      }
    });
    let stops = 0;
    const seen: number[] = [];
    const inputs = new Set<number>();
    const take = (): void => {
      for (const { sequence, input } of core.alerts()) {
        seen.push(sequence);
        inputs.add(input);
      }
    };
    const result = feed(core, file, {
      budget: 100_000,
      input: 3,
      onRecords: () => {
        stops++;
        take();
      },
    });
    take();
    expect([...inputs]).toEqual([3]);
    expect(result).toMatchObject({ ended: "ended", packets });
    expect(stops).toBeGreaterThan(5);
    const total = packets / 2 + (packets / 2) * L.ALERTS_A_PACKET_MAX;
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n + 1));
    expect(core.counter(L.COUNTER_ALERTS_LOST)).toBe(0);
    expect(core.counter(L.COUNTER_TAGGED)).toBe(packets / 2);
  });
});
