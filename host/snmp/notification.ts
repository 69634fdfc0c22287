// A notice as a notification of STRAY-MIB: which one, and the objects that it carries.
// Apart from sending, which goes by way of snmpd or to receivers, and from the notice, which syslog tells too.
// Always holds: the objects are those that the MIB lists for the notification, in its order; each value is within its
// type.

import type { Notice, NoticeKind } from "../notice/notice.js";
import type { StatusReport } from "../sensor/view.js";
import { NOTICES, NOTIFICATIONS_AT, scalarNamed } from "./mib/definition.js";
import type { Plain, Syntax } from "./mib/types.js";
import { type Oid, oidText } from "./oid.js";
import { typedValue } from "./values.js";
import type { Instance } from "./view.js";

export interface Notification {
  /** What snmpTrapOID.0 says. */
  readonly oid: string;
  readonly objects: readonly Instance[];
}

const NAMES: Readonly<Record<NoticeKind, string>> = {
  "incident-new": "strayIncidentNew",
  "bypass-engaged": "strayBypassEngaged",
  "bypass-released": "strayBypassReleased",
  "drops-high": "strayDropsHigh",
  "table-pressure": "strayTablePressure",
  "config-refused": "strayConfigRefused",
};

export function notificationOf(notice: Notice, status: StatusReport): Notification {
  const { def, oid } = NOTIFICATIONS_AT.find((one) => one.def.name === NAMES[notice.kind])!;
  const values = valuesOf(notice, status);
  return {
    oid: oidText(oid),
    objects: def.objects.map((name) => {
      const { syntax, oid: at } = objectNamed(name);
      return { oid: [...at, 0], ...typedValue(syntax, values[name]) };
    }),
  };
}

function objectNamed(name: string): { readonly syntax: Syntax; readonly oid: Oid } {
  const notice = NOTICES.find(({ def }) => def.name === name);
  const { def, oid } = notice ?? scalarNamed(name);
  return { syntax: def.syntax, oid };
}

/** By the names of the objects. */
function valuesOf(notice: Notice, { name, inline }: StatusReport): Readonly<Record<string, Plain>> {
  return {
    strayName: name,
    strayNoticeTime: notice.timeMs,
    strayNoticeSeverity: notice.severity,
    strayNoticeText: notice.text,
    strayNoticeHeldBack: notice.heldBack,
    strayProtection: inline?.protection ?? "notInline",
    strayBypassState: inline?.state ?? "notInline",
    ...factsOf(notice),
  };
}

function factsOf(notice: Notice): Readonly<Record<string, Plain>> {
  switch (notice.kind) {
    case "incident-new":
      return {
        strayNoticeIncident: notice.facts.id,
        strayNoticeIncidentSeverity: notice.facts.severity,
        strayNoticeSubject: notice.facts.subject,
        strayNoticeCause: notice.facts.cause,
      };
    case "bypass-engaged":
    case "bypass-released":
      return {
        strayNoticeReason: notice.facts.reason,
        strayNoticeInterfaces: notice.facts.interfaces,
        strayNoticeDuration: notice.facts.durationMs,
      };
    case "drops-high":
      return percents(notice.facts);
    case "table-pressure":
      return {
        ...percents(notice.facts),
        strayFlowsUsed: notice.facts.flows,
        strayFlowsSize: notice.facts.flowsMax,
      };
    case "config-refused":
      return { strayConfigError: notice.facts.reason };
  }
}

function percents({ percent, limitPercent }: { percent: number; limitPercent: number }) {
  return { strayNoticePercent: Math.ceil(percent), strayNoticeLimit: Math.ceil(limitPercent) };
}
