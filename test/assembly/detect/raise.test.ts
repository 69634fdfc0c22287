// Findings that a packet is by itself (damage, fragments), that inspection raises (other bytes, tricks of a request, a
// rule that matched): each once a flow, with its counter and with what is kept of it in the flow.

import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as f from "../../../examples/frame.js";
import { type FlowFacts, factsOf } from "../../../host/cause/facts.js";
import { FINDING_NAMES, type FindingName } from "../../../host/record/findings.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { RulesCore } from "../../support/rules-core.js";
import { handshake, packet, tcp } from "./frames.js";

const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const DATA = { ...ENDS, flags: "PA", seq: 101, ack: 901 };
const core = new RulesCore();

/** What is raised, how often it is counted, and the flow (the frames are of one). */
function look(frames: readonly Uint8Array[], rules = "", limits = {}) {
  core.begin(rules, { detectFlags: L.DETECT_FLAG_ON, ...limits });
  for (const frame of frames) core.send(frame);
  const flows: FlowFacts[] = [];
  for (let more = 1; more !== 0; ) {
    more = core.exports.flush();
    core.take((bytes) => flows.push(factsOf(new FlowRecord(bytes.slice().buffer).pointAt(0))));
  }
  const counted: Partial<Record<FindingName, number>> = {};
  for (const [bit, name] of FINDING_NAMES.entries()) {
    const count = core.counter(L.COUNTER_FINDING_FIRST + bit);
    if (count > 0) counted[name] = count;
  }
  expect(flows.flatMap(({ findings }) => findings).sort()).toEqual(
    Object.entries(counted)
      .flatMap(([name, count]) => Array<string>(count).fill(name))
      .sort(),
  );
  const [flow] = flows;
  if (flow === undefined) throw new Error("no flow");
  return { counted, flow };
}

const udp = (options = {}): Uint8Array => f.udp({ sport: 5000, dport: 53, ...options }, f.filler(20));
const ip = (options: Partial<f.Ipv4Options>, payload: Uint8Array): Uint8Array =>
  f.ethernet({}, f.ipv4({ ...ENDS, id: 7, ...options }, payload));

describe("bad-checksum", () => {
  it("is a wrong checksum of IP, or of what it carries, beside right ones of the same side", () => {
    const header = look([ip({ checksum: 0x1234 }, udp()), ip({}, udp())]);
    expect(header.counted).toEqual({ "bad-checksum": 1 });
    expect(header.flow.notes).toEqual(["bad-ip-checksum"]);
    expect(header.flow.orig.badChecksums).toBe(1);
    const wrong = Array.from({ length: 3 }, () => ip({}, udp({ checksum: 0x1234 })));
    // Wrong throughout: the place of the capture makes it so.
    expect(look(wrong).counted).toEqual({});
    const payload = look([...wrong, ip({}, udp())]);
    expect(payload.counted).toEqual({ "bad-checksum": 1 });
    expect(payload.flow.notes).toEqual(["bad-l4-checksum"]);
    expect(payload.flow.orig.badChecksums).toBe(3);
  });

  it("is none where it is not asked for, was left to the card, or was not captured whole", () => {
    expect(look([ip({}, udp({ checksum: 0x1234 }))], "", { flags: 0 }).counted).toEqual({});
    expect(look([ip({}, udp({ checksum: 0 }))]).counted).toEqual({});
    core.begin("");
    const frame = ip({}, udp({ checksum: 0x1234 }));
    core.send(frame.subarray(0, 44), { wire: frame.length });
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_CHECKSUM)).toBe(0);
  });
});

describe("bad-header", () => {
  it("is a length that cannot be", () => {
    const segment = f.tcp({ sport: 1, dport: 80, flags: "A" }, f.filler(8));
    segment[12] = 0x10;
    for (const frame of [ip({}, segment), ip({}, udp({ length: 4 })), ip({}, udp({ length: 400 }))]) {
      const { counted, flow } = look([frame, frame]);
      expect(counted).toMatchObject({ "bad-header": 1 });
      expect(flow.notes).toContain("bad-header");
    }
  });

  it("is none of a header that the capture cut", () => {
    core.begin("");
    const frame = ip({}, f.tcp({ sport: 1, dport: 80, flags: "A", headerWords: 15 }, f.filler(40)));
    core.send(frame.subarray(0, 14 + 20 + 20), { wire: frame.length });
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_HEADER)).toBe(0);
  });
});

describe("fragments", () => {
  const datagram = f.udp({ sport: 5000, dport: 53 }, f.filler(100));
  const part = (offset: number, payload: Uint8Array, mf: boolean): Uint8Array =>
    ip({ id: 9, proto: 17, offset, mf }, payload);

  it("too small for a transport header are fragment-tiny", () => {
    const { counted, flow } = look([ip({ id: 9, proto: 17, mf: true }, datagram.subarray(0, 4))]);
    expect(counted).toEqual({ "fragment-tiny": 1 });
    expect(flow.notes).toContain("fragment-tiny");
    expect(flow.orig.fragments).toBe(1);
    const segment = f.tcp({ sport: 1, dport: 80, flags: "A", options: new Uint8Array(20) }, f.filler(40));
    for (const size of [8, 16, 24]) {
      const cut = look([ip({ id: 9, proto: 6, mf: true }, segment.subarray(0, size))]);
      expect(Object.keys(cut.counted), `${size} bytes`).toEqual(["fragment-tiny"]);
    }
    expect(look([ip({ id: 9, proto: 6, mf: true }, segment.subarray(0, 40))]).counted).toEqual({});
    expect(look([ip({ id: 9, proto: 17, mf: true }, datagram.subarray(0, 8))]).counted).toEqual({});
  });

  it("with other bytes for the same place are fragment-overlap, with inspection", () => {
    const [first, second] = [
      part(0, datagram.subarray(0, 48), true),
      part(48, datagram.subarray(48, 96), true),
    ];
    const other = part(48, new Uint8Array(48).fill(0x41), true);
    const { counted, flow } = look([first, second, other, other]);
    expect(counted).toEqual({ "fragment-overlap": 1 });
    expect(flow.notes).toContain("fragment-overlap");
    expect(look([first, second, second]).counted).toEqual({});
    expect(look([first, second, other], "", { inspectFlags: 0 }).counted).toEqual({});
  });
});

describe("overlap-conflict", () => {
  const frames = (again: string): Uint8Array[] => [
    ...handshake(ENDS),
    tcp({ ...DATA, data: "the truth" }),
    tcp({ ...DATA, data: again }),
  ];

  it("is the same sequence numbers with other bytes, with inspection", () => {
    const { counted, flow } = look(frames("the falls"));
    expect(counted).toEqual({ "overlap-conflict": 1 });
    expect(flow.orig.overlaps).toBe(1);
    expect(look(frames("the truth")).counted).toEqual({});
    expect(look(frames("the falls"), "", { inspectFlags: 0 }).counted).toEqual({});
  });

  it("is none of a keep-alive's one byte", () => {
    expect(look([...frames("the truth"), tcp({ ...DATA, seq: 109, data: "?" })]).counted).toEqual({});
  });
});

describe("tricks of a request", () => {
  it.each([
    ["http-traversal", "/a/../../etc/passwd"],
    ["http-overlong-utf8", "/a/%c0%af/b"],
    ["http-double-encode", "/a/%2541"],
  ] as const)("%s: %s", (name, uri) => {
    for (const inspectFlags of [0, L.INSPECT_FLAG_ON]) {
      const request = tcp({ ...DATA, data: `GET ${uri} HTTP/1.0\r\n\r\n` });
      expect(look([...handshake(ENDS), request, request], "", { inspectFlags }).counted).toEqual({
        [name]: 1,
      });
      const plain = tcp({ ...DATA, data: "GET /a/b%20c HTTP/1.0\r\n\r\n" });
      expect(look([...handshake(ENDS), plain], "", { inspectFlags }).counted).toEqual({});
    }
  });
});

describe("signature", () => {
  const frames = [
    ...handshake(ENDS),
    tcp({ ...DATA, data: "attack" }),
    tcp({ ...DATA, seq: 107, data: "attack" }),
  ];

  it("is a rule that matched and tells so, once a flow", () => {
    expect(look(frames, 'alert tcp any any -> any any (content:"attack"; sid:1;)').counted).toEqual({
      signature: 1,
    });
    expect(look(frames, 'drop tcp any any -> any any (content:"attack"; sid:1;)').counted).toEqual({
      signature: 1,
    });
  });

  it("is none of a rule that only marks, passes, or does not hold", () => {
    for (const rule of [
      'alert tcp any any -> any any (content:"attack"; flowbits:set,x; noalert; sid:1;)',
      'pass tcp any any -> any any (content:"attack"; sid:1;)',
      'alert tcp any any -> any any (content:"defence"; sid:1;)',
    ]) {
      expect(look(frames, rule).counted).toEqual({});
    }
  });
});

describe("a packet that the table has no place for", () => {
  const rule = 'alert udp any any -> any any (content:"attack"; sid:1;)';

  beforeAll(() => {
    core.begin(rule, { detectFlags: L.DETECT_FLAG_ON, flowSets: 1, protectNs: 10n ** 15n });
    for (let sport = 1; sport <= 40; sport++)
      for (const frame of handshake({ ...ENDS, sport })) core.send(frame);
  });

  it("has what inspection found of it in its own record", () => {
    core.records();
    const before = core.counter(L.COUNTER_FLOWS_REFUSED);
    const payload = f.udp({ sport: 9, dport: 9 }, f.text("an attack"));
    expect(core.sids(f.ethernet({}, packet(ENDS, payload)))).toEqual([1]);
    expect(core.counter(L.COUNTER_FLOWS_REFUSED)).toBe(before + 1);
    const found: (readonly string[])[] = [];
    core.take((bytes) => found.push(factsOf(new FlowRecord(bytes.slice().buffer).pointAt(0)).findings));
    expect(found).toEqual([["signature"]]);
  });
});
