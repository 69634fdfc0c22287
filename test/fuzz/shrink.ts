// Makes a failing list of frames as short as it can, then the frames themselves, and tells them in hex.
// Apart because it only runs once something was found. Always holds: what it answers still fails.

import type { CapturedFrame } from "../support/captures.js";

/** Smallest list found for which `fails` is true, by leaving out ever smaller pieces. */
export function shrinkList<T>(list: readonly T[], fails: (list: readonly T[]) => boolean): readonly T[] {
  let best = list;
  let piece = Math.ceil(best.length / 2);
  for (;;) {
    let smaller = false;
    for (let at = 0; at < best.length && best.length > 1; ) {
      const without = [...best.slice(0, at), ...best.slice(at + piece)];
      if (without.length > 0 && fails(without)) {
        best = without;
        smaller = true;
      } else at += piece;
    }
    if (smaller) continue;
    if (piece === 1) break;
    piece = Math.ceil(piece / 2);
  }
  return best;
}

/** The same frames, each with as few bytes at its end as still fail. */
export function shrinkFrames(
  frames: readonly CapturedFrame[],
  fails: (frames: readonly CapturedFrame[]) => boolean,
): readonly CapturedFrame[] {
  let best = [...frames];
  if (best.length > 8) return best;
  for (let index = 0; index < best.length; index++) {
    for (let cut = (best[index]?.bytes.length ?? 0) >> 1; cut >= 1; cut >>= 1) {
      const frame = best[index] as CapturedFrame;
      if (frame.bytes.length < cut) continue;
      const shorter = best.with(index, { ...frame, bytes: frame.bytes.slice(0, frame.bytes.length - cut) });
      if (fails(shorter)) best = shorter;
    }
  }
  return best;
}

export function describeFrame(frame: CapturedFrame): string {
  const hex = Buffer.from(frame.bytes).toString("hex");
  return `link type ${frame.link}, wire ${frame.wire}, time ${frame.timeNs} ns, ${frame.bytes.length} bytes: ${hex}`;
}
