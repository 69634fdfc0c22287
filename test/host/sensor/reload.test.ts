// What a changed key means for a running sensor: every key of the configuration has a consequence.

import { describe, expect, it } from "vitest";
import { planReload } from "../../../host/sensor/reload.js";

const wanted = (...keys: string[]): string[] =>
  Object.entries(planReload(keys))
    .filter(([, isWanted]) => isWanted)
    .map(([name]) => name);

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
    ["sensor.name", ["replacesExporters"]],
    ["flows.status", ["adjustsFlows"]],
    ["store.rotate.every", ["replacesStore"]],
    ["store.enterprise", ["replacesStore", "replacesExporters"]],
    ["export.ipfix[0].host", ["replacesExporters"]],
    ["log.level", ["setsLog"]],
  ])("knows what %s means", (key, consequences) => {
    expect(wanted(key)).toEqual(consequences);
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
