// AssemblyScript, compiled by the matcher's tests and its benchmark: one scan over a text, and what it found.

import { inspectState } from "../../../assembly/inspect/state";
import { beginScan, scan } from "../../../assembly/match/scan";

/** A scan of its own with that budget; answers the number of candidates. */
export function scanOnce(image: u32, matcher: u32, start: u32, newFrom: u32, end: u32, budget: i32): u32 {
  const s = inspectState();
  s.image = image;
  s.budget = budget;
  beginScan();
  scan(image, matcher, start, newFrom, end);
  return s.candidates;
}

/** A further text of the same scan. */
export function scanMore(image: u32, matcher: u32, start: u32, newFrom: u32, end: u32): u32 {
  scan(image, matcher, start, newFrom, end);
  return inspectState().candidates;
}

/** Texts of `size` bytes one after another, each a scan; answers the candidates of all. */
export function scanMany(image: u32, matcher: u32, from: u32, size: u32, texts: u32): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < texts; i++) {
    const start = from + i * size;
    sum += scanOnce(image, matcher, start, start, start + size, 400_000);
  }
  return sum;
}
