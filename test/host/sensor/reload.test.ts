// What a changed key means for a running sensor: every key of the configuration has a consequence.

import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../host/config/load.js";
import { toRaw } from "../../../host/config/raw.js";
import { planReload } from "../../../host/sensor/reload.js";
import { TEST_HOST } from "../config/facts.js";

const wanted = (...keys: string[]): string[] =>
  Object.entries(planReload(keys))
    .filter(([, isWanted]) => isWanted)
    .map(([name]) => name);

function dottedKeys(value: object, path: readonly string[] = []): string[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    const own = [...path, key];
    const isSection = typeof child === "object" && child !== null && !Array.isArray(child);
    return isSection ? dottedKeys(child, own) : [own.join(".")];
  });
}

describe("planReload()", () => {
  it("does nothing for nothing", () => {
    expect(wanted()).toEqual([]);
  });

  it.each([
    ["capture.filter", ["adjustsCapture"]],
    ["capture.promiscuous", ["adjustsCapture"]],
    ["capture.interfaces", ["restartsCapture"]],
    ["capture.ring", ["restartsCapture"]],
    ["sensor.profile", ["restartsCapture"]],
    // Alerts have it in their events.
    ["sensor.name", ["replacesAlerts", "replacesExporters"]],
    ["sensor.home", ["replacesRules", "replacesHomes"]],
    ["detection.enabled", ["restartsCapture", "replacesHomes"]],
    ["detection.alive", ["adjustsFlows", "replacesHomes"]],
    ["detection.learn", ["replacesHomes"]],
    ["detection.used", ["replacesHomes"]],
    ["detection.directory", ["replacesHomes"]],
    ["rules.files", ["replacesRules"]],
    ["rules.variables", ["replacesRules"]],
    ["inspection.enabled", ["restartsCapture"]],
    ["inspection.stream-depth", ["adjustsFlows"]],
    ["alerts.rate", ["adjustsFlows"]],
    ["alerts.burst", ["adjustsFlows"]],
    ["alerts.full", ["replacesAlerts"]],
    ["alerts.fast", ["replacesAlerts"]],
    ["alerts.log.enabled", ["replacesAlerts"]],
    ["alerts.evidence.quota", ["replacesAlerts"]],
    ["incidents.enabled", ["replacesIncidents"]],
    ["incidents.join", ["replacesIncidents"]],
    // Their files too go when the disk has less.
    ["store.min-free", ["replacesAlerts", "replacesStore"]],
    ["store.quota", ["replacesStore"]],
    ["flows.status", ["adjustsFlows"]],
    ["store.rotate.every", ["replacesStore"]],
    ["store.enterprise", ["replacesStore", "replacesExporters"]],
    ["export.ipfix[0].host", ["replacesExporters"]],
    ["log.level", ["setsLog"]],
    // Sockets of another kind; all else of the section while frames go on.
    ["inline.mode", ["restartsCapture", "replacesAlerts", "replacesExporters"]],
    ["inline.fail", ["adjustsInline"]],
    ["inline.deadman", ["adjustsInline"]],
    ["inline.at-stop", ["adjustsInline"]],
    ["inline.policy.xmas-scan", ["adjustsInline"]],
    ["inline.allow", ["adjustsInline"]],
    ["inline.allow[0]", ["adjustsInline"]],
    ["inline.reject-rate", ["adjustsInline"]],
    ["inline.wait", ["adjustsInline"]],
  ])("knows what %s means", (key, consequences) => {
    expect(wanted(key)).toEqual(consequences);
  });

  it("has a consequence for every key of the file", () => {
    const keys = dottedKeys(toRaw(defaultConfig(["eth0"], TEST_HOST)));
    expect(keys.length).toBeGreaterThan(50);
    for (const key of keys.filter((each) => !/^(control|log)\.|^sensor\.user$/.test(each))) {
      expect([key, wanted(key).length > 0]).toEqual([key, true]);
    }
  });

  it("takes several together", () => {
    expect(wanted("capture.filter", "store.quota", "flows.udp").toSorted()).toEqual([
      "adjustsCapture",
      "adjustsFlows",
      "replacesStore",
    ]);
  });

  it.each(["control.socket", "control.clients-max", "log.form", "sensor.user", "storefront", "unheard.of"])(
    "refuses %s, by name, and with it all the others",
    (key) => {
      expect(() => planReload(["capture.filter", key])).toThrow(
        expect.objectContaining({ code: "RELOAD_REFUSED", message: expect.stringContaining(key) }),
      );
    },
  );
});
