// Metrics as others read them: a strict OpenMetrics parser, the older form's parser, promtool.

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { alertingText } from "../../host/metrics/alerting.js";
import { dashboardQueries } from "../../host/metrics/dashboard.js";
import { exposition } from "../../host/metrics/exposition.js";
import { metricFamilies, openMetrics } from "../../host/metrics/families.js";
import { wholeReports } from "../host/metrics/whole-reports.js";
import { checkRules, readMetrics, readValues } from "../support/prometheus.js";
import { requireDebianPython, requireProgram } from "../support/system.js";

const hasClient = requireDebianPython("prometheus_client", "python3-prometheus-client");
const hasPromtool = requireProgram("promtool", "prometheus");

const { status, counters } = wholeReports();

describe.skipIf(!hasClient)("Prometheus' client", () => {
  const families = metricFamilies(status, counters);

  it("reads OpenMetrics by its strict parser: names, types, units, help, labels, values", () => {
    const read = readMetrics(openMetrics(status, counters), "openmetrics");
    expect(read).toEqual(
      families.map(({ name, type, unit = "", help, samples }) => ({
        name,
        type,
        unit,
        help,
        samples: samples.map(({ labels, value }) => ({
          name: type === "counter" ? `${name}_total` : type === "info" ? `${name}_info` : name,
          labels,
          value,
        })),
      })),
    );
  });

  it("reads the same series and values in the older form", () => {
    const newer = readValues(readMetrics(exposition(families, "openmetrics"), "openmetrics"));
    const older = readValues(readMetrics(exposition(families, "text"), "text"));
    expect([...older].sort()).toEqual([...newer].sort());
  });

  it("reads names from outside as they are, controls escaped", () => {
    const name = 'syslog:/dev/\\"lög\n\u001b[2J';
    const sinks = [{ name, counters: { records: 1 } }];
    for (const form of ["openmetrics", "text"] as const) {
      const read = readMetrics(exposition(metricFamilies(status, { ...counters, sinks }), form), form);
      const labels = read.flatMap(({ samples }) => samples.map((sample) => sample.labels["sink"]));
      expect(labels).toContain('syslog:/dev/\\"lög\n\\x1b[2J');
    }
  });
});

describe.skipIf(!hasPromtool)("promtool", () => {
  it("has nothing to say about the older form", () => {
    const input = exposition(metricFamilies(status, counters), "text");
    const {
      stdout,
      stderr,
      status: code,
    } = spawnSync("promtool", ["check", "metrics"], { input, encoding: "utf8" });
    expect([code, stdout, stderr]).toEqual([0, "", ""]);
  });

  it("takes the alerting rules, and every query of the dashboard", () => {
    expect(checkRules(alertingText())).toBe("");
    const rules = dashboardQueries().map((query, index) => ({
      record: `query${index}`,
      expr: query.replaceAll("$__rate_interval", "5m").replaceAll("$__range", "6h"),
    }));
    expect(checkRules(JSON.stringify({ groups: [{ name: "dashboard", rules }] }))).toBe("");
  });
});
