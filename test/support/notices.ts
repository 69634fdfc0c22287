// A notice of every kind, as the watch makes them.
// Apart because syslog, SNMP and the documentation are held against the same six.

import type { Notice, NoticeKind } from "../../host/notice/notice.js";
import * as words from "../../host/notice/words.js";

const TIME_MS = Date.UTC(2026, 10, 28, 20, 0, 0, 123);

export const INCIDENT_FACTS = {
  id: "I-7K3M9QX2",
  incidentKind: "source",
  severity: "high",
  title: "port sweep from 192.0.2.66",
  subject: "192.0.2.66",
  cause: "scan",
  causeScore: 85,
  openedMs: TIME_MS - 700,
} as const;

const BYPASS = { interfaces: "eth0,eth1" };

export const EACH_NOTICE: Readonly<Record<NoticeKind, Notice>> = {
  "incident-new": words.incidentNew(TIME_MS, INCIDENT_FACTS, 3),
  "bypass-engaged": words.bypassEngaged(TIME_MS, { ...BYPASS, reason: "stale", durationMs: 0 }, 0),
  "bypass-released": words.bypassReleased(TIME_MS, { ...BYPASS, reason: "stale", durationMs: 4_200 }, 0),
  "drops-high": words.dropsHigh(TIME_MS, { percent: 2.5, limitPercent: 1, dropped: 50, packets: 2_000 }),
  "table-pressure": words.tablePressure(TIME_MS, {
    percent: 95.3,
    limitPercent: 90,
    flows: 15_614,
    flowsMax: 16_384,
  }),
  "config-refused": words.configRefused(
    TIME_MS,
    { config: "/etc/stray/stray.yaml", reason: 'capture.ring: expected a size, found "many"' },
    0,
  ),
};
