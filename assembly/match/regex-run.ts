// What one search of a regular expression keeps, in SCRATCH_REGEX: its limits, its bits of visited places.
// Apart from the engine because the bits are what makes its time linear, and can be read alone.
// Always holds: a set bit means that this place of the program was reached at this byte and did not lead to a match
// (or that a try of it is under way, which no way forward leads back into); without a bit nothing is known.
//
// A row of bits belongs to one place of the program. When rows for the whole text have no room, they cover a part of
// it that moves on with the beginnings tried.

import { SCRATCH_REGEX_BASE } from "../layout";
import {
  REGEX_NO_ROW,
  REGEX_REGISTER_CAPACITY,
  REGEX_REGISTERS_OFFSET,
  REGEX_ROWS_OFFSET,
  REGEX_RUN_CAPACITY,
  REGEX_RUN_SIZE,
  REGEX_RUNS_OFFSET,
  REGEX_VISITED_OFFSET,
  REGEX_VISITED_SIZE,
} from "./regex-layout";

const VISITED: usize = SCRATCH_REGEX_BASE + REGEX_VISITED_OFFSET;
const REGISTERS: usize = SCRATCH_REGEX_BASE + REGEX_REGISTERS_OFFSET;
const CLEAR_SHIFT: u32 = 8; // bytes cleared for a step
const RANGE_MASK: u32 = 511; // bits set for a step, less one

@unmanaged
export class RegexRun {
  program: usize;
  text: usize;
  end: usize;
  from: usize;
  left: i32; // steps
  matchStart: u32; // of the latest match, from the text's first byte
  rows: u32;
  stride: u32; // bytes a row
  base: usize; // what bit 0 of a row stands for
  width: u32; // bits a row
  pc: usize; // between the engine and its rarer instructions
  position: usize;
  stack: usize;
}

if (offsetof<RegexRun>() != REGEX_RUN_SIZE) ERROR("RegexRun drifted from layout");

export function regexRun(): RegexRun {
  return changetype<RegexRun>(<usize>SCRATCH_REGEX_BASE);
}

/** Ready for a search with nothing known; bits come into force with the first coverFrom(). */
export function beginRun(run: RegexRun, program: usize, text: usize, size: u32, from: u32, steps: i32): void {
  run.program = program;
  run.text = text;
  run.end = text + size;
  run.from = text + from;
  run.left = steps;
  run.rows = load<u32>(program, REGEX_ROWS_OFFSET);
  run.width = 0;
  run.base = 0;
  memory.fill(REGISTERS, 0, REGEX_REGISTER_CAPACITY * 4);
  memory.fill(<usize>(SCRATCH_REGEX_BASE + REGEX_RUNS_OFFSET), 0, REGEX_RUN_CAPACITY * 8);
}

/** Makes the rows cover what lies from `start` on, as far as there is room. */
export function coverFrom(run: RegexRun, start: usize): void {
  if (run.rows == 0) return;
  const reach = <u32>(run.base + run.width - start);
  if (run.width != 0 && (run.base + run.width > run.end || reach > run.width >> 1)) return;
  const words = <u32>(run.end - start + 64) >> 6;
  const room = <u32>(REGEX_VISITED_SIZE >> 3) / run.rows;
  run.stride = min(words, room) << 3;
  run.width = run.stride << 3;
  run.base = start;
  const size = run.stride * run.rows;
  memory.fill(VISITED, 0, size);
  run.left -= <i32>(size >> CLEAR_SHIFT);
}

/** Sets the bit of this row and place; true when it was set before. */
export function visit(run: RegexRun, row: u32, position: usize): bool {
  const bit = <u32>(position - run.base);
  if (bit >= run.width || row == REGEX_NO_ROW) return false;
  const at = wordAt(run, row, bit);
  const word = load<u64>(at);
  const mask = (<u64>1) << (bit & 63);
  if (word & mask) return true;
  store<u64>(at, word | mask);
  return false;
}

/**
 * Sets the bits from `first` on up to `last`, but not beyond one that is set; answers the last one set by this call,
 * 0 when `first` was set already.
 */
export function visitRange(run: RegexRun, row: u32, first: usize, last: usize): usize {
  let bit = <u32>(first - run.base);
  if (bit >= run.width || row == REGEX_NO_ROW) return last;
  const stop = min(<u32>(last - run.base), run.width - 1);
  while (bit <= stop) {
    const at = wordAt(run, row, bit);
    const word = load<u64>(at);
    const low = ~(<u64>0) << (bit & 63);
    const high = stop >> 6 == bit >> 6 ? ~(<u64>0) >> (63 - (stop & 63)) : ~(<u64>0);
    const met = word & low & high;
    if (met != 0) {
      const free = low & ((met & (0 - met)) - 1);
      store<u64>(at, word | free);
      const before = run.base + (bit & ~63) + <u32>ctz(met) - 1;
      return before < first ? 0 : before;
    }
    store<u64>(at, word | (low & high));
    if ((bit & RANGE_MASK) == 0) run.left--;
    bit = (bit | 63) + 1;
  }
  return last;
}

/** The highest place from `high` down to `low` whose bit is not set, 0 when all are. */
export function unvisitedBelow(run: RegexRun, row: u32, low: usize, high: usize): usize {
  let bit = <u32>(high - run.base);
  if (bit >= run.width || row == REGEX_NO_ROW) return high;
  const floor = low > run.base ? <u32>(low - run.base) : 0;
  while (bit >> 6 >= floor >> 6) {
    const free = ~load<u64>(wordAt(run, row, bit)) & (~(<u64>0) >> (63 - (bit & 63)));
    if (free != 0) {
      const found = (bit | 63) - <u32>clz(free);
      return found < floor ? 0 : run.base + found;
    }
    if (bit < 64) break;
    bit = (bit & ~63) - 1;
  }
  return 0;
}

function wordAt(run: RegexRun, row: u32, bit: u32): usize {
  return VISITED + <usize>row * run.stride + ((<usize>bit >> 6) << 3);
}

export function register(number: u32): usize {
  return load<u32>(REGISTERS + ((<usize>number) << 2));
}

export function setRegister(number: u32, value: usize): void {
  store<u32>(REGISTERS + ((<usize>number) << 2), <u32>value);
}
