// Conversations that are no more in the flow table: so that what comes of them later is not taken for a conversation
// without a beginning. Apart from the ghosts, which keep more, for less long, and are pushed out with their set.
// Always holds: two words a conversation, the newer takes the place of the older; only what was a conversation is kept,
// so that neither a flood of lone packets nor a scan that is refused empties the table.

import { Flow } from "../flow/flow";
import { hashKey } from "../flow/key";
import {
  COUNTER_RECENTS_REPLACED,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  RECENT_SIZE,
  RECENTS_BASE,
  TCP_STATE_MIDSTREAM,
} from "../layout";
import { config, count } from "../state";
import { PROTO_TCP } from "../wire/transport";
import { COARSE_SHIFT, RECENT_COARSE_MAX, RECENT_TAG_OFFSET, RECENT_TIME_OFFSET } from "./detect-layout";

function placeOf(hash: u64): usize {
  return <usize>RECENTS_BASE + <usize>(<u32>hash & (config().recentLimit - 1)) * RECENT_SIZE;
}

/** A flow or ghost that is about to lose its slot. */
export function rememberFlow(flow: Flow): void {
  if (<u32>flow.proto != PROTO_TCP || !isConversation(flow)) return;
  const hash = hashKey(changetype<usize>(flow), config().seed);
  const place = placeOf(hash);
  const tag = <u32>(hash >> 32);
  const time = load<u32>(place, RECENT_TIME_OFFSET);
  if (time != 0 && load<u32>(place, RECENT_TAG_OFFSET) != tag) count(COUNTER_RECENTS_REPLACED);
  store<u32>(place, tag, RECENT_TAG_OFFSET);
  store<u32>(place, <u32>(flow.last >> COARSE_SHIFT) + 1, RECENT_TIME_OFFSET);
}

/** Accepted, or with data, or of both sides without a beginning; not what was only asked, refused or probed. */
function isConversation(flow: Flow): bool {
  if (flow.has(FLOW_FLAG_ACKED) || flow.direction(false).appBytes + flow.direction(true).appBytes != 0)
    return true;
  return flow.tcpState == TCP_STATE_MIDSTREAM && flow.has(FLOW_FLAG_SEEN_A) && flow.has(FLOW_FLAG_SEEN_B);
}

/** A conversation of that key had a place not long ago. */
export function isRemembered(hash: u64, now: u64): bool {
  const place = placeOf(hash);
  const time = load<u32>(place, RECENT_TIME_OFFSET);
  if (time == 0 || load<u32>(place, RECENT_TAG_OFFSET) != <u32>(hash >> 32)) return false;
  const age = <u32>(now >> COARSE_SHIFT) + 1 - time;
  return <i32>age < RECENT_COARSE_MAX;
}
