// The oriented view of a record, and what is read from it in words: direction, state, flags, IDs.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { addressText } from "../../../host/record/address.js";
import { dirConfidence, dirReasonName, dirSymbol } from "../../../host/record/direction.js";
import { flgsText } from "../../../host/record/flgs.js";
import { ipIdBehaviour } from "../../../host/record/ip-id.js";
import { protocolText } from "../../../host/record/names.js";
import { stateText } from "../../../host/record/state.js";
import { buildRecord, type RecordSpec, type SideSpec } from "../../support/record-builder.js";

const BOTH = L.FLOW_FLAG_SYN | L.FLOW_FLAG_SYNACK;
const tcp = (orig: string, resp: string, rest: RecordSpec = {}): RecordSpec => ({
  orig: { packets: orig === "-" ? 0 : 1, flags: orig === "-" ? "" : orig },
  resp: { packets: resp === "-" ? 0 : 1, flags: resp === "-" ? "" : resp },
  ...rest,
});

describe("orientation", () => {
  const sides = { orig: { address: "10.0.0.9", port: 5, packets: 3, bytes: 300 }, resp: { packets: 1 } };

  it("is the same whichever end is stored first", () => {
    for (const initiatorIsB of [false, true]) {
      const record = buildRecord({ ...sides, initiatorIsB });
      expect(addressText(record, "orig")).toBe("10.0.0.9");
      expect(record.port("orig")).toBe(5);
      expect(record.port("resp")).toBe(80);
      expect(record.packets("orig")).toBe(3);
      expect(record.wireBytes("orig")).toBe(300);
      expect(record.packets("resp")).toBe(1);
    }
  });

  it("keeps ICMP's type and code in their places", () => {
    // The layout keeps type in A and code in B whatever the direction.
    for (const initiatorIsB of [false, true]) {
      const ports = initiatorIsB
        ? { orig: { port: 0 }, resp: { port: 8 } }
        : { orig: { port: 8 }, resp: { port: 0 } };
      const record = buildRecord({ proto: 1, ...ports, initiatorIsB });
      expect([record.port("orig"), record.port("resp")]).toEqual([8, 0]);
    }
  });
});

describe("counters", () => {
  it("are what came since the last intermediate record", () => {
    const record = buildRecord({
      orig: {
        packets: 10,
        reportedPackets: 4,
        bytes: 900,
        reportedBytes: 400,
        appBytes: 7,
        reportedAppBytes: 7,
      },
    });
    expect([record.packets("orig"), record.wireBytes("orig"), record.appBytes("orig")]).toEqual([6, 500, 0]);
    expect(record.packetsOfLife("orig")).toBe(10);
    expect(record.isLater).toBe(true);
  });

  it("survive the reported packets' wrap at 2^32", () => {
    const record = buildRecord({ orig: { packets: 2 ** 32 + 5, reportedPackets: 2 ** 32 - 1 } });
    expect(record.packets("orig")).toBe(6);
  });

  it("have microseconds exactly, to the end of the clock", () => {
    for (const startUs of [
      0, 1, 999_999, 1_003_318_266_204_518, 4_102_444_800_999_999, 9_007_199_254_740_991,
    ]) {
      expect(buildRecord({ startUs }).startUs).toBe(startUs);
    }
  });

  it("scale windows only when both ends agreed to", () => {
    const window = (orig: SideSpec, resp: SideSpec) => buildRecord({ orig, resp }).window("orig");
    expect(window({ window: 229, windowScale: 7 }, { windowScale: 0 })).toBe(29312);
    expect(window({ window: 229, windowScale: 7 }, {})).toBe(229);
    expect(window({ window: 1, windowScale: 200 }, { windowScale: 0 })).toBe(16384);
  });
});

describe("direction", () => {
  it.each([
    ["->", tcp("S", "-", { flowFlags: L.FLOW_FLAG_SYN })],
    ["->", tcp("FSPA", "FSPA", { flowFlags: BOTH })],
    ["->", tcp("-", "SA", { flowFlags: L.FLOW_FLAG_SYNACK })],
    ["?>", tcp("FPA", "-")],
    ["<?", tcp("-", "PA")],
    ["<?>", tcp("PA", "A")],
    ["->", { proto: 17, resp: { packets: 0 } }],
    ["<->", { proto: 17, resp: { packets: 1 } }],
    ["<-", { proto: 1, orig: { packets: 0 }, resp: { packets: 1 } }],
    ["who", { kind: L.KIND_ARP, extra: 1 }],
    ["tel", { kind: L.KIND_ARP, extra: 2 }],
    // Later fragments alone tell nothing of a handshake.
    ["->", { proto: 6, flowFlags: L.FLOW_FLAG_FRAGMENTS_ONLY }],
  ] as [string, RecordSpec][])("%s", (symbol, spec) => {
    expect(dirSymbol(buildRecord(spec))).toBe(symbol);
  });

  it.each([
    ["syn", 1, {}, L.DIR_REASON_SYN],
    ["synack", 0.9, {}, L.DIR_REASON_SYNACK],
    ["learnt", 0.8, {}, L.DIR_REASON_LEARNT],
    ["answer", 0.8, { proto: 1 }, L.DIR_REASON_ANSWER],
    ["first-packet", 0.5, {}, L.DIR_REASON_FIRST_PACKET],
    ["first-packet", 0.7, { proto: 17 }, L.DIR_REASON_FIRST_PACKET],
  ] as [string, number, RecordSpec, number][])("%s is %f sure", (name, confidence, spec, dirReason) => {
    const record = buildRecord({ ...spec, dirReason });
    expect(dirReasonName(record)).toBe(name);
    expect(dirConfidence(record)).toBe(confidence);
  });
});

describe("state", () => {
  const established = BOTH | L.FLOW_FLAG_HANDSHAKE | L.FLOW_FLAG_ACKED;
  // Words, -z and -Z b as ra prints them for such flows.
  it.each([
    ["REQ", "s", "S_", tcp("S", "-", { flowFlags: L.FLOW_FLAG_SYN, tcpState: L.TCP_STATE_SYN_SENT })],
    ["ACC", "S", "SA_", tcp("SA", "-", { flowFlags: L.FLOW_FLAG_SYNACK, tcpState: L.TCP_STATE_SYN_ACKED })],
    [
      "CON",
      "sSE",
      "SPA_SPA",
      tcp("SPA", "SPA", { flowFlags: established, tcpState: L.TCP_STATE_ESTABLISHED }),
    ],
    [
      "FIN",
      "sSEf",
      "FSPA_FSPA",
      tcp("FSPA", "FSPA", { flowFlags: established, tcpState: L.TCP_STATE_CLOSED }),
    ],
    ["RST", "sR", "S_RA", tcp("S", "RA", { flowFlags: L.FLOW_FLAG_SYN, tcpState: L.TCP_STATE_RESET })],
    ["CON", "E", "PA_A", tcp("PA", "A", { tcpState: L.TCP_STATE_MIDSTREAM })],
    ["FIN", "f", "FA_", tcp("FA", "-", { tcpState: L.TCP_STATE_CLOSING })],
    ["FIN", "Ef", "FPA_", tcp("FPA", "-", { tcpState: L.TCP_STATE_CLOSING })],
    ["CON", "", "_", tcp("", "-", { tcpState: L.TCP_STATE_MIDSTREAM })],
  ] as [string, string, string, RecordSpec][])("TCP %s %s %s", (word, history, flags, spec) => {
    const record = buildRecord(spec);
    expect(stateText(record)).toBe(word);
    expect(stateText(record, "history")).toBe(history);
    expect(stateText(record, "flags-both")).toBe(flags);
    const [orig = "", resp = ""] = flags.split("_");
    expect(stateText(record, "flags-orig")).toBe(orig);
    expect(stateText(record, "flags-resp")).toBe(resp);
  });

  it.each([
    ["fF", 100, 100],
    ["fF", 100, 101],
    ["f", 100, 99],
    ["fF", 0xffffffff, 3],
    ["f", 3, 0xffffffff],
  ])("TCP %s: FIN up to %d, acknowledged up to %d", (history, seqNext, ackHigh) => {
    const record = buildRecord({
      orig: { flags: "FA", seqNext },
      resp: { packets: 1, flags: "A", ackHigh },
    });
    expect(stateText(record, "history")).toBe(history);
  });

  it("has the flags in argus' order", () => {
    expect(stateText(buildRecord(tcp("CEUAPRSF", "-")), "flags-both")).toBe("FSRPAUEC_");
  });

  it.each([
    ["INT", { proto: 17 }],
    ["CON", { proto: 17, resp: { packets: 2 } }],
    ["REQ", { proto: 17, orig: { packets: 5, reportedPackets: 4 } }],
    ["RSP", { proto: 17, orig: { packets: 4, reportedPackets: 4 }, resp: { packets: 1 } }],
    ["ECO", { proto: 1, orig: { port: 8, packets: 1 }, resp: { port: 0, packets: 1 }, icmpType: 8 }],
    ["ECR", { proto: 1, orig: { port: 8, packets: 0 }, resp: { port: 0, packets: 1 }, icmpType: 0 }],
    ["URP", { proto: 1, orig: { port: 3 }, resp: { port: 3 }, icmpType: 3 }],
    ["URFIL", { proto: 1, orig: { port: 3 }, resp: { port: 13 }, icmpType: 3 }],
    ["UNK", { proto: 1, orig: { port: 3 }, resp: { port: 99 }, icmpType: 3 }],
    [
      "NNS",
      {
        kind: L.KIND_IPV6,
        proto: 58,
        orig: { address: "::1", port: 135 },
        resp: { address: "::2", port: 0 },
      },
    ],
    ["RSP", { kind: L.KIND_ARP, extra: 1, proto: 0, orig: { packets: 0 }, resp: { packets: 1 } }],
  ] as [string, RecordSpec][])("%s", (word, spec) => {
    expect(stateText(buildRecord(spec))).toBe(word);
    expect(stateText(buildRecord(spec), "flags-both")).toBe(word);
  });
});

describe("flgs", () => {
  const synSeen = { flowFlags: L.FLOW_FLAG_SYN };
  it.each([
    ["          ", {}],
    [" v        ", { notes: L.NOTE_VLAN }],
    [" v        ", { notes: L.NOTE_VLAN | L.NOTE_QINQ }],
    [" *        ", { notes: L.NOTE_VLAN | L.NOTE_MPLS }],
    ["  U       ", { flowFlags: L.FLOW_FLAG_ICMP_UNREACHABLE }],
    ["   s      ", { ...synSeen, orig: { retransmits: 1 } }],
    ["   d      ", { ...synSeen, resp: { packets: 1, retransmits: 1 } }],
    ["   *      ", { orig: { retransmits: 1 }, resp: { packets: 1, retransmits: 2 } }],
    ["   i      ", { resp: { packets: 1 }, orig: { outOfOrder: 1 } }],
    ["   g      ", { resp: { packets: 1, gaps: 1 } }],
    // One side in mid-stream: nobody can tell loss from repeating.
    ["          ", { orig: { retransmits: 3 } }],
    ["    S     ", { orig: { zeroWindows: 1 } }],
    ["     E    ", { orig: { flags: "E" }, resp: { flags: "C" } }],
    ["      F   ", { proto: 17, notes: L.NOTE_FRAGMENT }],
    ["      f   ", { notes: L.NOTE_FRAGMENT, flowFlags: L.FLOW_FLAG_FRAGMENTS_ONLY }],
    ["       O  ", { proto: 2, notes: L.NOTE_IP_OPTIONS }],
  ] as [string, RecordSpec][])("'%s'", (flgs, spec) => {
    expect(flgsText(buildRecord(spec))).toBe(flgs);
  });
});

describe("IP ID behaviour", () => {
  it.each([
    ["zero", { packets: 4, id: 0, idZero: 4 }],
    ["mixed", { packets: 4, id: 0, idZero: 3 }],
    ["single", { packets: 1, id: 7 }],
    ["constant", { packets: 5, id: 7, idSame: 4 }],
    ["counting-up", { packets: 11, id: 7, idUp: 9 }],
    ["random", { packets: 11, id: 7, idUp: 1 }],
    ["mixed", { packets: 3, id: 7 }],
    ["mixed", { packets: 11, id: 7, idUp: 5, idSame: 2 }],
    [undefined, { packets: 3 }],
    [undefined, { packets: 0, id: 0 }],
  ] as [string | undefined, SideSpec][])("%s", (word, orig) => {
    expect(ipIdBehaviour(buildRecord({ orig }), "orig")).toBe(word);
  });
});

describe("names", () => {
  it.each([
    ["tcp", "6", {}],
    ["253", "253", { proto: 253 }],
    ["ipv6-icmp", "58", { kind: L.KIND_IPV6, proto: 58, orig: { address: "::1" }, resp: { address: "::2" } }],
    ["arp", "2054", { kind: L.KIND_ARP, extra: 1 }],
    [
      "eapol",
      "34958",
      { kind: L.KIND_MAC, extra: 0x888e, orig: { address: "2:0:0:0:0:1" }, resp: { address: "2:0:0:0:0:2" } },
    ],
    [
      "34997",
      "34997",
      { kind: L.KIND_MAC, extra: 34997, orig: { address: "2:0:0:0:0:1" }, resp: { address: "2:0:0:0:0:2" } },
    ],
    [
      "llc",
      "66",
      { kind: L.KIND_MAC, extra: 0x42, orig: { address: "2:0:0:0:0:1" }, resp: { address: "2:0:0:0:0:2" } },
    ],
  ] as [string, string, RecordSpec][])("%s %s", (name, number, spec) => {
    expect(protocolText(buildRecord(spec))).toBe(name);
    expect(protocolText(buildRecord(spec), true)).toBe(number);
  });
});
