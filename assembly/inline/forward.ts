// From one interface to the other: frames out of the receiving ring, through the classifier, and by its verdicts into
// the other side's sending ring. Apart from the rings, which know slots, and from the verdict, which knows flows.
// Always holds: the batch is empty and every slot handed over when forward() returns; a frame goes out as it came in,
// byte for byte, or is counted; frames that were taken = forwarded + dropped + oversize + damaged + without room + stale.

import { packetAt, processBatch, pushPacket } from "../batch";
import {
  isPlain,
  isUnfinished,
  segmentOf,
  VIRTIO_SEGMENT_TYPE_OFFSET,
  VIRTIO_SIZE,
  VLAN_TAG_SIZE,
} from "../capture/ring-frame";
import {
  BATCH_CAPACITY,
  COUNTER_INLINE_DAMAGED,
  COUNTER_INLINE_FORWARDED,
  COUNTER_INLINE_FORWARDED_BYTES,
  COUNTER_INLINE_OVERSIZE,
  COUNTER_INLINE_STALE,
  COUNTER_INLINE_TAKEN,
  COUNTER_INLINE_TX_FULL,
  INLINE_BASE,
} from "../layout";
import { count } from "../state";
import { Packet } from "../wire/packet";
import { copyFrame } from "./copy";
import {
  FORWARD_FULL,
  INLINE_CHUNK_OFFSET,
  INLINE_MODE_OFF,
  INLINE_VERDICTS_OFFSET,
  VERDICT_DROP,
  VERDICT_PASS,
} from "./inline-layout";
import { hasTag } from "./link-header";
import { measureLoad } from "./load";
import { reject } from "./reject";
import {
  beginSend,
  frameIn,
  giveBack,
  handOver,
  hasRoom,
  isReceived,
  isSendable,
  isTagged,
  putTagBack,
  receiveSlot,
  sendRoom,
  slotCaptured,
  slotTime,
  slotWire,
} from "./rings";
import { abandoned, inlineState, Side, sideAt } from "./state";
import { beginTrain, endTrain, joinTrain } from "./train";

const VERDICTS: usize = INLINE_BASE + INLINE_VERDICTS_OFFSET;
const CHUNK_ENTRY_SIZE: usize = 8;
if (BATCH_CAPACITY != 32 || VERDICT_PASS != 0) ERROR("forward() clears the verdicts by hand");

/** Size of a frame whose end did not fit into its slot. */
const CUT: u32 = 0x7fffffff;

/**
 * Takes up to `budget` frames that came in at `side` (0 or 1) to the other one. Answers how many were taken, and
 * FORWARD_FULL when it stopped because the other side's sending ring has no room; with `mayDrop` frames without room
 * are lost, and counted. Mode OFF: the frames are classified and given back, nothing is sent.
 */
export function forward(side: u32, budget: u32, mayDrop: u32): u32 {
  const from = sideAt(side);
  const to = sideAt(side == 0 ? 1 : 0);
  if (from.rxBase == 0 || from.rxSlots == 0) return 0;
  const s = inlineState();
  const left = abandoned(from, to);
  if (left != 0) giveBack(from, min(left, from.rxSlots));
  // What other inputs pushed gets no verdict.
  processBatch();
  const sends = s.mode != INLINE_MODE_OFF;
  s.judging = s.mode;
  let taken: u32 = 0;
  let full: u32 = 0;
  while (taken < budget && full == 0) {
    const limit = min<u32>(min<u32>(budget - taken, BATCH_CAPACITY), from.rxSlots);
    if (sends) measureLoad(from, to);
    // A full batch is processed as soon as it is full.
    v128.store(VERDICTS, i64x2.splat(0));
    v128.store(VERDICTS, i64x2.splat(0), 16);
    let size: u32 = 0;
    for (; size < limit; size++) {
      const slot = receiveSlot(from, size);
      if (!isReceived(slot)) break;
      if (sends && mayDrop == 0 && !hasRoom(to, size)) {
        full = FORWARD_FULL;
        break;
      }
      from.rxBusy = size + 1;
      take(from, slot, side, size);
    }
    if (size == 0) break;
    processBatch();
    if (sends) dispatch(from, to, size);
    handOver(to);
    handOver(from);
    giveBack(from, size);
    from.rxBusy = 0;
    count(COUNTER_INLINE_TAKEN, size);
    taken += size;
    if (size < limit) break;
  }
  s.judging = 0;
  return taken | full;
}

/**
 * Gives back frames that came in at `side` before that time, unread: while nobody beat, the kernel carried later ones.
 * Answers how many.
 */
export function discard(side: u32, beforeNs: u64): u32 {
  const from = sideAt(side);
  if (from.rxBase == 0) return 0;
  let given: u32 = 0;
  while (given < from.rxSlots) {
    const slot = receiveSlot(from, 0);
    if (!isReceived(slot) || slotTime(slot) >= beforeNs) break;
    giveBack(from, 1);
    given++;
  }
  // What a call that died had in work goes first.
  from.rxBusy -= min(from.rxBusy, given);
  count(COUNTER_INLINE_STALE, given);
  return given;
}

function chunkEntry(place: u32): usize {
  return <usize>(INLINE_BASE + INLINE_CHUNK_OFFSET) + <usize>place * CHUNK_ENTRY_SIZE;
}

/** The frame of a slot into the batch; where it is and its bytes into the chunk's entry. */
function take(from: Side, slot: usize, input: u32, place: u32): void {
  const entry = chunkEntry(place);
  if (isCarried(slotTime(slot))) {
    store<u32>(entry, 0);
    count(COUNTER_INLINE_STALE);
    return;
  }
  let frame = frameIn(slot, from.slotSize);
  store<u32>(entry, <u32>frame);
  if (frame == 0) {
    count(COUNTER_INLINE_DAMAGED);
    return;
  }
  let captured = slotCaptured(slot);
  let wire = slotWire(slot);
  let segment: u32 = 0;
  let unfinished = false;
  if (!isPlain(frame - VIRTIO_SIZE)) {
    segment = segmentOf(frame - VIRTIO_SIZE);
    unfinished = isUnfinished(frame - VIRTIO_SIZE);
  }
  const isCut = wire > captured;
  if (isTagged(slot, from.linkType)) {
    putTagBack(slot, frame);
    frame -= VLAN_TAG_SIZE;
    captured += VLAN_TAG_SIZE;
    wire += VLAN_TAG_SIZE;
    store<u32>(entry, <u32>frame);
  }
  store<u32>(entry, isCut ? CUT : captured, 4);
  pushPacket(slotTime(slot), frame, captured, wire, from.linkType, input, segment, unfinished);
}

/** The kernel carried what was received then: it must not go out a second time. */
function isCarried(time: u64): bool {
  const s = inlineState();
  return time < s.fromTime || (s.untilTime != 0 && time >= s.untilTime);
}

/** Sends what passes, and answers what was rejected. A dropped frame's room serves its answer. */
function dispatch(from: Side, to: Side, size: u32): void {
  let packet: u32 = 0;
  let forwarded: u32 = 0;
  let bytes: u64 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const entry = chunkEntry(i);
    const frame = <usize>load<u32>(entry);
    if (frame == 0) continue;
    const p = packetAt(packet);
    const verdict = <u32>load<u8>(VERDICTS + packet);
    packet++;
    if (verdict != VERDICT_PASS) {
      endTrain();
      if (verdict != VERDICT_DROP) reject(p, from, to, verdict);
      continue;
    }
    const length = load<u32>(entry, 4);
    if (!isSendable(frame - VIRTIO_SIZE, length)) {
      count(COUNTER_INLINE_DAMAGED);
      continue;
    }
    if (!fits(to, p, frame, length)) {
      count(COUNTER_INLINE_OVERSIZE);
      continue;
    }
    if (!joinTrain(to, p, frame, length)) {
      endTrain();
      if (!hasRoom(to, 0)) {
        count(COUNTER_INLINE_TX_FULL);
        continue;
      }
      const at = beginSend(to, length);
      copyFrame(at, frame - VIRTIO_SIZE, VIRTIO_SIZE + length);
      beginTrain(to, p, frame, length, at);
    }
    forwarded++;
    bytes += length;
  }
  endTrain();
  count(COUNTER_INLINE_FORWARDED, forwarded);
  count(COUNTER_INLINE_FORWARDED_BYTES, bytes);
}

/** Whether the other interface sends the frame; a tag is no part of what it sends at most. */
function fits(to: Side, p: Packet, frame: usize, length: u32): bool {
  if (length > sendRoom(to)) return false;
  const most = to.frameMax;
  if (most == 0 || length <= most) return true;
  const allowed = most + (hasTag(frame) ? VLAN_TAG_SIZE : 0);
  return length <= allowed || isTakenApart(p, frame, allowed);
}

/** A merged frame goes out as packets of its segment's size, if one of them fits. UDP to be fragmented fits always. */
function isTakenApart(p: Packet, frame: usize, allowed: u32): bool {
  const virtio = frame - VIRTIO_SIZE;
  if (load<u8>(virtio, VIRTIO_SEGMENT_TYPE_OFFSET) == 0) return false;
  const headers = p.payload > p.frame ? p.payload - p.frame : 0;
  return headers + segmentOf(virtio) <= allowed;
}
