// docs/ipfix.md says what the code writes: every element, template and bit, and nothing else in its tables.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { EVIDENCE_FLAGS, FLOW_FLAGS } from "../../../host/ipfix/meanings.js";
import { OWN_ELEMENTS } from "../../../host/ipfix/own-elements.js";
import { READ_ELEMENTS, WRITTEN_ELEMENTS } from "../../../host/ipfix/standard-elements.js";
import { FLOW_TEMPLATES, SUB_TEMPLATES, TEMPLATE_FIELDS_MAX } from "../../../host/ipfix/templates.js";
import { NOTE_BITS } from "../../../host/record/notes.js";
import { tableLines } from "../../support/doc-table.js";

const text = readFileSync(new URL("../../../docs/ipfix.md", import.meta.url), "utf8");

const table = (heading: string) => tableLines(text, heading);

const bits = (all: readonly (readonly [bit: number, meaning: string])[]): string[] =>
  all.map(([bit, meaning]) => `| 0x${bit.toString(16)} | ${meaning} |`);

describe("docs/ipfix.md", () => {
  it("has the standard elements", () => {
    const written = WRITTEN_ELEMENTS.map(
      ({ id, name, type, meaning }) => `| ${id} | ${name} | ${type} | ${meaning} |`,
    );
    expect(table("| Number | Name | Type | In stray |")).toEqual(written);
    const read = READ_ELEMENTS.map(({ id, name, meaning }) => `| ${id} | ${name} | ${meaning} |`);
    expect(table("| Number | Name | Taken as |")).toEqual(read);
  });

  it("has stray's own elements", () => {
    const own = OWN_ELEMENTS.map(
      ({ id, name, type, semantics, units, meaning }) =>
        `| ${id} | ${name} | ${type} | ${semantics} | ${units} | ${meaning} |`,
    );
    expect(table("| Number | Name | Type | Semantics | Units | Meaning |")).toEqual(own);
  });

  it("has the templates", () => {
    const templates = [...FLOW_TEMPLATES, ...SUB_TEMPLATES].map(
      ({ id, name, fields, size }) => `| ${id} | ${name} | ${fields.length} | ${size} |`,
    );
    expect(table("| Number | Template | Fields | Bytes of a record |")).toEqual(templates);
  });

  it("has the bits", () => {
    expect(table("| Bit | strayFlowFlags |")).toEqual(bits(FLOW_FLAGS));
    expect(table("| Bit | strayEvidenceFlags: valid are |")).toEqual(bits(EVIDENCE_FLAGS));
    const notes = [...NOTE_BITS].sort((a, b) => a[1] - b[1]).map(([name, bit]) => [bit, name] as const);
    expect(table("| Bit | strayNotes |")).toEqual(bits(notes));
  });
});

describe("the tables of elements", () => {
  it("have each number and each name once", () => {
    const standard = [...WRITTEN_ELEMENTS, ...READ_ELEMENTS];
    expect(new Set(standard.map(({ id }) => id)).size).toBe(standard.length);
    expect(new Set(OWN_ELEMENTS.map(({ id }) => id)).size).toBe(OWN_ELEMENTS.length);
    const names = [...standard, ...OWN_ELEMENTS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("keep descriptions short enough for one octet of length, and names findable", () => {
    for (const { name, meaning } of OWN_ELEMENTS) {
      expect(name).toMatch(/^stray[A-Z][A-Za-z0-9]+$/);
      expect(name.length).toBeLessThan(64);
      expect(meaning.length).toBeLessThan(255);
    }
  });

  it("know every flag of a flow but the one that orientation takes the place of", () => {
    const flags = Object.entries(L)
      .filter(([name]) => name.startsWith("FLOW_FLAG_") && name !== "FLOW_FLAG_INITIATOR_B")
      .map(([, bit]) => bit);
    expect(FLOW_FLAGS.map(([bit]) => bit).sort((a, b) => a - b)).toEqual(flags.sort((a, b) => a - b));
  });

  it("make templates that Wireshark dissects, and lists shorter than 255 octets", () => {
    for (const { fields } of FLOW_TEMPLATES) expect(fields.length).toBeLessThanOrEqual(TEMPLATE_FIELDS_MAX);
    for (const { size } of SUB_TEMPLATES) expect(3 + 2 * size).toBeLessThan(255);
  });
});
