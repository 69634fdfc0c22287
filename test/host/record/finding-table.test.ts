// The table of findings against the names, the classifier's constants and the fields; docs/findings.md against the table
// (STRAY_UPDATE=1 writes it). What the classifier does is held by test/assembly/detect/.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FIELDS } from "../../../host/record/fields.js";
import { findingsReference } from "../../../host/record/finding-reference.js";
import { FINDING_TABLE, THRESHOLDS } from "../../../host/record/finding-table.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";

const DOCUMENT = new URL("../../../docs/findings.md", import.meta.url);
const LAYOUT = new URL("../../../assembly/detect/detect-layout.ts", import.meta.url);

/** How tables are made, no finding's threshold; or told in the page's head. */
const OF_TABLES = [
  "DETECT_WAYS",
  "COARSE_SHIFT",
  "SIGHT_COUNT_MAX",
  "PROTECTED_ASKS",
  "PROTECTED_UNASKED",
  "RECENT_COARSE_MAX",
  "RECENT_HANDSHAKE_COARSE_MAX",
  "LOSS_COARSE_MAX",
];

/** Constants under the layout's heading of thresholds. */
function thresholds(): string[] {
  const [, text = ""] = readFileSync(LAYOUT, "utf8").split("// ---- Thresholds");
  return [...text.matchAll(/^export const (\w+): i32/gm)].map(([, name = ""]) => name);
}

describe("the table of findings", () => {
  it("has each finding, in the order of its bits", () => {
    expect(FINDING_TABLE.map(({ name }) => name)).toEqual([...FINDING_NAMES]);
  });

  it("says what each needs, where it is from and what to do, in sentences", () => {
    for (const { name, meaning, required, excluded, evidence, origin, advice, places } of FINDING_TABLE) {
      for (const sentence of [meaning, advice, ...required, ...excluded])
        expect(sentence, name).toMatch(/^[`A-Z].*\.$/);
      for (const list of [required, excluded, evidence, origin, places]) {
        expect(list.length, name).toBeGreaterThan(0);
        expect(new Set(list).size, name).toBe(list.length);
      }
    }
  });

  it("names constants that there are, and every threshold that there is", () => {
    const used = FINDING_TABLE.flatMap(({ thresholds: all }) => all.map(([name]) => name));
    for (const name of used) expect(THRESHOLDS[name], name).toBeTypeOf("number");
    const told = new Set<string>([...used, ...OF_TABLES]);
    expect(thresholds().filter((name) => !told.has(name))).toEqual([]);
    const text = JSON.stringify(FINDING_TABLE);
    for (const [, name = ""] of text.matchAll(/`([A-Z][A-Z_]+_[A-Z_]+)`/g))
      expect(Object.keys(THRESHOLDS)).toContain(name);
  });

  it("writes no number again that is a threshold", () => {
    for (const { name, required, excluded } of FINDING_TABLE) {
      const numbers =
        [...required, ...excluded].join(" ").match(/(?<![\w.:/#])\d+(?! (?:and|to)\b)(?![\w.:/])/g) ?? [];
      // Ranges of addresses, ports and TTLs, sizes of headers, UTF-8 are no thresholds.
      expect(
        numbers.filter(
          (number) => !["0", "1", "8", "20", "32", "64", "128", "255", "1023", "1024"].includes(number),
        ),
        name,
      ).toEqual([]);
    }
  });

  it("names fields of records as evidence", () => {
    const names = new Set(FIELDS.map(({ name }) => name));
    for (const { name, evidence } of FINDING_TABLE) {
      for (const field of evidence) expect(names.has(field), `${name}: ${field}`).toBe(true);
    }
  });
});

describe("docs/findings.md", () => {
  it("is what the table says (STRAY_UPDATE=1 writes it)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") writeFileSync(DOCUMENT, findingsReference());
    expect(existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "").toBe(findingsReference());
  });

  it("is found from the other pages", () => {
    for (const page of ["README.md", "ARCHITECTURE.md", "docs/record-fields.md"]) {
      const text = readFileSync(new URL(`../../../${page}`, import.meta.url), "utf8");
      expect(text, page).toContain("findings.md");
    }
  });
});
