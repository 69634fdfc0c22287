// Sessions and windows are lent: to whom, for how long, and what goes when there are too few.

import { beforeAll, describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { ACK, bytesAt, FIN, joined, RST, type Sent, StreamRig, SYN } from "./stream-rig.js";

let rig: StreamRig;
beforeAll(async () => {
  rig = await StreamRig.make();
});

function fresh(limits: Parameters<StreamRig["reset"]>[0] = {}, flows = 1): void {
  rig.reset({ streamWindowSize: 2048, streamWindowLimit: 8, sessionLimit: 8, ...limits });
  for (let slot = 0; slot < flows; slot++) rig.open(slot, BigInt(slot + 1));
}

const data = (slot: number, seq = 1000, flags = ACK, fromB = false): Sent =>
  rig.send({ slot, seq, bytes: bytesAt(seq, 100), flags, fromB });

describe("a session", () => {
  it("is the flow's while the slot is not used anew", () => {
    fresh();
    expect(rig.exports.session(0, 0)).toBe(0);
    const session = rig.exports.session(0, 1);
    expect(session).toBe(L.SESSIONS_BASE);
    expect(rig.exports.session(0, 1)).toBe(session);
    rig.open(0, 99n);
    expect(rig.exports.session(0, 0)).toBe(0);
    expect(rig.exports.session(0, 1)).toBe(session);
    expect(rig.counter(L.COUNTER_SESSIONS)).toBe(2);
    expect(rig.counter(L.COUNTER_SESSIONS_EVICTED)).toBe(0);
    expect(rig.inspect(R.INSPECT_SESSIONS_USED_OFFSET)).toBe(1);
  });

  it("begins empty, and gives back the windows of the one before", () => {
    fresh();
    data(0);
    data(0, 5000, ACK, true);
    expect(rig.windowsHeld()).toBe(2);
    rig.open(0, 99n);
    const session = rig.exports.session(0, 1);
    expect(rig.windowsHeld()).toBe(0);
    expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(0);
    expect(rig.u32(session + S.SESSION_STREAM_A_OFFSET + S.STREAM_BITS_OFFSET)).toBe(0);
  });

  it("is taken from the flow that was silent longest", () => {
    fresh({}, 9);
    for (let slot = 0; slot < 8; slot++) data(slot);
    data(0, 1100);
    data(8);
    expect(rig.exports.session(1, 0)).toBe(0);
    expect(rig.exports.session(0, 0)).not.toBe(0);
    expect(rig.counter(L.COUNTER_SESSIONS_EVICTED)).toBe(1);
    expect(rig.counter(L.COUNTER_SESSIONS)).toBe(9);
    // Taken up again, the stream goes on in its middle.
    expect(data(1, 1100).pieces[0]).toMatchObject({ seq: 1100, bytes: bytesAt(1100, 100) });
  });

  it("of a flow that is no more is not counted as given up", () => {
    fresh({}, 9);
    for (let slot = 0; slot < 8; slot++) data(slot);
    rig.open(0, 77n);
    data(8);
    expect(rig.counter(L.COUNTER_SESSIONS_EVICTED)).toBe(0);
    expect(rig.exports.session(0, 0)).toBe(0);
  });

  it("forgets what speaks of rules that are no longer in force, and keeps flow bits", () => {
    fresh();
    data(0);
    const session = rig.exports.session(0, 0);
    const { view } = rig;
    view.setUint32(session + S.SESSION_STREAM_A_OFFSET + S.STREAM_PENDING_COUNT_OFFSET, 3, true);
    view.setUint32(session + S.SESSION_ALERTED_OFFSET, 9, true);
    view.setUint32(session + S.SESSION_FLOWBITS_OFFSET, 5, true);
    view.setUint32(session + S.SESSION_BITS_OFFSET, S.SESSION_BIT_TAG_BYTES | S.SESSION_BIT_DROPPED, true);
    rig.exports.setGeneration(7);
    expect(rig.exports.session(0, 0)).toBe(session);
    rig.exports.setGeneration(0);
    expect(rig.u32(session + S.SESSION_STREAM_A_OFFSET + S.STREAM_PENDING_COUNT_OFFSET)).toBe(0);
    expect(rig.u32(session + S.SESSION_ALERTED_OFFSET)).toBe(0);
    expect(rig.u32(session + S.SESSION_FLOWBITS_OFFSET)).toBe(5);
    expect(rig.u32(session + S.SESSION_BITS_OFFSET)).toBe(S.SESSION_BIT_DROPPED);
    expect(rig.u32(session + S.SESSION_GENERATION_OFFSET)).toBe(7);
  });

  it("is found in the last slot of the table too", () => {
    const slot = L.FLOW_CAPACITY - 1;
    fresh();
    rig.open(slot, 3n);
    expect(rig.exports.slotOfFlow(slot)).toBe(slot);
    const session = rig.exports.session(slot, 1);
    expect(rig.exports.session(slot, 0)).toBe(session);
  });

  it("is gone after init()", () => {
    fresh();
    data(0);
    const link = L.LINKS_BASE;
    expect(rig.u32(link)).toBe(1);
    rig.exports.initSessions();
    expect(rig.u32(link)).toBe(0);
    expect(rig.exports.session(0, 0)).toBe(0);
    expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(0);
  });
});

describe("a window", () => {
  it("is taken from the stream that was silent longest, which goes on as after a hole", () => {
    fresh({}, 8);
    // One window too few.
    for (let slot = 0; slot < 4; slot++) {
      data(slot);
      data(slot, 5000, ACK, true);
    }
    data(0, 1100);
    data(4);
    expect(rig.counter(L.COUNTER_WINDOWS_EVICTED)).toBe(1);
    expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(8);
    expect(rig.windowsHeld()).toBe(8);
    const on = rig.send({ slot: 0, seq: 5100, bytes: bytesAt(5100, 100), fromB: true });
    expect(on.pieces[0]).toMatchObject({ seq: 5100, afterHole: true, bytes: bytesAt(5100, 100) });
    expect(rig.counter(L.COUNTER_WINDOWS_EVICTED)).toBe(2);
  });

  it("is given back when the connection is closed or reset and all was inspected", () => {
    fresh();
    data(0);
    data(0, 5000, ACK, true);
    data(0, 1100, FIN | ACK);
    expect(rig.windowsHeld()).toBe(2);
    const last = data(0, 5100, FIN | ACK, true);
    expect([...joined(last.pieces)]).toEqual([...bytesAt(5100, 100)]);
    expect(rig.windowsHeld()).toBe(0);
    expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(0);
    fresh();
    data(0);
    rig.send({ seq: 1100, flags: RST, find: true });
    expect(rig.windowsHeld()).toBe(0);
  });

  it("is had again by who goes on after a false reset, and kept", () => {
    fresh();
    rig.send({ seq: 999, flags: SYN, find: true });
    data(0);
    rig.send({ seq: 4, fromB: true, flags: RST, find: true });
    const on = [data(0, 1100), data(0, 1200)];
    expect([...joined(on.flatMap(({ pieces }) => pieces))]).toEqual([...bytesAt(1100, 200)]);
    expect(rig.text(rig.stream()).length).toBe(200);
  });

  it("that was given back is lent before one that was never used", () => {
    fresh({}, 2);
    data(0);
    rig.send({ seq: 1100, flags: RST, find: true });
    data(1);
    expect(rig.inspect(R.INSPECT_WINDOWS_TOUCHED_OFFSET)).toBe(1);
  });

  it("ends inside its region", () => {
    fresh({ streamWindowSize: 32768, streamWindowLimit: 512, sessionLimit: 512 }, 512);
    const { bytes } = rig;
    bytes.fill(0xa5, L.STREAMS_BASE + L.STREAMS_REGION_SIZE, L.WINDOWS_BASE);
    for (let slot = 0; slot < 512; slot++) {
      rig.send({ slot, seq: 1, bytes: bytesAt(1, 32704) });
      expect(rig.text(rig.stream(slot)).length).toBe(32704);
    }
    expect(rig.windowsHeld()).toBe(512);
    const behind = bytes.subarray(L.STREAMS_BASE + L.STREAMS_REGION_SIZE, L.WINDOWS_BASE);
    expect(behind.every((byte) => byte === 0xa5)).toBe(true);
  });
});

describe("many streams over few windows and sessions", () => {
  it("each hand out their own bytes, and the counts agree", () => {
    fresh({}, 40);
    for (let round = 0; round < 50; round++) {
      for (let slot = 0; slot < 40; slot++) {
        const seq = slot * 100_000 + round * 100;
        const { pieces } = rig.send({ slot, seq, bytes: bytesAt(seq, 100), fromB: round % 2 === 1 });
        expect([...joined(pieces)]).toEqual([...bytesAt(seq, 100)]);
      }
    }
    expect(rig.inspect(R.INSPECT_SESSIONS_USED_OFFSET)).toBe(8);
    expect(rig.counter(L.COUNTER_SESSIONS)).toBe(rig.counter(L.COUNTER_SESSIONS_EVICTED) + 8);
    expect(rig.inspect(R.INSPECT_WINDOWS_USED_OFFSET)).toBe(rig.windowsHeld());
    expect(rig.counter(L.COUNTER_STREAM_BYTES)).toBe(40 * 50 * 100);
  });
});
