// How the fuzzer spoils frames and files: bytes flipped, fields set to values at the edge, pieces cut, doubled and
// joined, lengths that lie. Apart from the running so that a round's input is a pure function of its seed.

import type { CapturedFrame } from "../support/captures.js";
import type { Random } from "../support/random.js";
import { talkFrames } from "./conversations.js";
import { type Corpus, LINK_TYPES } from "./corpus.js";

const EDGES_16 = [
  0, 1, 4, 5, 7, 8, 19, 20, 21, 39, 40, 0x7f, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff,
] as const;
const EDGES_32 = [
  0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x40000, 0x40001, 65535, 12, 28,
] as const;
const PROTOCOLS = [
  0, 1, 2, 4, 6, 17, 33, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 136, 139, 140, 255,
] as const;
const ETHERTYPES = [
  0x0800, 0x0806, 0x8035, 0x8100, 0x86dd, 0x8847, 0x8848, 0x8863, 0x8864, 0x88a8, 0x9100, 5,
] as const;
const FRAME_SIZE_MAX = 4096;

/** A round's frames, in order of being pushed: spoilt ones, conversations, or both. */
export function fuzzedFrames(random: Random, corpus: Corpus, count: number): CapturedFrame[] {
  const share = random.pick([0, 0.3, 0.7, 1]);
  const damage = random.pick([0, 0.005, 0.1]);
  const talks = share === 0 ? [] : talkFrames(random, count);
  const frames = Array.from({ length: count }, (_, index) => {
    const told = random.chance(share) ? talks[index] : undefined;
    if (told === undefined) return fuzzedFrame(random, corpus);
    return random.chance(damage) ? { ...told, bytes: spoil(random, told.bytes.slice(), corpus) } : told;
  });
  return withTimes(random, frames);
}

/** The frames at times that mostly go on, and seldom jump. */
export function withTimes(random: Random, frames: readonly CapturedFrame[]): CapturedFrame[] {
  let timeNs = BigInt(random.between(0, 2_000_000_000)) * 1_000_000_000n;
  return frames.map((frame) => {
    timeNs = nextTime(random, timeNs);
    return { ...frame, timeNs };
  });
}

function nextTime(random: Random, timeNs: bigint): bigint {
  if (random.chance(0.002)) return BigInt(random.u32()) * BigInt(random.u32());
  const step =
    BigInt(random.below(random.chance(0.01) ? 2 ** 31 : 2_000_000)) * (random.chance(0.01) ? 100n : 1n);
  if (random.chance(0.05)) return timeNs > step ? timeNs - step : 0n;
  return timeNs + step;
}

function fuzzedFrame(random: Random, corpus: Corpus): CapturedFrame {
  if (random.chance(0.03)) return randomFrame(random);
  const from = random.pick(corpus.frames);
  let bytes = from.bytes.slice(0, FRAME_SIZE_MAX);
  let { link, wire } = from;
  for (let left = random.chance(0.1) ? 0 : random.between(1, 3); left > 0; left--)
    bytes = spoil(random, bytes, corpus);
  if (random.chance(0.04)) link = random.chance(0.9) ? random.pick(LINK_TYPES) : random.below(300);
  if (bytes.length !== from.bytes.length && random.chance(0.5)) wire = bytes.length;
  if (random.chance(0.03))
    wire = random.chance(0.5) ? random.below(bytes.length * 2 + 1) : random.pick(EDGES_32);
  return { bytes, link, wire, timeNs: 0n };
}

function randomFrame(random: Random): CapturedFrame {
  const bytes = random.bytes(random.below(random.chance(0.2) ? 1500 : 90));
  // A version nibble at the right place takes random bytes further in.
  if (bytes.length > 0 && random.chance(0.5)) bytes[0] = random.pick([0x45, 0x46, 0x4f, 0x60]);
  return { bytes, link: random.pick(LINK_TYPES), wire: bytes.length, timeNs: 0n };
}

function put16(random: Random, bytes: Uint8Array, at: number, value: number): void {
  const swapped = random.chance(0.2);
  if (at < bytes.length) bytes[at] = swapped ? value : value >>> 8;
  if (at + 1 < bytes.length) bytes[at + 1] = swapped ? value >>> 8 : value;
}

/** Headers stand in front: most changes go there. */
function place(random: Random, size: number): number {
  if (size === 0) return 0;
  return random.chance(0.8) ? random.below(Math.min(size, 100)) : random.below(size);
}

function spoil(random: Random, bytes: Uint8Array, corpus: Corpus): Uint8Array<ArrayBuffer> {
  const out = bytes as Uint8Array<ArrayBuffer>;
  const at = place(random, out.length);
  switch (random.below(11)) {
    case 0:
    case 1:
      if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
      return out;
    case 2:
      if (out.length > 0) out[at] = random.u32();
      return out;
    case 3:
      put16(random, out, at, random.pick(EDGES_16));
      return out;
    case 4:
      if (out.length > 0) out[at] = random.pick(PROTOCOLS);
      return out;
    case 5:
      put16(random, out, at, random.pick(ETHERTYPES));
      return out;
    case 6:
      return out.slice(0, random.below(out.length + 1));
    case 7:
      return joined(out.subarray(0, at), random.bytes(random.below(24)), out.subarray(at + random.below(24)));
    case 8: {
      const other = random.pick(corpus.frames).bytes;
      return joined(out.subarray(0, at), other.subarray(place(random, other.length)));
    }
    case 9:
      return shortened(random, out);
    default:
      // The same headers again: tunnels in tunnels, tags in tags.
      return joined(out.subarray(0, at), out.subarray(place(random, at + 1)));
  }
}

/** Cut, with an IPv4 total length that agrees, and sometimes nothing but zeros at the end: a packet that is short indeed. */
function shortened(random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const header = bytes.indexOf(0x45);
  if (header < 0 || bytes.length < header + 20) return bytes;
  const size = Math.min(20 + random.below(28), bytes.length - header);
  const out = bytes.slice(0, header + size);
  out[header + 2] = 0;
  out[header + 3] = size;
  if (random.chance(0.5)) out.fill(0, header + 20 + random.below(4));
  return out;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = Buffer.concat(parts);
  return new Uint8Array(whole.subarray(0, FRAME_SIZE_MAX));
}

/** A whole capture file with some of its bytes, lengths and pieces changed. */
export function fuzzedFile(random: Random, corpus: Corpus): { name: string; bytes: Uint8Array } {
  const { name, bytes } = random.pick(corpus.files);
  let out: Uint8Array = bytes.slice(0, 300_000);
  const view = (): DataView => new DataView(out.buffer, out.byteOffset, out.length);
  for (let left = random.below(7); left > 0 && out.length > 8; left--) {
    const near = random.chance(0.3) ? random.below(Math.min(out.length, 200)) : random.below(out.length);
    const word = Math.min(near & ~3, (out.length - 4) & ~3);
    switch (random.below(7)) {
      case 0:
        out[near] = (out[near] ?? 0) ^ (1 << random.below(8));
        break;
      case 1:
        out[near] = random.u32();
        break;
      case 2:
        view().setUint32(word, random.pick(EDGES_32), random.chance(0.8));
        break;
      case 3:
        if (random.chance(0.3)) out = out.slice(0, near);
        break;
      case 4:
        out = joinedFile(out.subarray(0, word), random.bytes(random.below(64) & ~3), out.subarray(word));
        break;
      case 5:
        out = joinedFile(
          out.subarray(0, word),
          out.subarray(Math.min(out.length, word + (random.below(256) & ~3))),
        );
        break;
      default:
        if (random.chance(0.3)) out = joinedFile(out, random.pick(corpus.files).bytes.subarray(0, 100_000));
    }
  }
  return { name, bytes: out };
}

function joinedFile(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
