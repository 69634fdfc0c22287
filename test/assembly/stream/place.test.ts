// Where each segment goes, case by case: starts, holes, slides, what is refused, and what each is counted as.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { ACK, bytesAt, FIN, joined, RST, type Segment, type Sent, StreamRig, SYN } from "./stream-rig.js";

const ISN = 0xffff_ff00;
const FIRST = ISN + 1;
const WINDOW = 2048;
const ROOM = WINDOW - S.WINDOW_HEADER_SIZE;
const { PLACED_NEW, PLACED_HELD, PLACED_DUPLICATE, PLACED_CONFLICT, PLACED_DEPTH, PLACED_ALONE } = S;

let rig: StreamRig;
beforeAll(async () => {
  rig = await StreamRig.make();
});
beforeEach(() => {
  rig.reset({ streamWindowSize: WINDOW, streamWindowLimit: 8 });
  rig.open();
});

/** A segment of the stream's own bytes, `from` its first byte. */
function at(from: number, size: number, more: Partial<Segment> = {}): Sent {
  return rig.send({ seq: FIRST + from, bytes: bytesAt(from, size), ...more });
}
const syn = (): Sent => rig.send({ seq: ISN, flags: SYN, find: true });
const told = ({ placed }: Sent): number => placed & ~S.PLACED_MORE;
const out = (...sent: Sent[]): number[] => [...joined(sent.flatMap(({ pieces }) => pieces))];
const range = (from: number, size: number): number[] => [...bytesAt(from, size)];

describe("the start", () => {
  it("lies behind the SYN, also when the first segment comes second", () => {
    syn();
    const late = at(100, 50);
    const first = at(0, 100);
    expect([told(late), told(first)]).toEqual([PLACED_HELD, PLACED_NEW]);
    expect(out(late, first)).toEqual(range(0, 150));
    expect(rig.bitsOf(rig.stream()) & S.STREAM_BIT_MIDSTREAM).toBe(0);
  });

  it("is in the SYN itself when that has data", () => {
    const opened = rig.send({ seq: ISN, flags: SYN, bytes: bytesAt(0, 20) });
    expect(out(opened, at(20, 20))).toEqual(range(0, 40));
  });

  it("is the first segment's without a SYN", () => {
    expect(out(at(500, 10), at(510, 10))).toEqual(range(500, 20));
    expect(rig.bitsOf(rig.stream()) & S.STREAM_BIT_MIDSTREAM).not.toBe(0);
  });

  it("is at the first data when that came before its SYN", () => {
    const early = at(0, 10);
    rig.send({ seq: ISN, flags: SYN });
    expect(out(early, at(10, 10))).toEqual(range(0, 20));
  });

  it("moves back for bytes that touch it and come late, and all is inspected again", () => {
    const second = at(100, 50);
    const first = at(60, 40);
    expect(out(second)).toEqual(range(100, 50));
    expect(told(first)).toBe(PLACED_NEW);
    expect(out(first)).toEqual(range(60, 90));
    expect(first.pieces[0]?.seq).toBe((FIRST + 60) >>> 0);
    // One that overlaps brings both its ends.
    expect(out(at(50, 200))).toEqual([...range(50, 100), ...range(150, 100)]);
  });

  it("moves back a few times only, and not for bytes that do not touch it", () => {
    at(1000, 10);
    expect(told(at(900, 10))).toBe(PLACED_ALONE);
    for (let i = 1; i <= S.STREAM_PREPENDS_MAX; i++) expect(told(at(1000 - i, 1))).toBe(PLACED_NEW);
    expect(told(at(1000 - S.STREAM_PREPENDS_MAX - 1, 1))).toBe(PLACED_ALONE);
  });
});

describe("sent again", () => {
  beforeEach(() => {
    syn();
    at(0, 100);
  });

  it("is a duplicate with the same bytes, in part or whole", () => {
    expect(told(at(0, 100))).toBe(PLACED_DUPLICATE);
    expect(told(at(30, 20))).toBe(PLACED_DUPLICATE);
    expect(rig.counter(L.COUNTER_STREAM_DUPLICATE)).toBe(2);
    const wider = at(50, 100);
    expect(told(wider)).toBe(PLACED_NEW);
    expect(out(wider)).toEqual(range(100, 50));
  });

  it("with other bytes is a conflict, told once a flow and counted each time", () => {
    const other = bytesAt(0, 100).map((byte, index) => (index === 99 ? byte ^ 1 : byte));
    const conflict = rig.send({ seq: FIRST, bytes: other });
    expect(told(conflict)).toBe(PLACED_DUPLICATE | PLACED_CONFLICT);
    rig.send({ seq: FIRST, bytes: other });
    expect(rig.counter(L.COUNTER_STREAM_CONFLICTS)).toBe(2);
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_OVERLAP_CONFLICT)).toBe(1);
    expect([...rig.text(rig.stream())]).toEqual(range(0, 100));
  });

  it("with other bytes in a range behind a hole is one too", () => {
    at(200, 50);
    const other = rig.send({ seq: FIRST + 100, bytes: new Uint8Array(150) });
    expect(told(other)).toBe(PLACED_NEW | PLACED_CONFLICT);
    expect(out(other)).toEqual([...new Uint8Array(100), ...range(200, 50)]);
  });

  it("as a keep-alive may have any byte", () => {
    expect(told(rig.send({ seq: FIRST + 99, bytes: Uint8Array.of(0) }))).toBe(PLACED_DUPLICATE);
    expect(rig.exports.findings(0)).toBe(0n);
  });

  it("one byte at a time into a closed window, then whole", () => {
    const probe = at(100, 1);
    expect(told(at(100, 1))).toBe(PLACED_DUPLICATE);
    expect(out(probe, at(100, 40))).toEqual(range(100, 40));
  });

  it("before the window is a duplicate while no hole was passed over", () => {
    for (let from = 100; from < 5000; from += 500) at(from, 500);
    expect(told(at(0, 100))).toBe(PLACED_DUPLICATE);
  });
});

describe("a hole", () => {
  beforeEach(() => {
    syn();
    at(0, 100);
  });

  it("is waited for, and closed by what was missing", () => {
    const held = [at(200, 100), at(400, 100), at(300, 50)];
    expect(held.map(told)).toEqual([PLACED_HELD, PLACED_HELD, PLACED_HELD]);
    expect(rig.counter(L.COUNTER_STREAM_HELD)).toBe(3);
    const first = at(100, 100);
    const last = at(340, 100);
    expect(out(...held, first, last)).toEqual(range(100, 400));
    expect(rig.counter(L.COUNTER_STREAM_GAPS)).toBe(0);
  });

  it("is passed over when the other side acknowledged what is behind it", () => {
    const held = at(200, 100);
    rig.send({ seq: 77, fromB: true, bytes: bytesAt(0, 1), ack: FIRST + 200 });
    const next = at(300, 10);
    expect(told(held)).toBe(PLACED_HELD);
    expect(next.pieces).toHaveLength(1);
    expect(next.pieces[0]).toMatchObject({ afterHole: true, seq: (FIRST + 200) >>> 0 });
    expect(out(next)).toEqual(range(200, 110));
    expect(rig.counter(L.COUNTER_STREAM_GAPS)).toBe(1);
  });

  it("is not passed over for an acknowledgement that ends in it", () => {
    at(200, 100);
    rig.send({ seq: 77, fromB: true, bytes: bytesAt(0, 1), ack: FIRST + 199 });
    expect(told(at(300, 10))).toBe(PLACED_HELD);
  });

  it("is passed over after a number of segments", () => {
    const sent = [at(200, 1)];
    while (out(...sent).length === 0) sent.push(at(200 + sent.length, 1));
    expect(sent).toHaveLength(S.STREAM_AGE_MAX + 1);
    expect(out(...sent)).toEqual(range(200, sent.length));
  });

  it("is passed over when a segment lies beyond the window", () => {
    const held = [at(200, 100), at(1000, 100)];
    const far = at(200 + ROOM, 100);
    expect(out(...held)).toEqual([]);
    expect(far.pieces.map(({ seq }) => (seq - FIRST) >>> 0)).toEqual([200]);
    expect(out(far)).toEqual(range(200, 100));
    // It is held now, behind the second range.
    expect(told(far) & PLACED_NEW).not.toBe(0);
    const gone = at(20_000, 100);
    expect(out(gone)).toEqual([...range(1000, 100), ...range(200 + ROOM, 100), ...range(20_000, 100)]);
    expect(gone.pieces.every(({ afterHole }) => afterHole)).toBe(true);
  });

  it("is passed over when there is one more than are tracked", () => {
    for (let i = 0; i < S.STREAM_RANGE_CAPACITY; i++) at(200 + i * 100, 10);
    const more = at(900, 10);
    expect(told(more)).toBe(PLACED_NEW | PLACED_HELD);
    expect(out(more)).toEqual(range(200, 10));
    expect(rig.counter(L.COUNTER_STREAM_RANGES)).toBe(1);
  });

  it("is passed over up to a segment in it when there is one more than are tracked", () => {
    for (let i = 0; i < S.STREAM_RANGE_CAPACITY; i++) at(300 + i * 100, 10);
    expect(out(at(150, 10))).toEqual(range(150, 10));
    expect(out(at(160, 140))).toEqual(range(160, 150));
  });

  it("is passed over at the end of its side, unless the end itself overtook", () => {
    at(200, 100);
    const end = at(300, 10, { flags: FIN | ACK });
    expect(out(end)).toEqual(range(200, 110));
    rig.reset({ streamWindowSize: WINDOW });
    rig.open();
    syn();
    const overtook = at(100, 10, { flags: FIN | ACK });
    expect(told(overtook)).toBe(PLACED_HELD);
    expect(out(overtook, at(0, 100))).toEqual(range(0, 110));
  });

  it("is passed over by a reset, whose own bytes are nobody's", () => {
    at(200, 100);
    const reset = at(300, 10, { flags: RST });
    expect(told(reset)).toBe(PLACED_NEW | PLACED_ALONE);
    expect(out(reset)).toEqual(range(200, 100));
  });

  it("closed too late is looked at alone", () => {
    at(200, 100);
    at(300, 10, { flags: FIN | ACK });
    expect(told(at(100, 100))).toBe(PLACED_ALONE);
    expect(told(at(150, 200))).toBe(PLACED_NEW | PLACED_ALONE);
  });

  it("led to by segments that are not the stream's is left again", () => {
    const far = at(50_000, 10);
    expect(out(far)).toEqual(range(50_000, 10));
    const sent: Sent[] = [];
    for (let i = 0; i < 8; i++) sent.push(at(100 + i * 10, 10));
    expect(sent.slice(0, S.STREAM_STRAYS_MAX).every((one) => told(one) === PLACED_ALONE)).toBe(true);
    const from = 100 + S.STREAM_STRAYS_MAX * 10;
    expect(out(...sent)).toEqual(range(from, 180 - from));
  });

  it("beyond what the receiver offered is not believed at once", () => {
    rig.send({ seq: 77, fromB: true, flags: SYN | ACK, ack: FIRST, find: true });
    rig.send({ seq: 78, fromB: true, ack: FIRST + 100, find: true });
    // Neither side scales: 65535 and the slack.
    expect(told(at(100 + 65_535 + S.STREAM_SLACK, 10))).toBe(PLACED_ALONE);
    expect(out(at(100, 10))).toEqual(range(100, 10));
  });

  it("of bytes that were not captured is passed over at once", () => {
    const cut = at(100, 60, { claimed: 200 });
    expect(out(cut)).toEqual(range(100, 60));
    const next = at(300, 50);
    expect(next.pieces).toHaveLength(1);
    expect(next.pieces[0]?.afterHole).toBe(true);
    expect(out(next)).toEqual(range(300, 50));
    expect(told(at(350, 0, { claimed: 100 }))).toBe(0);
    expect(out(at(450, 10))).toEqual(range(450, 10));
    expect(rig.counter(L.COUNTER_STREAM_GAPS)).toBe(2);
  });
});

describe("the window", () => {
  it("slides, keeps half, and places in the stream stay right", () => {
    syn();
    const sent: Sent[] = [];
    for (let from = 0; from < 9000; from += 90) {
      sent.push(at(from, 90));
      const stream = rig.stream();
      const end = rig.exports.textEnd(stream);
      expect(rig.exports.positionOf(stream, end)).toBe(from + 90);
      expect(end - rig.exports.text(stream)).toBeGreaterThanOrEqual(Math.min(from + 90, ROOM / 2));
    }
    expect(out(...sent)).toEqual(range(0, 9000));
  });

  it("is smaller than a merged frame: that comes in pieces, each with text before it", () => {
    syn();
    const sent = [at(0, 1000), at(1000, 20_000)];
    expect(out(...sent)).toEqual(range(0, 21_000));
    expect(sent[1]?.pieces.length).toBeGreaterThan(5);
    expect(rig.text(rig.stream()).length).toBeGreaterThanOrEqual(ROOM / 2);
  });

  it("gives up old text for a segment ahead that fits only then", () => {
    syn();
    at(0, ROOM - 100);
    expect(told(at(ROOM, 1000))).toBe(PLACED_HELD);
    expect(out(at(ROOM - 100, 100))).toEqual(range(ROOM - 100, 1100));
  });

  it("is not needed past the depth", () => {
    rig.reset({ streamWindowSize: WINDOW, streamDepth: 500 });
    rig.open();
    syn();
    const sent = [at(0, 450), at(450, 100), at(550, 100)];
    expect(sent.map(told)).toEqual([PLACED_NEW, PLACED_NEW | PLACED_DEPTH, PLACED_DEPTH]);
    expect(out(...sent)).toEqual(range(0, 500));
    expect(rig.counter(L.COUNTER_STREAM_DEPTH)).toBe(2);
    expect(rig.counter(L.COUNTER_STREAM_BYTES)).toBe(500);
    expect(rig.windowsHeld()).toBe(0);
  });

  it("holds bytes ahead up to the depth only", () => {
    rig.reset({ streamWindowSize: WINDOW, streamDepth: 500 });
    rig.open();
    syn();
    const sent = [at(400, 200), at(600, 10), at(0, 400)];
    expect(sent.map(told)).toEqual([PLACED_HELD | PLACED_DEPTH, PLACED_DEPTH, PLACED_NEW]);
    expect(out(...sent)).toEqual(range(0, 500));
  });
});

describe("not placed", () => {
  beforeEach(() => {
    syn();
    at(0, 100);
  });

  it.each([
    ["a sum that is wrong", { notes: L.NOTE_BAD_L4_CHECKSUM }],
    ["a length beyond the frame", { notes: L.NOTE_LENGTH_LIES }],
    ["a part of a datagram", { bits: L.PACKET_BIT_FRAGMENT }],
  ])("%s: the real bytes have their place", (_, more) => {
    expect(told(rig.send({ seq: FIRST + 100, bytes: new Uint8Array(50), ...more }))).toBe(PLACED_ALONE);
    expect(out(at(100, 50))).toEqual(range(100, 50));
    expect(rig.exports.findings(0)).toBe(0n);
  });

  it.each([2 ** 30 + 1000, -(2 ** 30) - 1000])("a jump of %i bytes", (jump) => {
    expect(told(at(jump, 50))).toBe(PLACED_ALONE);
    expect(out(at(100, 50))).toEqual(range(100, 50));
  });
});

describe("floods", () => {
  it("of single bytes ahead of their turn end, with every byte handed out or told as alone", () => {
    syn();
    const sent: Sent[] = [];
    for (let i = 0; i < 3000; i++) sent.push(at(2 + i * 2, 1));
    const bytes = out(...sent);
    expect(bytes.length).toBeGreaterThan(2900);
    expect(rig.counter(L.COUNTER_STREAM_RANGES)).toBeGreaterThan(2900);
  });

  it("of single bytes in order, each sent twice, come out whole", () => {
    syn();
    const sent: Sent[] = [];
    for (let i = 0; i < 5000; i++) sent.push(at(i, 1), at(i, 1));
    expect(out(...sent)).toEqual(range(0, 5000));
    expect(rig.counter(L.COUNTER_STREAM_DUPLICATE)).toBe(5000);
  });
});
