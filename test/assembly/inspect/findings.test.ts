// Findings of conduct and of HTTP that need no rule, rules that ask for findings and causes, and the cause that a flow
// of each kind speaks for.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { letterFrames, SNORT_PAYLOAD } from "../../../examples/letter.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { CAUSE_NAMES } from "../../../host/rules/compile/causes.js";
import type { CoreLimits } from "../../support/core.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation, type SayOptions } from "./conversation.js";

const core = new RulesCore();
// As segments that are sent again come: a quick answer would have been there.
const STEP_NS = 3_000_000_000n;
core.stepNs = STEP_NS;
const OFF: Partial<CoreLimits> = { inspectFlags: 0 };

/** What is raised here; others may be too. */
const HERE = [
  "midstream-data",
  "fin-with-data-no-handshake",
  "unanswered-retransmit",
  "null-scan",
  "fin-scan",
  "xmas-scan",
  "land",
  "http-traversal",
  "http-overlong-utf8",
  "http-double-encode",
] as const;

/** Flows that have the finding. */
const flowsWith = (name: (typeof HERE)[number]): number =>
  core.counter(L.COUNTER_FINDING_FIRST + FINDING_NAMES.indexOf(name));

/** Which of them some flow has. */
const found = (): string[] => HERE.filter((name) => flowsWith(name) > 0);

/** What the frames raise, with inspection on and off alike. */
function raised(...frames: readonly Uint8Array[]): string[] {
  core.begin("", OFF);
  for (const frame of frames) core.send(frame);
  const off = found();
  core.begin("");
  for (const frame of frames) core.send(frame);
  expect(found()).toEqual(off);
  return off;
}

const segment = (flags: string, payload = "", more: SayOptions = {}): Uint8Array =>
  new Conversation().c(payload, { flags, ...more });

describe("findings of conduct", () => {
  it("tell data without a handshake", () => {
    const [frame, next] = [segment("PA", "data"), segment("PA", "more", { at: 4 })];
    // An answer may still come.
    expect(raised(frame)).toEqual([]);
    expect(raised(frame, next)).toEqual(["midstream-data"]);
    expect(raised(segment("A"), segment("A"))).toEqual([]);
  });

  it("tell FIN with data, and the same data again", () => {
    const frame = segment("FPA", "data");
    expect(raised(frame)).toEqual([]);
    expect(raised(frame, segment("FA", "", { at: 4 }))).toEqual([
      "midstream-data",
      "fin-with-data-no-handshake",
    ]);
    expect(raised(frame, frame)).toEqual([
      "midstream-data",
      "fin-with-data-no-handshake",
      "unanswered-retransmit",
    ]);
  });

  it("give an answer a second to come, and three where more is to be sent", () => {
    for (const [flags, waitNs, isRaised] of [
      ["FPA", 1_000_000n, false],
      ["FPA", 999_999_999n, false],
      ["FPA", 1_000_000_000n, true],
      ["PA", 2_999_999_999n, false],
      ["PA", 3_000_000_000n, true],
    ] as const) {
      const frame = segment(flags, "data");
      core.begin("");
      core.send(frame, { timeNs: 10n * STEP_NS });
      core.send(frame, { timeNs: 10n * STEP_NS + waitNs });
      expect(flowsWith("unanswered-retransmit")).toBe(Number(isRaised));
    }
  });

  it.each([
    ["", "null-scan"],
    ["F", "fin-scan"],
    ["FPU", "xmas-scan"],
  ])("tell the scan of flags '%s'", (flags, name) => {
    expect(raised(segment(flags))).toEqual([name]);
    // A conversation that opened in sight is none.
    expect(raised(...new Conversation().open(), segment(flags))).toEqual([]);
  });

  it("tell no scan where data is, or was, or its sender acknowledged before", () => {
    for (const flags of ["", "F", "FPU"]) {
      expect(raised(segment(flags, "data"))).toEqual([]);
      expect(raised(segment("A"), segment(flags))).toEqual([]);
    }
  });

  it.each(["S", "SA", "R", "RA", "A", "FA", "PA", "SF", "FPUA", "P", "U"])(
    "tell no scan of flags '%s'",
    (flags) => {
      expect(raised(segment(flags))).toEqual([]);
    },
  );

  it("tell a packet that comes from where it goes", () => {
    const land = (flags: string): Uint8Array =>
      f.ethernet({}, f.ipv4({ src: "10.0.0.2", dst: "10.0.0.2" }, f.tcp({ sport: 80, dport: 80, flags })));
    expect(raised(land("S"))).toEqual(["land"]);
    expect(raised(land("A"))).toEqual([]);
    const near = f.ipv4({ src: "10.0.0.2", dst: "10.0.0.2" }, f.tcp({ sport: 81, dport: 80, flags: "S" }));
    expect(raised(f.ethernet({}, near))).toEqual([]);
  });

  it("are counted once a flow", () => {
    const frame = segment("FPA", "data");
    core.begin("");
    for (let n = 0; n < 5; n++) core.send(frame);
    const other = new Conversation({ sport: 4001 }).c("data");
    for (let n = 0; n < 2; n++) core.send(other);
    expect(flowsWith("midstream-data")).toBe(2);
    expect(flowsWith("unanswered-retransmit")).toBe(2);
  });
});

describe("a flow is not accused", () => {
  it("when its handshake was seen, or a part of it", () => {
    const talk = new Conversation();
    expect(raised(...talk.open(), talk.c("data", { flags: "FPA" }))).toEqual([]);
    const [syn] = new Conversation().open();
    expect(raised(syn!, segment("PA", "data", { at: 0 }))).toEqual([]);
    const [, synAck] = new Conversation().open();
    expect(raised(synAck!, segment("PA", "data", { at: 0 }))).toEqual([]);
  });

  it("when it may be older than the sensor", () => {
    core.begin("", { pickupNs: 5_000_000_000n });
    core.send(segment("FPA", "data"));
    expect(found()).toEqual([]);
    const later = new Conversation({ sport: 4001 });
    core.send(later.c("data"), { timeNs: 60_000_000_000n });
    core.send(later.c("more"), { timeNs: 62_000_000_000n });
    expect(found()).toEqual(["midstream-data"]);
  });

  it("when it was heard before, and only fell silent", () => {
    core.begin("");
    const talk = new Conversation();
    for (const frame of talk.open()) core.send(frame);
    core.send(talk.c("data"));
    core.send(talk.c("data"), { timeNs: 3_640_000_000_000n });
    expect(core.counter(L.COUNTER_FLOWS_IDLE)).toBe(1);
    expect(found()).toEqual([]);
  });

  it("for the one byte of a keep-alive", () => {
    const x = segment("A", "x");
    expect(raised(x)).toEqual([]);
    expect(raised(segment("A", "xy"), segment("A", "z", { at: 2 }))).toEqual(["midstream-data"]);
  });

  it("for what a damaged header seems to carry", () => {
    const packet = new Conversation().packet("c", "data and more");
    packet[20 + 12] = 0xf0; // a header of sixty bytes: more than there is
    expect(raised(f.ethernet({}, packet))).not.toContain("midstream-data");
  });

  it("when the other side answers, of sending unanswered", () => {
    const talk = new Conversation();
    const data = talk.c("data");
    expect(raised(data, talk.s("", { flags: "A" }), data)).toEqual([]);
    const on = new Conversation();
    const first = on.c("data", { ack: 1 });
    expect(raised(first, on.c("more", { ack: 500 }), first)).toEqual(["midstream-data"]);
    // A host that knows of no such conversation is no other side of it.
    const reset = new Conversation();
    const again = reset.c("data");
    expect(raised(again, reset.s("", { flags: "RA" }), again)).toEqual(["midstream-data"]);
  });
});

describe("tricks of a request", () => {
  const TRICKS = ["http-traversal", "http-overlong-utf8"];

  it("in the letter's payload are found with no rule, with inspection on and off", () => {
    const talk = new Conversation();
    expect(raised(...talk.open(), talk.c(SNORT_PAYLOAD))).toEqual(TRICKS);
  });

  it("in the letter's capture are all that it shows", () => {
    const frames = letterFrames().map(({ frame }) => frame);
    expect(raised(...frames)).toEqual([
      "midstream-data",
      "fin-with-data-no-handshake",
      "unanswered-retransmit",
      "http-traversal",
      "http-overlong-utf8",
      "http-double-encode",
    ]);
    expect(flowsWith("midstream-data")).toBe(7);
    expect(flowsWith("fin-with-data-no-handshake")).toBe(7);
    expect(flowsWith("unanswered-retransmit")).toBe(7);
    expect(flowsWith("http-traversal")).toBe(6);
  });

  it("in a request line of several segments are found with inspection on", () => {
    for (let at = 1; at < 60; at++) {
      core.begin("");
      const talk = new Conversation();
      for (const frame of talk.open()) core.send(frame);
      core.send(talk.c(SNORT_PAYLOAD.subarray(0, at)));
      core.send(talk.c(SNORT_PAYLOAD.subarray(at)));
      expect(found(), `cut at ${at}`).toEqual(TRICKS);
    }
  });

  it("in segments turned round, or behind a request, are found with inspection on", () => {
    core.begin("");
    const talk = new Conversation();
    for (const frame of talk.open()) core.send(frame);
    const first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const all = f.concat(f.text(first), SNORT_PAYLOAD);
    core.send(talk.c(all.subarray(50), { at: 50 }));
    core.send(talk.c(all.subarray(0, 50), { at: 0 }));
    expect(found()).toEqual(TRICKS);
  });
});

describe("a rule that asks for a finding", () => {
  it("is told with the packet that raises it, once a flow", () => {
    core.begin(
      [
        "alert tcp any any -> any any (finding:unanswered-retransmit; sid:1;)",
        "alert tcp any any -> any any (finding:midstream-data; finding:http-traversal; sid:2;)",
        "alert tcp any any -> any 81 (finding:midstream-data; sid:3;)",
        "alert udp any any -> any any (finding:midstream-data; sid:4;)",
        "alert tcp any any -> any any (finding:!midstream-data; flags:S; sid:5;)",
      ].join("\n"),
    );
    const talk = new Conversation();
    const data = talk.c(SNORT_PAYLOAD, { flags: "FPA" });
    expect([data, data, data].map((frame) => core.sids(frame))).toEqual([[], [1, 2], []]);
    const other = new Conversation({ sport: 4001, dport: 81 });
    expect([other.c("data"), other.c("more")].map((frame) => core.sids(frame))).toEqual([[], [3]]);
    expect(core.sids(new Conversation({ sport: 4002 }).open()[0]!)).toEqual([5]);
  });

  it("and for bytes is told where these are", () => {
    core.begin('alert tcp any any -> any any (finding:midstream-data; content:"attack"; sid:1;)');
    const talk = new Conversation();
    expect(core.sids(talk.c("an "), talk.c("attack"), talk.c("nothing"), talk.c("attack"))).toEqual([1, 1]);
    const open = new Conversation({ sport: 4001 });
    expect(core.sids(...open.open(), open.c("attack"))).toEqual([]);
  });

  it("of a datagram without session", () => {
    core.begin("alert udp any any -> any any (finding:bad-checksum; sid:1;)");
    const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
    const datagram = (checksum?: number): Uint8Array =>
      f.ethernet(
        {},
        f.ipv4(ends, f.udp({ sport: 1, dport: 2, ...(checksum ? { checksum } : {}) }, f.text("x"))),
      );
    expect([datagram(0x1234), datagram(0x1234), datagram()].map((frame) => core.sids(frame))).toEqual([
      [],
      [],
      [1],
    ]);
  });
});

/** The cause that an alert of the last frame tells. */
function causeOf(...frames: readonly Uint8Array[]): string | undefined {
  core.begin("alert tcp any any -> any any (sid:1;)");
  return CAUSE_NAMES[frames.map((frame) => core.send(frame)[0]!.cause).at(-1)!];
}

const talkOf = (make: (talk: Conversation) => Uint8Array[]): Uint8Array[] => make(new Conversation());

describe("the cause of a flow", () => {
  it("of an ordinary conversation is none, at any time", () => {
    const frames = talkOf((talk) => [
      ...talk.open(),
      talk.c("request"),
      talk.s("response"),
      talk.c("", { flags: "A" }),
      talk.s("more"),
      talk.c("", { flags: "FA" }),
      talk.s("", { flags: "FA" }),
      talk.c("", { flags: "A" }),
    ]);
    for (let size = 1; size <= frames.length; size++) {
      expect(causeOf(...frames.slice(0, size)), `${size} packets`).toBe("unknown");
    }
  });

  it("of data without a handshake that both sides go on with is none", () => {
    expect(causeOf(...talkOf((talk) => [talk.c("request"), talk.s("response"), talk.c("more")]))).toBe(
      "unknown",
    );
  });

  it("of the letter's flows is a leaky filter, from the second packet on", () => {
    core.begin("alert tcp any any -> any any (sid:1;)");
    const causes = letterFrames()
      .map(({ frame, timeNs }) => core.send(frame, { timeNs })[0]!)
      .filter(({ sport }) => sport === 27708)
      .map(({ cause }) => CAUSE_NAMES[cause]);
    expect(causes).toEqual(["unknown", "leaky-filter", "leaky-filter", "leaky-filter"]);
    // The first of all has no company yet: it may be a stale one.
    core.begin("alert tcp any any -> any any (sid:1;)");
    const first = letterFrames()
      .slice(0, 2)
      .map(({ frame, timeNs }) => CAUSE_NAMES[core.send(frame, { timeNs })[0]!.cause]);
    expect(first).toEqual(["unknown", "unknown"]);
  });

  it("of one side whose acknowledgements go on is an asymmetric route", () => {
    const one = (flags: string, payload: string, at: number, ack: number): Uint8Array =>
      new Conversation().c(payload, { flags, at, ack });
    const frames = [one("PA", "request", 0, 100), one("A", "", 7, 900), one("PA", "request 2", 7, 900)];
    expect(causeOf(...frames)).toBe("asymmetric-route");
    expect(causeOf(...frames, frames[2]!)).toBe("asymmetric-route");
    const withSyn = [new Conversation().c("", { flags: "S" }), ...frames];
    expect(causeOf(...withSyn)).toBe("asymmetric-route");
  });

  it.each(["SA", "R", "RA"])("of nothing but %s is backscatter", (flags) => {
    const frame = new Conversation().s("", { flags });
    expect(causeOf(frame)).toBe("backscatter");
    expect(causeOf(frame, frame)).toBe("backscatter");
  });

  it("of a SYN that is sent again without an answer is a scan, of the first SYN none", () => {
    const [syn] = new Conversation().open();
    expect(causeOf(syn!)).toBe("unknown");
    expect(causeOf(syn!, syn!)).toBe("scan");
    expect(causeOf(...new Conversation().open())).toBe("unknown");
  });

  it.each(["", "F", "FPU"])("of flags '%s' alone is a stealth scan", (flags) => {
    expect(causeOf(segment(flags))).toBe("stealth-scan");
    const answered = new Conversation();
    expect(causeOf(answered.c("", { flags }), answered.s("", { flags: "RA" }))).toBe("stealth-scan");
  });

  it("of other bytes at the same place is an injection", () => {
    const talk = new Conversation();
    const frames = [
      ...talk.open(),
      talk.c("GET /one HTTP/1.0", { at: 0 }),
      talk.c("GET /two HTTP/1.0", { at: 0 }),
    ];
    expect(causeOf(...frames)).toBe("injected");
  });

  it("weighed alike is the milder one", () => {
    // Sent again with other bytes, one side alone, without a handshake, as another was before: 70 for either.
    const before = new Conversation({ sport: 4001 }).c("data");
    const talk = new Conversation();
    const conflict = [talk.c("harmless!!", { at: 0 }), talk.c("attack.now", { at: 0 })];
    expect(causeOf(before, before, ...conflict)).toBe("leaky-filter");
  });

  it("of a flow that the sensor is younger than is its pickup", () => {
    core.begin("alert tcp any any -> any any (sid:1;)", { pickupNs: 5_000_000_000n });
    const frame = segment("FPA", "data");
    core.send(frame);
    expect(CAUSE_NAMES[core.send(frame)[0]!.cause]).toBe("pickup");
  });

  it("of other protocols is none, but for fragments that overlap", () => {
    core.begin("alert udp any any -> any any (sid:1;)");
    const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
    const frame = f.ethernet({}, f.ipv4(ends, f.udp({ sport: 1, dport: 2 }, f.text("x"))));
    expect(core.send(frame)[0]!.cause).toBe(R.CAUSE_UNKNOWN);
  });
});

describe("a rule that asks for a cause", () => {
  const rules = CAUSE_NAMES.slice(1)
    .map((name, n) => `alert tcp any any -> any any (cause:${name}; sid:${n + 1};)`)
    .join("\n");
  const LEAKY = 1;
  const ASYMMETRIC = 2;

  it("is told once when the flow comes to it: the letter's leaky filter", () => {
    core.begin(rules);
    const told = letterFrames().flatMap(({ frame, timeNs }) => core.send(frame, { timeNs }));
    expect(told.map(({ sid, sport }) => `${sid} ${sport}`).sort()).toEqual(
      [27112, 27708, 28329, 28582, 29066, 29305].map((port) => `${LEAKY} ${port}`),
    );
  });

  it("is told where no finding is raised: an asymmetric route is no leak", () => {
    core.begin(rules);
    const one = (flags: string, payload: string, at: number, ack: number): Uint8Array =>
      new Conversation().c(payload, { flags, at, ack });
    const frames = [
      one("PA", "request", 0, 100),
      one("A", "", 7, 900),
      one("PA", "request 2", 7, 900),
      one("PA", "request 2", 7, 900),
    ];
    expect(frames.map((frame) => core.sids(frame))).toEqual([[], [ASYMMETRIC], [], []]);
  });

  it("is told of flows without data", () => {
    core.begin(rules);
    const [syn, synAck] = new Conversation().open();
    expect([syn, syn, syn].map((frame) => core.sids(frame!))).toEqual([[], [4], []]);
    expect(core.sids(synAck!)).toEqual([]);
    const alone = new Conversation({ sport: 4001 });
    expect(core.sids(alone.s("", { flags: "SA" }))).toEqual([3]);
  });

  it("is not told of an ordinary conversation", () => {
    core.begin(rules);
    const talk = new Conversation();
    const frames = [...talk.open(), talk.c("a"), talk.s("b"), talk.c("c"), talk.c("", { flags: "RA" })];
    expect(core.sids(...frames)).toEqual([]);
  });
});
