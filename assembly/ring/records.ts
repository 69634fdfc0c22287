// The ring of records: a flow as it was when it left the table, or at a status interval.
// The module writes the head, the host the tail; each only reads the other's, with atomics, so that the host may
// take records out while the module runs.

import { hearAgain, judgeEnd } from "../detect/observe";
import { Flow } from "../flow/flow";
import {
  CLASS_ESTABLISHED,
  COUNTER_ENDED_FIRST,
  COUNTER_EVICTED_ESTABLISHED,
  COUNTER_FLOWS_EVICTED,
  COUNTER_FLOWS_FLUSHED,
  COUNTER_FLOWS_IDLE,
  COUNTER_FLOWS_REFUSED,
  COUNTER_FLOWS_REUSED,
  COUNTER_RECORDS,
  COUNTER_RECORDS_LOST,
  COUNTER_RECORDS_STATUS,
  FLOW_SIZE,
  RECORD_FLOW_OFFSET,
  RECORD_PACKET_INDEX_OFFSET,
  RECORD_REASON_EVICTED,
  RECORD_REASON_FLUSH,
  RECORD_REASON_IDLE,
  RECORD_REASON_OFFSET,
  RECORD_REASON_REFUSED,
  RECORD_REASON_REUSED,
  RECORD_REASON_STATUS,
  RECORD_SEQUENCE_OFFSET,
  RECORD_SET_OFFSET,
  RECORD_SIZE,
  RECORD_TIME_OFFSET,
  RECORD_VICTIM_CLASS_OFFSET,
  RECORDS_BASE,
  STATE_BASE,
  STATE_RECORD_HEAD_OFFSET,
  STATE_RECORD_TAIL_OFFSET,
} from "../layout";
import { config, count, state } from "../state";

/** Places free in the ring. */
export function recordsFree(): u32 {
  const head = state().recordHead;
  const tail = atomic.load<u32>(STATE_BASE, STATE_RECORD_TAIL_OFFSET);
  return config().recordLimit - (head - tail);
}

/** Makes a record of the flow; counted as lost when the ring is full (run() and flush() never let it come to that). */
export function emit(flow: Flow, reason: i32, set: u32): void {
  const s = state();
  count(reasonCounter(reason));
  if (reason == RECORD_REASON_EVICTED && <i32>flow.flowClass == CLASS_ESTABLISHED)
    count(COUNTER_EVICTED_ESTABLISHED);
  if (reason == RECORD_REASON_STATUS) {
    if (config().detects) hearAgain(flow);
  } else if (reason != RECORD_REASON_REFUSED) {
    judgeEnd(flow, reason == RECORD_REASON_IDLE);
  }
  if (reason != RECORD_REASON_STATUS) count(COUNTER_ENDED_FIRST + <i32>flow.flowClass);
  s.recordSequence += 1;
  count(COUNTER_RECORDS);
  if (recordsFree() == 0) {
    count(COUNTER_RECORDS_LOST);
    return;
  }
  const at = <usize>RECORDS_BASE + <usize>(s.recordHead & (config().recordLimit - 1)) * RECORD_SIZE;
  store<u64>(at, s.recordSequence, RECORD_SEQUENCE_OFFSET);
  store<u64>(at, s.clock, RECORD_TIME_OFFSET);
  store<u64>(at, s.packetIndex, RECORD_PACKET_INDEX_OFFSET);
  store<u32>(at, <u32>reason, RECORD_REASON_OFFSET);
  store<u32>(at, set, RECORD_SET_OFFSET);
  store<u32>(at, <u32>flow.flowClass, RECORD_VICTIM_CLASS_OFFSET);
  const from = changetype<usize>(flow);
  const to = at + RECORD_FLOW_OFFSET;
  for (let offset: usize = 0; offset < <usize>FLOW_SIZE; offset += 64) {
    v128.store(to + offset, v128.load(from + offset));
    v128.store(to + offset, v128.load(from + offset, 16), 16);
    v128.store(to + offset, v128.load(from + offset, 32), 32);
    v128.store(to + offset, v128.load(from + offset, 48), 48);
  }
  atomic.store<u32>(STATE_BASE, s.recordHead + 1, STATE_RECORD_HEAD_OFFSET);
}

function reasonCounter(reason: i32): i32 {
  switch (reason) {
    case RECORD_REASON_IDLE:
      return COUNTER_FLOWS_IDLE;
    case RECORD_REASON_EVICTED:
      return COUNTER_FLOWS_EVICTED;
    case RECORD_REASON_REFUSED:
      return COUNTER_FLOWS_REFUSED;
    case RECORD_REASON_FLUSH:
      return COUNTER_FLOWS_FLUSHED;
    case RECORD_REASON_REUSED:
      return COUNTER_FLOWS_REUSED;
    default:
      return COUNTER_RECORDS_STATUS;
  }
}
