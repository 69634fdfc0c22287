// Looks for a regular expression in bytes: finds beginnings worth a try and tries them, leftmost first.
// Apart from the engine because most texts are done with here: no byte in them can begin a match.
// Always holds: a search takes config().regexSteps steps at most, which are taken from the packet's budget; what is
// broken off counts as no match, and is counted. Nothing is kept between searches but where the latest match began.

import { inspectState } from "../inspect/state";
import { COUNTER_REGEX_LIMIT, COUNTER_REGEX_RUNS } from "../layout";
import { config, count } from "../state";
import { attempt } from "./regex-engine";
import {
  REGEX_HEAD_OFFSET,
  REGEX_LEAD_OFFSET,
  REGEX_LEAST_OFFSET,
  REGEX_NO_RUN,
  REGEX_START_BYTE,
  REGEX_START_FROM,
  REGEX_START_LINE,
  REGEX_START_OFFSET,
  REGEX_START_PAIR,
  REGEX_START_SET,
  REGEX_START_TEXT,
} from "./regex-layout";
import { beginRun, coverFrom, RegexRun, regexRun } from "./regex-run";
import { findByte, findPair, inSet, runEnd } from "./regex-text";

const STEPS_MAX: u32 = 0x40000000;
const BUDGET_SHIFT: u32 = 2; // steps of an expression for one of the packet's budget
const SCAN_SHIFT: u32 = 5; // bytes passed over for a step
const NEWLINE: u32 = 0x0a;

/**
 * The end, from the text's first byte, of the leftmost match of `program` (address of a compiled expression) that
 * begins at `from` or behind; -1 when there is none, or when it took too many steps. What lies before `from` is seen
 * by ^, \b and what looks behind.
 */
export function regexMatch(program: usize, text: usize, size: u32, from: u32): i32 {
  count(COUNTER_REGEX_RUNS);
  if (from > size || size - from < load<u32>(program, REGEX_LEAST_OFFSET)) return -1;
  const run = regexRun();
  const steps = <i32>min(config().regexSteps, STEPS_MAX);
  beginRun(run, program, text, size, from, steps);
  const end = search(run);
  inspectState().budget -= (steps - max(run.left, 0)) >> BUDGET_SHIFT;
  if (end != 0) return <i32>(end - text);
  if (run.left <= 0) count(COUNTER_REGEX_LIMIT);
  return -1;
}

/** Where the latest match of regexMatch() began, from the text's first byte. */
export function regexStart(): u32 {
  return regexRun().matchStart;
}

/** The address behind the leftmost match, 0 when there is none or the steps are used up. */
function search(run: RegexRun): usize {
  const last = run.end - load<u32>(run.program, REGEX_LEAST_OFFSET);
  let start = run.from;
  while (run.left > 0 && start <= last) {
    start = nextStart(run, start);
    if (start == 0 || start > last) return 0;
    run.left--;
    coverFrom(run, start);
    const end = attempt(run, start);
    if (end != 0) {
      run.matchStart = <u32>(start - run.text);
      return end;
    }
    start = behindLead(run, start);
  }
  return 0;
}

/** The first place from `at` on where a match can begin, 0 or a place too late when there is none. */
function nextStart(run: RegexRun, at: usize): usize {
  const program = run.program;
  const head = load<u32>(program, REGEX_HEAD_OFFSET);
  switch (load<u32>(program, REGEX_START_OFFSET)) {
    case REGEX_START_TEXT:
      return at == run.text ? at : 0;
    case REGEX_START_FROM:
      return at == run.from ? at : 0;
    case REGEX_START_LINE: {
      if (at == run.text) return at;
      return scanned(run, at, findByte(at - 1, run.end, NEWLINE, 0) + 1);
    }
    case REGEX_START_BYTE:
      return scanned(run, at, findByte(at, run.end, head & 0xff, (head >> 8) & 0xff));
    case REGEX_START_PAIR:
      return scanned(run, at, findPair(at, run.end, head));
    case REGEX_START_SET: {
      const set = program + <usize>(head << 2);
      let found = at;
      while (found < run.end && !inSet(set, load<u8>(found))) found++;
      return scanned(run, at, found);
    }
    default:
      return at;
  }
}

/** What was found looking from `from` on, 0 at the text's end; the way is paid for. */
function scanned(run: RegexRun, from: usize, at: usize): usize {
  run.left -= <i32>(<u32>(at - from) >> SCAN_SHIFT);
  return at < run.end ? at : 0;
}

/**
 * The next beginning after `start` led nowhere. An expression that begins with any number of bytes of a set has, from
 * within a run of them, only ends that were tried from the run's beginning.
 */
function behindLead(run: RegexRun, start: usize): usize {
  const lead = load<u32>(run.program, REGEX_LEAD_OFFSET);
  if (lead == 0 || start >= run.end) return start + 1;
  return runEnd(run, run.program + <usize>(lead << 2), REGEX_NO_RUN, start) + 1;
}
