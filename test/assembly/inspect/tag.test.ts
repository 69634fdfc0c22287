// Tags: which packets of a conversation are kept after an alert, and when that ends.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const SECOND = 1_000_000_000n;
const core = new RulesCore();
const tag = (how: string): string =>
  `alert tcp any any -> any any (content:"attack"; tag:session,${how}; sid:5; gid:2; rev:3;)`;

/** What each frame left in the ring: its kind, or 0. */
const kinds = (...frames: readonly Uint8Array[]): number[] =>
  frames.map((frame) => core.send(frame).at(-1)?.kind ?? 0);

const [ALERT, TAGGED] = [R.ALERT_KIND_ALERT, R.ALERT_KIND_TAGGED];

describe("a tag of packets", () => {
  it("keeps so many packets after the alert, of both sides, with data or not", () => {
    core.begin(tag("3,packets"));
    const talk = new Conversation();
    expect(kinds(...talk.open(), talk.c("x"), talk.c("attack"))).toEqual([0, 0, 0, 0, ALERT]);
    expect(kinds(talk.s("y"), talk.c("", { flags: "A" }), talk.c("z"), talk.c("more"))).toEqual([
      TAGGED,
      TAGGED,
      TAGGED,
      0,
    ]);
    expect(core.counter(L.COUNTER_TAGGED)).toBe(3);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(1);
  });

  it("keeps the packet itself under the rule's number", () => {
    core.begin(tag("1,packets"));
    const talk = new Conversation();
    core.send(talk.c("attack"));
    const frame = talk.s("answer");
    expect(core.send(frame)).toMatchObject([
      { sid: 5, gid: 2, rev: 3, kind: TAGGED, source: "10.0.0.2", bits: 0, sequence: 2, frame },
    ]);
  });

  it("begins anew with another alert, whose packet is not kept twice", () => {
    core.begin(tag("2,packets"));
    const talk = new Conversation();
    const frames = ["attack", "a", "attack", "b", "c", "d"].map((text) => talk.c(`${text}.`));
    const seen = frames.map((frame) => core.send(frame).map(({ kind }) => kind));
    expect(seen).toEqual([[ALERT], [TAGGED], [ALERT], [TAGGED], [TAGGED], []]);
  });

  it("is of one conversation", () => {
    core.begin(tag("9,packets"));
    const [talk, other] = [new Conversation(), new Conversation({ sport: 4001 })];
    expect(kinds(talk.c("attack"), other.c("x"), talk.c("y"))).toEqual([ALERT, 0, TAGGED]);
  });
});

describe("a tag of seconds", () => {
  it("ends when they have passed", () => {
    core.begin(tag("10,seconds"));
    const talk = new Conversation();
    const at = (second: number, text: string): number =>
      core.send(talk.c(text), { timeNs: 100n * SECOND + BigInt(second) * SECOND }).at(-1)?.kind ?? 0;
    expect([at(0, "attack"), at(1, "x"), at(10, "x"), at(11, "x"), at(5, "x")]).toEqual([
      ALERT,
      TAGGED,
      TAGGED,
      0,
      0,
    ]);
  });
});

describe("a tag of bytes", () => {
  it("ends when the packets come to so many", () => {
    core.begin(tag("200,bytes"));
    const talk = new Conversation();
    const frames = [
      talk.c("attack"),
      talk.c("x".repeat(46)),
      talk.c("y".repeat(46)),
      talk.c("z"),
      talk.c("z"),
    ];
    expect(frames[1]?.length).toBe(100);
    expect(kinds(...frames)).toEqual([ALERT, TAGGED, TAGGED, 0, 0]);
  });
});

describe("a tag of another protocol than TCP", () => {
  it("keeps the packets that follow", () => {
    core.begin('alert udp any any -> any any (content:"attack"; tag:session,1,packets; sid:1;)');
    const frame = f.ethernet(
      {},
      f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, f.udp({ sport: 1, dport: 2 }, f.text("attack"))),
    );
    const next = f.ethernet(
      {},
      f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, f.udp({ sport: 1, dport: 2 }, f.text("quiet"))),
    );
    expect(kinds(frame, next, next)).toEqual([ALERT, TAGGED, 0]);
    expect(core.counter(L.COUNTER_NO_SESSION)).toBe(0);
  });

  it("is only counted as kept when there is room for the packet", () => {
    core.begin(tag("100000,packets"), { flags: L.CONFIG_FLAG_LOSSY_RECORDS });
    const talk = new Conversation();
    core.push(talk.c("attack"));
    for (let n = 0; n < 600; n++) core.push(talk.c("x"));
    core.exports.drain();
    expect(core.counter(L.COUNTER_TAGGED)).toBe(L.ALERT_CAPACITY - 1);
    expect(core.counter(L.COUNTER_ALERTS_LOST)).toBe(601 - L.ALERT_CAPACITY);
  });
});
