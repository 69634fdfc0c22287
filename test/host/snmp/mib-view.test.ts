// The view of STRAY-MIB: its order, what is at a name and behind one, how often the sensor is looked at, rows that come and
// go, and text from the wire.

import { describe, expect, it } from "vitest";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { MIB_ARC, OBJECTS_ARC } from "../../../host/snmp/mib/arcs.js";
import { COUNTER_NUMBERS } from "../../../host/snmp/mib/counter-numbers.js";
import { SECTIONS, scalarNamed } from "../../../host/snmp/mib/definition.js";
import { MibView } from "../../../host/snmp/mib-view.js";
import { compareOids, type Oid } from "../../../host/snmp/oid.js";
import type { Instance } from "../../../host/snmp/view.js";
import { FakeSource, incident } from "./rig.js";

const column = (name: string): Oid => {
  for (const { tables } of SECTIONS) {
    for (const { columns } of tables) {
      const found = columns.find(({ def }) => def.name === name);
      if (found !== undefined) return found.oid;
    }
  }
  throw new Error(name);
};
const scalar = (name: string): Oid => [...scalarNamed(name).oid, 0];

function walk(view: MibView, from: Oid = MIB_ARC): Instance[] {
  const all: Instance[] = [];
  for (let at = view.next(from); at !== undefined; at = view.next(at.oid)) {
    all.push(at);
    if (all.length > 10_000) throw new Error("a walk without an end");
  }
  return all;
}

class Rig {
  readonly source = new FakeSource();
  nowMs = 1_000_000_000_000;
  readonly view = new MibView(this.source, () => this.nowMs);

  value(oid: Oid) {
    const found = this.view.get(oid);
    return typeof found === "string" ? found : found.value;
  }
}

describe("the view of STRAY-MIB", () => {
  it("is walked from its beginning to its end, each instance once, in order", () => {
    const { view } = new Rig();
    const all = walk(view);
    for (const [at, { oid }] of all.entries()) {
      expect(oid.slice(0, OBJECTS_ARC.length)).toEqual(OBJECTS_ARC);
      if (at > 0) expect(compareOids(all[at - 1]!.oid, oid)).toBeLessThan(0);
      expect(view.get(oid)).toEqual(all[at]);
    }
    expect(all.length).toBeGreaterThan(500);
    // Everything before, between and behind what is there.
    expect(view.next([])).toEqual(all[0]);
    expect(view.next([1, 3, 6, 1, 4, 1, 32473, 2])).toBeUndefined();
    expect(view.next(column("strayAnomalyName"))?.value).toBe("midstream-data");
    expect(view.next(all.at(-1)!.oid)).toBeUndefined();
  });

  it("says what is no object, and what is no instance of one", () => {
    const { view } = new Rig();
    expect(view.get([...MIB_ARC, 7])).toBe("noSuchObject");
    expect(view.get(MIB_ARC)).toBe("noSuchObject");
    expect(view.get(scalar("strayUptime").slice(0, -1))).toBe("noSuchInstance");
    expect(view.get([...scalar("strayUptime"), 0])).toBe("noSuchInstance");
    expect(view.get([...column("strayAnomalyName"), FINDING_NAMES.length + 1])).toBe("noSuchInstance");
    // Indices have no value of their own.
    expect(view.get([...column("strayAnomalyName").slice(0, -1), 1, 1])).toBe("noSuchObject");
  });

  it("has every counter under its number, with its value", () => {
    const rig = new Rig();
    const { total } = rig.source.counters();
    for (const [at, name] of COUNTER_NUMBERS.entries()) {
      const value = total[name];
      expect(rig.value([...column("strayCounterValue"), at + 1])).toBe(value ?? "noSuchInstance");
      expect(rig.value([...column("strayCounterName"), at + 1])).toBe(
        value === undefined ? "noSuchInstance" : name,
      );
    }
  });

  it("looks at the sensor once for all that is asked within a second", () => {
    const rig = new Rig();
    walk(rig.view);
    walk(rig.view);
    expect(rig.source.looks).toBe(1);
    rig.nowMs += 999;
    rig.view.get(MIB_ARC);
    expect(rig.source.looks).toBe(1);
    rig.nowMs += 1;
    rig.view.get(MIB_ARC);
    expect(rig.source.looks).toBe(2);
    // A clock that is set back does not freeze it.
    rig.nowMs -= 3_600_000;
    rig.view.get(MIB_ARC);
    expect(rig.source.looks).toBe(3);
    rig.view.pulse();
    expect(rig.source.looks).toBe(3);
  });

  it("tells when a finding was last counted, as far as it was looked at", () => {
    const rig = new Rig();
    const last = () => rig.value([...column("strayAnomalyLast"), 1]) as Buffer;
    rig.source.findings[0] = 5;
    rig.view.pulse();
    expect(last().every((octet) => octet === 0)).toBe(true);
    rig.nowMs += 1000;
    rig.source.findings[0] = 6;
    rig.view.pulse();
    rig.nowMs += 5000;
    rig.view.pulse();
    const seconds = new Date(rig.nowMs - 5000).getUTCSeconds();
    expect(last()[6]).toBe(seconds);
    expect(last()).toHaveLength(11);
  });

  it("gives a sink a number that stays, and a lower one that is free to the next", () => {
    const rig = new Rig();
    const sink = (name: string) => ({ name, ok: true, text: "" });
    const use = (...names: string[]) => {
      rig.source.sensor.statusReport.sinks = names.map(sink);
      rig.source.sensor.countersReport.sinks = names.map((name) => ({
        name,
        counters: { records: name.length },
      }));
      rig.nowMs += 2000;
      return walk(rig.view, column("straySinkName"))
        .filter(({ oid }) => compareOids(oid.slice(0, -1), column("straySinkName")) === 0)
        .map(({ oid, value }) => `${oid.at(-1)} ${value}`);
    };
    expect(use("store", "eve", "ipfix")).toEqual(["1 store", "2 eve", "3 ipfix"]);
    expect(use("ipfix", "store")).toEqual(["1 store", "3 ipfix"]);
    expect(use("store", "syslog", "ipfix", "syslog")).toEqual(["1 store", "2 syslog", "3 ipfix", "4 syslog"]);
    for (let round = 0; round < 100; round++) use(`sink-${round}`);
    expect(use("eve")).toEqual(["1 eve"]);
    expect(rig.value([...column("straySinkWritten"), 1])).toBe(3);
  });

  it("tells the most severe incidents and the causes, what came from packets escaped", () => {
    const rig = new Rig();
    const hostile = {
      ...incident,
      title: `evil\u001b]0;x\u0007 ${"\u202e".repeat(200)}`,
      state: "false-positive" as const,
    };
    rig.source.digest = { top: [incident, hostile], causes: new Map([["scan", { open: 2, kept: 9 }]]) };
    expect(rig.value([...column("strayTopIncidentTitle"), 1])).toBe(incident.title);
    expect(rig.value([...column("strayTopIncidentSeverity"), 1])).toBe(3);
    expect(rig.value([...column("strayTopIncidentState"), 2])).toBe(4);
    expect(rig.value([...column("strayTopIncidentTitle"), 2])).toMatch(
      /^evil\\x1b\]0;x\\x07 [\x20-\x7e]{1,240}$/,
    );
    expect(rig.value([...column("strayCauseIncidentsKept"), 5])).toBe(9);
    expect(rig.value([...column("strayCauseName"), 5])).toBe("scan");
    expect(rig.value([...column("strayTopIncidentId"), 3])).toBe("noSuchInstance");
  });

  it("tells where a sensor stands in the wire", () => {
    const rig = new Rig();
    expect(rig.value(scalar("strayMode"))).toBe(1);
    expect(rig.value(scalar("strayProtection"))).toBe(1);
    rig.source.sensor.statusReport.inline = {
      mode: "simulate",
      fail: "open",
      deadmanMs: 200,
      atStop: "release",
      protection: "xdp-native",
      state: "bypass",
      isStale: true,
      sides: [{ name: "eth0", bypassedPackets: 7, bypassedBytes: 900 }],
      policy: {},
      allow: [],
      warnings: [],
    };
    rig.nowMs += 2000;
    const values = ["strayMode", "strayFail", "strayProtection", "strayBypassState", "strayStale"].map(
      (name) => rig.value(scalar(name)),
    );
    expect(values).toEqual([3, 2, 6, 3, 1]);
    expect(rig.value([...column("strayInterfaceBypassedPackets"), 1, 1])).toBe(7);
  });
});
