// docs/report.md says what the code does: every feature, every form, every member of the JSON, and no other.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { letterFrames } from "../../../examples/letter.js";
import { scenario } from "../../../examples/scenarios/index.js";
import { FEATURES } from "../../../host/report/features/table.js";
import { FORM_NAMES, FORMS } from "../../../host/report/formats.js";
import { FACTS_FIRST, FACTS_LATER } from "../../../host/report/gather/facts-shelf.js";
import { PACKETS_A_CASE } from "../../../host/report/gather/packets.js";
import { makeIncidentReport } from "../../../host/report/incident.js";
import { reportJson } from "../../../host/report/print/json.js";
import { tableLines } from "../../support/doc-table.js";
import { LETTER_RULES, MADE_MS, reportOf } from "../../support/report.js";
import { keepLetter } from "./kept-letter.js";

const page = readFileSync(new URL("../../../docs/report.md", import.meta.url), "utf8");

const rows = (heading: string) =>
  tableLines(page, heading).map((line) =>
    line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()),
  );

/** Told as one: what is in them is documented elsewhere, or differs by its kind. */
const WHOLE = /^(cases\[\]\.flows\[\]\.facts|cases\[\]\.hidden\[\]\.fit|about\.counts\.undecodedByReason)$/;

function pathsOf(value: unknown, path = ""): string[] {
  if (WHOLE.test(path)) return [path];
  if (Array.isArray(value)) {
    const inner = value.flatMap((one) => pathsOf(one, `${path}[]`));
    // Lists of lists are told as lists.
    return inner.length === 0 ? [`${path}[]`] : inner.map((one) => one.replace(/\[\]\[\]$/, "[]"));
  }
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    pathsOf(member, path === "" ? key : `${path}.${key}`),
  );
}

describe("docs/report.md", () => {
  it("has every feature, in order, by its own words", () => {
    expect(rows("| Feature | What it looks for |")).toEqual(
      FEATURES.map(({ key, about }) => [`\`${key}\``, about]),
    );
    expect(new Set(FEATURES.map(({ key }) => key)).size).toBe(FEATURES.length);
  });

  it("has every form with its suffixes", () => {
    const table = rows("| Form | Suffix of `-o` | What it is |");
    expect(table.map(([name, suffixes]) => [name, suffixes])).toEqual(
      FORM_NAMES.map((name) => [`\`${name}\``, FORMS[name].suffixes.join(" ")]),
    );
  });

  it("has every member of the JSON, and no other", async () => {
    const { rig, evidenceFolder } = await keepLetter();
    const { id } = rig.only();
    rig.operator.update({ id, action: "note", who: "anna", text: "a note" });
    rig.operator.update({ id, action: "close", who: "anna", text: "done" });
    const incident = {
      ...rig.engine.book.reader.show(rig.engine.book.reader.find(id)!)!,
      merged: ["I-00000000"],
    };
    const options = { evidenceFolder, zone: "UTC", nowMs: MADE_MS };
    const scan = scenario("scan-syn", 1);
    const backscatter = scenario("backscatter", 1);
    const stale = scenario("injected-reset", 1);
    const home = ["130.216.0.0/16"];
    const reports = [
      await makeIncidentReport({ incident, ...options }),
      await reportOf(letterFrames(), { rules: [LETTER_RULES], home, unused: ["130.216.236.45"] }),
      await reportOf(scan.frames, { home: scan.home }),
      await reportOf(backscatter.frames, { home: backscatter.home }),
      await reportOf(stale.frames),
    ].map((report) => JSON.parse(reportJson(report)));
    const found = new Set(reports.flatMap((report) => pathsOf(report)));
    // A list that is empty, or what is null, in one report is filled in another.
    const inner = [...found];
    const real = inner.filter((path) => {
      const list = path.endsWith("[]") && inner.some((other) => other.startsWith(`${path}.`));
      return !list && !(path === "cases[].alerts[].dump");
    });
    const documented = rows("| Member | What |").map(([name = ""]) => name.slice(1, -1));
    // Where something speaks against a cause is not in these cases; its members are those of what speaks for it.
    const against = documented.filter((name) => name.includes(".speaksAgainst[]."));
    expect(
      [...new Set([...real, ...against])]
        .filter((name) => name !== "cases[].causes[].speaksAgainst[]")
        .sort(),
    ).toEqual([...new Set(documented)].sort());
  });

  it("says its bounds", () => {
    const words = page.replace(/\s+/g, " ");
    expect(FACTS_FIRST + FACTS_LATER).toBe(1000);
    expect(words).toContain(
      `1,000 flows are kept for features and causes (the first ${FACTS_FIRST}, and ${FACTS_LATER} at most of the others, evenly)`,
    );
    expect(words).toContain(`${PACKETS_A_CASE / 1000},000 packets (fewer with many cases)`);
  });
});
