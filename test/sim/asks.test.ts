// Sources and targets against the reference model over seeded asking: no sweep is told that was none by exact counting,
// none is missed that goes well beyond it, tables stay in their bounds, and a flood of forged sources changes nothing for
// one that is known. STRAY_FLOOD_SOURCES makes the flood long (2,000,000 takes some minutes), STRAY_SEED gives another run.

import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import * as D from "../../assembly/detect/detect-layout.js";
import * as L from "../../assembly/layout.js";
import type { FlowFacts } from "../../host/cause/facts.js";
import { addressBytes } from "../../host/wasm/homes.js";
import { handshake, hosts, refused, tcp } from "../assembly/detect/frames.js";
import { Rig } from "../assembly/detect/rig.js";
import type { CoreLimits } from "../support/core.js";
import { Random, seedOf } from "../support/random.js";
import { type Ask, AsksModel, type Way } from "./asks-model.js";
import { type AskEvent, eventsOf, type Habit } from "./asks-traffic.js";

const seed = seedOf("asks");
const rig = new Rig();
const SECOND_NS = 1_000_000_000n;
/** Every flow ends within so long of its first packet. */
const LIFE_MS = 200_000;
const WINDOW_MS = D.SOURCE_WINDOW_S * 1000;
const WORLD = hosts(500, 0, "203.0");
const LIMITS: Partial<CoreLimits> = {
  tcpEstablishedNs: 60n * SECOND_NS,
  tcpOpeningNs: 30n * SECOND_NS,
  udpNs: 60n * SECOND_NS,
  flowSets: 2048,
};
const WAYS: Readonly<Record<string, Way>> = { 6: "syn", 17: "datagram", 1: "echo" };

/** The tables' ends, beyond which nothing may be written: base, size of a place, places. */
function guards(limits: Partial<CoreLimits>): [base: number, size: number, places: number][] {
  const { sourceLimit = 1024, targetLimit = 1024, recentLimit = 4096, aliveLimit = 1024 } = limits;
  return [
    [L.SOURCES_BASE, L.SOURCE_SIZE, sourceLimit],
    [L.TARGETS_BASE, L.TARGET_SIZE, targetLimit],
    [L.RECENTS_BASE, L.RECENT_SIZE, recentLimit],
    [L.ALIVES_BASE, L.ALIVE_SIZE, aliveLimit],
    [L.SOURCE_TAGS_BASE, L.PLACE_TAG_SIZE, sourceLimit],
    [L.TARGET_TAGS_BASE, L.PLACE_TAG_SIZE, targetLimit],
    [L.ALIVE_TAGS_BASE, L.PLACE_TAG_SIZE, aliveLimit],
    [L.SOURCE_MARKS_BASE, L.PLACE_MARK_SIZE, sourceLimit],
    [L.TARGET_MARKS_BASE, L.PLACE_MARK_SIZE, targetLimit],
  ];
}

function beginGuarded(limits: Partial<CoreLimits>): () => void {
  rig.begin({ limits: { ...LIMITS, ...limits } });
  const size = rig.core.memory.buffer.byteLength;
  const ends = guards(limits).map(([base, width, places]) => base + width * places);
  for (const end of ends) rig.core.bytes.fill(0xa5, end, end + 1024);
  return () => {
    for (const end of ends)
      expect(rig.core.bytes.subarray(end, end + 1024).every((byte) => byte === 0xa5)).toBe(true);
    expect(rig.core.memory.buffer.byteLength).toBe(size);
    const { sourceLimit = 1024, targetLimit = 1024, aliveLimit = 1024 } = limits;
    expect(rig.core.state32(L.STATE_SOURCES_OFFSET)).toBeLessThanOrEqual(sourceLimit);
    expect(rig.core.state32(L.STATE_TARGETS_OFFSET)).toBeLessThanOrEqual(targetLimit);
    expect(rig.core.state32(L.STATE_ALIVES_OFFSET)).toBeLessThanOrEqual(aliveLimit);
  };
}

function habits(random: Random): Habit[] {
  const some = <T>(list: readonly T[], count: number): T[] => {
    const from = random.below(list.length - count);
    return list.slice(from, from + count);
  };
  const ports = Array.from({ length: 2000 }, (_, i) => i + 1);
  const habit = (source: string, more: Partial<Habit>): Habit => ({
    source,
    ways: ["syn"],
    hosts: some(WORLD, 40),
    ports: [443],
    fates: ["opened"],
    gapMs: 400,
    count: 300,
    ...more,
  });
  return [
    ...hosts(12, 0, "10.0").map((source) =>
      habit(source, {
        ways: ["syn", "datagram"],
        fates: ["opened", "opened", "opened", "silent", "refused"],
      }),
    ),
    ...hosts(4, 30, "10.0").map((source) =>
      habit(source, {
        ports: some(ports, 500),
        ways: ["syn", "datagram"],
        fates: ["opened", "refused", "silent"],
      }),
    ),
    // Just below, just above and far above what is a sweep; each way.
    ...(["syn", "probe", "datagram", "echo"] as const).flatMap((way, i) =>
      [0.7, 1, 1.3, 4].map((factor, j) =>
        habit(`198.51.${100 + i}.${j + 1}`, {
          ways: [way],
          hosts: some(WORLD, Math.round(D.HOST_SWEEP_MIN * factor)),
          ports: [22],
          fates: way === "echo" || way === "datagram" ? ["silent"] : ["refused", "silent", "given-up"],
          gapMs: 300,
        }),
      ),
    ),
    ...[0.7, 1, 1.3, 4].map((factor, j) =>
      habit(`198.51.110.${j + 1}`, {
        hosts: some(WORLD, 1),
        ports: some(ports, Math.round(D.PORT_SWEEP_MIN * factor)),
        fates: ["refused", "silent"],
      }),
    ),
    habit("198.51.111.1", {
      hosts: some(WORLD, 9),
      ports: some(ports, 400),
      fates: ["refused"],
      count: 900,
      gapMs: 50,
    }),
  ];
}

interface Told {
  readonly flows: readonly FlowFacts[];
  readonly model: AsksModel;
  readonly opened: ReadonlyMap<string, number>;
}

async function run(events: readonly AskEvent[]): Promise<Told> {
  const model = new AsksModel();
  const opened = new Map<string, number>();
  const startMs = rig.nowMs;
  for (const [i, { atMs, frame, asks, opens }] of events.entries()) {
    rig.nowMs = startMs + atMs;
    if (asks !== undefined) model.ask(asks, rig.nowMs);
    if (opens !== undefined) {
      model.open(opens, rig.nowMs);
      opened.set(opens.source, (opened.get(opens.source) ?? 0) + 1);
    }
    rig.send(frame);
    if (i % 5000 === 0) await setImmediate();
  }
  for (let ms = 0; ms < LIFE_MS; ms += 2000) rig.pass(2000);
  return { flows: rig.flows(), model, opened };
}

function askOf({ proto, source, destination, sawSyn }: FlowFacts): Ask {
  const way = proto === 6 && !sawSyn ? "probe" : WAYS[proto]!;
  return {
    source: source.address,
    way,
    host: destination.address,
    port: way === "echo" ? 0 : destination.port,
  };
}

describe("sweeps against exact counting", () => {
  it.each([
    ["with room for every source", {}],
    [
      "in tables far too small",
      { sourceLimit: 8, targetLimit: 8, recentLimit: 8, aliveLimit: 8, flowSets: 2 },
    ],
  ] as const)("are never told of less, %s", async (_, limits) => {
    const random = new Random(seed, 1);
    const check = beginGuarded(limits);
    const events = habits(random)
      .flatMap((habit) => eventsOf(habit, random, random.below(60_000)))
      .sort((a, b) => a.atMs - b.atMs);
    const { flows, model, opened } = await run(events);
    check();
    const hasRoom = Object.keys(limits).length === 0;
    let sweeps = 0;
    for (const flow of flows) {
      const [fromMs, toMs] = [flow.startUs / 1000, flow.startUs / 1000 + LIFE_MS];
      const ask = askOf(flow);
      const where = JSON.stringify(ask);
      if (flow.findings.includes("port-sweep")) {
        expect(model.ports(ask, fromMs, toMs), where).toBeGreaterThanOrEqual(D.PORT_SWEEP_MIN);
        sweeps++;
      }
      if (flow.findings.includes("host-sweep")) {
        expect(model.hosts(ask, fromMs, toMs), where).toBeGreaterThanOrEqual(D.HOST_SWEEP_MIN);
        sweeps++;
      }
      if (hasRoom && flow.findings.includes("syn-scan"))
        expect(opened.get(ask.source), where).toBeUndefined();
    }
    expect(sweeps).toBeGreaterThan(hasRoom ? 8 : 0);
    if (!hasRoom) return;
    // Four times as many as it takes is never missed; what is just below is never told.
    const swept = new Set(
      flows
        .filter(({ findings }) => findings.some((name) => name.endsWith("-sweep")))
        .map(({ source }) => source.address),
    );
    for (const far of [
      "198.51.100.4",
      "198.51.101.4",
      "198.51.102.4",
      "198.51.103.4",
      "198.51.110.4",
      "198.51.111.1",
    ])
      expect([...swept]).toContain(far);
    for (const below of ["198.51.100.1", "198.51.101.1", "198.51.102.1", "198.51.103.1", "198.51.110.1"])
      expect([...swept]).not.toContain(below);
    for (const ordinary of hosts(12, 0, "10.0")) expect([...swept]).not.toContain(ordinary);
  });

  it("are told once a source, kind and window", async () => {
    const random = new Random(seed, 2);
    beginGuarded({});
    const scan = {
      source: "198.51.100.9",
      ways: ["syn"],
      hosts: ["203.0.1.1"],
      fates: ["refused"],
      gapMs: 1000,
    } as const;
    const ports = Array.from({ length: 1000 }, (_, i) => i + 1);
    const { flows } = await run(eventsOf({ ...scan, ports, count: 1200 }, random, 0));
    const times = flows
      .filter(({ findings }) => findings.includes("port-sweep"))
      .map(({ startUs }) => startUs / 1000);
    expect(times.length).toBeGreaterThanOrEqual(3);
    for (const [i, atMs] of times.entries())
      if (i > 0) expect(atMs - times[i - 1]!).toBeGreaterThan(WINDOW_MS * 0.9);
  });
});

// ---- A flood -------------------------------------------------------------------------------------------------

const { STRAY_FLOOD_SOURCES = "60000" } = process.env;
const FLOOD = Number(STRAY_FLOOD_SOURCES);
const KNOWN = "198.51.100.9";
const VICTIM = "10.0.0.80";

/** The known source's place, without its times. */
function placeOf(address: string): string {
  const wanted = Buffer.from(addressBytes(address)!).toString("hex");
  for (let i = 0; i < 1024; i++) {
    const at = L.SOURCES_BASE + i * L.SOURCE_SIZE;
    const bytes = Buffer.from(rig.core.bytes.slice(at, at + L.SOURCE_SIZE));
    if (bytes.subarray(0, 16).toString("hex") === wanted)
      return bytes.subarray(D.SOURCE_TURNED_OFFSET).toString("hex");
  }
  return "not there";
}

/** What the known source does, once a step; once it is known, so many others are heard between its steps. */
async function withFlood(floodSize: number): Promise<{ place: string; findings: string[] }> {
  const check = beginGuarded({ sourceLimit: 64, targetLimit: 64, flowSets: 64 });
  const random = new Random(seed, 3);
  const steps = 60;
  const startMs = rig.nowMs;
  const findings: string[] = [];
  for (let step = 0; step < steps; step++) {
    rig.nowMs = startMs + step * 2000;
    const ends = { src: KNOWN, dst: "203.0.113.5", sport: 5000 + step, dport: 100 + step };
    // Silence of the last steps is not told yet.
    const kind = step % 4 === 1 && step > steps - 8 ? 2 : step % 4;
    rig.send(
      ...(kind === 0
        ? handshake({ ...ends, dport: 80 })
        : kind === 1
          ? [tcp({ ...ends, flags: "S" })]
          : refused(ends)),
    );
    const others = step < D.PROTECTED_ASKS ? 0 : floodSize / (steps - D.PROTECTED_ASKS);
    for (let i = 0; i < others; i++) {
      rig.nowMs = startMs + step * 2000 + 10 + (i * 1900) / others;
      const word = random.u32();
      const src = `${1 + ((word >>> 24) % 9)}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
      rig.send(
        tcp({ src, dst: VICTIM, sport: 1024 + random.below(60_000), flags: random.chance(0.1) ? "R" : "S" }),
      );
      if (i % 5000 === 0) await setImmediate();
    }
    rig.core.exports.drain();
    rig.take();
  }
  const place = placeOf(KNOWN);
  for (let ms = 0; ms < LIFE_MS; ms += 4000) rig.pass(4000);
  for (const { source, destination, findings: names } of rig.flows()) {
    // One-way is of the flow alone, and tells how long it was kept.
    if (source.address === KNOWN)
      findings.push(`${destination.port} ${names.filter((name) => name !== "one-way")}`);
  }
  check();
  return { place, findings: findings.sort() };
}

describe("a flood of forged sources", () => {
  it(
    `of ${FLOOD} changes neither what a known source has done nor what is found in it`,
    async () => {
      const calm = await withFlood(0);
      expect(calm.findings.join()).toContain("port-sweep");
      const flooded = await withFlood(FLOOD);
      expect(rig.counter(L.COUNTER_SOURCES_EVICTED)).toBeGreaterThan(FLOOD * 0.8);
      expect(flooded).toEqual(calm);
    },
    60_000 + FLOOD,
  );
});
