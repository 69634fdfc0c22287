// Why no handshake was seen: one of four reasons, each with its counter; and what is remembered so that it is told.

import { describe, expect, it } from "vitest";
import {
  LOSS_COARSE_MAX,
  RECENT_COARSE_MAX,
  RECENT_HANDSHAKE_COARSE_MAX,
} from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { connection, handshake, refused, tcp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const ENDS = { src: "198.51.100.9", dst: "203.0.113.5" };
const LATE = tcp({ ...ENDS, flags: "A", seq: 110, ack: 912 });
const COARSE_MS = 2 ** 30 / 1e6;

const REASONS = {
  never: L.COUNTER_NO_HANDSHAKE_NEVER,
  evicted: L.COUNTER_NO_HANDSHAKE_EVICTED,
  start: L.COUNTER_NO_HANDSHAKE_START,
  lost: L.COUNTER_NO_HANDSHAKE_LOST,
};

/** The reasons that were counted. */
function reasons(): Record<string, number> {
  const counts = Object.entries(REASONS).map(([name, index]) => [name, rig.counter(index)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function loseFrames(atMs: number): void {
  rig.core.view.setBigUint64(
    L.STATE_BASE + L.STATE_LOSS_TIME_OFFSET,
    BigInt(Math.round(atMs)) * 1_000_000n,
    true,
  );
}

describe("no handshake was seen", () => {
  it("since none passed", () => {
    expect(rig.begin().send(LATE) && reasons()).toEqual({ never: 1 });
    expect(rig.flows().flatMap(({ notes }) => notes)).toEqual([]);
  });

  it("of nothing that begins with a SYN or a SYN-ACK", () => {
    const [syn, synAck] = handshake(ENDS);
    rig
      .begin()
      .send(syn!, tcp({ ...ENDS, sport: 9, flags: "SF" }), tcp({ ...ENDS, sport: 8, flags: "SA" }), synAck!);
    expect(reasons()).toEqual({});
  });

  it("since the sensor had just begun", () => {
    rig.begin({ limits: { pickupNs: 60_000_000_000n } }).send(LATE);
    expect(reasons()).toEqual({ start: 1 });
    expect(rig.flows().flatMap(({ notes }) => notes)).toEqual(["pickup"]);
  });

  it("since frames were lost, shortly before or after", () => {
    for (const [apartMs, expected] of [
      [-(LOSS_COARSE_MAX - 1) * COARSE_MS, { lost: 1 }],
      [(LOSS_COARSE_MAX - 1) * COARSE_MS, { lost: 1 }],
      [-(LOSS_COARSE_MAX + 1) * COARSE_MS, { never: 1 }],
      [(LOSS_COARSE_MAX + 1) * COARSE_MS, { never: 1 }],
    ] as const) {
      rig.begin();
      loseFrames(rig.nowMs + apartMs);
      expect(rig.send(LATE) && reasons()).toEqual(expected);
    }
  });

  it("since it was forgotten: at once, after the ghost's time, after its place was taken", () => {
    rig
      .begin()
      .send(...connection(ENDS))
      .pass(15_000)
      .send(LATE);
    expect(reasons()).toEqual({ evicted: 1 });
    rig
      .begin()
      .send(...connection(ENDS))
      .pass(15_000)
      .wait(3_000_000)
      .send(LATE);
    expect(reasons()).toEqual({ evicted: 1 });
    expect(rig.flows().flatMap(({ notes }) => notes)).toEqual(["evicted-before"]);
    rig.begin({ limits: { flowSets: 1 } }).send(...connection(ENDS));
    for (let sport = 1; sport < 80; sport++) rig.wait(100).send(...connection({ ...ENDS, sport }));
    expect(rig.send(LATE) && reasons()).toEqual({ evicted: 1 });
  });

  it("is not excused by a conversation of long ago", () => {
    const later = (coarse: number): Record<string, number> => {
      rig
        .begin()
        .send(...connection(ENDS))
        .pass(15_000);
      return rig.wait(coarse * COARSE_MS - 15_000).send(LATE) && reasons();
    };
    expect(later(RECENT_COARSE_MAX - 2)).toEqual({ evicted: 1 });
    expect(later(RECENT_COARSE_MAX + 2)).toEqual({ never: 1 });
  });

  it("asks in that order", () => {
    rig
      .begin({ limits: { pickupNs: 10n ** 15n } })
      .send(...connection(ENDS))
      .pass(15_000);
    loseFrames(rig.nowMs);
    rig.send(LATE, tcp({ ...ENDS, sport: 9, flags: "A" }));
    expect(reasons()).toEqual({ evicted: 1, start: 1 });
  });

  it("since the table has no place at all", () => {
    rig.begin({ limits: { flowSets: 1, protectNs: 10n ** 15n } });
    for (let sport = 1; sport <= 40; sport++) rig.send(...handshake({ ...ENDS, sport }));
    const refusedSoFar = rig.counter(L.COUNTER_FLOWS_REFUSED);
    expect(refusedSoFar).toBeGreaterThan(10);
    expect(Object.keys(reasons())).toEqual(["evicted"]);
    expect(rig.names()).toEqual([]);
  });
});

describe("what is remembered", () => {
  /** The flows of these frames lose their places; then the last packet of the first comes again. */
  function isRemembered(frames: readonly Uint8Array[], late: Uint8Array): boolean {
    rig.begin({ limits: { flowSets: 1 } }).send(...frames);
    for (let sport = 1; sport < 80; sport++) {
      rig.wait(2000).send(...handshake({ src: "192.0.2.1", dst: "192.0.2.2", sport }));
    }
    rig.send(late);
    return reasons()["evicted"] === 1;
  }

  it("is a conversation: accepted, or with data, or of both sides", () => {
    expect(isRemembered(handshake(ENDS), LATE)).toBe(true);
    expect(isRemembered([tcp({ ...ENDS, flags: "PA", data: "data" })], LATE)).toBe(true);
    const both = [
      tcp({ ...ENDS, flags: "A" }),
      tcp({ src: ENDS.dst, dst: ENDS.src, sport: 80, dport: 40_000, flags: "A" }),
    ];
    expect(isRemembered(both, LATE)).toBe(true);
  });

  it("is a handshake pushed out in its middle, for a while", () => {
    for (const frames of [
      handshake(ENDS).slice(0, 1),
      handshake(ENDS).slice(0, 2),
      handshake(ENDS).slice(1, 2),
    ]) {
      for (const laterMs of [100, RECENT_HANDSHAKE_COARSE_MAX * 1200]) {
        rig.begin({ limits: { flowSets: 1 } }).send(...frames);
        for (let sport = 1; sport < 80; sport++)
          rig.send(...handshake({ src: "192.0.2.1", dst: "192.0.2.2", sport }));
        rig.wait(laterMs);
        const before = reasons()["evicted"] ?? 0;
        rig.send(LATE);
        expect(reasons()["evicted"] ?? 0).toBe(before + Number(laterMs === 100));
      }
    }
  });

  it("is not what was only asked, refused or probed", () => {
    for (const flags of ["S", "F", "A", ""]) {
      expect(isRemembered(refused({ ...ENDS, flags }), LATE), flags).toBe(false);
      expect(isRemembered([tcp({ ...ENDS, flags })], LATE), flags).toBe(false);
    }
    expect(isRemembered([tcp({ ...ENDS, flags: "R" })], LATE)).toBe(false);
  });

  it("is kept through a flood of what is not", () => {
    rig.begin({ limits: { flowSets: 1, recentLimit: 8 } }).send(...connection(ENDS));
    for (let sport = 1; sport < 30_000; sport += 7)
      rig.send(...refused({ src: "192.0.2.1", dst: "192.0.2.2", sport }));
    expect(rig.counter(L.COUNTER_RECENTS_REPLACED)).toBe(0);
    expect(rig.send(LATE) && reasons()).toEqual({ evicted: 1 });
  });

  it("is bounded: the newer takes the place of the older, counted", () => {
    rig.begin({ limits: { flowSets: 1, recentLimit: 8 } });
    for (let sport = 1; sport < 500; sport++) rig.send(...connection({ ...ENDS, sport }));
    expect(rig.counter(L.COUNTER_RECENTS_REPLACED)).toBeGreaterThan(300);
  });
});
