// How rare bytes are in traffic, and what a run of bytes is worth as a pattern.
// Apart because it is a judgement, not a rule: change a number here and only speed changes.
// The measure: each byte is worth about the bits it tells, seen without case over mixed traffic (text protocols and
// binaries): 2 for what is everywhere, 8 for what is rare. A byte that the run already has is worth a quarter, for
// runs of one byte are common. What is in nearly every HTTP head is worth a quarter in all.

import { latin1Of, lowerByte, lowerBytes } from "./latin1.js";

const REPEATED = 0.25;
const EVERYWHERE_FACTOR = 0.25;
const WORTHS = worths();

// Parts of heads that nearly every request or response has, in lower case.
const EVERYWHERE = [
  "get / http/1.0\r\n",
  "get / http/1.1\r\n",
  "post / http/1.1\r\n",
  "http/1.1 200 ok\r\n",
  "http/1.0 200 ok\r\n",
  "\r\nhost: www.",
  "\r\nuser-agent: mozilla/5.0 (",
  "\r\naccept: */*\r\n",
  "\r\naccept-encoding: gzip, deflate\r\n",
  "\r\naccept-language: en",
  "\r\ncontent-length: ",
  "\r\ncontent-type: text/html\r\n",
  "\r\nconnection: keep-alive\r\n",
  "\r\nconnection: close\r\n",
  "\r\ncookie: ",
  "\r\nset-cookie: ",
  "\r\nserver: ",
  "\r\ndate: ",
  "\r\nreferer: http://www.",
  "\r\n\r\n",
  "https://",
  ".html",
];

function worths(): Float64Array {
  const table = new Float64Array(256).fill(7);
  for (let byte = 0x80; byte < 0x100; byte++) table[byte] = 7.5;
  const common = (bytes: string, worth: number) => {
    for (const character of bytes) table[character.charCodeAt(0)] = worth;
  };
  common("\0", 2);
  common(" e", 3);
  common("taoinsr\xff", 3.5);
  common("\r\n/.-0:hldcu1", 4);
  common('mpfg2=,;"\x01\x02', 4.5);
  common("bywvk345689&?_<>()\t", 5);
  common("7xjzq", 5.5);
  common("+%'*#!@[]", 6);
  for (let byte = 0x41; byte <= 0x5a; byte++) table[byte] = table[lowerByte(byte)]!;
  return table;
}

/** What these bytes are worth as a pattern; more is better. */
export function worthOf(bytes: Uint8Array): number {
  const seen = new Set<number>();
  let worth = 0;
  for (const raw of bytes) {
    const byte = lowerByte(raw);
    worth += seen.has(byte) ? WORTHS[byte]! * REPEATED : WORTHS[byte]!;
    seen.add(byte);
  }
  const text = latin1Of(lowerBytes(bytes));
  return EVERYWHERE.some((common) => common.includes(text)) ? worth * EVERYWHERE_FACTOR : worth;
}

/** The part of `size` bytes that is worth most, the first of equals; all of it when it is not longer. */
export function rarestWindow(
  bytes: Uint8Array,
  size: number,
): { readonly offset: number; readonly worth: number } {
  if (bytes.length <= size) return { offset: 0, worth: worthOf(bytes) };
  const counts = new Uint16Array(256);
  let worth = 0;
  let best = { offset: 0, worth: Number.NEGATIVE_INFINITY };
  for (let end = 0; end < bytes.length; end++) {
    const added = lowerByte(bytes[end]!);
    worth += counts[added] === 0 ? WORTHS[added]! : WORTHS[added]! * REPEATED;
    counts[added]!++;
    if (end < size - 1) continue;
    if (worth > best.worth + 1e-9) best = { offset: end - size + 1, worth };
    const removed = lowerByte(bytes[end - size + 1]!);
    counts[removed]!--;
    worth -= counts[removed] === 0 ? WORTHS[removed]! : WORTHS[removed]! * REPEATED;
  }
  return best;
}
