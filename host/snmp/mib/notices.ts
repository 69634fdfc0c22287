// Notifications of STRAY-MIB, and the objects that only they carry.
// Apart from the sections because nobody asks for these.
// Always holds: a notification's number is its place, from 1 on; new ones go to the end.

import { SEVERITIES } from "../../incident/model.js";
import { choice, gauge, type NoticeObjectDef, type NotificationDef, percent, text, time } from "./types.js";

/** Numbered from 1 on below strayNotices. */
export const NOTICE_OBJECTS: readonly NoticeObjectDef[] = [
  {
    name: "strayNoticeTime",
    syntax: time,
    description: "When it happened, by the sensor's clock.",
  },
  {
    name: "strayNoticeSeverity",
    syntax: choice("info", "warning", "critical"),
    description: "How grave it is.",
  },
  {
    name: "strayNoticeText",
    syntax: text(),
    description: "What happened, in a line.",
  },
  {
    name: "strayNoticeHeldBack",
    syntax: gauge,
    units: "notifications",
    description:
      "Others of its kind since the last one that were not sent: more came than are told a minute.",
  },
  {
    name: "strayNoticeIncident",
    syntax: text(32),
    description: "Id of the incident: what `stray incidents show` takes.",
  },
  {
    name: "strayNoticeIncidentSeverity",
    syntax: choice(...SEVERITIES),
    description: "How severe the incident is.",
  },
  {
    name: "strayNoticeSubject",
    syntax: text(64),
    description: "The address that the incident is about, as text.",
  },
  {
    name: "strayNoticeCause",
    syntax: text(64),
    description: "strayCauseName of the incident's first cause, empty while none was weighed.",
  },
  {
    name: "strayNoticeReason",
    syntax: choice("operator", "stale"),
    description: "operator: bypass was asked for. stale: the sensor stood still.",
  },
  {
    name: "strayNoticeInterfaces",
    syntax: text(),
    description: "The two interfaces that the sensor stands between, with a comma.",
  },
  {
    name: "strayNoticeDuration",
    syntax: gauge,
    units: "milliseconds",
    description: "How long it lasted; 0 when it has just begun.",
  },
  {
    name: "strayNoticePercent",
    syntax: percent,
    units: "percent",
    description: "What was measured, rounded to the next whole number.",
  },
  {
    name: "strayNoticeLimit",
    syntax: percent,
    units: "percent",
    description: "The limit that was passed.",
  },
];

/** Go with every notification, before its own. */
const ALWAYS = [
  "strayName",
  "strayNoticeTime",
  "strayNoticeSeverity",
  "strayNoticeText",
  "strayNoticeHeldBack",
] as const;
const BYPASS = [
  ...ALWAYS,
  "strayProtection",
  "strayBypassState",
  "strayNoticeReason",
  "strayNoticeInterfaces",
  "strayNoticeDuration",
] as const;

export const NOTIFICATIONS: readonly NotificationDef[] = [
  {
    name: "strayIncidentNew",
    objects: [
      ...ALWAYS,
      "strayNoticeIncident",
      "strayNoticeIncidentSeverity",
      "strayNoticeSubject",
      "strayNoticeCause",
    ],
    description:
      "An incident was opened. How many are told a minute is limited (notices.incidents); strayIncidentsOpened " +
      "counts all of them.",
  },
  {
    name: "strayBypassEngaged",
    objects: BYPASS,
    description: "Frames go by without the sensor in the wire: it was told so, or stands still.",
  },
  {
    name: "strayBypassReleased",
    objects: BYPASS,
    description: "Frames go through the sensor in the wire again.",
  },
  {
    name: "strayDropsHigh",
    objects: [...ALWAYS, "strayNoticePercent", "strayNoticeLimit"],
    description: "More of the frames of the last minute were lost in capture than is allowed (notices.loss).",
  },
  {
    name: "strayTablePressure",
    objects: [...ALWAYS, "strayNoticePercent", "strayNoticeLimit", "strayFlowsUsed", "strayFlowsSize"],
    description: "More of the flow table is in use than is allowed (notices.table).",
  },
  {
    name: "strayConfigRefused",
    objects: [...ALWAYS, "strayConfigError"],
    description: "A reload was refused: the configuration before it stays in force.",
  },
];
