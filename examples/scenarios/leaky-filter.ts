// The letter's case: a filter upstream stops one source's SYNs, answers or drops the rest, and lets some later
// segments of its connections escape to us.
// Apart as each scenario is. Always holds: the source sends no SYN; every escaped segment is sent again with the
// acknowledgement standing still; nobody answers; source ports count up over connections that never pass.

import type { FindingName } from "../../host/record/findings.js";
import { tcp } from "../frame.js";
import type { Host } from "./host.js";
import { live } from "./life.js";
import { flowKey, forbiddenBut, type Scenario } from "./types.js";
import { httpRequest } from "./words.js";
import { World } from "./world.js";

const STRANGE_US = 60_000_000;
const PORT_LAST = 65_535;
const PORT_FIRST = 1_025;

interface Leak {
  port: number;
  atUs: number;
  target: Host;
}

/** What one run of the scenario has in common in all its flows. */
interface Habit {
  source: Host;
  port: number;
  hasFin: boolean;
  isHttp: boolean;
  retriesMax: number;
  /** All IDs 0, or counting up. */
  isIdZero: boolean;
  hasDf: boolean;
}

export function leakyFilter(seed: number): Scenario {
  const world = new World("leaky-filter", seed);
  const { dice } = world;
  const outsider = world.outsider();
  const isIdZero = dice.chance(0.6);
  const habit: Habit = {
    source: { ...outsider, stack: { ...outsider.stack, ids: isIdZero ? "zero" : "counter" } },
    port: dice.pick([80, 80, 443, 25, 8080]),
    hasFin: dice.chance(0.7),
    isHttp: false,
    retriesMax: dice.between(1, 4),
    isIdZero,
    hasDf: dice.chance(0.7),
  };
  habit.isHttp = habit.port === 80 && dice.chance(0.6);
  // Mostly addresses that nobody uses; sometimes one in use, whose own filter says nothing.
  const isDark = dice.chance(0.75);
  const count = dice.between(1, 3);
  const targets = isDark
    ? world.darkAddresses(count).map((address) => world.nobody(address))
    : dice.some(world.people, count);
  const leaks = plan(world, targets);
  const last = leaks.at(-1)?.atUs ?? STRANGE_US;
  const ordinary = live(world, { untilUs: last, doings: 20 });
  const found = findingsOf(habit, isDark);
  const findings: Record<string, readonly FindingName[]> = {};
  for (const leak of leaks) {
    leakOut(world, leak, habit);
    findings[flowKey(habit.source.address, leak.port, leak.target.address, habit.port)] = found;
  }
  return world.scenario(world.frames(), {
    source: habit.source.address,
    cause: "leaky-filter",
    findings,
    forbidden: forbiddenBut(
      "midstream-data",
      "fin-with-data-no-handshake",
      "unanswered-retransmit",
      "dark-destination",
      "ip-id-zero",
    ),
    ordinary: ordinary.map(({ address }) => address),
  });
}

function findingsOf(habit: Habit, isDark: boolean): FindingName[] {
  const found: FindingName[] = ["midstream-data", "unanswered-retransmit", "one-way"];
  if (habit.hasFin) found.push("fin-with-data-no-handshake");
  if (habit.isIdZero && !habit.hasDf) found.push("ip-id-zero");
  if (isDark) found.push("dark-destination");
  return found;
}

/** Which of the source's connections leak, and when: its ports go up by one a connection, at a steady rate. */
function plan(world: World, targets: readonly Host[]): Leak[] {
  const { dice } = world;
  const ratePerMinute = dice.between(20, 400);
  const first = dice.chance(0.15)
    ? dice.between(PORT_LAST - 400, PORT_LAST)
    : dice.between(PORT_FIRST, 50_000);
  const leaks: Leak[] = [];
  let atUs = STRANGE_US + dice.about(5_000_000);
  let opened = 0;
  for (let left = dice.between(5, 16); left > 0; left--) {
    leaks.push({ port: portAfter(first, opened), atUs, target: dice.pick(targets) });
    const skipped = Math.max(1, Math.round(((5 + dice.about(45)) * ratePerMinute) / 60));
    opened += skipped;
    atUs += Math.round((skipped * 60_000_000) / ratePerMinute) + dice.between(-60_000, 60_000);
  }
  return leaks;
}

function portAfter(first: number, opened: number): number {
  return PORT_FIRST + ((first - PORT_FIRST + opened) % (PORT_LAST - PORT_FIRST + 1));
}

/** The segments of one connection that get past the filter: data (with FIN), the same again, perhaps bare FINs. */
function leakOut(world: World, leak: Leak, habit: Habit): void {
  const { dice } = world;
  const payload = habit.isHttp ? httpRequest(dice) : dice.letters(dice.between(20, 900));
  const ports = { sport: leak.port, dport: habit.port, window: 0x4470 };
  const [seq, ack] = [dice.u32(), dice.u32()];
  const flags = habit.hasFin ? "FPA" : "PA";
  const send = { df: habit.hasDf };
  let atUs = leak.atUs;
  let waitUs = dice.between(1_000_000, 3_100_000);
  const retries = dice.between(1, habit.retriesMax);
  for (let i = 0; i <= retries; i++) {
    world.send(atUs, habit.source, leak.target, tcp({ ...ports, seq, ack, flags }, payload), send);
    atUs += waitUs + dice.below(50_000);
    waitUs *= 2;
  }
  if (!habit.hasFin || dice.chance(0.5)) return;
  const behind = (seq + payload.length) >>> 0;
  for (let i = 0; i < 2; i++) {
    world.send(atUs, habit.source, leak.target, tcp({ ...ports, seq: behind, ack, flags: "FA" }), send);
    atUs += waitUs;
  }
}
