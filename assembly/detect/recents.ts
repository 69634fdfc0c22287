// Conversations that are no more in the flow table: so that what comes of them later is not taken for a conversation
// without a beginning. Apart from the ghosts, which keep more, for less long, and are pushed out with their set.
// Always holds: two words a conversation, in sets of a cache line; the newer takes the place of the oldest. Half of a set
// is of those that were accepted or carried data, and no flood of lone packets nor a scan that is refused reaches it; the
// other half is of handshakes that were pushed out in their middle, which a flood may empty.

import { Flow } from "../flow/flow";
import { hashKey } from "../flow/key";
import {
  CACHE_LINE_SIZE,
  COUNTER_RECENTS_REPLACED,
  FLOW_FLAG_ACKED,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SYN,
  FLOW_FLAG_SYNACK,
  NOTE_EVICTED_BEFORE,
  RECENT_SIZE,
  RECENTS_BASE,
  TCP_STATE_MIDSTREAM,
} from "../layout";
import { config, count } from "../state";
import { PROTO_TCP } from "../wire/transport";
import {
  COARSE_SHIFT,
  RECENT_COARSE_MAX,
  RECENT_HANDSHAKE_COARSE_MAX,
  RECENT_TAG_OFFSET,
  RECENT_TIME_OFFSET,
  RECENT_WAYS,
} from "./detect-layout";

const WAYS_A_KIND: u32 = 4;
const WAYS_SIZE: usize = WAYS_A_KIND * RECENT_SIZE;
/** Where the kinds begin in a set. */
const CONVERSATIONS: u32 = 0;
const HANDSHAKES: u32 = WAYS_A_KIND;

if (RECENT_WAYS != 8 || RECENT_WAYS * RECENT_SIZE != CACHE_LINE_SIZE) ERROR("Recent drifted from layout");

/** Address of a set's first place of that kind. */
function placesOf(hash: u64, kind: u32): usize {
  const sets = config().recentLimit / RECENT_WAYS;
  return <usize>RECENTS_BASE + <usize>((<u32>hash & (sets - 1)) * RECENT_WAYS + kind) * RECENT_SIZE;
}

/** A flow or ghost that is about to lose its slot. */
export function rememberFlow(flow: Flow): void {
  if (<u32>flow.proto != PROTO_TCP) return;
  if (isConversation(flow)) remember(flow, CONVERSATIONS);
  else if (flow.has(FLOW_FLAG_SYN | FLOW_FLAG_SYNACK) || (flow.notes & <u32>NOTE_EVICTED_BEFORE) != 0)
    remember(flow, HANDSHAKES);
}

/** In its own place of the kind, a free one, or that of the oldest. */
function remember(flow: Flow, kind: u32): void {
  const hash = hashKey(changetype<usize>(flow), config().seed);
  const tag = <u32>(hash >> 32);
  let place = placesOf(hash, kind);
  const end = place + WAYS_SIZE;
  let oldest = place;
  for (; place < end; place += RECENT_SIZE) {
    const time = load<u32>(place, RECENT_TIME_OFFSET);
    if (time == 0 || load<u32>(place, RECENT_TAG_OFFSET) == tag) break;
    if (<i32>(load<u32>(oldest, RECENT_TIME_OFFSET) - time) > 0) oldest = place;
  }
  if (place == end) {
    place = oldest;
    if (kind == CONVERSATIONS) count(COUNTER_RECENTS_REPLACED);
  }
  store<u32>(place, tag, RECENT_TAG_OFFSET);
  store<u32>(place, <u32>(flow.last >> COARSE_SHIFT) + 1, RECENT_TIME_OFFSET);
}

/** Accepted, or with data, or of both sides without a beginning; not what was only asked, refused or probed. */
function isConversation(flow: Flow): bool {
  if (flow.has(FLOW_FLAG_ACKED) || flow.direction(false).appBytes + flow.direction(true).appBytes != 0)
    return true;
  return flow.tcpState == TCP_STATE_MIDSTREAM && flow.has(FLOW_FLAG_SEEN_A) && flow.has(FLOW_FLAG_SEEN_B);
}

/** A conversation of that key, or the beginning of one, had a place not long ago. */
export function isRemembered(hash: u64, now: u64): bool {
  return (
    isThere(hash, now, CONVERSATIONS, RECENT_COARSE_MAX) ||
    isThere(hash, now, HANDSHAKES, RECENT_HANDSHAKE_COARSE_MAX)
  );
}

function isThere(hash: u64, now: u64, kind: u32, ageMax: i32): bool {
  let place = placesOf(hash, kind);
  for (const end = place + WAYS_SIZE; place < end; place += RECENT_SIZE) {
    const time = load<u32>(place, RECENT_TIME_OFFSET);
    if (time == 0 || load<u32>(place, RECENT_TAG_OFFSET) != <u32>(hash >> 32)) continue;
    return <i32>(<u32>(now >> COARSE_SHIFT) + 1 - time) < ageMax;
  }
  return false;
}
