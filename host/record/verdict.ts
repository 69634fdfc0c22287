// What became of a flow's packets inline. Apart from the fields because events tell it too.
// Always holds: a flow that passed, or that was only listened to, has no verdict; a flow keeps the first one.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "./flow-record.js";

/** `would-drop`: of a simulation, dropped or rejected. */
export type FlowVerdict = "drop" | "reject" | "would-drop";

export function verdictOf(record: FlowRecord): FlowVerdict | undefined {
  const { flags } = record;
  if ((flags & L.FLOW_FLAG_DROPPED) === 0) return undefined;
  if ((flags & L.FLOW_FLAG_SIMULATED) !== 0) return "would-drop";
  return (flags & L.FLOW_FLAG_REJECTED) !== 0 ? "reject" : "drop";
}
