// Random streams and random rules, seeded: the stream split, turned round within its window, overlapped and sent again
// tells the same sids as the stream in one segment, and that tells what a plain search of all places finds.
// STRAY_STREAM_CASES makes it as many cases.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { WINDOW_HEADER_SIZE } from "../../../assembly/stream/stream-layout.js";
import { text } from "../../../examples/frame.js";
import { Random, seedOf } from "../../support/random.js";
import { RulesCore } from "../../support/rules-core.js";
import { Conversation } from "./conversation.js";

const seed = seedOf("reordered");
const CASES = Number(process.env["STRAY_STREAM_CASES"] ?? 300);
/** As many as one packet tells. */
const RULES_MAX = L.ALERTS_A_PACKET_MAX;
const core = new RulesCore();

interface Content {
  bytes: string;
  nocase: boolean;
  relative: boolean;
  /** Offset or distance. */
  from?: number;
  /** Depth or within. */
  size?: number;
}

interface RandomRule {
  sid: number;
  onlyStream: boolean;
  contents: Content[];
}

const word = (random: Random, letters: string, size: number): string =>
  Array.from({ length: size }, () => letters[random.below(letters.length)]).join("");

function randomContent(random: Random, letters: string, first: boolean, onlyStream: boolean): Content {
  const bytes = word(random, letters, random.chance(0.1) ? random.between(5, 24) : random.between(1, 4));
  const relative = !first && random.chance(0.6);
  const content: Content = { bytes, nocase: random.chance(0.3), relative };
  if (relative) {
    content.from = random.between(-4, 20);
    if (random.chance(0.5)) content.size = bytes.length + random.below(30);
  } else if (onlyStream && random.chance(0.5)) {
    if (random.chance(0.6)) content.from = random.below(200);
    if (random.chance(0.7)) content.size = bytes.length + random.below(300);
  }
  return content;
}

/** Places count from the beginning only in rules of streams: for those of packets too, each packet has one. */
function randomRule(random: Random, letters: string, sid: number): RandomRule {
  const onlyStream = random.chance(0.4);
  const size = random.between(1, 4);
  const contents = Array.from({ length: size }, (_, n) =>
    randomContent(random, letters, n === 0, onlyStream),
  );
  return { sid, onlyStream, contents };
}

function ruleText({ sid, onlyStream, contents }: RandomRule): string {
  const options = contents.map(({ bytes, nocase, relative, from, size }) => {
    const [first, second] = relative ? ["distance", "within"] : ["offset", "depth"];
    return (
      `content:"${bytes}"; ${nocase ? "nocase; " : ""}` +
      `${from === undefined ? "" : `${first}:${from}; `}${size === undefined ? "" : `${second}:${size}; `}`
    );
  });
  const stream = onlyStream ? "flow:only_stream; " : "";
  return `alert tcp any any -> any any (${stream}${options.join("")}sid:${sid};)`;
}

/** Whether some choice of places for all contents holds. */
function isFound(stream: string, contents: readonly Content[]): boolean {
  const lower = stream.toLowerCase();
  const known = new Set<string>();
  const from = (index: number, cursor: number): boolean => {
    const content = contents[index];
    if (content === undefined) return true;
    const key = `${index} ${cursor}`;
    if (known.has(key)) return false;
    known.add(key);
    const base = (content.relative ? cursor : 0) + (content.from ?? 0);
    const end = content.size === undefined ? stream.length : Math.min(stream.length, base + content.size);
    const subject = content.nocase ? lower : stream;
    const bytes = content.nocase ? content.bytes.toLowerCase() : content.bytes;
    for (let at = subject.indexOf(bytes, Math.max(0, base)); at >= 0; at = subject.indexOf(bytes, at + 1)) {
      if (at + bytes.length > end) break;
      if (from(index + 1, at + bytes.length)) return true;
    }
    return false;
  };
  return from(0, 0);
}

interface Piece {
  from: number;
  to: number;
}

/** In the order of arrival: turned round within a few segments, some reaching back, some sent again. */
function pieces(random: Random, size: number, most: number, keepFirst: boolean): Piece[] {
  const cuts: Piece[] = [];
  for (let at = 0; at < size; ) {
    const to = Math.min(size, at + random.between(1, random.chance(0.4) ? 3 : most));
    cuts.push({ from: at, to });
    at = to;
  }
  const out: Piece[] = [];
  for (let at = 0; at < cuts.length; ) {
    const block = cuts.slice(at, at + (keepFirst && at === 0 ? 1 : random.between(1, 6)));
    at += block.length;
    const wider = block.map(({ from, to }) =>
      random.chance(0.3) ? { from: Math.max(0, from - random.below(60)), to } : { from, to },
    );
    const again = wider.filter(() => random.chance(0.15));
    for (let i = wider.length - 1; i > 0; i--) {
      const other = random.below(i + 1);
      [wider[i], wider[other]] = [wider[other]!, wider[i]!];
    }
    out.push(...wider, ...again);
  }
  return out;
}

const sorted = (sids: readonly number[]): number[] => [...new Set(sids)].sort((a, b) => a - b);

interface Case {
  rules: RandomRule[];
  stream: string;
  streamWindowSize: number;
  withSyn: boolean;
  isLong: boolean;
}

function randomCase(random: Random): Case {
  const letters = random.pick(["ab", "abc", "abcABC", "abcdefgh"]);
  const streamWindowSize = random.pick([2048, 2048, 8192]);
  const isLong = random.chance(0.2);
  const room = streamWindowSize - WINDOW_HEADER_SIZE;
  const size = isLong
    ? random.between(room + 1, room * 3)
    : random.between(1, Math.min(room, random.pick([80, 400, room])));
  return {
    rules: Array.from({ length: random.between(1, RULES_MAX) }, (_, n) => randomRule(random, letters, n + 1)),
    // Long ones are told apart only by what is seldom.
    stream: word(random, isLong ? `${letters}${"-".repeat(letters.length * 3)}` : letters, size),
    streamWindowSize,
    withSyn: random.chance(0.5),
    isLong,
  };
}

function send(
  random: Random | undefined,
  { rules, stream, streamWindowSize, withSyn }: Case,
  window: number,
): number[] {
  core.begin(rules.map(ruleText).join("\n"), { streamWindowSize: window });
  const talk = new Conversation();
  const sids: number[] = [];
  if (withSyn) sids.push(...core.sids(...talk.open()));
  const bytes = text(stream);
  const all = random
    ? pieces(random, bytes.length, random.pick([10, 100, Math.min(1400, streamWindowSize >> 2)]), !withSyn)
    : [{ from: 0, to: bytes.length }];
  for (const { from, to } of all) {
    const options = { at: from, ...(withSyn ? {} : { flags: "A" }) };
    sids.push(...core.sids(talk.c(bytes.subarray(from, to), options)));
  }
  return sorted(sids);
}

describe("a stream in pieces", () => {
  it("tells what it tells in one", () => {
    let told = 0;
    for (let number = 0; number < CASES; number++) {
      const random = new Random(seed, number);
      const one = randomCase(random);
      const where = `seed ${seed} case ${number}`;
      const found = one.rules.filter(({ contents }) => isFound(one.stream, contents)).map(({ sid }) => sid);
      const whole = send(undefined, one, one.isLong ? 32768 : one.streamWindowSize);
      expect(whole, `${where}: whole`).toEqual(found);
      const parts = send(random, one, one.streamWindowSize);
      if (!one.isLong) {
        expect(parts, `${where}: parts`).toEqual(found);
      } else {
        // What lies further apart than the window reaches may be missed; nothing is made up, single patterns are found.
        const single = one.rules.filter(({ contents }) => contents.length === 1).map(({ sid }) => sid);
        expect(
          parts.filter((sid) => !found.includes(sid)),
          `${where}: made up`,
        ).toEqual([]);
        expect(
          found.filter((sid) => single.includes(sid) && !parts.includes(sid)),
          `${where}: single`,
        ).toEqual([]);
      }
      expect(core.counter(L.COUNTER_BUDGET) + core.counter(L.COUNTER_PENDING_LOST), where).toBe(0);
      expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_OVERLAP_CONFLICT), where).toBe(0);
      told += found.length;
    }
    expect(told).toBeGreaterThan(CASES);
  });
});
