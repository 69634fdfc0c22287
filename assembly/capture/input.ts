// run(): packets out of all open captures, in time order, into the batch.
// Apart from the formats so that the order, the stops and the batch are decided in one place.
// Always holds: the batch is empty when run() returns, so the host may overwrite the windows; packets of one input
// keep their order; among equal times the lower input number goes first; a batch starts only when the record ring
// has room for all it can make (unless records may be lost).

import { processBatch, pushPacket } from "../batch";
import {
  ALERTS_RESERVE,
  BATCH_CAPACITY,
  INPUT_CAPACITY,
  INPUT_ERROR_EMPTY,
  INPUT_FORMAT_PCAP,
  INPUT_FORMAT_PCAPNG,
  INPUT_FORMAT_UNKNOWN,
  INPUT_HEADER_SIZE,
  INPUT_STATUS_FREE,
  INPUT_STATUS_OPEN,
  RECORDS_RESERVE,
  RUN_IDLE,
  RUN_MORE,
  RUN_RECORDS_FULL,
  RUN_UNTIL,
  STATE_BASE,
  STATE_UNTIL_OFFSET,
} from "../layout";
import { alertsFree } from "../ring/alerts";
import { recordsFree } from "../ring/records";
import { config, state } from "../state";
import { damage, Input, inputAt, short } from "./open-input";
import { isPlainPcap, openPcap, readPcap, walkPcap } from "./pcap";
import { BLOCK_SECTION, readPcapng } from "./pcapng";

const MAGIC_SIZE: u32 = 4;

/** Resets input `number`: open, with no byte yet. */
export function openInput(number: u32): void {
  const input = inputAt(number);
  memory.fill(changetype<usize>(input), 0, INPUT_HEADER_SIZE);
  input.status = INPUT_STATUS_OPEN;
}

export function closeInput(number: u32): void {
  inputAt(number).status = INPUT_STATUS_FREE;
}

/** Takes up to `budget` packets; RUN_*. A budget of 0 takes none, but finds the next packet of every open input. */
export function run(budget: u32): u32 {
  if (budget == 0) return readHeads();
  let left = budget;
  while (left > 0) {
    if (isRoomShort()) return RUN_RECORDS_FULL;
    const limit = min<u32>(left, BATCH_CAPACITY);
    processBatch();
    const answer = fillBatch(limit);
    processBatch();
    if (answer != RUN_MORE) return answer;
    left -= limit;
  }
  return RUN_MORE;
}

/** Records or alerts of one more batch might find no place, and none may be lost. */
function isRoomShort(): bool {
  if (config().lossyRecords) return false;
  return recordsFree() < <u32>RECORDS_RESERVE || (config().inspects && alertsFree() < <u32>ALERTS_RESERVE);
}

function readHeads(): u32 {
  let answer: u32 = RUN_IDLE;
  for (let number: u32 = 0; number < <u32>INPUT_CAPACITY; number++) {
    const input = inputAt(number);
    if (input.status != INPUT_STATUS_OPEN) continue;
    answer = readHead(input);
    if (answer != RUN_MORE) return answerFor(number, answer);
  }
  return answer;
}

function answerFor(number: u32, answer: u32): u32 {
  state().activeInput = number;
  return answer;
}

/** Pushes `limit` packets and answers RUN_MORE, or fewer and why. */
function fillBatch(limit: u32): u32 {
  const until = load<u64>(<usize>STATE_BASE + STATE_UNTIL_OFFSET);
  let left = limit;
  while (left > 0) {
    // The input whose head is earliest, and the earliest head among the others.
    let first: u32 = INPUT_CAPACITY;
    let firstTime = u64.MAX_VALUE;
    let otherTime = u64.MAX_VALUE;
    for (let number: u32 = 0; number < <u32>INPUT_CAPACITY; number++) {
      const input = inputAt(number);
      if (input.status != INPUT_STATUS_OPEN) continue;
      const answer = readHead(input);
      if (answer != RUN_MORE) return answerFor(number, answer);
      const time = input.headTime;
      if (first == INPUT_CAPACITY || time < firstTime) {
        otherTime = firstTime;
        firstTime = time;
        first = number;
      } else if (time < otherTime) {
        otherTime = time;
      }
    }
    if (first == INPUT_CAPACITY) return RUN_IDLE;
    if (until != 0 && firstTime > until) return answerFor(first, RUN_UNTIL);
    const input = inputAt(first);
    const before = input.packets;
    const bound = until != 0 && until < otherTime ? until + 1 : otherTime;
    const answer = walk(input, first, left, bound);
    left -= <u32>(input.packets - before);
    if (answer != RUN_MORE) return answerFor(first, answer);
  }
  return RUN_MORE;
}

/** Takes the head, then what follows it while it is earlier than `before`, up to `limit` in all. */
function walk(input: Input, number: u32, limit: u32, before: u64): u32 {
  takeHead(input, number);
  if (isPlainPcap(input)) {
    walkPcap(input, number, limit - 1, before);
    return RUN_MORE;
  }
  for (let left = limit - 1; left > 0; left--) {
    const answer = readHead(input);
    if (answer != RUN_MORE) return answer;
    if (input.headTime >= before) break;
    takeHead(input, number);
  }
  return RUN_MORE;
}

function takeHead(input: Input, number: u32): void {
  pushPacket(input.headTime, input.headData, input.headCaptured, input.headWire, input.headLink, number);
  input.advance(input.headNext - input.cursor);
  input.headReady = 0;
  input.packets++;
}

/** Finds the packet at the cursor, if it isn't found yet: RUN_MORE, or why there is none. */
function readHead(input: Input): u32 {
  if (input.headReady) return RUN_MORE;
  if (input.format == INPUT_FORMAT_UNKNOWN) {
    const answer = detect(input);
    if (answer != RUN_MORE) return answer;
  }
  return input.format == INPUT_FORMAT_PCAP ? readPcap(input) : readPcapng(input);
}

function detect(input: Input): u32 {
  if (input.room < MAGIC_SIZE) {
    if (input.eof && input.room == 0) return damage(input, INPUT_ERROR_EMPTY, 0);
    return short(input);
  }
  if (load<u32>(input.cursor) != BLOCK_SECTION) return openPcap(input);
  input.format = INPUT_FORMAT_PCAPNG;
  return RUN_MORE;
}
