// The words that both the fuzzer's rules and its traffic are made of, so that patterns meet bytes they were made for.
// Apart because rules and traffic know nothing else of one another. Always holds: every word is Latin-1, 1 to 40 bytes.

import type { Random } from "../support/random.js";

export const WORDS: readonly string[] = [
  "a",
  "aa",
  "ab",
  "e",
  "\0",
  "\0\0",
  "\xff",
  "\r\n",
  "=",
  "/",
  "..",
  "GET",
  "HTTP",
  "/1.1 200",
  "pass this",
  "drop",
  "reject",
  "log",
  "cmd.exe",
  "root.exe",
  "/scripts/",
  "..%c1%1c..",
  "%252e%252e",
  "%u0041",
  "abcabcabd",
  "needle",
  "NEEDLE in a hay",
  "x".repeat(40),
  "Content-Length",
  "User-Agent",
  "<html>",
  "</a>",
  "\x05\0\0\x01",
  "\x90\x90\x90\x90",
];

/** Bytes that hold words here and there, between bytes of any kind. */
export function wordyBytes(random: Random, size: number): Uint8Array {
  const parts: string[] = [];
  for (let length = 0; length < size; ) {
    const part = random.chance(0.6)
      ? random.pick(WORDS)
      : Buffer.from(random.bytes(random.between(1, 12))).toString("latin1");
    const times = random.chance(0.05) ? random.between(2, 60) : 1;
    parts.push(part.repeat(times));
    length += part.length * times;
  }
  return Uint8Array.from(Buffer.from(parts.join("").slice(0, size), "latin1"));
}
