// The table of sources: who is kept and who goes, what a window forgets, and the clock.

import { describe, expect, it } from "vitest";
import { PORT_SWEEP_MIN, PROTECTED_ASKS, SOURCE_WINDOW_S } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { portsApart } from "./bits.js";
import { hosts, refused, tcp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const SCANNER = "198.51.100.9";
const HOST = "203.0.113.5";
const PORTS = portsApart(PORT_SWEEP_MIN);
const WINDOW_MS = SOURCE_WINDOW_S * 1000;
const FORGED = hosts(3000, 0, "100.64");

function scan(from: number, to: number): Rig {
  for (const dport of PORTS.slice(from, to)) rig.send(...refused({ src: SCANNER, dst: HOST, dport }));
  return rig;
}

const sweeps = (): number => rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_PORT_SWEEP);

describe("a source", () => {
  it("that asked for a little is kept through a flood of forged ones, each of which asks for less", () => {
    for (const asks of [1, PROTECTED_ASKS - 1]) {
      rig.begin({ limits: { sourceLimit: 8 } });
      scan(0, PORT_SWEEP_MIN - 1);
      for (const src of FORGED) {
        for (let i = 0; i < asks; i++) rig.send(tcp({ src, dst: HOST, sport: 1000 + i, flags: "S" }));
      }
      expect(rig.counter(L.COUNTER_SOURCES_EVICTED)).toBeGreaterThan(2000);
      expect(rig.core.state32(L.STATE_SOURCES_OFFSET)).toBe(8);
      scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
      expect(sweeps()).toBe(1);
    }
  });

  it("is kept through a flood of forged RSTs and ICMP errors too", () => {
    rig.begin({ limits: { sourceLimit: 8 } });
    scan(0, PORT_SWEEP_MIN - 1);
    for (const src of FORGED) rig.send(tcp({ src, dst: HOST, flags: "R" })).wait(4);
    for (let ms = 0; ms < 30_000; ms += 1000) rig.pass(1000);
    expect(rig.counter(L.COUNTER_SOURCES_EVICTED)).toBeGreaterThan(2000);
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(1);
  });

  it("gives way when it was silent for a window", () => {
    rig.begin({ limits: { sourceLimit: 8 } });
    scan(0, PORT_SWEEP_MIN - 1).wait(WINDOW_MS + 1000);
    for (const src of FORGED) rig.send(tcp({ src, dst: HOST, flags: "S" }));
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(0);
  });
});

describe("a window", () => {
  it("forgets what was asked before it", () => {
    rig.begin();
    scan(0, PORT_SWEEP_MIN - 1).wait(WINDOW_MS + 1000);
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(0);
    rig.begin();
    scan(0, PORT_SWEEP_MIN - 1).wait(WINDOW_MS - 1000);
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(1);
  });

  it("ends when the clock is set back by more, and not for a packet that comes late", () => {
    rig.begin();
    scan(0, PORT_SWEEP_MIN - 1).wait(-WINDOW_MS - 1000);
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(0);
    rig.begin();
    scan(0, PORT_SWEEP_MIN - 1).wait(-2000);
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(1);
  });

  it("goes on after the clock was set back: places are given up as before", () => {
    rig.begin({ limits: { sourceLimit: 8 } });
    for (const src of FORGED.slice(0, 20)) {
      for (let i = 0; i < PROTECTED_ASKS; i++) rig.send(tcp({ src, dst: HOST, sport: 1000 + i, flags: "S" }));
    }
    rig.wait(-WINDOW_MS * 10);
    scan(0, PORT_SWEEP_MIN - 1);
    for (const src of FORGED) rig.send(tcp({ src, dst: HOST, flags: "S" }));
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(sweeps()).toBe(1);
  });

  it("begins at time 0 as at any other", () => {
    rig.begin({ isTwoWay: false });
    for (const [i, dport] of PORTS.entries()) {
      for (const frame of refused({ src: SCANNER, dst: HOST, dport }))
        rig.core.push(frame, { timeNs: BigInt(i > 3 ? i : 0) });
    }
    expect(sweeps()).toBe(1);
    expect(rig.core.state32(L.STATE_SOURCES_OFFSET)).toBe(1);
  });
});
