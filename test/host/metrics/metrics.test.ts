// Metrics from the sensor's reports: every counter is there, named by one rule, and nothing from outside makes a line.

import { describe, expect, it } from "vitest";
import { newControlCounts } from "../../../host/control/counts.js";
import { COUNTER_WORDS, counterHelp } from "../../../host/metrics/counter-help.js";
import { exposition } from "../../../host/metrics/exposition.js";
import { metricFamilies, metricOf, openMetrics } from "../../../host/metrics/families.js";
import { FamilySet, metricName } from "../../../host/metrics/family.js";
import { wholeReports } from "./whole-reports.js";

const lines = (text: string): string[] => text.trimEnd().split("\n");

describe("metricName", () => {
  it("follows from the counter's name alone", () => {
    expect(metricName("stray", "flows-created", "counter").name).toBe("stray_flows_created");
    expect(metricName("stray", "wire-bytes", "counter")).toMatchObject({
      name: "stray_wire_bytes",
      unit: "bytes",
      scale: 1,
    });
    expect(metricName("stray_control", "bytes-in", "counter").name).toBe("stray_control_in_bytes");
    expect(metricName("stray_sink", "flush-us", "counter")).toMatchObject({
      name: "stray_sink_flush_seconds",
      unit: "seconds",
    });
    expect(metricName("stray", 'Odd "näme"\n', "counter").name).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});

describe("metricFamilies", () => {
  const { status, counters } = wholeReports();
  const families = metricFamilies(status, counters);

  it("has every counter and gauge with its value", () => {
    const told = new Map(
      families.flatMap(({ name, type, samples }) =>
        samples.map(({ labels, value }) => [
          `${name}${type === "counter" ? "_total" : ""} ${JSON.stringify(Object.entries(labels).sort())}`,
          value,
        ]),
      ),
    );
    const scale = (name: string) => (name.startsWith("flush-us") ? 1e6 : name === "ring-percent" ? 100 : 1);
    const check = (scope: Parameters<typeof metricOf>[0], counts: object, labels: object) => {
      for (const [counter, value] of Object.entries(counts)) {
        const { name, labels: own } = metricOf(scope, counter);
        const key = `${name} ${JSON.stringify(Object.entries({ ...labels, ...own }).sort())}`;
        expect(told.get(key), `${scope} ${counter}: ${key}`).toBe(value / scale(counter));
      }
    };
    check("sensor", counters.total, {});
    check("gauge", counters.gauges, {});
    check("control", counters.control, {});
    for (const { worker, counters: counts } of counters.workers)
      check("worker", counts, { worker: `${worker}` });
    for (const { name, worker, counters: counts } of counters.interfaces) {
      check("interface", counts, { interface: name, worker: `${worker}` });
    }
    for (const { name, counters: counts } of counters.sinks) check("sink", counts, { sink: name });
    expect(told.size).toBeGreaterThan(600);
  });

  it("has no two families, and no two series, of one name", () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    const series = lines(exposition(families, "openmetrics")).filter((line) => !line.startsWith("#"));
    const names = series.map((line) => line.replace(/ \S+$/, ""));
    expect(new Set(names).size).toBe(names.length);
  });

  it("names the unit last, and leaves the suffixes of other types alone", () => {
    for (const { name, type, unit, help } of families) {
      expect(name).toMatch(/^stray_[a-z0-9_]*[a-z0-9]$/);
      expect(help).toMatch(/\S/);
      if (unit !== undefined) expect(name.endsWith(`_${unit}`)).toBe(true);
      if (type !== "counter") expect(name).not.toMatch(/_(?:total|created|count|sum|bucket|info)$/);
    }
  });

  it("tells incidents by severity, the state of the switch, and who the sensor is", () => {
    const text = openMetrics(status, counters);
    expect(text).toContain('stray_incidents_open{severity="high"} 1\n');
    expect(text).toContain('stray_inline_state{stray_inline_state="armed"} 1\n');
    expect(text).toContain('stray_inline_state{stray_inline_state="bypass"} 0\n');
    expect(text).toMatch(
      /^stray_sensor_info\{version="0\.1\.0",name="lab",profile="default",mode="inline"\} 1$/m,
    );
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });

  it("takes counters that have no words yet", () => {
    const text = openMetrics(status, { ...counters, total: { "brand-new": 7 } });
    expect(text).toContain("stray_brand_new_total 7\n");
  });
});

describe("both forms", () => {
  const hostile = 'a\\b"c\nd\re\u0000f\u001bg\u2028h\ud800';

  it.each(["openmetrics", "text"] as const)("%s: nothing from outside makes a line of its own", (form) => {
    const set = new FamilySet();
    set.add({ name: "x", type: "gauge", help: hostile }, { sink: hostile }, 1);
    const text = exposition(set.all, form);
    expect(lines(text).filter((line) => !line.startsWith("#"))).toEqual([
      'x{sink="a\\\\b\\"c\\nd\\\\x0de\\\\x00f\\\\x1bg\\\\u2028h\\\\ud800"} 1',
    ]);
    expect(text).not.toMatch(/[^\n -~]/);
    expect(lines(text)).toHaveLength(form === "openmetrics" ? 4 : 3);
  });

  it("differ in the heads only", () => {
    const set = new FamilySet();
    set.add({ name: "a_bytes", type: "counter", unit: "bytes", help: "h" }, {}, 1);
    set.add({ name: "b", type: "info", help: "h" }, { v: "1" }, 1);
    expect(exposition(set.all, "text")).toBe(
      '# HELP a_bytes_total h\n# TYPE a_bytes_total counter\na_bytes_total 1\n# HELP b_info h\n# TYPE b_info gauge\nb_info{v="1"} 1\n',
    );
    expect(exposition(set.all, "openmetrics")).toBe(
      '# TYPE a_bytes counter\n# UNIT a_bytes bytes\n# HELP a_bytes h\na_bytes_total 1\n# TYPE b info\n# HELP b h\nb_info{v="1"} 1\n# EOF\n',
    );
  });
});

describe("words of counters", () => {
  it("are there for everything that counts", () => {
    const { counters } = wholeReports();
    const missing = (scope: Parameters<typeof counterHelp>[0], counts: object) =>
      Object.keys(counts).filter((name) => counterHelp(scope, name) === undefined);
    expect(missing("sensor", counters.total)).toEqual([]);
    expect(missing("gauge", counters.gauges)).toEqual([]);
    expect(missing("control", newControlCounts())).toEqual([]);
    for (const { counters: counts } of counters.workers) expect(missing("worker", counts)).toEqual([]);
    for (const { counters: counts } of counters.interfaces) expect(missing("interface", counts)).toEqual([]);
  });

  it("are told once a name", () => {
    for (const table of Object.values(COUNTER_WORDS)) {
      expect(new Set(table.map(({ name }) => name)).size).toBe(table.length);
    }
  });
});
