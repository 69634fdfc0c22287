// The manual pages under packaging/man/ are what the program and the schema say, and have all of it.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../host/cli/program.js";
import { keyRows } from "../../../host/config/key-rows.js";
import { CHOICES } from "../../../host/help/choices.js";
import { flagsText } from "../../../host/help/man/command-page.js";
import { manPages } from "../../../host/help/man/pages.js";
import { bold, escaped, inline, Page } from "../../../host/help/man/roff.js";
import { allCommands, modelOf } from "../../../host/help/program-model.js";
import { version } from "../../../host/version.js";

const FOLDER = new URL("../../../packaging/man/", import.meta.url);
const model = modelOf(
  buildProgram(() => undefined),
  CHOICES,
);
const pages = manPages(model, version());

describe("packaging/man", () => {
  it("has the pages that the generator makes, and no other (STRAY_UPDATE=1 writes them)", () => {
    const { STRAY_UPDATE } = process.env;
    if (STRAY_UPDATE === "1") {
      for (const name of readdirSync(FOLDER)) rmSync(new URL(name, FOLDER));
      for (const [name, text] of pages) writeFileSync(new URL(name, FOLDER), text);
    }
    expect(readdirSync(FOLDER).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(new URL(name, FOLDER), "utf8"), name).toBe(text);
  });

  it("has every command and option", () => {
    for (const { path, options } of allCommands(model).slice(1)) {
      const [top = ""] = path.split(" ");
      const page = pages.get(`stray-${top}.1`) ?? "";
      expect(page).toContain(escaped(`stray ${path}`));
      for (const { flags, long } of options) {
        if (long !== "--help") expect(page, path).toContain(`.TP\n${flagsText(flags)}\n`);
      }
    }
  });

  it("has every key of the configuration", () => {
    const page = pages.get("stray.yaml.5") ?? "";
    for (const { key, takes } of keyRows()) {
      const isTold =
        page.includes(`.TP\n${bold(key)}\n`) || page.includes(`.SH "${escaped(key).toUpperCase()}"\n`);
      expect(isTold || takes === "a section", key).toBe(true);
    }
  });

  it("has lines that no macro is hidden in", () => {
    const macros = /^\.(?:\\"|TH|SH|SS|PP|TP|br|RS|RE|EX|EE)(?: |$)/;
    for (const [name, text] of pages) {
      for (const line of text.split("\n")) {
        if (/^[.']/.test(line)) expect(line, name).toMatch(macros);
        expect(line, name).toMatch(/^[ -~]*$/);
      }
    }
  });
});

describe("roff", () => {
  it("takes any text as text", () => {
    const page = new Page("x", 1, "2026-01-01", "y");
    page
      .section("Hostile")
      .paragraph(".so /etc/passwd 'quoted' \\fB `bold -x` é")
      .example([".br", "'x", "a\\b"]);
    expect(page.source.split("\n").slice(2)).toEqual([
      '.SH "HOSTILE"',
      "\\&.so /etc/passwd \\(aqquoted\\(aq \\efB \\fBbold \\-x\\fR \\[u00E9]",
      ".PP",
      ".RS 4",
      ".EX",
      "\\&.br",
      "\\(aqx",
      "a\\eb",
      ".EE",
      ".RE",
      "",
    ]);
    expect(inline("a `b` c")).toBe("a \\fBb\\fR c");
  });
});
