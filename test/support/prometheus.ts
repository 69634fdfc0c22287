// What others read in our metrics: Prometheus' own Python client, whose OpenMetrics parser is strict, and promtool.
// Apart because the metrics, the dashboard and the alerting rules are held against the same peers.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exposition } from "../../host/metrics/exposition.js";
import { DEBIAN_PYTHON } from "./system.js";

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly { name: string; labels: Record<string, string>; value: number }[];
}

const SCRIPT = `
import json, sys
form = sys.argv[1]
if form == "openmetrics":
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
else:
    from prometheus_client.parser import text_string_to_metric_families
text = sys.stdin.buffer.read().decode("utf-8", "strict")
out = []
for family in text_string_to_metric_families(text):
    samples = [{"name": s.name, "labels": s.labels, "value": float(s.value)} for s in family.samples]
    out.append({"name": family.name, "type": family.type, "unit": family.unit, "help": family.documentation, "samples": samples})
json.dump(out, sys.stdout)
`;

/** @throws Error with what the parser says. */
export function readMetrics(text: string, form: Exposition): ReadFamily[] {
  const options = { input: text, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync(DEBIAN_PYTHON, ["-c", SCRIPT, form], options);
  if (status !== 0) throw new Error(`prometheus_client: ${stderr}`);
  return JSON.parse(stdout) as ReadFamily[];
}

/** Name and labels of each sample, with its value. */
export function readValues(families: readonly ReadFamily[]): Map<string, number> {
  return new Map(
    families.flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => [seriesKey(name, labels), value] as const),
    ),
  );
}

export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}}`;
}

/** What `promtool check rules` says of that text; empty when it is right. */
export function checkRules(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "stray-promtool-"));
  try {
    const path = join(folder, "rules.yml");
    writeFileSync(path, text);
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", path], { encoding: "utf8" });
    return status === 0 ? "" : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
