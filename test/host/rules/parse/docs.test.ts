// docs/rules.md has every option, refusal, variable, class and reference of the tables in the code, and no other.
// STRAY_UPDATE=1 writes these parts anew.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLASSIFICATIONS } from "../../../../host/rules/classifications.js";
import { DEFAULT_VARIABLES } from "../../../../host/rules/parse/default-variables.js";
import { parseRules } from "../../../../host/rules/parse/index.js";
import { REFUSED_GROUPS, REFUSED_OPTIONS } from "../../../../host/rules/parse/options/refused.js";
import { OPTION_FAMILIES, OPTIONS } from "../../../../host/rules/parse/options/table.js";
import { REFERENCE_PREFIXES } from "../../../../host/rules/references.js";

const FILE = new URL("../../../../docs/rules.md", import.meta.url);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string): string => `\`${text}\``;

const PARTS: Readonly<Record<string, () => string>> = {
  variables: () =>
    table(
      ["Variable", "Value"],
      [...DEFAULT_VARIABLES].map(([name, value]) => [code(name), code(value.replaceAll(",", ", "))]),
    ),
  options: () =>
    OPTION_FAMILIES.map(([title, options]) => {
      const rows = options.map(({ name, form, meaning }) => [code(name), code(form), meaning]);
      return `### ${title}\n\n${table(["Option", "Written", "Meaning"], rows)}`;
    }).join("\n\n"),
  refused: () =>
    table(
      ["Option", "Why, and what to do"],
      REFUSED_GROUPS.map(([names, reason]) => [names.split(" ").map(code).join(" "), reason]),
    ),
  classes: () =>
    table(
      ["Class", "Words", "Priority"],
      [...CLASSIFICATIONS].map(([name, { description, priority }]) => [
        code(name),
        description,
        String(priority),
      ]),
    ),
  references: () =>
    table(
      ["System", "Before the id"],
      [...REFERENCE_PREFIXES].map(([system, prefix]) => [
        code(system),
        prefix === "" ? "none" : code(prefix),
      ]),
    ),
};

function between(name: string): RegExp {
  return new RegExp(`(<!-- ${name} -->\n)([\\s\\S]*?)(<!-- /${name} -->)`);
}

describe("docs/rules.md", () => {
  let page = readFileSync(FILE, "utf8");
  if (process.env["STRAY_UPDATE"] === "1") {
    for (const [name, text] of Object.entries(PARTS)) {
      page = page.replace(between(name), (_all, begin, _old, end) => `${begin}\n${text()}\n\n${end}`);
    }
    writeFileSync(FILE, page);
  }

  it.each(Object.keys(PARTS))("has the %s as they are", (name) => {
    expect(between(name).exec(page)?.[2]).toBe(`\n${PARTS[name]!()}\n\n`);
  });

  it("shows a rule that loads", () => {
    const example = /```\n(ipvar[\s\S]*?)```/.exec(page)![1]!;
    const { rules, problems } = parseRules(example);
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
  });
});

describe("the table of options", () => {
  it("has each name once, and none that is refused", () => {
    const names = OPTION_FAMILIES.flatMap(([, options]) => options.map(({ name }) => name));
    expect(names).toHaveLength(OPTIONS.size);
    expect(names.filter((name) => REFUSED_OPTIONS.has(name))).toEqual([]);
  });
});

describe("default variables", () => {
  it.each([...DEFAULT_VARIABLES.keys()])("%s can be read", (name) => {
    const isPorts = name.endsWith("_PORTS");
    const ends = isPorts ? `any $${name}` : `$${name} any`;
    const home = name === "HOME_NET" || isPorts ? undefined : "10.0.0.0/8";
    const { rules, problems } = parseRules(`alert tcp ${ends} -> any any (sid:1;)`, {
      variables: home === undefined ? {} : { HOME_NET: home },
    });
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(1);
  });
});
