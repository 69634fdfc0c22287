// What monitoring tools are given: the dashboard and the alerting rules ask for nothing that is not told.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alertingQueries, alertingText } from "../../../host/metrics/alerting.js";
import { dashboardQueries, dashboardText } from "../../../host/metrics/dashboard.js";
import { sampleName } from "../../../host/metrics/exposition.js";
import { metricFamilies } from "../../../host/metrics/families.js";
import { wholeReports } from "./whole-reports.js";

const { status, counters } = wholeReports();
const families = metricFamilies(status, counters);
const labelsOf = new Map(
  families.map((family) => [
    sampleName(family),
    new Set(family.samples.flatMap(({ labels }) => Object.keys(labels))),
  ]),
);
/** Of node_exporter, and those that Prometheus adds. */
const FOREIGN = new Set(["node_textfile_mtime_seconds"]);
const ADDED = new Set(["instance", "job", "file"]);

const DASHBOARD = new URL("../../../packaging/grafana/stray.json", import.meta.url);
const ALERTS = new URL("../../../packaging/prometheus/alerts.yml", import.meta.url);

/** The metrics of a query with the labels that are asked of each. */
function asked(query: string): [metric: string, labels: string[]][] {
  const words = query.matchAll(/\b((?:stray|node)_[a-z0-9_]+)\b(?:\{([^}]*)\})?/g);
  return [...words].map(([, metric, matchers = ""]) => [
    metric!,
    [...matchers.matchAll(/([a-z_]+)\s*=/g)].map(([, label]) => label!),
  ]);
}

function expectTold(queries: readonly string[]): void {
  for (const query of queries) {
    const metrics = asked(query);
    expect(metrics.length, query).toBeGreaterThan(0);
    for (const [metric, labels] of metrics) {
      if (FOREIGN.has(metric)) continue;
      const known = labelsOf.get(metric);
      expect(known, `${metric} in ${query}`).toBeDefined();
      for (const label of labels)
        expect(known!.has(label) || ADDED.has(label), `${label} in ${query}`).toBe(true);
    }
    for (const [, list] of query.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of list!.split(", ")) {
        const isThere = ADDED.has(label) || metrics.some(([metric]) => labelsOf.get(metric)?.has(label));
        expect(isThere, `${label} in ${query}`).toBe(true);
      }
    }
  }
}

describe("packaging/grafana/stray.json", () => {
  it("is what the generator makes (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(DASHBOARD, dashboardText());
    expect(readFileSync(DASHBOARD, "utf8")).toBe(dashboardText());
  });

  const dashboard = JSON.parse(dashboardText()) as {
    panels: {
      id: number;
      type: string;
      title: string;
      gridPos: { x: number; y: number; w: number; h: number };
      targets?: { refId: string; expr: string }[];
    }[];
    templating: { list: { name: string }[] };
  };

  it("asks for nothing that is not told, and for much of it", () => {
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(queries).toEqual(dashboardQueries());
    expectTold(queries);
    expect(new Set(queries.flatMap((query) => asked(query).map(([metric]) => metric))).size).toBeGreaterThan(
      80,
    );
  });

  it("uses the variables that it has", () => {
    const used = new Set([...dashboardText().matchAll(/\$\{?([a-z]\w*)\}?/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(dashboard.templating.list.map(({ name }) => name).sort());
  });

  it("has panels that do not lie upon each other, each with a name of its own", () => {
    const places = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(places.has(`${x} ${y}`), `${x} ${y}`).toBe(false);
          places.add(`${x} ${y}`);
        }
      }
    }
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { targets = [] } of panels)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });
});

describe("packaging/prometheus/alerts.yml", () => {
  it("is what the generator makes (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(ALERTS, alertingText());
    expect(readFileSync(ALERTS, "utf8")).toBe(alertingText());
  });

  it("asks for nothing that is not told, and says what to do", () => {
    expectTold(alertingQueries());
    const { groups } = parse(alertingText()) as {
      groups: { rules: { expr: string; annotations: object }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ expr }) => expr)).toEqual(alertingQueries());
    for (const { annotations } of rules) {
      expect(annotations).toEqual({
        summary: expect.stringMatching(/\S/),
        description: expect.stringMatching(/\S/),
      });
    }
  });
});
