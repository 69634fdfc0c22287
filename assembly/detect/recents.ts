// Conversations that lost their place in the flow table: so that what comes of them later is not taken for a
// conversation without a beginning. Apart from the ghosts, which keep more and are pushed out with their set.
// Always holds: a word a conversation, the newer takes the place of the older; only what was a conversation is kept,
// so that a flood of lone packets does not empty the table.

import { Flow } from "../flow/flow";
import { hashKey } from "../flow/key";
import {
  CLASS_CLOSED,
  CLASS_HALF_OPEN,
  COUNTER_RECENTS_REPLACED,
  RECENT_SIZE,
  RECENTS_BASE,
} from "../layout";
import { config, count } from "../state";
import { PROTO_TCP } from "../wire/transport";
import { COARSE_SHIFT, RECENT_COARSE_MAX, RECENT_TAG_OFFSET, RECENT_TIME_OFFSET } from "./detect-layout";

function placeOf(hash: u64): usize {
  return <usize>RECENTS_BASE + <usize>(<u32>hash & (config().recentLimit - 1)) * RECENT_SIZE;
}

/** A flow or ghost that is about to lose its slot. `flowClass` what it was worth while it lived. */
export function rememberFlow(flow: Flow, flowClass: u32): void {
  if (<u32>flow.proto != PROTO_TCP || flowClass < <u32>CLASS_CLOSED || flowClass == <u32>CLASS_HALF_OPEN)
    return;
  const hash = hashKey(changetype<usize>(flow), config().seed);
  const place = placeOf(hash);
  const tag = <u32>(hash >> 32);
  const time = load<u32>(place, RECENT_TIME_OFFSET);
  if (time != 0 && load<u32>(place, RECENT_TAG_OFFSET) != tag) count(COUNTER_RECENTS_REPLACED);
  store<u32>(place, tag, RECENT_TAG_OFFSET);
  store<u32>(place, <u32>(flow.last >> COARSE_SHIFT) + 1, RECENT_TIME_OFFSET);
}

/** A conversation of that key had a place not long ago. */
export function isRemembered(hash: u64, now: u64): bool {
  const place = placeOf(hash);
  const time = load<u32>(place, RECENT_TIME_OFFSET);
  if (time == 0 || load<u32>(place, RECENT_TAG_OFFSET) != <u32>(hash >> 32)) return false;
  const age = <u32>(now >> COARSE_SHIFT) + 1 - time;
  return <i32>age < RECENT_COARSE_MAX;
}
