// What the module has counted of each rule in force.
// Apart from compiling because it is read from a running sensor's memory.

import { INSPECT_BASE } from "../../assembly/layout.js";
import {
  IMAGE_RULE_COUNT_OFFSET,
  IMAGE_RULE_STATES_OFFSET,
  INSPECT_IMAGE_OFFSET,
  RULE_STATE_ALERTS_OFFSET,
  RULE_STATE_FILTERED_OFFSET,
  RULE_STATE_LIMITED_OFFSET,
  RULE_STATE_MATCHES_OFFSET,
  RULE_STATE_SIZE,
} from "../../assembly/match/rules-layout.js";
import { readCount, readU32, type SensorMemory } from "../wasm/memory.js";

export interface RuleCounts {
  /** Packets or streams that matched. */
  readonly matches: number;
  readonly alerts: number;
  /** Held back by the rate. */
  readonly limited: number;
  /** Held back by a threshold, filter or suppression. */
  readonly filtered: number;
}

/** By the rule's place in the compiled rules; empty without rules. */
export function readRuleCounts(memory: SensorMemory): RuleCounts[] {
  const image = readU32(memory, INSPECT_BASE + INSPECT_IMAGE_OFFSET);
  if (image === 0) return [];
  const states = image + readU32(memory, image + IMAGE_RULE_STATES_OFFSET);
  return Array.from({ length: readU32(memory, image + IMAGE_RULE_COUNT_OFFSET) }, (_, index) => {
    const at = states + index * RULE_STATE_SIZE;
    return {
      matches: readCount(memory, at + RULE_STATE_MATCHES_OFFSET),
      alerts: readCount(memory, at + RULE_STATE_ALERTS_OFFSET),
      limited: readCount(memory, at + RULE_STATE_LIMITED_OFFSET),
      filtered: readCount(memory, at + RULE_STATE_FILTERED_OFFSET),
    };
  });
}
