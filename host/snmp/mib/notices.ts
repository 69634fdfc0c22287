// Notifications of STRAY-MIB, and the objects that only they carry.
// Apart from the sections because nobody asks for these.
// Always holds: a notification's number is its place, from 1 on; new ones go to the end.

import { choice, type NoticeObjectDef, type NotificationDef, text, time } from "./types.js";

export const NOTICE_SEVERITIES = ["info", "warning", "critical"] as const;

/** Numbered from 1 on below strayNotices. */
export const NOTICE_OBJECTS: readonly NoticeObjectDef[] = [
  {
    name: "strayNoticeTime",
    syntax: time,
    description: "When it happened, by the sensor's clock.",
  },
  {
    name: "strayNoticeSeverity",
    syntax: choice(...NOTICE_SEVERITIES),
    description: "How grave it is.",
  },
  {
    name: "strayNoticeText",
    syntax: text(),
    description: "What happened, in a line.",
  },
  {
    name: "strayNoticeIncident",
    syntax: text(32),
    description:
      "Id of the incident: what `stray incidents show` takes. Empty where several are told of in one.",
  },
];

/** Go with every notification, before its own. */
const ALWAYS = ["strayName", "strayNoticeTime", "strayNoticeSeverity", "strayNoticeText"] as const;

export const NOTIFICATIONS: readonly NotificationDef[] = [
  {
    name: "strayIncidentNew",
    objects: [...ALWAYS, "strayNoticeIncident"],
    description:
      "An incident was opened. How many are told a minute is limited (notices.incidents-per-minute); strayIncidentsOpened " +
      "counts all of them.",
  },
  {
    name: "strayBypassEngaged",
    objects: [...ALWAYS, "strayProtection", "strayBypassState"],
    description: "Frames go by without the sensor in the wire: it was told so, or stands still.",
  },
  {
    name: "strayBypassReleased",
    objects: [...ALWAYS, "strayProtection", "strayBypassState"],
    description: "Frames go through the sensor in the wire again.",
  },
  {
    name: "strayDropsHigh",
    objects: [...ALWAYS],
    description: "More of the frames were lost in capture than is allowed (notices.loss-percent).",
  },
  {
    name: "strayTablePressure",
    objects: [...ALWAYS, "strayFlowsUsed", "strayFlowsSize"],
    description: "More of the flow table is in use than is allowed (notices.table-percent).",
  },
  {
    name: "strayConfigRefused",
    objects: [...ALWAYS, "strayConfigError"],
    description: "A reload was refused: the configuration before it stays in force.",
  },
];
