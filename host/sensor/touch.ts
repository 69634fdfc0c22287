// Has the kernel give a worker's tables all their pages at once.
// Apart from the worker's handle because it knows every table, and only where each lies and how large it may become.
// Always holds: only tables are written, with zeros, as memory is at first; whoever calls it empties them anyway.

import {
  ALERTS_BASE,
  ALERTS_REGION_SIZE,
  DATAGRAM_SIZE,
  DATAGRAMS_BASE,
  FLOW_SIZE,
  FLOWS_BASE,
  HOMES_BASE,
  HOMES_REGION_SIZE,
  LINKS_BASE,
  RECORD_SIZE,
  RECORDS_BASE,
  SCRATCH_BASE,
  SCRATCH_REGION_SIZE,
  SESSION_SIZE,
  SESSIONS_BASE,
  STREAMS_BASE,
  THRESHOLD_SIZE,
  THRESHOLDS_BASE,
} from "../../assembly/layout.js";
import type { Limits } from "../wasm/config.js";
import type { SensorMemory } from "../wasm/memory.js";
import { flowCapacityOf, LINK_SIZE } from "../wasm/profiles.js";

/** The first burst must not wait for pages, nor memory grow later. init() itself writes the small tables, and detection's. */
export function touchTables({ u8 }: SensorMemory, limits: Limits): void {
  const flows = flowCapacityOf(limits);
  const tables: (readonly [base: number, bytes: number])[] = [
    [FLOWS_BASE, flows * FLOW_SIZE],
    [RECORDS_BASE, limits.recordLimit * RECORD_SIZE],
  ];
  if (limits.detect) tables.push([HOMES_BASE, HOMES_REGION_SIZE]);
  if (limits.inspect) {
    tables.push(
      [LINKS_BASE, flows * LINK_SIZE],
      [SESSIONS_BASE, limits.sessionLimit * SESSION_SIZE],
      [STREAMS_BASE, limits.streamWindowLimit * limits.streamWindowSize],
      [DATAGRAMS_BASE, limits.datagramLimit * DATAGRAM_SIZE],
      [THRESHOLDS_BASE, limits.thresholdLimit * THRESHOLD_SIZE],
      [ALERTS_BASE, ALERTS_REGION_SIZE],
      [SCRATCH_BASE, SCRATCH_REGION_SIZE],
    );
  }
  for (const [base, bytes] of tables) u8.fill(0, base, base + bytes);
}
