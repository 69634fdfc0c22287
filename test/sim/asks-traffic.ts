// Seeded asking: sources with habits (browsing, sharing files, scanning) ask hosts for ports and are answered, refused,
// or not answered at all. Apart from the model, which never sees a frame. Always holds: the same seed gives the same
// frames; they come in the order of time.

import { back, echo, handshake, tcp, udp } from "../assembly/detect/frames.js";
import type { Random } from "../support/random.js";
import type { Ask, Way } from "./asks-model.js";

export type Fate = "opened" | "refused" | "silent" | "given-up";

export interface AskEvent {
  atMs: number;
  frame: Uint8Array;
  /** The first frame asks, the last one of an opened conversation opens. */
  asks?: Ask;
  opens?: Ask;
}

export interface Habit {
  source: string;
  ways: readonly Way[];
  hosts: readonly string[];
  ports: readonly number[];
  fates: readonly Fate[];
  gapMs: number;
  count: number;
}

const ROUND_TRIP_MS = 90;

/** All of a source's asking from that time on. */
export function eventsOf(habit: Habit, random: Random, fromMs: number): AskEvent[] {
  const { source, ways, hosts, ports, fates, gapMs, count } = habit;
  const events: AskEvent[] = [];
  let atMs = fromMs;
  for (let i = 0; i < count; i++) {
    const way = random.pick(ways);
    const ask = { source, way, host: random.pick(hosts), port: way === "echo" ? 0 : random.pick(ports) };
    events.push(...talk(ask, 1024 + ((i * 7) % 60_000), random.pick(fates), atMs));
    atMs += random.between(1, 2 * gapMs);
  }
  return events;
}

function talk(ask: Ask, sport: number, fate: Fate, atMs: number): AskEvent[] {
  const { source, way, host, port } = ask;
  const there = { src: source, dst: host, sport, dport: port };
  const at = (afterMs: number, frame: Uint8Array, more: Partial<AskEvent> = {}): AskEvent => ({
    atMs: atMs + afterMs,
    frame,
    ...more,
  });
  if (way === "syn") {
    const [syn, synAck, ack] = handshake(there);
    const asked = at(0, syn!, { asks: ask });
    if (fate === "silent") return [asked];
    if (fate === "refused") return [asked, at(ROUND_TRIP_MS, tcp({ ...back(there), flags: "RA", seq: 0 }))];
    const answered = [asked, at(ROUND_TRIP_MS, synAck!)];
    if (fate === "given-up")
      return [...answered, at(ROUND_TRIP_MS + 1, tcp({ ...there, flags: "R", seq: 101 }))];
    return [...answered, at(ROUND_TRIP_MS + 1, ack!, { opens: ask })];
  }
  if (way === "probe") {
    const asked = at(0, tcp({ ...there, flags: "F" }), { asks: ask });
    return fate === "silent"
      ? [asked]
      : [asked, at(ROUND_TRIP_MS, tcp({ ...back(there), flags: "RA", seq: 0 }))];
  }
  const isAnswered = fate === "opened";
  if (way === "echo") {
    const asked = at(0, echo({ src: source, dst: host }), { asks: ask });
    return isAnswered
      ? [asked, at(ROUND_TRIP_MS, echo({ src: host, dst: source, reply: true }), { opens: ask })]
      : [asked];
  }
  const asked = at(0, udp(there), { asks: ask });
  return isAnswered ? [asked, at(ROUND_TRIP_MS, udp(back(there)), { opens: ask })] : [asked];
}
