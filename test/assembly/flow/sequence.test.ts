// The evidence of sequence and acknowledgement numbers, each kind by an example.

import { describe, expect, it } from "vitest";
import { readOne } from "../../support/read.js";
import type { FlowSide } from "../../support/record.js";
import { CLIENT_ISN, SERVER_ISN, Talk } from "../../support/talk.js";

const FIRST = CLIENT_ISN + 1;

/** The client's evidence after a handshake and these segments. */
function evidence(say: (t: Talk) => Uint8Array[]): FlowSide {
  const t = new Talk();
  return readOne([...t.open(), ...say(t)]).orig;
}

const clean = { retransmits: 0, outOfOrder: 0, gaps: 0, overlaps: 0 };

describe("sequence numbers", () => {
  it("in order: nothing to tell", () => {
    const side = evidence((t) => [t.c("PA", 100), t.c("PA", 50), t.c("FA")]);
    expect(side).toMatchObject({ ...clean, seqFirst: CLIENT_ISN, seqNext: FIRST + 151 });
  });

  it("the same segment again is a retransmission", () => {
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("PA", 100, { seq: FIRST }),
      t.c("PA", 100, { seq: FIRST }),
    ]);
    expect(side).toMatchObject({ ...clean, retransmits: 2, appBytes: 300 });
  });

  it("a SYN or a FIN again is one too", () => {
    const t = new Talk();
    const record = readOne([
      t.c("S"),
      t.c("S", 0, { seq: CLIENT_ISN }),
      t.s("SA"),
      t.c("A"),
      t.c("FA"),
      t.c("FA", 0, { seq: FIRST }),
    ]);
    expect(record.orig.retransmits).toBe(2);
  });

  it("part of what was sent is a retransmission", () => {
    const side = evidence((t) => [t.c("PA", 100), t.c("PA", 20, { seq: FIRST + 40 })]);
    expect(side.retransmits).toBe(1);
  });

  it("old bytes with new ones behind them are not", () => {
    const side = evidence((t) => [t.c("PA", 100), t.c("PA", 100, { seq: FIRST + 50 })]);
    expect(side).toMatchObject({ ...clean, seqNext: FIRST + 150 });
  });

  it("bytes jumped over are a gap", () => {
    const side = evidence((t) => [t.c("PA", 100), t.c("PA", 100, { seq: FIRST + 300 })]);
    expect(side).toMatchObject({ ...clean, gaps: 1, seqNext: FIRST + 400 });
  });

  it("a segment into the gap is out of order, and not a retransmission", () => {
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("PA", 100, { seq: FIRST + 200 }),
      t.c("PA", 100, { seq: FIRST + 100 }),
    ]);
    expect(side).toMatchObject({ ...clean, gaps: 1, outOfOrder: 1, seqNext: FIRST + 300 });
  });

  it("the gap once filled, the same segment again is a retransmission", () => {
    const late = { seq: FIRST + 100 };
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("PA", 100, { seq: FIRST + 200 }),
      t.c("PA", 100, late),
      t.c("PA", 100, late),
    ]);
    expect(side).toMatchObject({ ...clean, gaps: 1, outOfOrder: 1, retransmits: 1 });
  });

  it("the gap filled in two steps", () => {
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("PA", 100, { seq: FIRST + 200 }),
      t.c("PA", 40, { seq: FIRST + 100 }),
      t.c("PA", 60, { seq: FIRST + 140 }),
    ]);
    expect(side).toMatchObject({ ...clean, gaps: 1, outOfOrder: 2 });
  });

  it("a segment that fills the gap and goes beyond moves the end", () => {
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("PA", 100, { seq: FIRST + 200 }),
      t.c("PA", 300, { seq: FIRST + 100 }),
      t.c("PA", 10, { seq: FIRST + 400 }),
    ]);
    expect(side).toMatchObject({ ...clean, gaps: 1, outOfOrder: 1, seqNext: FIRST + 410 });
  });

  it("one byte just before the next is a keep-alive", () => {
    const side = evidence((t) => [
      t.c("PA", 100),
      t.c("A", 1, { seq: FIRST + 99 }),
      t.c("A", 1, { seq: FIRST + 99 }),
    ]);
    expect(side).toMatchObject({ ...clean });
  });

  it("numbers wrap", () => {
    const start = 0xffffffff - 49;
    const t = new Talk();
    const side = readOne([
      t.c("PA", 100, { seq: start }),
      t.c("PA", 100, { seq: start + 100 }),
      t.c("PA", 100, { seq: start }),
    ]).orig;
    expect(side).toMatchObject({ ...clean, retransmits: 1, seqFirst: start, seqNext: 150 });
  });

  it("bare acknowledgements say nothing", () => {
    const side = evidence((t) => [t.c("A", 0, { seq: FIRST + 5000 }), t.c("A", 0, { seq: FIRST - 1 })]);
    expect(side).toMatchObject({ ...clean, seqNext: FIRST });
  });

  it("a reset's text is no data", () => {
    const side = evidence((t) => [t.c("R", 30)]);
    expect(side).toMatchObject({ ...clean, seqNext: FIRST, appBytes: 30 });
  });
});

describe("the same range with other bytes", () => {
  it("is an overlap and a retransmission", () => {
    const side = evidence((t) => [t.c("PA", 64, { fill: 1 }), t.c("PA", 64, { seq: FIRST, fill: 2 })]);
    expect(side).toMatchObject({ ...clean, retransmits: 1, overlaps: 1 });
  });

  it("with the same bytes is none", () => {
    const side = evidence((t) => [t.c("PA", 64, { fill: 1 }), t.c("PA", 64, { seq: FIRST, fill: 1 })]);
    expect(side.overlaps).toBe(0);
  });

  it("is not judged when the capture cut one of them", () => {
    const t = new Talk();
    const first = t.c("PA", 64, { seq: FIRST, fill: 1 });
    const second = t.c("PA", 64, { seq: FIRST, fill: 2 });
    const side = readOne([first, { frame: second.slice(0, -10), wire: second.length }]).orig;
    expect(side).toMatchObject({ retransmits: 1, overlaps: 0 });
  });
});

describe("acknowledgements", () => {
  it("advance when the other side is heard", () => {
    const t = new Talk();
    const record = readOne([...t.open(), t.s("PA", 100), t.c("A"), t.s("PA", 50), t.c("A")]);
    expect(record.orig).toMatchObject({
      ackFirst: SERVER_ISN + 1,
      ackHigh: SERVER_ISN + 151,
      ackAdvances: 2,
    });
  });

  it("stand still in a conversation of one", () => {
    const t = new Talk();
    const ack = 777;
    const record = readOne([
      t.c("PA", 80, { ack }),
      t.c("PA", 80, { ack, seq: CLIENT_ISN }),
      t.c("FA", 0, { ack }),
    ]);
    expect(record.orig).toMatchObject({ ackFirst: ack, ackHigh: ack, ackAdvances: 0, retransmits: 1 });
  });

  it("going back is no advance", () => {
    const t = new Talk();
    const record = readOne([500, 400, 500, 501].map((ack) => t.c("A", 0, { ack })));
    expect(record.orig).toMatchObject({ ackFirst: 500, ackHigh: 501, ackAdvances: 1 });
  });

  it("wrap", () => {
    const t = new Talk();
    const record = readOne([0xfffffff0, 0x10].map((ack) => t.c("A", 0, { ack })));
    expect(record.orig).toMatchObject({ ackHigh: 0x10, ackAdvances: 1 });
  });

  it("a segment without ACK does not count", () => {
    const t = new Talk();
    expect(readOne([t.c("S"), t.c("", 0, { ack: 9 })]).orig).toMatchObject({ ackFirst: 0, ackHigh: 0 });
  });
});

describe("windows", () => {
  it("zero ones are counted, the last is kept", () => {
    const side = evidence((t) => [
      t.c("A", 0, { window: 0 }),
      t.c("A", 0, { window: 0 }),
      t.c("A", 0, { window: 77 }),
    ]);
    expect(side).toMatchObject({ zeroWindows: 2, window: 77 });
  });

  it("a SYN's or a reset's zero is none", () => {
    const t = new Talk();
    const record = readOne([
      t.c("S", 0, { window: 0 }),
      t.s("SA", 0, { window: 0 }),
      t.c("R", 0, { window: 0 }),
    ]);
    expect([record.orig.zeroWindows, record.resp.zeroWindows]).toEqual([0, 0]);
  });
});
