// SYN floods: at exactly how many, in which flow, and what is none.

import { describe, expect, it } from "vitest";
import { SYN_FLOOD_MIN, SYN_FLOOD_SHARE, TARGET_WINDOW_S } from "../../../assembly/detect/detect-layout.js";
import * as L from "../../../assembly/layout.js";
import { connection, handshake, hosts, icmpError, refused, tcp } from "./frames.js";
import { Rig } from "./rig.js";

const rig = new Rig();
const VICTIM = "10.0.0.80";
/** Time for two turns. */
const TURNS_MS = 9000;
const MANY = hosts(2000, 0, "198.18");

const syn = (src: string, more = {}): Uint8Array => tcp({ src, dst: VICTIM, flags: "S", seq: 100, ...more });

/** SYNs from so many, then time, in which one a second comes, so that the others are judged. */
function flood(count: number, frame: (src: string) => Uint8Array[] = (src) => [syn(src)]): Rig {
  for (const src of MANY.slice(0, count)) rig.send(...frame(src));
  return rig;
}

function judged(): number {
  for (let ms = 0; ms < TURNS_MS; ms += 1000)
    rig.wait(1000).send(...refused({ src: "192.0.2.1", sport: 30_000 + ms, dst: VICTIM }));
  return rig.counter(L.COUNTER_FINDING_FIRST + L.FINDING_SYN_FLOOD);
}

describe("a SYN flood", () => {
  it("is raised from so many SYNs on that nothing came of, once a window", () => {
    rig.begin();
    flood(SYN_FLOOD_MIN - 1);
    expect(judged()).toBe(0);
    rig.begin();
    flood(SYN_FLOOD_MIN);
    expect(judged()).toBe(1);
    expect(rig.with("syn-flood")[0]?.destination).toEqual({ address: VICTIM, port: 80 });
    rig.begin();
    for (let second = 0; second < 2 * TARGET_WINDOW_S; second++) {
      flood(100, (src) => [syn(src, { sport: 20_000 + second })]).wait(900);
    }
    expect(rig.found()["syn-flood"]).toBe(2);
  });

  it("is of one port of one address", () => {
    rig.begin();
    flood(SYN_FLOOD_MIN * 2 - 2, (src) => [syn(src, { dport: Number(src.at(-1)) % 2 === 0 ? 80 : 443 })]);
    expect(judged()).toBe(0);
  });

  it("is none while a third as many are opened", () => {
    for (const [opened, raised] of [
      [SYN_FLOOD_MIN / SYN_FLOOD_SHARE + 1, 0],
      [SYN_FLOOD_MIN / SYN_FLOOD_SHARE - 2, 1],
    ] as const) {
      rig.begin();
      for (let i = 0; i < opened; i++)
        rig.send(...connection({ src: "192.0.2.7", sport: 20_000 + i, dst: VICTIM }));
      flood(SYN_FLOOD_MIN);
      expect(judged()).toBe(raised);
    }
  });

  it.each([
    ["are refused", (src: string) => refused({ src, dst: VICTIM })],
    [
      "are refused by a router",
      (src: string) => [syn(src), icmpError({ src: "10.0.0.1", dst: src }, syn(src))],
    ],
    ["are opened", (src: string) => handshake({ src, dst: VICTIM })],
    [
      "are given up",
      (src: string) => [
        ...handshake({ src, dst: VICTIM }).slice(0, 2),
        tcp({ src, dst: VICTIM, flags: "R" }),
      ],
    ],
  ])("is none of SYNs that %s", (_, frame) => {
    rig.begin();
    flood(1000, frame);
    expect(judged()).toBe(0);
  });

  it("is none of SYNs that come again, as stacks send them", () => {
    // A server goes down while clients come and go: 100 a second, each SYN repeated after one and three seconds.
    rig.begin();
    const due: { atMs: number; src: string }[] = MANY.flatMap((src, i) =>
      [0, 1000, 3000].map((afterMs) => ({ atMs: i * 10 + afterMs, src })),
    ).sort((a, b) => a.atMs - b.atMs);
    const startMs = rig.nowMs;
    for (const { atMs, src } of due) {
      rig.nowMs = startMs + atMs;
      rig.send(syn(src));
    }
    expect(rig.names()).not.toContain("syn-flood");
  });

  it("is one all the same where a mirror port gives each packet twice", () => {
    rig.begin();
    flood(SYN_FLOOD_MIN, (src) => [syn(src), syn(src)]);
    expect(judged()).toBe(1);
  });

  it("is one though it pushes its own flows out of the table", () => {
    rig.begin({ limits: { flowSets: 1 } });
    for (let second = 0; second < 20; second++) {
      for (const src of MANY.slice(second * 100, second * 100 + 100)) rig.send(syn(src)).wait(9);
    }
    expect(rig.names()).toContain("syn-flood");
  });

  it("is none of a crowd whose answers are on their way when a turn comes", () => {
    for (let offsetMs = 0; offsetMs < 4000; offsetMs += 250) {
      rig.begin();
      flood(1).wait(offsetMs);
      const crowd = MANY.slice(10, 700);
      for (const src of crowd) rig.send(syn(src));
      for (const src of crowd) rig.send(...handshake({ src, dst: VICTIM }).slice(1));
      expect(rig.names(), `${offsetMs} ms`).not.toContain("syn-flood");
    }
  });

  it("is forgotten with its window, whichever way the clock is set", () => {
    for (const stepMs of [TARGET_WINDOW_S * 1200, -TARGET_WINDOW_S * 1200]) {
      rig.begin();
      flood(SYN_FLOOD_MIN - 1).wait(stepMs);
      flood(1);
      expect(judged()).toBe(0);
    }
  });
});

describe("the table of targets", () => {
  it("gives up the longest unused, and keeps a flooded one", () => {
    rig.begin({ limits: { targetLimit: 8 } });
    flood(SYN_FLOOD_MIN);
    expect(judged()).toBe(1);
    for (const dst of hosts(200)) rig.send(...refused({ src: "192.0.2.1", dst }));
    expect(rig.counter(L.COUNTER_TARGETS_EVICTED)).toBeGreaterThan(150);
    expect(rig.core.state32(L.STATE_TARGETS_OFFSET)).toBe(8);
    // Still of the same window: raised already.
    flood(SYN_FLOOD_MIN);
    expect(judged()).toBe(1);
  });
});
