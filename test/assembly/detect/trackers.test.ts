// The sketches of a source: what shares a bit counts once, who is asked in vain keeps its place among others, and who
// answers does not.

import { describe, expect, it } from "vitest";
import {
  HOST_SWEEP_MIN,
  PORT_SWEEP_MIN,
  TRACKER_GAIN,
  TRACKER_WEIGHT_MAX,
} from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { apart, hostBit, portBit, portsApart } from "./bits.js";
import { connection, hosts, refused, tcp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const SCANNER = "198.51.100.9";
const HOST = "203.0.113.5";
const PORTS = portsApart(PORT_SWEEP_MIN);
const OTHERS = hosts(2000, 0, "100.64");

const scan = (from: number, to: number): void => {
  for (const dport of PORTS.slice(from, to)) rig.send(...refused({ src: SCANNER, dst: HOST, dport }));
};
const isSwept = (): boolean => rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_PORT_SWEEP) > 0;

describe("a sketch", () => {
  it("counts ports that share a bit once, so never more than there are", () => {
    rig.begin();
    const [first] = PORTS;
    const twins = Array.from({ length: 40_000 }, (_, i) => 1024 + i).filter(
      (port) => portBit(port) === portBit(first!),
    );
    expect(twins.length).toBeGreaterThan(100);
    for (const dport of twins.slice(0, 100)) rig.send(...refused({ src: SCANNER, dst: HOST, dport }));
    expect(rig.names()).toEqual([]);
  });

  it("loses a bit to an answer of another that shares it, no more", () => {
    rig.begin();
    scan(0, PORT_SWEEP_MIN - 1);
    const twin = Array.from({ length: 40_000 }, (_, i) => 1024 + i).find(
      (port) => portBit(port) === portBit(PORTS[0]!) && port !== PORTS[0],
    )!;
    rig.send(...connection({ src: SCANNER, dst: HOST, dport: twin }));
    scan(PORT_SWEEP_MIN - 1, PORT_SWEEP_MIN);
    expect(isSwept()).toBe(false);
    scan(0, 1);
    rig.send(...refused({ src: SCANNER, dst: HOST, sport: 7, dport: PORTS[0]! }));
    expect(isSwept()).toBe(true);
  });

  it("keeps its place among so many others as one ask outweighs, and loses it to more", () => {
    for (const [others, isKept] of [
      [TRACKER_GAIN - 2, true],
      [TRACKER_WEIGHT_MAX * 3, false],
    ] as const) {
      rig.begin();
      scan(0, 2);
      let next = 0;
      const ask = (): Uint8Array =>
        tcp({ src: SCANNER, dst: OTHERS[next++]!, sport: 2000 + next, dport: 2000 + next, flags: "S" });
      // A second one holds the other place.
      for (let i = 0; i < 10; i++)
        rig.send(tcp({ src: SCANNER, dst: "203.0.113.9", sport: 3000 + i, flags: "S" }));
      for (let i = 0; i < others; i++) rig.send(ask());
      scan(2, PORT_SWEEP_MIN);
      expect(isSwept(), `${others} others`).toBe(isKept);
    }
  });

  it("gives its place up when what was asked is answered", () => {
    rig.begin();
    // Two ports asked all day, and answered, leave room for a sweep of a third.
    for (let i = 0; i < 300; i++) {
      const ends = { src: SCANNER, dst: OTHERS[i]!, sport: 10_000 + i, dport: i % 2 === 0 ? 443 : 53 };
      rig.send(...connection(ends)).wait(100);
    }
    rig.wait(3_600_000);
    for (const dst of apart(OTHERS, hostBit, HOST_SWEEP_MIN))
      rig.send(...refused({ src: SCANNER, dst, dport: 22 }));
    expect(rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_HOST_SWEEP)).toBe(1);
  });
});
