// The flow_id of an alert's flow: that of the flow's records.
// Apart because an alert has the addresses as they were sent, and a flow's key the lower one first.
// Always holds: the order of ends is that of assembly/flow/key.ts.

import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import { flowId } from "../export/flow-id.js";
import { FlowRecord } from "../record/flow-record.js";
import type { Alert } from "./alert.js";

/** A record of which only what flowId() reads is filled in. */
const record = new FlowRecord(new ArrayBuffer(L.RECORD_SIZE)).pointAt(0);
const KEY_WORD_SIZE = 8;
const TIME_SIZE = 8;

export function alertFlowId(alert: Alert): number {
  const { bytes, at } = alert;
  const isOrdered = compareLittle(alert, alert.sourceAt, alert.destinationAt) <= 0;
  const a = isOrdered ? alert.sourceAt : alert.destinationAt;
  const b = isOrdered ? alert.destinationAt : alert.sourceAt;
  const put = (offset: number, from: number, size: number) =>
    record.bytes.set(bytes.subarray(from, from + size), record.flow + offset);
  put(L.FLOW_ADDRESS_A_OFFSET, a, 16);
  put(L.FLOW_ADDRESS_B_OFFSET, b, 16);
  put(L.FLOW_PORT_A_OFFSET, at + R.ALERT_FLOW_KEY_OFFSET, KEY_WORD_SIZE);
  put(L.FLOW_START_OFFSET, at + R.ALERT_FLOW_START_OFFSET, TIME_SIZE);
  return flowId(record);
}

/** As two little-endian words of 64 bits, the second one first. */
function compareLittle({ view }: Alert, a: number, b: number): number {
  for (const offset of [12, 8, 4, 0]) {
    const difference = view.getUint32(a + offset, true) - view.getUint32(b + offset, true);
    if (difference !== 0) return difference;
  }
  return 0;
}
