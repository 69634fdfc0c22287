// What the parser makes of rules, right and wrong: test/golden/rules/*.md, each case rules and what becomes of them.
// STRAY_UPDATE=1 writes what becomes of them anew, to be read before it is kept.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseRules } from "../../../../host/rules/parse/index.js";
import { OPTIONS } from "../../../../host/rules/parse/options/table.js";
import { shownRuleSet } from "./show.js";

const FOLDER = new URL("../../../golden/rules/", import.meta.url);
const CASE = /(^## (.+)\n\n```rules\n)([\s\S]*?)(```\n\n```text\n)([\s\S]*?)(```\n)/gm;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));

const { STRAY_UPDATE } = process.env;

function said(text: string): string {
  return shownRuleSet(parseRules(text, { file: "x.rules" }));
}

describe.each(FILES)("test/golden/rules/%s", (name) => {
  const file = new URL(name, FOLDER);
  let page = readFileSync(file, "utf8");
  if (STRAY_UPDATE === "1") {
    page = page.replace(CASE, (_all, head, _title, text, between, _old, end) => {
      return `${head}${text}${between}${said(text)}\n${end}`;
    });
    writeFileSync(file, page);
  }
  const cases = [...page.matchAll(CASE)].map(([, , title, text, , expected]) => ({ title, text, expected }));

  it("has no case that is not read", () => {
    expect(cases.length).toBeGreaterThan(2);
    expect(page.match(/^## /gm)).toHaveLength(cases.length);
  });

  it.each(cases)("$title", ({ text, expected }) => {
    const lines = said(text!);
    expect(`${lines}\n`).toBe(expected);
    for (const line of lines.split("\n")) {
      expect(line.length).toBeLessThan(500);
      expect(line).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});

it("has a case by the name of every option", () => {
  const titles = FILES.flatMap(
    (name) => readFileSync(new URL(name, FOLDER), "utf8").match(/^## \S+/gm) ?? [],
  );
  const named = new Set(titles.map((title) => title.slice(3).replace(/,$/, "")));
  expect([...OPTIONS.keys()].filter((name) => !named.has(name))).toEqual([]);
});
