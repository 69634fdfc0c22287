// What a changed configuration means for a running sensor: which parts change in place, which start anew, which can't.
// Apart from the daemon so that each key's consequence is read in one table, and tested without a sensor.
// Always holds: every key has a consequence; one that can't change refuses the whole configuration.

import { StrayError } from "../errors.js";

export interface ReloadPlan {
  /** Workers and rings are stopped and started with the new settings. */
  readonly restartsCapture: boolean;
  /** Kernel filter or promiscuity, set on the open rings. */
  readonly adjustsCapture: boolean;
  readonly adjustsFlows: boolean;
  /** What is dropped, and who never is. */
  readonly adjustsInline: boolean;
  /** Their files are read at each reload, whether a key has changed or not. */
  readonly replacesRules: boolean;
  readonly replacesAlerts: boolean;
  readonly replacesIncidents: boolean;
  /** Home networks, lists, and where what is known of addresses is kept. */
  readonly replacesHomes: boolean;
  readonly replacesStore: boolean;
  readonly replacesExporters: boolean;
  /** What operators are told of, and whom. */
  readonly replacesNotices: boolean;
  readonly replacesSnmp: boolean;
  readonly replacesMetrics: boolean;
  readonly setsLog: boolean;
}

type Consequence = keyof ReloadPlan | "refused";

/** By the beginning of a dotted key; the longest that fits counts. */
const CONSEQUENCES: readonly (readonly [prefix: string, consequences: readonly Consequence[]])[] = [
  ["sensor.name", ["replacesExporters", "replacesAlerts"]],
  ["sensor.profile", ["restartsCapture"]],
  ["sensor.user", ["refused"]],
  ["capture.filter", ["adjustsCapture"]],
  ["capture.promiscuous", ["adjustsCapture"]],
  ["capture", ["restartsCapture"]],
  ["inline.mode", ["restartsCapture", "replacesAlerts", "replacesExporters"]],
  ["inline", ["adjustsInline"]],
  ["flows", ["adjustsFlows"]],
  ["sensor.home", ["replacesRules", "replacesHomes"]],
  ["rules", ["replacesRules"]],
  ["inspection.enabled", ["restartsCapture"]],
  ["inspection", ["adjustsFlows"]],
  ["detection.enabled", ["restartsCapture", "replacesHomes"]],
  ["detection.alive", ["adjustsFlows", "replacesHomes"]],
  ["detection", ["replacesHomes"]],
  ["alerts.rate", ["adjustsFlows"]],
  ["alerts.burst", ["adjustsFlows"]],
  ["alerts", ["replacesAlerts"]],
  ["incidents", ["replacesIncidents"]],
  ["store.enterprise", ["replacesStore", "replacesExporters"]],
  ["store.min-free", ["replacesStore", "replacesAlerts"]],
  ["store", ["replacesStore"]],
  ["export", ["replacesExporters"]],
  ["control", ["refused"]],
  ["notices", ["replacesNotices"]],
  ["snmp.notify", ["replacesNotices"]],
  ["snmp.users", ["replacesSnmp", "replacesNotices"]],
  ["snmp.directory", ["replacesSnmp", "replacesNotices"]],
  ["snmp", ["replacesSnmp"]],
  ["metrics", ["replacesMetrics"]],
  ["log.level", ["setsLog"]],
  ["log", ["refused"]],
];

/** @throws StrayError RELOAD_REFUSED for keys that a running strayd can't change. */
export function planReload(changed: readonly string[]): ReloadPlan {
  const found = new Set<Consequence>();
  const refused: string[] = [];
  for (const key of changed) {
    const [, consequences] = CONSEQUENCES.filter(([prefix]) => key === prefix || startsWithStep(key, prefix))
      .toSorted(([a], [b]) => b.length - a.length)
      .at(0) ?? ["", ["refused"] as const];
    for (const consequence of consequences) found.add(consequence);
    if (consequences.includes("refused")) refused.push(key);
  }
  if (refused.length > 0) {
    const keys = refused.join(", ");
    throw new StrayError("RELOAD_REFUSED", `${keys} can't change while strayd runs: restart it`, 2);
  }
  return {
    restartsCapture: found.has("restartsCapture"),
    adjustsCapture: found.has("adjustsCapture"),
    adjustsFlows: found.has("adjustsFlows"),
    adjustsInline: found.has("adjustsInline"),
    replacesRules: found.has("replacesRules"),
    replacesAlerts: found.has("replacesAlerts"),
    replacesIncidents: found.has("replacesIncidents"),
    replacesHomes: found.has("replacesHomes"),
    replacesStore: found.has("replacesStore"),
    replacesExporters: found.has("replacesExporters"),
    replacesNotices: found.has("replacesNotices"),
    replacesSnmp: found.has("replacesSnmp"),
    replacesMetrics: found.has("replacesMetrics"),
    setsLog: found.has("setsLog"),
  };
}

function startsWithStep(key: string, prefix: string): boolean {
  return key.startsWith(prefix) && (key[prefix.length] === "." || key[prefix.length] === "[");
}
