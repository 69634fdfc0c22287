// The switch's program as data: run here by a small interpreter, decision by decision.
// Apart from the system tests because each case is one frame and one state of the page, whatever the clock says.
// Always holds: the interpreter knows only what the program uses, and stops at anything else.

import { describe, expect, it } from "vitest";
import {
  DEADMAN_BEAT_OFFSET,
  DEADMAN_MODE_ARMED,
  DEADMAN_MODE_BYPASS,
  DEADMAN_MODE_OFF,
} from "../../../assembly/inline/inline-layout.js";
import { firstValue } from "../../../host/inline/dead-man-page.js";
import type { Hook, Side } from "../../../host/inline/dead-man-program.js";
import { deadManProgram, guardProgram, isOurProgram } from "../../../host/inline/dead-man-program.js";
import { MAPS, runProgram } from "./interpreter.js";

const LIMIT_NS = 200_000_000n;
const NOW_NS = 1_000_000_000_000n;
const FRAME_BYTES = 98;
const PASS = { xdp: 2n, ingress: -1n };
const REDIRECTED = 7n;
const KEPT = 0x7fffffffn;

/** Of one processor, with nothing left in them. */
function noVerdicts(): DataView {
  return new DataView(new ArrayBuffer(16));
}

describe.each<Hook>(["xdp", "ingress"])("the program at %s", (hook) => {
  function decide(side: Side, page: Uint8Array, beat: bigint) {
    new DataView(page.buffer).setBigUint64(DEADMAN_BEAT_OFFSET, beat, true);
    return runProgram(deadManProgram(hook, side, MAPS).code, {
      page: new DataView(page.buffer),
      verdicts: noVerdicts(),
      frameBytes: FRAME_BYTES,
      nowNs: NOW_NS,
      redirected: REDIRECTED,
    });
  }

  function page(mode: number, peers: readonly [number, number] = [7, 8]): Uint8Array {
    return firstValue({ limitNs: LIMIT_NS, mode, peers });
  }

  it.each([
    ["never beaten", 0n, true],
    ["a nanosecond too old", NOW_NS - LIMIT_NS - 1n, true],
    ["just in time", NOW_NS - LIMIT_NS, false],
    ["now", NOW_NS, false],
    ["a little ahead, by another processor's clock", NOW_NS + 1000n, false],
  ])("armed, with a beat that is %s", (_, beat, goesBy) => {
    for (const side of [0, 1] as const) {
      const value = page(DEADMAN_MODE_ARMED);
      const before = Buffer.from(value);
      const { result, redirects } = decide(side, value, beat);
      expect(result).toBe(goesBy ? REDIRECTED : PASS[hook]);
      expect(redirects).toEqual(goesBy ? [{ index: side === 0 ? 7n : 8n, flags: 0n }] : []);
      const view = new DataView(value.buffer);
      const at = 64 + side * 64;
      expect(view.getBigUint64(at + 8, true)).toBe(goesBy ? 1n : 0n);
      expect(view.getBigUint64(at + 16, true)).toBe(goesBy ? BigInt(FRAME_BYTES) : 0n);
      // Nothing but the side's own counters was written.
      view.setBigUint64(0, before.readBigUInt64LE(0), true);
      view.setBigUint64(at + 8, 0n, true);
      view.setBigUint64(at + 16, 0n, true);
      expect(Buffer.from(value)).toEqual(before);
    }
  });

  it("lets everything by in bypass, and nothing when off or in a mode it does not know", () => {
    expect(decide(0, page(DEADMAN_MODE_BYPASS), NOW_NS).result).toBe(REDIRECTED);
    expect(decide(0, page(DEADMAN_MODE_OFF), 0n).result).toBe(PASS[hook]);
    expect(decide(0, page(77), 0n).result).toBe(PASS[hook]);
  });

  it("passes a frame on when there is nowhere to redirect it to", () => {
    expect(decide(0, page(DEADMAN_MODE_BYPASS, [0, 8]), 0n)).toEqual({ result: PASS[hook], redirects: [] });
    expect(decide(1, page(DEADMAN_MODE_ARMED, [7, 0]), 0n)).toEqual({ result: PASS[hook], redirects: [] });
  });

  it("has a name that tells it is ours", () => {
    for (const side of [0, 1] as const) {
      const { name } = deadManProgram(hook, side, MAPS);
      expect(isOurProgram(name)).toBe(true);
      expect(name.length).toBeLessThan(16);
    }
    expect(isOurProgram("stray_dead")).toBe(false);
  });
});

/** A frame's way past the socket of a side, then the switch, at a clock and with a beat of its own each. */
class Path {
  private readonly verdicts = noVerdicts();

  constructor(
    private readonly mode: number = DEADMAN_MODE_ARMED,
    private readonly hook: Hook = "ingress",
  ) {}

  /** Does the ring take it? */
  guard(side: Side, ageNs: bigint): boolean {
    const { result, redirects } = this.run(guardProgram(this.hook, side, MAPS).code, ageNs);
    expect(redirects).toEqual([]);
    expect([0n, KEPT]).toContain(result);
    return result === KEPT;
  }

  /** Does the kernel carry it? */
  switch(side: Side, ageNs: bigint): boolean {
    return this.run(deadManProgram(this.hook, side, MAPS).code, ageNs).result === REDIRECTED;
  }

  private run(code: Uint8Array, ageNs: bigint) {
    const page = new DataView(firstValue({ limitNs: LIMIT_NS, mode: this.mode, peers: [7, 8] }).buffer);
    page.setBigUint64(DEADMAN_BEAT_OFFSET, NOW_NS - ageNs, true);
    const { verdicts } = this;
    return runProgram(code, {
      page,
      verdicts,
      frameBytes: FRAME_BYTES,
      nowNs: NOW_NS,
      redirected: REDIRECTED,
    });
  }
}

const FRESH = LIMIT_NS;
const STALE = LIMIT_NS + 1n;

describe("the guard of the sensor's sockets", () => {
  it.each([
    ["armed, nobody beats", DEADMAN_MODE_ARMED, NOW_NS, false],
    ["armed, too old", DEADMAN_MODE_ARMED, STALE, false],
    ["armed, just in time", DEADMAN_MODE_ARMED, FRESH, true],
    ["bypass", DEADMAN_MODE_BYPASS, 0n, false],
    ["off", DEADMAN_MODE_OFF, NOW_NS, true],
  ])("%s", (_, mode, age, isKept) => {
    expect(new Path(mode).guard(0, age)).toBe(isKept);
  });

  it.each<Side>([0, 1])("decides for the switch, whatever the clock says there (side %i)", (side) => {
    for (const [atGuard, atSwitch] of [
      [FRESH, FRESH],
      [FRESH, STALE],
      [STALE, STALE],
      [STALE, FRESH],
    ] as const) {
      const path = new Path();
      const isKept = path.guard(side, atGuard);
      expect(isKept).toBe(atGuard === FRESH);
      expect(path.switch(side, atSwitch)).toBe(!isKept);
    }
  });

  it("decides over one frame: one that no socket sees is the switch's own matter", () => {
    const path = new Path();
    expect([path.guard(0, FRESH), path.switch(0, STALE)]).toEqual([true, false]);
    expect([path.switch(0, STALE), path.switch(0, FRESH)]).toEqual([true, false]);
    expect([path.guard(0, STALE), path.switch(0, FRESH)]).toEqual([false, true]);
    expect([path.switch(0, FRESH), path.switch(0, STALE)]).toEqual([false, true]);
  });

  it("decides over frames of its side", () => {
    const path = new Path();
    expect(path.guard(0, FRESH)).toBe(true);
    expect(path.switch(1, STALE)).toBe(true);
    expect(path.guard(1, STALE)).toBe(false);
    expect([path.switch(0, STALE), path.switch(1, FRESH)]).toEqual([false, true]);
  });

  it("takes what XDP let through, however old the beat is by then", () => {
    const path = new Path(DEADMAN_MODE_ARMED, "xdp");
    expect([path.switch(0, FRESH), path.guard(0, STALE)]).toEqual([false, true]);
    expect([path.guard(0, FRESH), path.switch(0, STALE)]).toEqual([true, true]);
  });
});
