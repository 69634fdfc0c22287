// Scripts of conversations: what each side sends, in order, with loss, repetition and disorder already in it.
// Apart from the traffic, which interleaves thousands of them. Always holds: a script knows nothing of addresses and
// time; side 0 is who begins.

import { tcpFlags } from "../../examples/frame.js";
import type { Random } from "../support/random.js";

export interface Segment {
  from: 0 | 1;
  flags: number;
  seq: number;
  ack: number;
  window: number;
  windowScale?: number;
  payload: Uint8Array;
}

const EMPTY: Uint8Array = new Uint8Array(0);
const STYLES = [
  "whole",
  "whole",
  "whole",
  "whole",
  "refused",
  "syn",
  "midstream",
  "late",
  "backscatter",
  "oneway",
] as const;

class Talk {
  readonly seq: [number, number];
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
    // Some begin so high that the numbers wrap.
    const isn = (): number => (random.chance(0.1) ? 0xffffff00 + random.below(255) : random.u32());
    this.seq = [isn(), isn()];
  }

  say(from: 0 | 1, letters: string, payload: Uint8Array = EMPTY, windowScale?: number): Segment {
    const flags = tcpFlags(letters);
    const seq = this.seq[from];
    const other = from === 0 ? 1 : 0;
    this.seq[from] = (seq + payload.length + (flags & 1) + ((flags >> 1) & 1)) >>> 0;
    const window = this.random.chance(0.03) ? 0 : this.random.between(1, 65535);
    const ack = flags & 16 ? this.seq[other] : 0;
    return { from, flags, seq, ack, window, payload, ...(windowScale !== undefined && { windowScale }) };
  }
}

/** `lasting`: a whole handshake, then data, and no end. */
export function* tcpScript(random: Random, lasting = false): Generator<Segment> {
  const talk = new Talk(random);
  if (lasting) {
    yield* [talk.say(0, "S"), talk.say(1, "SA"), talk.say(0, "A")];
    for (let left = random.between(1, 30); left > 0; left--)
      yield talk.say(random.below(2) as 0 | 1, "PA", random.bytes(20));
    return;
  }
  const style = random.pick(STYLES);
  const scale = random.chance(0.5) ? random.below(15) : undefined;
  if (style === "refused") {
    yield talk.say(0, "S", EMPTY, scale);
    yield talk.say(1, "RA");
    return;
  }
  if (style === "syn") {
    yield* again(random, talk.say(0, random.chance(0.1) ? "SEC" : "S", EMPTY, scale), 3);
    return;
  }
  if (style === "backscatter") {
    yield* again(random, talk.say(1, "SA", EMPTY, scale), 2);
    if (random.chance(0.5)) yield talk.say(0, "R");
    return;
  }
  if (style === "whole" || style === "late") {
    const syn = talk.say(
      0,
      random.chance(0.02) ? "SFP" : "S",
      random.chance(0.03) ? random.bytes(9) : EMPTY,
      scale,
    );
    const synAck = talk.say(1, "SA", EMPTY, scale);
    const order = style === "late" ? (random.chance(0.5) ? [synAck] : [synAck, syn]) : [syn, synAck];
    for (const segment of order) if (random.chance(0.95)) yield* again(random, segment, 2);
    if (random.chance(0.9)) yield talk.say(0, "A");
  }
  yield* dataScript(random, talk, style === "oneway");
}

function* again(random: Random, segment: Segment, most: number): Generator<Segment> {
  yield segment;
  for (let left = most; left > 0 && random.chance(0.25); left--) yield segment;
}

/** Data both ways with its accidents, and an end. */
function* dataScript(random: Random, talk: Talk, oneWay: boolean): Generator<Segment> {
  let kept: Segment | undefined;
  for (let left = random.below(random.chance(0.05) ? 60 : 9); left > 0; left--) {
    const from = oneWay ? 0 : (random.below(2) as 0 | 1);
    const other = from === 0 ? 1 : 0;
    const segment = talk.say(from, random.chance(0.5) ? "PA" : "A", random.bytes(random.between(1, 120)));
    const fate = random.below(20);
    if (fate === 0) kept = segment;
    else if (fate === 1) yield* again(random, segment, 3);
    else if (fate === 2) yield* [segment, { ...segment, payload: random.bytes(segment.payload.length) }];
    else if (fate === 3) yield* swapped(talk, from, segment, random);
    else if (fate === 4)
      yield* [segment, { ...segment, seq: (talk.seq[from] - 1) >>> 0, payload: random.bytes(1) }];
    else yield segment;
    if (kept !== undefined && random.chance(0.3)) {
      yield kept;
      kept = undefined;
    }
    if (!oneWay && random.chance(0.5)) yield talk.say(other, random.chance(0.02) ? "AU" : "A");
  }
  yield* endScript(random, talk, oneWay);
}

function* swapped(talk: Talk, from: 0 | 1, first: Segment, random: Random): Generator<Segment> {
  const second = talk.say(from, "A", random.bytes(random.between(1, 60)));
  yield second;
  // All of what was missing, its first part, or its last part and then the rest.
  const cut = random.below(first.payload.length + 1);
  const head = { ...first, payload: first.payload.slice(0, cut) };
  const tail = { ...first, seq: (first.seq + cut) >>> 0, payload: first.payload.slice(cut) };
  const way = random.below(4);
  if (way === 0) yield first;
  else if (way === 1) yield* [head, tail].filter(({ payload }) => payload.length > 0);
  else if (way === 2) yield* [tail, head].filter(({ payload }) => payload.length > 0);
  else yield { ...first, payload: random.bytes(first.payload.length + second.payload.length + 5) };
}

function* endScript(random: Random, talk: Talk, oneWay: boolean): Generator<Segment> {
  const end = random.below(5);
  if (end === 0) return;
  const first = oneWay ? 0 : (random.below(2) as 0 | 1);
  const second = first === 0 ? 1 : 0;
  if (end === 1) {
    yield talk.say(first, random.chance(0.5) ? "R" : "RA", random.chance(0.1) ? random.bytes(12) : EMPTY);
    if (random.chance(0.2)) yield talk.say(second, "A");
    return;
  }
  yield* again(
    random,
    talk.say(first, random.chance(0.3) ? "FPA" : "FA", random.chance(0.3) ? random.bytes(7) : EMPTY),
    2,
  );
  if (oneWay || end === 2) return;
  if (random.chance(0.7)) yield talk.say(second, "A");
  yield talk.say(second, "FA");
  yield talk.say(first, "A");
}
