// A notice as a syslog message: severity, structured data and JSON.
// Apart from the exporter because these are the words operators filter and page by (docs/notices.md).
// Always holds: every notice has kind, severity and text in its structured data; ASCII.

import type { Notice, NoticeSeverity } from "../notice/notice.js";
import { asciiJson } from "./eve-evidence.js";
import { eveTime } from "./eve-time.js";

/** RFC 5424, section 6.2.1: critical, warning, notice. */
const SEVERITIES: Readonly<Record<NoticeSeverity, number>> = { critical: 2, warning: 4, info: 5 };

export function noticeSeverity({ severity }: Notice): number {
  return SEVERITIES[severity];
}

export function noticeParams({
  kind,
  severity,
  text,
  heldBack,
  facts,
}: Notice): (readonly [string, string])[] {
  return [
    ["type", "notice"],
    ["kind", kind],
    ["severity", severity],
    ["text", text],
    ["incident", "id" in facts ? facts.id : ""],
    ["held_back", heldBack === 0 ? "" : String(heldBack)],
  ];
}

export function noticeJson(
  { kind, timeMs, severity, text, heldBack, facts }: Notice,
  sensorName: string,
): string {
  return asciiJson({
    timestamp: eveTime(timeMs * 1000),
    event_type: "stray_notice",
    ...(sensorName === "" ? {} : { host: sensorName }),
    notice: { kind, severity, text, held_back: heldBack, facts },
  });
}
