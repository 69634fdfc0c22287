// Rules over TCP streams: patterns across segments, segments out of turn, sent again or with other bytes, and rules that
// wait for the rest of what they want.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();
const ATTACK = 'alert tcp any any -> any any (content:"attack"; sid:1;)';
const STREAM = R.ALERT_BIT_STREAM;

function opened(rules: string, limits = {}): Conversation {
  core.begin(rules, limits);
  const talk = new Conversation();
  core.sids(...talk.open());
  return talk;
}

describe("a pattern across segments", () => {
  it("is told with the segment that completes it", () => {
    const talk = opened(ATTACK);
    expect(core.send(talk.c("an att"))).toEqual([]);
    const [alert] = core.send(talk.c("ack!"));
    expect(alert).toMatchObject({ sid: 1, packetIndex: 5, payloadSize: 4 });
    expect(alert!.bits & STREAM).toBe(STREAM);
    expect(core.sids(talk.c(" and so on"))).toEqual([]);
  });

  it("is found a byte at a time, in either direction", () => {
    const talk = opened(ATTACK);
    const seen: number[] = [];
    for (const [place, letter] of [..."__attack__attack__"].entries()) {
      for (const frame of [talk.c(letter), talk.s(letter)]) {
        if (core.send(frame).length > 0) seen.push(place);
      }
    }
    expect(seen).toEqual([7, 7, 15, 15]);
  });

  it("is found without a handshake, one side alone", () => {
    core.begin(ATTACK);
    const talk = new Conversation();
    expect(core.sids(talk.c("an att", { flags: "A" }), talk.c("ack"))).toEqual([1]);
  });

  it("is not found across the two sides", () => {
    const talk = opened(ATTACK);
    expect(core.sids(talk.c("att"), talk.s("ack"), talk.c("!"))).toEqual([]);
  });

  it("with the packet's own bytes alone is the packet's alert", () => {
    const talk = opened(ATTACK);
    core.send(talk.c("before"));
    expect(core.send(talk.c("attack"))[0]!.bits & STREAM).toBe(0);
  });

  it("is no match for a rule of single packets, but one for rules of streams", () => {
    const talk = opened(
      'alert tcp any any -> any any (content:"attack"; flow:no_stream; sid:2;)\n' +
        'alert tcp any any -> any any (content:"attack"; dsize:6; sid:3;)\n' +
        'alert tcp any any -> any any (content:"attack"; flow:only_stream; sid:4;)',
    );
    expect(core.sids(talk.c("att"), talk.c("ack"))).toEqual([4]);
    expect(core.sids(talk.c("attack"))).toEqual([2, 3, 4]);
  });
});

describe("a rule of streams without a pattern", () => {
  it("holds where the stream brings it, once for the same bytes", () => {
    const talk = opened(
      'alert tcp any any -> any any (pcre:"/att[a-c]ck/"; flow:only_stream; sid:1;)\n' +
        'alert tcp any any -> any any (pcre:"/att[a-c]ck/"; sid:2;)',
    );
    expect(core.sids(talk.c("an att"), talk.c("ack"), talk.c("..."))).toEqual([1]);
    expect(core.sids(talk.c("attbck"), talk.c("..."))).toEqual([1, 2]);
    expect(core.sids(talk.c("attack", { at: 50 }), talk.c("x".repeat(29), { at: 21 }))).toEqual([2, 1]);
  });
});

describe("a segment out of turn", () => {
  it("is told at once, and not again when its turn comes", () => {
    const talk = opened(ATTACK);
    expect(core.sids(talk.c("0123456789", { at: 10 }), talk.c("an attack!", { at: 20 }))).toEqual([1]);
    expect(core.sids(talk.c("abcdefghij", { at: 0 }))).toEqual([]);
    expect(core.sids(talk.c("attack", { at: 30 }))).toEqual([1]);
  });

  it("is not told again though the rule's last content is found earlier in the stream", () => {
    const talk = opened('alert tcp any any -> any any (content:"attack"; content:"x"; sid:1;)');
    expect(core.sids(talk.c("attack x..", { at: 10 }))).toEqual([1]);
    expect(core.sids(talk.c("x.........", { at: 0 }))).toEqual([]);
  });

  it("completes what lies before and behind it", () => {
    const talk = opened(ATTACK);
    expect(core.sids(talk.c("an att", { at: 0 }), talk.c("k!", { at: 8 }))).toEqual([]);
    expect(core.sids(talk.c("ac", { at: 6 }))).toEqual([1]);
  });
});

describe("a segment sent again", () => {
  it("is a packet of its own, with an alert of its own", () => {
    const talk = opened(ATTACK);
    const frame = talk.c("an attack");
    expect(core.sids(frame, frame, frame)).toEqual([1, 1, 1]);
  });

  it("in other pieces tells what was told already no second time", () => {
    const talk = opened(ATTACK);
    expect(core.sids(talk.c("an attack", { at: 0 }), talk.c("attack goes on", { at: 3 }))).toEqual([1]);
  });

  it("with other bytes is told by itself, and found", () => {
    const talk = opened(`${ATTACK}\nalert tcp any any -> any any (finding:overlap-conflict; sid:2;)`);
    expect(core.sids(talk.c("harmless..", { at: 0 }))).toEqual([]);
    expect(core.sids(talk.c("attack.now", { at: 0 }))).toEqual([1, 2]);
    expect(core.counter(L.COUNTER_STREAM_CONFLICTS)).toBe(1);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_OVERLAP_CONFLICT)).toBe(1);
    // The stream keeps what came first.
    expect(core.sids(talk.c("attack", { at: 10 }))).toEqual([1]);
  });
});

describe("a rule that waits", () => {
  const TWO = 'alert tcp any any -> any any (content:"first"; content:"second"; distance:0; sid:1;)';

  it("for its second content holds when that comes", () => {
    const talk = opened(TWO);
    expect(core.sids(talk.c("the first"), talk.c(" and nothing"), talk.c(" the sec"))).toEqual([]);
    const [alert] = core.send(talk.c("ond."));
    expect(alert).toMatchObject({
      sid: 1,
      bits: STREAM | R.ALERT_BIT_TO_SERVER | R.ALERT_BIT_FROM_INITIATOR,
    });
    expect(core.sids(talk.c("more"), talk.c("second"))).toEqual([]);
    expect(core.sids(talk.c("first second"))).toEqual([1]);
  });

  it("for a content before its pattern holds when the order does not matter", () => {
    const talk = opened('alert tcp any any -> any any (content:"longest pattern"; content:"x"; sid:1;)');
    expect(core.sids(talk.c("longest pattern"), talk.c("..."), talk.c("x"))).toEqual([1]);
  });

  it("for a regular expression, a byte or a number holds when they come", () => {
    const talk = opened(
      [
        'alert tcp any any -> any any (content:"first"; pcre:"/^ *[0-9]{3}/R"; sid:2;)',
        'alert tcp any any -> any any (content:"first"; isdataat:8,relative; sid:3;)',
        'alert tcp any any -> any any (content:"first"; byte_test:2,=,0x3031,6,relative; sid:4;)',
      ].join("\n"),
    );
    expect(core.sids(talk.c("first"), talk.c("  12"))).toEqual([]);
    expect(core.sids(talk.c("3"), talk.c("."), talk.c("01"), talk.c("."))).toEqual([2, 4, 3]);
  });

  it("no longer waits when its pattern has left the window", () => {
    const talk = opened(TWO, { streamWindowSize: 2048 });
    core.sids(talk.c("first"));
    for (let n = 0; n < 3; n++) expect(core.sids(talk.c(".".repeat(1000)))).toEqual([]);
    expect(core.sids(talk.c("second"))).toEqual([]);
  });

  it("holds over half of the window at least", () => {
    for (const streamWindowSize of [2048, 8192, 32768]) {
      const talk = opened(TWO, { streamWindowSize });
      core.sids(talk.c("first"));
      for (let sent = 0; sent < streamWindowSize / 2 - 500; sent += 100) core.sids(talk.c(".".repeat(100)));
      expect(core.sids(talk.c("second")), `window ${streamWindowSize}`).toEqual([1]);
    }
  });

  it("is tried when the window has slid", () => {
    const talk = opened(TWO, { streamWindowSize: 2048 });
    for (let n = 0; n < 7; n++) core.sids(talk.c("-".repeat(500)));
    core.sids(talk.c("first"));
    for (let n = 0; n < 5; n++) core.sids(talk.c(".".repeat(100)));
    expect(core.sids(talk.c("second"))).toEqual([1]);
  });

  it("is one of a few, and what finds no room is counted", () => {
    const count = S.PENDING_CAPACITY + 3;
    const rules = Array.from(
      { length: count },
      (_, n) =>
        `alert tcp any any -> any any (content:"first"; fast_pattern; content:"second${n}."; distance:0; sid:${n + 1};)`,
    );
    const talk = opened(rules.join("\n"));
    core.sids(talk.c("first"));
    expect(core.counter(L.COUNTER_PENDING_LOST)).toBe(3);
    const all = Array.from({ length: count }, (_, n) => `second${n}.`).join("");
    const told = [0, 1, 2].flatMap((part) => core.sids(talk.c(all.slice(part * 45, part * 45 + 45))));
    expect(told.length).toBe(S.PENDING_CAPACITY);
  });

  it("takes no place when its ports, its way or its flow bits say no", () => {
    const count = S.PENDING_CAPACITY;
    const rules = Array.from({ length: count }, (_, n) => [
      `alert tcp any any -> any ${1000 + n} (content:"first"; content:"second"; sid:${100 + n};)`,
      `alert tcp any any -> any any (content:"first"; content:"second"; flow:to_client; sid:${200 + n};)`,
      `alert tcp any any -> any any (content:"first"; content:"second"; flowbits:isset,b${n}; sid:${300 + n};)`,
    ]).flat();
    const talk = opened(`${rules.join("\n")}\n${TWO}`);
    expect(core.sids(talk.c("first"), talk.c("second"))).toEqual([1]);
    expect(core.counter(L.COUNTER_PENDING_LOST)).toBe(0);
  });

  it("does not hold by a flow bit that is set behind its bytes", () => {
    const talk = opened(
      'alert tcp any any -> any any (content:"ask"; flowbits:isset,ready; sid:1;)\n' +
        'alert tcp any any -> any any (content:"ready"; flowbits:set,ready; flowbits:noalert; sid:2;)',
    );
    expect(core.sids(talk.c("ask"), talk.c("ready"), talk.c("."))).toEqual([]);
    expect(core.sids(talk.c("ask"))).toEqual([1]);
  });

  it("waits in its own direction", () => {
    const talk = opened(TWO);
    expect(core.sids(talk.c("first"), talk.s("second"), talk.c("."))).toEqual([]);
    expect(core.sids(talk.s("first"), talk.c("second"))).toEqual([1]);
  });
});

describe("the bytes that are inspected", () => {
  it("end at the depth", () => {
    const talk = opened(ATTACK, { streamDepth: 4096 });
    for (let n = 0; n < 4; n++) core.sids(talk.c(".".repeat(1000)));
    expect(core.sids(talk.c("attack"))).toEqual([1]);
    expect(core.sids(talk.c(".".repeat(90)), talk.c("attack"))).toEqual([]);
    expect(core.counter(L.COUNTER_STREAM_DEPTH)).toBeGreaterThan(0);
  });

  it("go on behind a hole that was passed over", () => {
    const talk = opened(ATTACK);
    core.sids(talk.c("start", { at: 0 }));
    expect(
      core.sids(talk.c("att", { at: 500 }), talk.s("", { ack: 1001 + 503 }), talk.c("ack", { at: 503 })),
    ).toEqual([1]);
    expect(core.counter(L.COUNTER_STREAM_GAPS)).toBe(1);
  });

  it("of a connection that was reset are no more than its own", () => {
    const talk = opened(ATTACK);
    core.sids(talk.c("att"), talk.c("", { flags: "R" }));
    const again = new Conversation();
    expect(core.sids(...again.open(), again.c("ack"))).toEqual([]);
  });

  it("are no others when another conversation takes the session's place", () => {
    core.begin(ATTACK, { sessionLimit: 8, streamWindowLimit: 8 });
    const talks = Array.from({ length: 40 }, (_, n) => new Conversation({ sport: 5000 + n }));
    for (const talk of talks) core.sids(talk.c("att", { flags: "A" }));
    expect(core.counter(L.COUNTER_SESSIONS_EVICTED)).toBe(32);
    const told = talks.map((talk) => core.sids(talk.c("ack")).length);
    expect(told.slice(0, 32)).toEqual(Array.from({ length: 32 }, () => 0));
    expect(core.sids(...talks.slice(30).map((talk) => talk.c("attack")))).toEqual(
      Array.from({ length: 10 }, () => 1),
    );
  });
});
