// Rules that wait in a stream: their pattern was seen, something else was not yet.
// Apart from the scan because they are tried again whenever the stream goes on, until its window has left the place
// behind where they were found. Most wait for one content: then only that is looked for, in what is new.
// Always holds: PENDING_CAPACITY rules a stream; one that finds no room is counted.

import { Flow } from "../flow/flow";
import { COUNTER_PENDING_LOST } from "../layout";
import { mayHoldNow } from "../match/hope";
import {
  OP_BYTE_EXTRACT,
  OP_BYTE_JUMP,
  OP_BYTE_TEST,
  OP_CONTENT,
  OP_GUARD,
  OP_ISDATAAT,
  OP_REGEX,
  RULE_STATE_STAMP_OFFSET,
} from "../match/rules-layout";
import { config, count } from "../state";
import { Stream } from "../stream/stream";
import {
  PENDING_CAPACITY,
  STREAM_PENDING_COUNT_OFFSET,
  STREAM_PENDING_OFFSET,
} from "../stream/stream-layout";
import { Packet } from "../wire/packet";
import { isMatched, ruleAt, ruleStateAt } from "./outcome";
import { tryStream } from "./segment";
import { inspectState } from "./state";

// A word: the rule's index, the number + 1 of the op it waits for (0: not known), where the window began.
const INDEX_MASK: u32 = 0x3ffff;
const FAILED_SHIFT: u32 = 18;
const FAILED_MASK: u32 = 0x7f;
const EPOCH_SHIFT: u32 = 25;
const EPOCH_MASK: u32 = 0x7f;
/** Bytes of a stream that an epoch is long: half of the least window. */
const EPOCH_BYTES_SHIFT: u32 = 10;
const NOWHERE: u32 = 0xffffffff;

/** Where the stream's window begins, in units that a rule's place is remembered by. */
function epochOf(stream: Stream): u32 {
  return ((stream.base - stream.start) >> EPOCH_BYTES_SHIFT) & EPOCH_MASK;
}

/** Whether more bytes can make the rule hold that has just failed: only where it looked for some (INSPECT.fell). */
export function mayWait(): bool {
  switch (<i32>inspectState().fell) {
    case OP_CONTENT:
    case OP_REGEX:
    case OP_ISDATAAT:
    case OP_BYTE_TEST:
    case OP_BYTE_JUMP:
    case OP_BYTE_EXTRACT:
    case OP_GUARD:
      return true;
    default:
      return false;
  }
}

/** Remembers the rule whose pattern was found just now, and which op it waits for (INSPECT.failed). */
export function keepPending(stream: Stream, index: u32): void {
  const word = index | (inspectState().failed << FAILED_SHIFT) | (epochOf(stream) << EPOCH_SHIFT);
  const place = placeOf(stream, index);
  if (place != NOWHERE) {
    setWord(stream, place, word);
    return;
  }
  const size = sizeOf(stream);
  if (size == <u32>PENDING_CAPACITY) {
    count(COUNTER_PENDING_LOST);
    return;
  }
  setWord(stream, size, word);
  setSize(stream, size + 1);
}

/** Whether a rule whose pattern was found again waits for something that is not in what is new: then it waits on. */
export function waitsOn(image: usize, stream: Stream, index: u32): bool {
  const place = placeOf(stream, index);
  if (place == NOWHERE) return false;
  const word = wordAt(stream, place);
  if (hasHope(image, stream, word)) return false;
  setWord(stream, place, (word & ~(EPOCH_MASK << EPOCH_SHIFT)) | (epochOf(stream) << EPOCH_SHIFT));
  return true;
}

/** Tries the rules that wait and were not tried in this scan; those that hold, or whose time is over, wait no more. */
export function retryPending(image: usize, session: usize, stream: Stream, p: Packet, flow: Flow): void {
  const size = sizeOf(stream);
  if (size == 0) return;
  const stamp = inspectState().stamp;
  const now = epochOf(stream);
  const span = config().streamWindowSize >> EPOCH_BYTES_SHIFT;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    let word = wordAt(stream, i);
    const index = word & INDEX_MASK;
    if (isMatched(index)) continue;
    if (load<u32>(ruleStateAt(image, index), RULE_STATE_STAMP_OFFSET) != stamp) {
      if (((now - (word >> EPOCH_SHIFT)) & EPOCH_MASK) > span) continue;
      if (hasHope(image, stream, word)) {
        if (tryStream(image, index, session, stream, p, flow) || !mayWait()) continue;
        // It came further, or not as far as before: it may wait for another op now.
        word = (word & ~(FAILED_MASK << FAILED_SHIFT)) | (inspectState().failed << FAILED_SHIFT);
      }
    }
    setWord(stream, kept, word);
    kept++;
  }
  setSize(stream, kept);
}

function hasHope(image: usize, stream: Stream, word: u32): bool {
  const failed = (word >> FAILED_SHIFT) & FAILED_MASK;
  if (failed == 0) return true;
  const rule = ruleAt(image, word & INDEX_MASK);
  return mayHoldNow(image, rule, failed - 1, stream.textStart, stream.newFrom, stream.textEnd);
}

function placeOf(stream: Stream, index: u32): u32 {
  const size = sizeOf(stream);
  for (let i: u32 = 0; i < size; i++) if ((wordAt(stream, i) & INDEX_MASK) == index) return i;
  return NOWHERE;
}

function sizeOf(stream: Stream): u32 {
  return load<u32>(changetype<usize>(stream), STREAM_PENDING_COUNT_OFFSET);
}

function setSize(stream: Stream, size: u32): void {
  store<u32>(changetype<usize>(stream), size, STREAM_PENDING_COUNT_OFFSET);
}

function wordAt(stream: Stream, place: u32): u32 {
  return load<u32>(changetype<usize>(stream) + ((<usize>place) << 2), STREAM_PENDING_OFFSET);
}

function setWord(stream: Stream, place: u32, word: u32): void {
  store<u32>(changetype<usize>(stream) + ((<usize>place) << 2), word, STREAM_PENDING_OFFSET);
}
