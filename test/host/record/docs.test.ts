// docs/record-fields.md and docs/filter.md say what the code knows: every field, finding, note, state word and
// encapsulation, and nothing else in their tables.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { STATE_ALIASES, STATE_WORDS } from "../../../host/filter/states.js";
import { DIRECTION_CONFIDENCE } from "../../../host/record/direction.js";
import { FIELDS } from "../../../host/record/fields.js";
import { FINDING_NAMES, findingBit, findingNames } from "../../../host/record/findings.js";
import { ENCAPSULATIONS, NOTE_BITS } from "../../../host/record/notes.js";
import { tableLines } from "../../support/doc-table.js";

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");

/** The names in backquotes between two headings. */
function names(text: string, heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name!);
}

describe("docs/record-fields.md", () => {
  const text = page("record-fields.md");

  it("has the table of fields", () => {
    const expected = FIELDS.map(
      ({ name, type, meaning, unit }) => `| ${name} | ${type} | ${meaning} | ${unit} |`,
    );
    expect(tableLines(text, "| Field | Type | Meaning | Unit |")).toEqual(expected);
  });

  it("has the notes and the findings", () => {
    expect(names(text, "notes")).toEqual(NOTE_BITS.map(([name]) => name));
    expect(names(text, "findings")).toEqual([...FINDING_NAMES]);
  });

  it("has the confidence of each direction", () => {
    const values = tableLines(text, "| dir_reason | dir_conf | When |").map((line) =>
      Number(line.split("|")[2]),
    );
    expect(values).toEqual(Object.values(DIRECTION_CONFIDENCE));
  });
});

describe("docs/filter.md", () => {
  const text = page("filter.md");

  it("has the states and their other spellings", () => {
    const expected = Object.entries(STATE_WORDS).map(([word, { meaning }]) => `| ${word} | ${meaning} |`);
    expect(tableLines(text, "| Word | True when |")).toEqual(expected);
    const section = text.split("Other spellings:")[1]!.split("\n\n")[0]!;
    for (const [alias, word] of Object.entries(STATE_ALIASES)) {
      expect(section).toContain(`\`${alias}\``);
      expect(section).toContain(`\`${word}\``);
    }
  });

  it("has the encapsulations", () => {
    for (const name of ENCAPSULATIONS.keys()) expect(text).toContain(`\`${name}\``);
  });
});

describe("findings", () => {
  it("have a bit each, and a bit without a name still shows", () => {
    FINDING_NAMES.forEach((name, bit) => {
      expect(findingBit(name)).toBe(bit);
      expect(findingNames(bit < 32 ? 2 ** bit : 0, bit < 32 ? 0 : 2 ** (bit - 32))).toEqual([name]);
    });
    expect(findingNames(0, 0x80000000)).toEqual(["finding-63"]);
    expect(new Set(FINDING_NAMES).size).toBe(FINDING_NAMES.length);
  });
});
