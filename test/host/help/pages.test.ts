// docs/commands.md, errors.md, counters.md and metrics.md are what the tables say.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../host/cli/program.js";
import { CHOICES } from "../../../host/help/choices.js";
import { commandsPage, countersPage, errorsPage, metricsPage } from "../../../host/help/pages.js";
import { modelOf } from "../../../host/help/program-model.js";
import { wholeReports } from "../metrics/whole-reports.js";

const { status, counters } = wholeReports();
const model = modelOf(
  buildProgram(() => undefined),
  CHOICES,
);

describe.each([
  ["commands.md", commandsPage(model)],
  ["errors.md", errorsPage()],
  ["counters.md", countersPage()],
  ["metrics.md", metricsPage(status, counters)],
])("docs/%s", (name, text) => {
  const place = new URL(`../../../docs/${name}`, import.meta.url);

  it("is what the tables say (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(place, text);
    expect(readFileSync(place, "utf8")).toBe(text);
  });

  it("has tables whose rows have as many cells as their heads", () => {
    const lines = text.split("\n");
    lines.forEach((line, index) => {
      if (!line.startsWith("|")) return;
      const cells = (row: string) => row.replaceAll("\\|", "").split("|").length;
      const head = lines.findLastIndex((candidate, at) => at <= index && !candidate.startsWith("|")) + 1;
      expect(cells(line), line).toBe(cells(lines[head] ?? ""));
    });
  });
});
