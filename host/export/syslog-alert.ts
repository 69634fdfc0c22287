// What of an alert stands in a syslog message before its JSON: severity and structured data.
// Apart from the exporter because these are the words operators filter and page by.
// Always holds: values are short; a priority is never told milder than a lower one.

import type { Alert } from "../alert/alert.js";
import { causeName } from "../alert/causes.js";
import { communityId } from "../alert/community-id.js";
import { alertFlowId } from "../alert/flow-key.js";
import { clipped } from "../alert/text.js";
import { findingNames } from "../record/findings.js";
import { ACTION_WORDS } from "./eve-alert.js";
import { ipProtoText } from "./eve-names.js";

/** By the rule's priority, RFC 5424, section 6.2.1: alert, warning, notice; informational from 4 on. */
const SEVERITIES = [1, 1, 4, 5];
const INFO = 6;
const WORDS_MAX = 256;

export function alertSeverity({ priority }: Alert): number {
  return SEVERITIES[priority] ?? INFO;
}

export function alertParams(alert: Alert, worker: number): (readonly [string, string])[] {
  const { hasPorts, isIcmp, sport, dport } = alert;
  const findings = findingNames(alert.findingsLow, alert.findingsHigh);
  return [
    ["type", "alert"],
    ["gid", String(alert.gid)],
    ["sid", String(alert.sid)],
    ["rev", String(alert.rev)],
    ["msg", clipped(alert.rule?.message ?? "", WORDS_MAX)],
    ["class", clipped(alert.classification, WORDS_MAX)],
    ["priority", String(alert.priority)],
    ["action", ACTION_WORDS[alert.action] ?? ""],
    ["flow_id", String(alertFlowId(alert))],
    ["community_id", communityId(alert) ?? ""],
    ["proto", ipProtoText(alert.proto)],
    ["saddr", alert.source],
    ["sport", hasPorts ? String(sport) : ""],
    ["daddr", alert.destination],
    ["dport", hasPorts ? String(dport) : ""],
    ["icmp_type", isIcmp ? String(sport) : ""],
    ["icmp_code", isIcmp ? String(dport) : ""],
    ["findings", findings.join(",")],
    ["cause", causeName(alert.cause)],
    ["worker", String(worker)],
  ];
}
