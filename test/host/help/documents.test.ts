// Documents against code: every command, option, key, finding, cause, error code and counter is described, and every
// link leads somewhere.
// Apart from the tests of single pages, which hold one page against one table.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CAUSES_IN_ORDER } from "../../../host/cause/names.js";
import { buildProgram } from "../../../host/cli/program.js";
import { keyRows } from "../../../host/config/key-rows.js";
import { ERROR_TABLE, errorEntry } from "../../../host/help/error-table.js";
import { allCommands, fullName, modelOf } from "../../../host/help/program-model.js";
import { COUNTER_WORDS } from "../../../host/metrics/counter-help.js";
import { NOTICE_KINDS } from "../../../host/notice/notice.js";
import { FINDING_NAMES } from "../../../host/record/findings.js";
import { AgentCounts } from "../../../host/snmp/agent/counts.js";
import { raisedCodes } from "./raised-codes.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, "utf8");
const DOCUMENTS = readdirSync(`${ROOT}docs`)
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const PAGES = [...DOCUMENTS, "README.md", "packaging/README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];

/** The text under a heading of that name, to the next one as high. */
function section(path: string, heading: string): string {
  const lines = read(path).split("\n");
  const at = lines.indexOf(heading);
  expect(at, `${path}: ${heading}`).toBeGreaterThanOrEqual(0);
  const mark = /^#+/.exec(heading)![0];
  const end = lines.findIndex(
    (line, index) => index > at && /^#+ /.test(line) && line.indexOf(" ") <= mark.length,
  );
  return lines.slice(at, end < 0 ? undefined : end).join("\n");
}

describe("docs", () => {
  it("has every command with every option", () => {
    for (const command of allCommands(modelOf(buildProgram(() => undefined))).slice(1)) {
      const depth = command.path.split(" ").length + 1;
      const text = section("docs/commands.md", `${"#".repeat(depth)} ${fullName(command)}`);
      for (const { flags, long } of command.options) {
        if (long !== "--help")
          expect(text, command.path).toContain(`| \`${flags.replaceAll("|", "\\|")}\` |`);
      }
    }
  });

  it("has every key of the configuration", () => {
    const headings = [...read("docs/configuration.md").matchAll(/^#{2,} (.+)$/gm)].map(
      ([line, name]) => [name!, line] as const,
    );
    const isTold = (key: string): boolean =>
      headings.some(([name, line]) => {
        if (key === name || key === name.replace(/\[\]$/, "")) return true;
        if (!key.startsWith(`${name}.`)) return false;
        return section("docs/configuration.md", line).includes(`\n| \`${key.slice(name.length + 1)}\` |`);
      });
    const keys = keyRows().filter(({ takes }) => takes !== "a section");
    expect(keys.length).toBeGreaterThan(70);
    expect(keys.filter(({ key }) => !isTold(key)).map(({ key }) => key)).toEqual([]);
    expect(isTold("capture.nosuch")).toBe(false);
  });

  it("has every finding and every cause, under a heading of its own", () => {
    for (const name of FINDING_NAMES)
      expect(section("docs/findings.md", `## ${name}`)).toContain("**What to do**");
    for (const name of CAUSES_IN_ORDER)
      expect(section("docs/causes.md", `## ${name}`).length).toBeGreaterThan(80);
    const guide = section("docs/guide.md", "## What each finding means and what to do");
    for (const name of FINDING_NAMES) expect(guide).toContain(`\`${name}\``);
  });

  it("has every error code that is raised, and no other", () => {
    const { codes, hidden } = raisedCodes();
    expect(hidden).toEqual([]);
    const page = read("docs/errors.md");
    const missing = [...codes].filter((code) => !page.includes(`| \`${errorEntry(code)?.code ?? code}\` |`));
    expect(missing).toEqual([]);
    const unused = ERROR_TABLE.filter(({ code }) => !code.endsWith("*") && !codes.has(code)).map(
      ({ code }) => code,
    );
    expect(unused).toEqual([]);
    for (const { meaning, advice } of ERROR_TABLE) {
      expect(meaning).toMatch(/[.…)]$/);
      expect(advice).not.toBe("");
    }
  });

  it("has every counter, those of the pages about single outputs too", () => {
    const page = read("docs/counters.md");
    const known = new Set(Object.values(COUNTER_WORDS).flatMap((table) => table.map(({ name }) => name)));
    for (const name of NOTICE_KINDS) expect(known).toContain(name);
    for (const name of Object.keys(new AgentCounts().values)) expect(known).toContain(name);
    for (const name of known) expect(page).toContain(`| \`${name}\` |`);
    const told = DOCUMENTS.flatMap((path) => {
      const lines = read(path).split("\n");
      const heads = lines.flatMap((line, index) => (/^\| Counter \| /.test(line) ? [index] : []));
      return heads.flatMap((head) => {
        const end = lines.findIndex((line, index) => index > head && !line.startsWith("|"));
        const cells = lines.slice(head + 2, end).map((line) => line.split("|")[1]!);
        return cells
          .flatMap((cell) => cell.replaceAll("`", "").split(","))
          .map((name) => [path, name.trim()] as const);
      });
    });
    expect(told.length).toBeGreaterThan(80);
    expect(told.filter(([, name]) => !known.has(name))).toEqual([]);
  });

  it("has every object and notification of the MIB that somebody can ask for", () => {
    const mib = read("packaging/mibs/STRAY-MIB.txt");
    const page = read("docs/snmp.md");
    const named = [...mib.matchAll(/^([a-z]\w*)\s+(?:OBJECT|NOTIFICATION)-TYPE\b(?:\s+SYNTAX\s+(\w+))?/gm)];
    // An entry is its table's row: it is never asked for by itself.
    const asked = named.filter(([, , syntax = ""]) => !/Entry$/.test(syntax)).map(([, name]) => name!);
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
    for (const [, name = ""] of named) {
      const definition = mib.slice(mib.search(new RegExp(`^${name}\\s`, "m")));
      expect(definition.slice(0, definition.indexOf("::=")), name).toMatch(/DESCRIPTION\s+"[^"]{5,}"/);
    }
  });

  it("lists every document in docs/README.md", () => {
    const index = read("docs/README.md");
    for (const path of DOCUMENTS) {
      const name = path.slice("docs/".length);
      if (name !== "README.md") expect(index).toContain(`](${name})`);
    }
  });
});

describe("links", () => {
  it.each(PAGES)("of %s lead somewhere", (path) => {
    const text = read(path).replace(/```[\s\S]*?```/g, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const folder = dirname(path);
      const place = file === "" ? path : `${folder === "." ? "" : `${folder}/`}${file}`;
      expect(existsSync(`${ROOT}${place}`), `${path}: ${target}`).toBe(true);
      if (anchor !== undefined && anchor !== "")
        expect(anchors(place), `${path}: ${target}`).toContain(anchor);
    }
  });
});

/** As GitHub makes them from headings. */
function anchors(path: string): string[] {
  const text = read(path).replace(/```[\s\S]*?```/g, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
