// The system group and its like, and several views as one.

import { describe, expect, it } from "vitest";
import { AgentCounts } from "../../../../host/snmp/agent/counts.js";
import { joinedView, systemView } from "../../../../host/snmp/agent/system-view.js";
import { SnmpEngine } from "../../../../host/snmp/engine.js";
import { compareOids, type Oid, oidText } from "../../../../host/snmp/oid.js";
import type { Instance, InstanceView } from "../../../../host/snmp/view.js";
import { ListView, smallView } from "../../../support/snmp-view.js";

const counts = new AgentCounts();
const system = systemView(
  {
    description: "é".repeat(300),
    objectId: "1.3.6.1.4.1.32473.1",
    contact: "noc",
    name: "sensor-1",
    location: "",
    uptimeMs: () => 1_239,
  },
  new SnmpEngine(Buffer.from("80007ed90501", "hex"), 7, () => 0),
  counts,
);

function walk(view: InstanceView): Instance[] {
  const seen: Instance[] = [];
  for (let at: Oid = []; ; ) {
    const next = view.next(at);
    if (next === undefined) return seen;
    seen.push(next);
    at = next.oid;
  }
}

describe("the system view", () => {
  it("tells what RFC 3418, 3411 and 3414 have, in order", () => {
    counts.values["wrong-digests"] = 3;
    const seen = walk(system);
    expect(seen).toEqual(seen.toSorted((a, b) => compareOids(a.oid, b.oid)));
    const values = Object.fromEntries(seen.map(({ oid, value }) => [oidText(oid), value]));
    expect(values).toMatchObject({
      "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.32473.1",
      "1.3.6.1.2.1.1.3.0": 123,
      "1.3.6.1.2.1.1.4.0": Buffer.from("noc"),
      "1.3.6.1.2.1.1.5.0": Buffer.from("sensor-1"),
      "1.3.6.1.2.1.1.6.0": Buffer.alloc(0),
      "1.3.6.1.6.3.10.2.1.2.0": 7,
      "1.3.6.1.6.3.15.1.1.5.0": 3,
    });
    // 255 bytes at most, and no half character.
    expect(values["1.3.6.1.2.1.1.1.0"]).toEqual(Buffer.from("é".repeat(127)));
    expect(seen).toHaveLength(17);
  });

  it("tells an object from what is none", () => {
    const get = (oid: Oid) => system.get(oid);
    expect(get([1, 3, 6, 1, 2, 1, 1, 5])).toBe("noSuchInstance");
    expect(get([1, 3, 6, 1, 2, 1, 1, 5, 1])).toBe("noSuchInstance");
    expect(get([1, 3, 6, 1, 2, 1, 1, 99, 0])).toBe("noSuchObject");
    expect(get([1, 3])).toBe("noSuchObject");
  });
});

describe("views as one", () => {
  it("are walked in order, and answer for each other", () => {
    const first = smallView(5);
    const between = { oid: [...first.instances[1]!.oid, 0], type: 2, value: 9 };
    const both = joinedView(system, first, new ListView([between]));
    const seen = walk(both);
    expect(seen).toHaveLength(17 + 8 + 1);
    expect(seen.map(({ oid }) => oid)).toEqual(seen.map(({ oid }) => oid).toSorted(compareOids));
    for (const one of seen) expect(both.get(one.oid)).toEqual(one);
    expect(both.get([1, 3, 6, 1, 2, 1, 1, 5])).toBe("noSuchInstance");
    expect(both.get([2, 5])).toBe("noSuchObject");
  });
});
