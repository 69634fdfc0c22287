// Walks before anybody asks: they ask for all there is, in order, over and over, give way, and end.

import { describe, expect, it } from "vitest";
import { warmUp } from "../../../../host/snmp/agentx/warm-up.js";
import { MIB_ARC } from "../../../../host/snmp/mib/arcs.js";
import { type Oid, oidText } from "../../../../host/snmp/oid.js";
import { ValueType } from "../../../../host/snmp/values.js";
import type { InstanceView } from "../../../../host/snmp/view.js";

class Counted implements InstanceView {
  readonly asked: string[] = [];
  private readonly instances = [1, 2, 3].map((last) => ({
    oid: [...MIB_ARC, 1, last],
    type: ValueType.Gauge,
    value: last,
  }));

  get(): "noSuchObject" {
    return "noSuchObject";
  }

  next(oid: Oid) {
    this.asked.push(oidText(oid));
    const last = oid.length > MIB_ARC.length ? oid.at(-1)! : 0;
    return this.instances[last];
  }
}

describe("walks in memory", () => {
  it("ask for everything, over and over, and end", async () => {
    const view = new Counted();
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await warmUp(view, MIB_ARC, () => true);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(view.asked.length).toBeGreaterThan(1000);
    const times = new Map<string, number>();
    for (const oid of view.asked) times.set(oid, (times.get(oid) ?? 0) + 1);
    const arc = oidText(MIB_ARC);
    expect([...times.keys()]).toEqual([arc, `${arc}.1.1`, `${arc}.1.2`, `${arc}.1.3`]);
    for (const count of times.values()) expect(count).toBeGreaterThan(100);
  });

  it("end as soon as nobody wants them", async () => {
    const view = new Counted();
    await warmUp(view, MIB_ARC, () => view.asked.length < 10);
    expect(view.asked.length).toBeLessThan(20);
  });
});
