// Rules whose pattern was seen: the list that the engine looks through after a scan.
// Apart from the matcher because rules without a pattern join the same list.
// Always holds: a rule is in the list once a scan; what finds no room is counted once a scan.

import { inspectState } from "../inspect/state";
import { CANDIDATE_CAPACITY, COUNTER_CANDIDATES_LOST, SCRATCH_CANDIDATES_BASE } from "../layout";
import { count } from "../state";
import {
  IMAGE_MATCHERS_OFFSET,
  IMAGE_PATTERN_RULES_OFFSET,
  IMAGE_RULE_COUNT_OFFSET,
  IMAGE_RULE_STATES_OFFSET,
  MATCHER_COUNT,
  RULE_STATE_SIZE,
  RULE_STATE_STAMP_OFFSET,
} from "./rules-layout";
import {
  MATCHER_TABLES,
  MATCHER_TABLES_OFFSET,
  SLOT_SIZE,
  SLOT_STAMP_OFFSET,
  TABLE_SIZE,
  TABLE_SLOT_MASK_OFFSET,
  TABLE_SLOTS_OFFSET,
} from "./scan-layout";

/** Empties the list. Rules and patterns seen before may be seen again. */
export function beginScan(): void {
  const s = inspectState();
  s.candidates = 0;
  s.stamp++;
  if (s.stamp != 0) return;
  // Once in 2^32 scans the numbers begin again: nothing may remember one of the round before.
  s.stamp = 1;
  if (s.image != 0) forgetStamps(<usize>s.image);
}

/** Lists `size` rules, from the place `first` of the image's PATTERN_RULES on. */
export function addCandidates(image: usize, first: u32, size: u32): void {
  const rules = image + <usize>load<u32>(image, IMAGE_PATTERN_RULES_OFFSET) + ((<usize>first) << 2);
  for (let i: u32 = 0; i < size; i++) addCandidate(image, load<u32>(rules + ((<usize>i) << 2)));
}

/** Lists one rule by its index. */
export function addCandidate(image: usize, rule: u32): void {
  const s = inspectState();
  const ruleState = image + <usize>load<u32>(image, IMAGE_RULE_STATES_OFFSET) + <usize>rule * RULE_STATE_SIZE;
  if (load<u32>(ruleState, RULE_STATE_STAMP_OFFSET) == s.stamp) return;
  store<u32>(ruleState, s.stamp, RULE_STATE_STAMP_OFFSET);
  if (s.candidates >= <u32>CANDIDATE_CAPACITY) {
    count(COUNTER_CANDIDATES_LOST);
    return;
  }
  store<u32>(<usize>SCRATCH_CANDIDATES_BASE + ((<usize>s.candidates) << 2), rule);
  s.candidates++;
}

function forgetStamps(image: usize): void {
  const rules = load<u32>(image, IMAGE_RULE_COUNT_OFFSET);
  let at = image + <usize>load<u32>(image, IMAGE_RULE_STATES_OFFSET);
  for (let i: u32 = 0; i < rules; i++) {
    store<u32>(at, 0, RULE_STATE_STAMP_OFFSET);
    at += RULE_STATE_SIZE;
  }
  for (let i = 0; i < MATCHER_COUNT; i++) {
    const matcher = load<u32>(image + ((<usize>i) << 2), IMAGE_MATCHERS_OFFSET);
    if (matcher != 0) forgetFound(image + <usize>matcher);
  }
}

function forgetFound(matcher: usize): void {
  for (let i = 0; i < MATCHER_TABLES; i++) {
    const table = matcher + MATCHER_TABLES_OFFSET + <usize>i * TABLE_SIZE;
    const slots = load<u32>(table, TABLE_SLOTS_OFFSET);
    if (slots == 0) continue;
    const last = load<u32>(table, TABLE_SLOT_MASK_OFFSET);
    for (let slot: u32 = 0; slot <= last; slot++) {
      store<u32>(matcher + <usize>slots + <usize>slot * SLOT_SIZE, 0, SLOT_STAMP_OFFSET);
    }
  }
}
