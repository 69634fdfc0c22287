// Traffic and rules that are made to cost much: work a packet is bounded and what is broken off is counted; every packet
// is in its flow all the same.

import { afterEach, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as f from "../../../examples/frame.js";
import { Random, seedOf } from "../../support/random.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const core = new RulesCore();
/** No packet here may take longer, on a slow and busy machine either. */
const PACKET_MS_MAX = 1000;

afterEach(() => {
  core.exports.drain();
  const undecoded = Array.from({ length: L.COUNTER_UNDECODED_LAST - L.COUNTER_UNDECODED_FIRST }, (_, n) =>
    core.counter(L.COUNTER_UNDECODED_FIRST + n),
  ).reduce((sum, count) => sum + count, 0);
  expect(core.counter(L.COUNTER_FLOW_PACKETS) + undecoded + core.held).toBe(core.counter(L.COUNTER_PACKETS));
  expect(core.counter(L.COUNTER_UNDECODED)).toBe(undecoded);
});

function timed(frame: Uint8Array): number[] {
  const begun = performance.now();
  const sids = core.sids(frame);
  expect(performance.now() - begun).toBeLessThan(PACKET_MS_MAX);
  return sids;
}

const many = (count: number, make: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join("\n");

describe("floods of the smallest segments", () => {
  it("of one byte each, in order, leave patterns found", () => {
    core.begin(
      many(
        50,
        (n) =>
          `alert tcp any any -> any any (content:"a"; fast_pattern; content:"b${n}c"; distance:0; sid:${n + 1};)`,
      ),
    );
    const talk = new Conversation();
    core.sids(...talk.open());
    for (let n = 0; n < 5000; n++) timed(talk.c("a"));
    expect(core.counter(L.COUNTER_PENDING_LOST)).toBeGreaterThan(0);
    const told = [..."b7cb1c"].flatMap((letter) => timed(talk.c(letter)));
    expect(told).toEqual([8, 2]);
    expect(core.counter(L.COUNTER_STREAM_BYTES)).toBe(5006);
  });

  it("with holes between them hold no memory", () => {
    core.begin('alert tcp any any -> any any (content:"attack"; sid:1;)');
    const talk = new Conversation();
    core.sids(...talk.open());
    for (let at = 5000; at >= 0; at -= 2) timed(talk.c("a", { at }));
    for (let at = 0; at < 5000; at += 2) timed(talk.c("a", { at }));
    expect(core.counter(L.COUNTER_STREAM_RANGES)).toBeGreaterThan(0);
    expect(timed(talk.c("an attack", { at: 5001 }))).toEqual([1]);
  });

  it("of many conversations take one another's places", () => {
    core.begin('alert tcp any any -> any any (content:"attack"; sid:1;)', {
      sessionLimit: 16,
      streamWindowLimit: 8,
    });
    const talks = Array.from({ length: 300 }, (_, n) => new Conversation({ sport: 1024 + n }));
    for (let round = 0; round < 5; round++) for (const talk of talks) timed(talk.c("x", { flags: "A" }));
    expect(core.counter(L.COUNTER_SESSIONS_EVICTED)).toBeGreaterThan(1000);
    expect(core.counter(L.COUNTER_WINDOWS_EVICTED)).toBeGreaterThan(100);
    expect(timed(talks[7]!.c("attack"))).toEqual([1]);
  });

  it("that overlap with other bytes are found once a flow", () => {
    core.begin('alert tcp any any -> any any (content:"attack"; sid:1;)');
    const random = new Random(seedOf("overlaps"));
    const talk = new Conversation();
    core.sids(...talk.open());
    for (let n = 0; n < 3000; n++)
      timed(talk.c(random.bytes(random.between(1, 60)), { at: random.below(3000) }));
    expect(core.counter(L.COUNTER_STREAM_CONFLICTS)).toBeGreaterThan(100);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_OVERLAP_CONFLICT)).toBe(1);
  });
});

describe("HTTP without end", () => {
  const RULES =
    'alert http any any -> any any (http.header; content:"attack"; sid:1;)\n' +
    'alert http any any -> any any (http.uri; content:"/attack"; sid:2;)\n' +
    'alert http any any -> any any (file_data; content:"attack"; sid:3;)';

  it("in its header is looked at up to a limit", () => {
    core.begin(RULES);
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c("GET /attack HTTP/1.1\r\n"));
    for (let n = 0; n < 400; n++) timed(talk.c(`X-Header-${n}: ${"x".repeat(100)}\r\n`));
    expect(core.counter(L.COUNTER_HTTP_HEADER_LIMIT)).toBe(1);
    expect(core.counter(L.COUNTER_ALERTS)).toBe(1);
  });

  it("in its URI is looked at up to a limit", () => {
    core.begin(RULES, { streamWindowSize: 32768 });
    const talk = new Conversation();
    core.sids(...talk.open(), talk.c(`GET /${"a%2e%2e/".repeat(100)}`));
    for (let n = 0; n < 100; n++) timed(talk.c("%252e%252e/".repeat(50)));
    timed(talk.c(" HTTP/1.0\r\n\r\n"));
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_HTTP_TRAVERSAL)).toBe(1);
  });

  it("a byte at a time costs a look at its end each time", () => {
    core.begin(RULES);
    const talk = new Conversation();
    core.sids(...talk.open());
    const request = `GET /${"x".repeat(3000)}/attack HTTP/1.1\r\nHost: ${"h".repeat(500)}\r\n\r\n`;
    const told: number[] = [];
    for (const letter of request) told.push(...timed(talk.c(letter)));
    expect(told).toEqual([2]);
  });

  it("in requests of six bytes is looked at, request by request", () => {
    core.begin(RULES, { streamWindowSize: 32768 });
    const talk = new Conversation();
    core.sids(...talk.open());
    for (let n = 0; n < 20; n++) timed(talk.c("GET /\n".repeat(240)));
    expect(core.counter(L.COUNTER_HTTP_REQUESTS)).toBe(4800);
    timed(talk.c("GET /\n".repeat(10_000)));
    expect(core.counter(L.COUNTER_PACKETS)).toBe(24);
  });

  it("in chunks of one byte", () => {
    core.begin(RULES);
    const talk = new Conversation();
    core.sids(...talk.open(), talk.s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const told: number[] = [];
    for (let n = 0; n < 100; n++) told.push(...timed(talk.s("1\r\na\r\n".repeat(100))));
    for (const letter of "attack") told.push(...timed(talk.s(`1\r\n${letter}\r\n`)));
    told.push(...timed(talk.s("0\r\n\r\n")));
    expect(core.counter(L.COUNTER_HTTP_BODY_LIMIT)).toBe(1);
  });
});

describe("patterns made to match everywhere", () => {
  const datagram = (payload: string): Uint8Array =>
    f.ethernet(
      {},
      f.ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }, f.udp({ sport: 1, dport: 2 }, f.text(payload))),
    );
  const MOST = 65_535 - 28;

  it("cost no more than the packet's steps", () => {
    core.begin(
      many(
        20,
        (n) =>
          'alert udp any any -> any any (content:"aaaa"; content:"aa"; distance:1; within:9; content:"aaa"; ' +
          `distance:2; within:99; content:"a"; distance:0; content:"b"; distance:${n}; within:1; sid:${n + 1};)`,
      ),
      { packetBudget: 400_000 },
    );
    // What is wanted last is there, but before all the rest.
    expect(timed(datagram(`b${"a".repeat(MOST - 1)}`))).toEqual([]);
    expect(core.counter(L.COUNTER_BUDGET)).toBe(1);
    expect(core.inspect32(R.INSPECT_BUDGET_OFFSET) | 0).toBeLessThan(0);
    // The next packet has its own steps.
    expect(timed(datagram(`${"a".repeat(20)}b`))).toContain(1);
    expect(core.counter(L.COUNTER_BUDGET)).toBe(1);
  });

  it("cost no more in a stream", () => {
    core.begin(
      many(
        20,
        (n) =>
          'alert tcp any any -> any any (content:"aaaa"; content:"aa"; distance:1; within:9; content:"a"; ' +
          `distance:0; within:999; content:"b"; distance:${n}; within:1; sid:${n + 1};)`,
      ),
      { packetBudget: 50_000 },
    );
    const talk = new Conversation();
    core.sids(...talk.open());
    const segment = `${"a".repeat(1370)}${"x".repeat(29)}b`;
    for (let n = 0; n < 60; n++) expect(timed(talk.c(segment))).toEqual([]);
    expect(core.counter(L.COUNTER_BUDGET)).toBeGreaterThan(10);
    expect(core.counter(L.COUNTER_STREAM_BYTES)).toBe(60 * 1400);
  });

  it("of regular expressions that branch without end are broken off", () => {
    core.begin(
      many(
        10,
        (n) =>
          `alert udp any any -> any any (content:"aaaa"; pcre:"/(a|aa|a?a)*(a*)*b{${n + 1}}c$/"; sid:${n + 1};)`,
      ),
    );
    expect(timed(datagram("a".repeat(MOST)))).toEqual([]);
    expect(core.counter(L.COUNTER_REGEX_LIMIT)).toBeGreaterThan(0);
    expect(timed(datagram("aaaabc"))).toEqual([1]);
  });

  it("of two thousand rules and more are counted when they have no room", () => {
    core.begin(
      many(
        2500,
        (n) =>
          `alert udp any any -> any any (content:"attack"; fast_pattern; content:"${n}x"; sid:${n + 1};)`,
      ),
    );
    timed(datagram("attack 7x"));
    expect(core.counter(L.COUNTER_CANDIDATES_LOST)).toBeGreaterThan(0);
  });

  it("of contents between the rest, in a full datagram, are found", () => {
    core.begin(
      'alert udp any any -> any any (content:"needle"; content:"thread"; distance:1; within:20; sid:1;)',
    );
    const needles = "needle ".repeat(8000);
    expect(timed(datagram(`${needles}thread`))).toEqual([1]);
  });
});

describe("everything at once, at random", () => {
  it("harms nothing, and all packets are counted", () => {
    const seed = seedOf("bounds");
    const letters = "abGET /HTTP1.\r\n:%2e";
    for (let round = 0; round < 6; round++) {
      const random = new Random(seed, round);
      const word = (size: number): string =>
        Array.from({ length: size }, () => letters[random.below(letters.length)]).join("");
      core.begin(
        [
          'alert tcp any any -> any any (content:"GET"; content:"HTTP"; distance:0; tag:session,3,packets; sid:1;)',
          'alert ip any any -> any any (content:"ab"; pcre:"/a+b+.*GET/"; threshold:type limit,track by_src,count 3,seconds 1; sid:2;)',
          'alert http any any -> any any (http.uri; content:"/"; sid:3;)',
          "alert ip any any -> any any (finding:overlap-conflict; sid:4;)",
          "drop tcp any any -> any any (cause:injected; sid:5;)",
        ].join("\n"),
        { sessionLimit: 8, streamWindowLimit: 8, streamWindowSize: 2048, packetBudget: 5000, flowSets: 1 },
      );
      const talks = Array.from({ length: 60 }, (_, n) => new Conversation({ sport: 2000 + n }));
      for (let n = 0; n < 1500; n++) {
        const talk = random.pick(talks);
        const side = random.pick(["c", "s"] as const);
        const at = random.chance(0.7) ? {} : { at: random.below(5000) };
        const flags = random.pick(["PA", "PA", "A", "FA", "R", "S", ""]);
        const packet = talk.packet(side, word(random.below(300)), { ...at, flags });
        if (random.chance(0.05)) packet[random.below(packet.length)] = random.below(256);
        timed(
          f.ethernet(
            { type: 0x0800 },
            packet.subarray(0, random.chance(0.05) ? random.below(packet.length) : packet.length),
          ),
        );
        if (random.chance(0.01)) core.install('alert tcp any any -> any any (content:"GET"; sid:9;)');
      }
      const records = core.finish();
      const inRecords = records.reduce((sum, { a, b }) => sum + Number(a.packets) + Number(b.packets), 0);
      expect(inRecords, `seed ${seed} round ${round}`).toBe(core.counter(L.COUNTER_FLOW_PACKETS));
    }
  });
});
