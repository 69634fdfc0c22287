// How often a few bytes in a row are to be expected in traffic: text and binary data mixed.
// Apart from the choice of anchors because it knows nothing of patterns.
// Always holds: bytes are folded as the filter folds them (0x20 set); an answer is above 0, so that any two can be
// compared.

import { SAMPLE } from "./sample.js";

const FOLD = 0x20;
const TEXT_SHARE = 0.6;
/** Bytes of prior knowledge that a pair of bytes never seen is judged by. */
const PAIR_PRIOR = 6;
const BYTE_PRIOR = 0.25;
/** A window that the sample holds is as frequent as there, whatever its pairs say. */
const WINDOW_SIZE = 4;

// Binary data: zeros come in runs, and so do bytes of ones; the others alike. Two bytes fold into one.
const BINARY_COMMON = 1 / 128;
const BINARY_FIRST: ReadonlyMap<number, number> = new Map([
  [FOLD, 0.15],
  [0xff, 0.03],
]);
const BINARY_AGAIN: ReadonlyMap<number, number> = new Map([
  [FOLD, 0.6],
  [0xff, 0.4],
]);

const folded = SAMPLE.map((byte) => byte | FOLD);
const byteShare = new Float64Array(256);
const pairShare = new Float64Array(65536);
const windowCounts = new Map<number, number>();

for (const byte of folded) byteShare[byte] = (byteShare[byte] ?? 0) + 1;
const byteCounts = Float64Array.from(byteShare);
for (let byte = 0; byte < 256; byte++) {
  byteShare[byte] = ((byteCounts[byte] ?? 0) + BYTE_PRIOR) / (folded.length + 256 * BYTE_PRIOR);
}
for (let at = 1; at < folded.length; at++) {
  const pair = (folded[at - 1] ?? 0) * 256 + (folded[at] ?? 0);
  pairShare[pair] = (pairShare[pair] ?? 0) + 1;
}
for (let pair = 0; pair < 65536; pair++) {
  const seen = pairShare[pair] ?? 0;
  const prior = PAIR_PRIOR * (byteShare[pair & 255] ?? 0);
  pairShare[pair] = (seen + prior) / ((byteCounts[pair >> 8] ?? 0) + PAIR_PRIOR);
}
for (let at = 0; at + WINDOW_SIZE <= folded.length; at++) {
  const key = anchorOf(folded, at, WINDOW_SIZE);
  windowCounts.set(key, (windowCounts.get(key) ?? 0) + 1);
}

/** `size` (1..4) bytes from `at` on as a little-endian number, each folded. */
export function anchorOf(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + ((bytes[at + i] ?? 0) | FOLD);
  return value;
}

/** The share of positions in traffic where these `size` (1..4) bytes are to be expected. */
export function frequency(bytes: Uint8Array, at: number, size: number): number {
  let text = 1;
  let binary = 1;
  let before = -1;
  for (let i = 0; i < size; i++) {
    const byte = (bytes[at + i] ?? 0) | FOLD;
    text *= before < 0 ? (byteShare[byte] ?? 0) : (pairShare[before * 256 + byte] ?? 0);
    binary *= binaryShare(before, byte);
    before = byte;
  }
  if (size === WINDOW_SIZE) {
    text = Math.max(text, (windowCounts.get(anchorOf(bytes, at, size)) ?? 0) / folded.length);
  }
  return TEXT_SHARE * text + (1 - TEXT_SHARE) * binary;
}

function binaryShare(before: number, byte: number): number {
  const again = before === byte ? BINARY_AGAIN.get(byte) : undefined;
  return again ?? BINARY_FIRST.get(byte) ?? BINARY_COMMON;
}
