// TCP state and who opened the connection, from whole handshakes to conversations met in the middle.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { bitNames, type Input, MS, read, readOne, SECOND, START, talkOf } from "../../support/read.js";
import { Talk } from "../../support/talk.js";

const FROM_CLIENT = "10.0.0.1:4000 > 10.0.0.2:80";
const FROM_SERVER = "10.0.0.2:80 > 10.0.0.1:4000";

interface Case {
  name: string;
  frames: (t: Talk) => Uint8Array[];
  state: number;
  class: number;
  talk?: string;
  reason: number;
  flags: string[];
}

const { DIR_REASON_SYN: SYN, DIR_REASON_SYNACK: SYNACK, DIR_REASON_FIRST_PACKET: FIRST } = L;

const CASES: Case[] = [
  {
    name: "a SYN alone",
    frames: (t) => [t.c("S")],
    state: L.TCP_STATE_SYN_SENT,
    class: L.CLASS_SINGLE,
    reason: SYN,
    flags: ["SYN"],
  },
  {
    name: "SYNs without an answer",
    frames: (t) => [t.c("S"), t.c("S", 0, { seq: 1000 })],
    state: L.TCP_STATE_SYN_SENT,
    class: L.CLASS_HALF_OPEN,
    reason: SYN,
    flags: ["SYN"],
  },
  {
    name: "SYN and SYN-ACK",
    frames: (t) => [t.c("S"), t.s("SA")],
    state: L.TCP_STATE_SYN_ACKED,
    class: L.CLASS_HALF_OPEN,
    reason: SYN,
    flags: ["SYN", "SYNACK"],
  },
  {
    name: "a whole handshake",
    frames: (t) => t.open(),
    state: L.TCP_STATE_ESTABLISHED,
    class: L.CLASS_ESTABLISHED,
    reason: SYN,
    flags: ["SYN", "SYNACK", "HANDSHAKE", "ACKED"],
  },
  {
    name: "a handshake with ECN",
    frames: (t) => [t.c("SEC"), t.s("SAE"), t.c("A")],
    state: L.TCP_STATE_ESTABLISHED,
    class: L.CLASS_ESTABLISHED,
    reason: SYN,
    flags: ["SYN", "SYNACK", "HANDSHAKE", "ACKED"],
  },
  {
    name: "a refused connection",
    frames: (t) => [t.c("S"), t.s("RA")],
    state: L.TCP_STATE_RESET,
    class: L.CLASS_CLOSED,
    reason: SYN,
    flags: ["SYN"],
  },
  {
    name: "a scan that resets the answer",
    frames: (t) => [t.c("S"), t.s("SA"), t.c("R")],
    state: L.TCP_STATE_RESET,
    class: L.CLASS_CLOSED,
    reason: SYN,
    flags: ["SYN", "SYNACK"],
  },
  {
    name: "one side has said goodbye",
    frames: (t) => [...t.open(), t.c("FA"), t.s("A")],
    state: L.TCP_STATE_CLOSING,
    class: L.CLASS_ESTABLISHED,
    reason: SYN,
    flags: ["SYN", "SYNACK", "HANDSHAKE", "FIN_A", "ACKED"],
  },
  {
    name: "both sides have",
    frames: (t) => [...t.open(), t.c("FA"), t.s("FA"), t.c("A")],
    state: L.TCP_STATE_CLOSED,
    class: L.CLASS_CLOSED,
    reason: SYN,
    flags: ["SYN", "SYNACK", "HANDSHAKE", "FIN_A", "FIN_B", "ACKED"],
  },
  {
    name: "a reset in the middle",
    frames: (t) => [...t.open(), t.s("A", 10), t.c("R")],
    state: L.TCP_STATE_RESET,
    class: L.CLASS_CLOSED,
    reason: SYN,
    flags: ["SYN", "SYNACK", "HANDSHAKE", "ACKED"],
  },
  {
    name: "midstream, one side",
    frames: (t) => [t.c("PA", 10), t.c("PA", 10)],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_ONE_WAY,
    reason: FIRST,
    flags: [],
  },
  {
    name: "midstream, both sides",
    frames: (t) => [t.c("PA", 10), t.s("A")],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_TWO_WAY,
    reason: FIRST,
    flags: [],
  },
  {
    name: "midstream, the server first",
    frames: (t) => [t.s("PA", 10), t.c("A")],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_TWO_WAY,
    talk: FROM_SERVER,
    reason: FIRST,
    flags: ["INITIATOR_B", "FIRST_B"],
  },
  {
    name: "a SYN and data without the answer seen",
    frames: (t) => [t.c("S"), t.c("A"), t.c("PA", 10)],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_ONE_WAY,
    reason: SYN,
    flags: ["SYN"],
  },
  {
    name: "a SYN-ACK alone is not turned",
    frames: (t) => [t.s("SA")],
    state: L.TCP_STATE_SYN_ACKED,
    class: L.CLASS_SINGLE,
    talk: FROM_SERVER,
    reason: FIRST,
    flags: ["INITIATOR_B", "SYNACK", "FIRST_B"],
  },
  {
    name: "a SYN-ACK answered by a reset is not turned",
    frames: (t) => [t.s("SA"), t.c("R")],
    state: L.TCP_STATE_RESET,
    class: L.CLASS_CLOSED,
    talk: FROM_SERVER,
    reason: FIRST,
    flags: ["INITIATOR_B", "SYNACK", "FIRST_B"],
  },
  {
    name: "a SYN-ACK that is answered: its receiver opened",
    frames: (t) => [t.s("SA"), t.c("A")],
    state: L.TCP_STATE_ESTABLISHED,
    class: L.CLASS_TWO_WAY,
    reason: SYNACK,
    flags: ["TURNED", "SYNACK", "FIRST_B", "ACKED"],
  },
  {
    name: "a SYN with FIN does not count",
    frames: (t) => [t.c("SF")],
    state: L.TCP_STATE_CLOSING,
    class: L.CLASS_SINGLE,
    reason: FIRST,
    flags: ["FIN_A"],
  },
  {
    name: "a SYN with PSH does not count",
    frames: (t) => [t.c("SP")],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_SINGLE,
    reason: FIRST,
    flags: [],
  },
  {
    name: "a NULL packet",
    frames: (t) => [t.c("")],
    state: L.TCP_STATE_MIDSTREAM,
    class: L.CLASS_SINGLE,
    reason: FIRST,
    flags: [],
  },
  {
    name: "a FIN alone",
    frames: (t) => [t.c("F")],
    state: L.TCP_STATE_CLOSING,
    class: L.CLASS_SINGLE,
    reason: FIRST,
    flags: ["FIN_A"],
  },
  {
    name: "a reset alone",
    frames: (t) => [t.c("R")],
    state: L.TCP_STATE_RESET,
    class: L.CLASS_CLOSED,
    reason: FIRST,
    flags: [],
  },
  {
    name: "an XMAS packet",
    frames: (t) => [t.c("FPU")],
    state: L.TCP_STATE_CLOSING,
    class: L.CLASS_SINGLE,
    reason: FIRST,
    flags: ["FIN_A"],
  },
];

// Told apart from what else stands in the flags.
const STORY = ["INITIATOR_B", "SYN", "SYNACK", "HANDSHAKE", "FIRST_B", "TURNED", "FIN_A", "FIN_B", "ACKED"];

describe("TCP state", () => {
  it.each(CASES)("$name", ({ frames, state, class: flowClass, talk, reason, flags }) => {
    const record = readOne(frames(new Talk()));
    expect(record.state).toBe(state);
    expect(record.class).toBe(flowClass);
    expect(talkOf(record)).toBe(talk ?? FROM_CLIENT);
    expect(record.dirReason).toBe(reason);
    expect(
      bitNames("FLOW_FLAG_", record.flags)
        .filter((name) => STORY.includes(name))
        .sort(),
    ).toEqual([...flags].sort());
  });

  it("the SYN-ACK's sender is kept", () => {
    const t = new Talk();
    expect(bitNames("FLOW_FLAG_", readOne([t.c("S"), t.s("SA")]).flags)).toContain("SYNACK_B");
    expect(bitNames("FLOW_FLAG_", readOne([t.c("SA")]).flags)).not.toContain("SYNACK_B");
  });

  it("flags are a union for each side", () => {
    const t = new Talk();
    const record = readOne([...t.open(), t.c("PA", 5), t.s("A"), t.c("FA")]);
    expect([record.orig.flags, record.resp.flags]).toEqual([0b011011, 0b010010]);
  });
});

describe("times of the handshake", () => {
  it("SYN to SYN-ACK, SYN-ACK to ACK", () => {
    const t = new Talk();
    const at = [0n, 25n * MS, 40n * MS];
    const record = readOne(t.open().map((frame, i): Input => ({ frame, timeNs: START + (at[i] ?? 0n) })));
    expect([record.synackUs, record.ackdatUs]).toEqual([25_000, 15_000]);
  });

  it("count from the last SYN", () => {
    const t = new Talk();
    const frames: Input[] = [
      { frame: t.c("S"), timeNs: START },
      { frame: t.c("S", 0, { seq: 1000 }), timeNs: START + SECOND },
      { frame: t.s("SA"), timeNs: START + SECOND + 7n * MS },
    ];
    expect(readOne(frames).synackUs).toBe(7000);
  });

  it("a SYN-ACK captured before its SYN gives none", () => {
    const t = new Talk();
    const [syn, synAck, ack] = t.open() as [Uint8Array, Uint8Array, Uint8Array];
    const record = readOne([synAck, syn, ack]);
    expect(record.synackUs).toBe(0);
    expect(talkOf(record)).toBe(FROM_CLIENT);
    expect(record.state).toBe(L.TCP_STATE_ESTABLISHED);
  });
});

describe("the same ports again", () => {
  const endings: [string, (t: Talk) => Uint8Array[]][] = [
    ["a reset", (t) => [...t.open(), t.s("R")]],
    ["a refusal", (t) => [t.c("S"), t.s("RA")]],
    ["both FINs", (t) => [...t.open(), t.c("FA"), t.s("FA"), t.c("A")]],
    ["one FIN", (t) => [...t.open(), t.c("FA")]],
  ];

  it.each(endings)("a SYN after %s is another connection", (_, ending) => {
    const first = ending(new Talk());
    const { core, records } = read([...first, ...new Talk().open()]);
    expect(records.map(({ reason }) => reason)).toEqual([L.RECORD_REASON_REUSED, L.RECORD_REASON_FLUSH]);
    expect(records.map(({ packets }) => packets)).toEqual([first.length, 3]);
    expect(records[1]?.state).toBe(L.TCP_STATE_ESTABLISHED);
    expect(records[1]?.firstFrame).toBe(first.length + 1);
    expect(core.counter(L.COUNTER_FLOWS_REUSED)).toBe(1);
  });

  it("a SYN into an open connection is only a segment of it", () => {
    const t = new Talk();
    expect(readOne([...t.open(), t.c("S", 0, { seq: 1000 })]).packets).toBe(4);
  });

  it("anything but a SYN stays with the closed one", () => {
    const t = new Talk();
    expect(readOne([...t.open(), t.s("R"), t.c("A"), t.c("PA", 9)]).packets).toBe(6);
  });

  it("from the other end: the new initiator is who sent the new SYN", () => {
    const t = new Talk();
    const { records } = read([t.c("S"), t.s("RA"), t.s("S")]);
    expect(records.map(talkOf)).toEqual([FROM_CLIENT, FROM_SERVER]);
  });
});
