// Repeats of a single byte: how far they go, and which of their ends are worth a try.
// Apart from the engine because they are where its time goes, and because here the visited bits save the most: an end
// that was tried before, or behind which the wrong byte lies, is passed over without a turn of the engine.
// Always holds: an end is answered at most once for a row; a loop here moves by one byte at least, and is paid for.

import {
  REGEX_FOLLOW_SHIFT,
  REGEX_LOOP_SHIFT,
  REGEX_NO_ROW,
  REGEX_OP_SHIFT_A,
  REGEX_OP_SHIFT_B,
  REGEX_OPERAND_MASK,
  REGEX_STAR,
  REGEX_STAR_LAZY,
} from "./regex-layout";
import { RegexRun, register, unvisitedBelow, visit, visitRange } from "./regex-run";
import { inSet, runEnd } from "./regex-text";

const STAR_SIZE: usize = 8;
const UPTO_SIZE: usize = 12;
const LOOK_SHIFT: u32 = 3; // ends looked at for a step
const WORD_SHIFT: u32 = 6; // bits that are looked at as one

function setOf(run: RegexRun, pc: usize): usize {
  return run.program + <usize>(((load<u32>(pc) >> REGEX_OP_SHIFT_A) & REGEX_OPERAND_MASK) << 2);
}

function rowOf(pc: usize): u32 {
  return load<u32>(pc, 4) & REGEX_NO_ROW;
}

function followOf(pc: usize): u32 {
  return (load<u32>(pc, 4) >> REGEX_FOLLOW_SHIFT) & REGEX_OPERAND_MASK;
}

/**
 * Where the loop around this repeat began its turn, 0 when it takes something in each. A turn that took nothing so far
 * goes on differently from one that did, so no bit tells about the place where it began.
 */
function loopBegin(pc: usize): usize {
  const number = load<u32>(pc, 4) >> REGEX_LOOP_SHIFT;
  return number == 0 ? 0 : register(number);
}

function isStar(pc: usize): bool {
  const op = <u32>load<u8>(pc);
  return op == REGEX_STAR || op == REGEX_STAR_LAZY;
}

/** Whether the byte at `at` may be what follows the repeat; nothing follows at the text's end unless all may. */
function mayFollow(run: RegexRun, follow: u32, at: usize): bool {
  if (follow == 0) return true;
  return at < run.end && inSet(run.program + <usize>(follow << 2), load<u8>(at));
}

/** The instruction behind this STAR or UPTO, lazy or not. */
export function behindRepeat(pc: usize): usize {
  return pc + (isStar(pc) ? STAR_SIZE : UPTO_SIZE);
}

/** The highest place that this repeat can reach from `at`. */
export function repeatReach(run: RegexRun, pc: usize, at: usize): usize {
  const last = runEnd(run, setOf(run, pc), load<u32>(pc) >> REGEX_OP_SHIFT_B, at);
  if (isStar(pc)) return last;
  const most = load<u32>(pc, 8);
  return <usize>most < last - at ? at + most : last;
}

/** The highest end for a greedy repeat that begins at `at`, 0 when there is none left to try. */
export function firstEnd(run: RegexRun, pc: usize, at: usize): usize {
  let last = repeatReach(run, pc, at);
  if (isStar(pc)) last = newlyReached(run, pc, at, last);
  return last == 0 ? 0 : endBelow(run, pc, at, last);
}

/** How far a STAR from `at` to `last` reaches places where it was not before, 0 when not at all. */
function newlyReached(run: RegexRun, pc: usize, at: usize, last: usize): usize {
  const row = rowOf(pc);
  if (at != loopBegin(pc)) return visitRange(run, row, at, last);
  return at < last ? max(visitRange(run, row, at + 1, last), at) : at;
}

/** The highest end from `high` down to `low` that is worth a try, 0 when there is none. */
export function endBelow(run: RegexRun, pc: usize, low: usize, high: usize): usize {
  const follow = followOf(pc);
  const row = isStar(pc) ? <u32>REGEX_NO_ROW : rowOf(pc);
  const begin = loopBegin(pc);
  let looks: u32 = 0;
  let found: usize = 0;
  while (high >= low) {
    looks++;
    const from = high;
    if (high != begin) high = unvisitedBelow(run, row, low, high);
    looks += <u32>(from - max(high, low)) >> WORD_SHIFT;
    if (high == 0) {
      if (low != begin) break;
      high = low;
    }
    if (mayFollow(run, follow, high)) {
      found = high;
      break;
    }
    if (high != begin) visit(run, row, high);
    high--;
  }
  run.left -= <i32>(looks >> LOOK_SHIFT);
  return found;
}

/** Whether a lazy repeat that begins at `at` is new there; its bit is set by this. */
export function lazyBegins(run: RegexRun, pc: usize, at: usize): bool {
  return !isStar(pc) || at == loopBegin(pc) || !visit(run, rowOf(pc), at);
}

/** Whether a lazy repeat may end at `at` at all. */
export function lazyEndsAt(run: RegexRun, pc: usize, at: usize): bool {
  return mayFollow(run, followOf(pc), at);
}

/** The next end of a lazy repeat behind `at`, `limit` the highest, 0 when there is none left to try. */
export function endAbove(run: RegexRun, pc: usize, at: usize, limit: usize): usize {
  const set = setOf(run, pc);
  const follow = followOf(pc);
  const row = isStar(pc) ? rowOf(pc) : <u32>REGEX_NO_ROW;
  const first = at;
  let found: usize = 0;
  while (at < limit && inSet(set, load<u8>(at))) {
    at++;
    if (visit(run, row, at)) break;
    if (mayFollow(run, follow, at)) {
      found = at;
      break;
    }
  }
  run.left -= <i32>(<u32>(at - first) >> LOOK_SHIFT);
  return found;
}
