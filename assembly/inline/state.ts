// Overlays of the INLINE region: how the path stands, and its two sides.
// Apart so that no other file knows their addresses. What each word means and who writes it: inline-layout.ts.

import { COUNTER_INLINE_STALE, INLINE_BASE, STATE_BASE, STATE_BATCH_COUNT_OFFSET } from "../layout";
import { count } from "../state";
import {
  INLINE_ALLOW_COUNT_OFFSET,
  INLINE_CHUNK_OFFSET,
  INLINE_FROM_OFFSET,
  INLINE_JUDGING_OFFSET,
  INLINE_LOAD_OFFSET,
  INLINE_REJECT_FINDINGS_OFFSET,
  INLINE_REJECT_RATE_OFFSET,
  INLINE_SIDE_SIZE,
  INLINE_SIDES,
  INLINE_SIDES_OFFSET,
  INLINE_UNTIL_OFFSET,
  INLINE_VERDICTS_OFFSET,
  SIDE_FRAME_MAX_OFFSET,
  SIDE_LOAD_OFFSET,
  SIDE_RX_NEXT_OFFSET,
  SIDE_SLOT_SIZE_OFFSET,
  SIDE_TX_FILLED_OFFSET,
  SIDE_TX_PENDING_OFFSET,
  SIDE_TX_SLOT_SIZE_OFFSET,
} from "./inline-layout";

@unmanaged
export class Inline {
  mode: u32;
  allowCount: u32;
  dropFindings: u64;
  rejectFindings: u64;
  rejectRate: u32;
  rejectTokens: u32;
  rejectTime: u64;
  load: u32;
  judging: u32;
  fromTime: u64;
  untilTime: u64;
}

@unmanaged
export class Side {
  rxBase: u32;
  rxSlots: u32;
  slotSize: u32;
  rxNext: u32;
  txBase: u32;
  txSlots: u32;
  txNext: u32;
  txPending: u32;
  frameMax: u32;
  linkType: u32;
  txFilled: u32;
  rxBusy: u32;
  load: u32;
  txSlotSize: u32;
}

if (offsetof<Inline>("allowCount") != INLINE_ALLOW_COUNT_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("rejectFindings") != INLINE_REJECT_FINDINGS_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("rejectRate") != INLINE_REJECT_RATE_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("load") != INLINE_LOAD_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("judging") != INLINE_JUDGING_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("fromTime") != INLINE_FROM_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>("untilTime") != INLINE_UNTIL_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Inline>() > <usize>INLINE_VERDICTS_OFFSET) ERROR("Inline drifted from layout");
if (offsetof<Side>("slotSize") != SIDE_SLOT_SIZE_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("rxNext") != SIDE_RX_NEXT_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("txPending") != SIDE_TX_PENDING_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("frameMax") != SIDE_FRAME_MAX_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("txFilled") != SIDE_TX_FILLED_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("load") != SIDE_LOAD_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>("txSlotSize") != SIDE_TX_SLOT_SIZE_OFFSET) ERROR("Side drifted from layout");
if (offsetof<Side>() > <usize>INLINE_SIDE_SIZE) ERROR("Side drifted from layout");
if (INLINE_SIDES_OFFSET + INLINE_SIDES * INLINE_SIDE_SIZE > INLINE_CHUNK_OFFSET)
  ERROR("the sides run into the chunk");

export function inlineState(): Inline {
  return changetype<Inline>(INLINE_BASE);
}

/** One of the two sides; `number` 0 or 1, more is taken for 1. */
export function sideAt(number: u32): Side {
  return changetype<Side>(
    <usize>(INLINE_BASE + INLINE_SIDES_OFFSET) + <usize>min<u32>(number, 1) * INLINE_SIDE_SIZE,
  );
}

/** Nothing is in work, nothing was judged yet: with the tables that init() empties. What the host wrote stays. */
export function initInline(): void {
  const s = inlineState();
  s.judging = 0;
  s.load = 0;
  s.rejectTokens = 0;
  s.rejectTime = 0;
  for (let number: u32 = 0; number < <u32>INLINE_SIDES; number++) {
    const side = sideAt(number);
    side.txFilled = 0;
    side.rxBusy = 0;
    side.load = 0;
  }
}

/**
 * What a call left that died (a trap in the engine): its frames are passed over, not read again, and what it had put
 * into sending slots was not handed over. Answers how many frames those are.
 */
export function abandoned(side: Side, other: Side): u32 {
  side.txFilled = 0;
  other.txFilled = 0;
  const busy = side.rxBusy;
  if (busy == 0) return 0;
  store<u32>(STATE_BASE, 0, STATE_BATCH_COUNT_OFFSET);
  count(COUNTER_INLINE_STALE, busy);
  return busy;
}
