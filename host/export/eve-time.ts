// Times as EVE and syslog write them: microseconds, in UTC.
// Apart because a record has several, and most fall into the second of the one before.
// Always holds: any time that a u64 of nanoseconds can say has a text.

import * as L from "../../assembly/layout.js";
import type { FlowRecord } from "../record/flow-record.js";

let lastSecond = Number.NaN;
let lastText = "";

/** `2026-11-24T22:00:00.000000` of microseconds since 1970, without a zone. */
function isoText(us: number): string {
  const second = Math.floor(us / 1_000_000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toISOString().slice(0, 19);
    lastSecond = second;
  }
  return `${lastText}.${String(us - second * 1_000_000).padStart(6, "0")}`;
}

/** As Suricata writes it: `2026-11-24T22:00:00.000000+0000`. */
export function eveTime(us: number): string {
  return `${isoText(us)}+0000`;
}

/** RFC 5424, section 6.2.3: `2026-11-24T22:00:00.000000Z`. */
export function syslogTime(us: number): string {
  return `${isoText(us)}Z`;
}

/** The u64 of nanoseconds at that address as whole microseconds, exactly: 2^32 = 4294967 * 1000 + 296. */
export function microsecondsAt(record: FlowRecord, at: number): number {
  const high = record.u32(at + 4);
  return high * 4294967 + Math.floor((high * 296 + record.u32(at)) / 1000);
}

/** When the event happened: when its record was made (packet time), or its last packet if the record doesn't say. */
export function eventTimeUs(record: FlowRecord): number {
  return microsecondsAt(record, record.header + L.RECORD_TIME_OFFSET) || record.lastUs;
}
