// Do both directions of conversations pass here at all? Where only one does, silence is no sign of anything.
// Apart because answers and asks both rest on it, and the dark too. Always holds: nobody can make it say yes by sending
// from one side alone; both counts are halved together, so that a tap that is mended is noticed.

import { state } from "../state";
import { SIGHT_COUNT_MAX } from "./detect-layout";

/** The second side of a flow was heard. */
export function noteTwoWay(): void {
  const s = state();
  s.twoWay += 1;
  if (s.twoWay >= <u32>SIGHT_COUNT_MAX) halve();
}

/** One side was heard, and hears another that never passed here. */
export function noteUnheard(): void {
  const s = state();
  s.unheard += 1;
  if (s.unheard >= <u32>SIGHT_COUNT_MAX) halve();
}

function halve(): void {
  const s = state();
  s.twoWay >>= 1;
  s.unheard >>= 1;
}

/** Flows heard from both sides are more than those whose other side is known to be there, out of sight. */
export function seesBothWays(): bool {
  const s = state();
  return s.twoWay > s.unheard;
}

/** They are not more, and there are such flows. Where nothing was heard yet it is neither. */
export function seesOneWay(): bool {
  const s = state();
  return s.unheard != 0 && s.unheard >= s.twoWay;
}
