// What the configuration's reader says of files that are wrong, or nearly: test/golden/config/*.md, each case a file
// and the lines expected of it. STRAY_UPDATE=1 writes the lines anew, to be read before they are kept.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../host/config/load.js";
import { ConfigError } from "../../../host/config/problem.js";
import { TEST_HOST } from "./facts.js";

const FOLDER = new URL("../../golden/config/", import.meta.url);
const CASE = /(^## (.+)\n\n```yaml\n)([\s\S]*?)(```\n\n```text\n)([\s\S]*?)(```\n)/gm;

const { STRAY_UPDATE } = process.env;

function said(text: string): string {
  try {
    const { warnings } = parseConfig(text, "stray.yaml", { host: TEST_HOST });
    return ["valid", ...warnings.map((warning) => `warning: ${warning}`)].join("\n");
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.lines.join("\n");
  }
}

describe.each(readdirSync(FOLDER))("test/golden/config/%s", (name) => {
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
    expect(cases.length).toBeGreaterThan(10);
    expect(page.match(/^## /gm)).toHaveLength(cases.length);
  });

  it.each(cases)("$title", ({ text, expected }) => {
    const lines = said(text!);
    expect(`${lines}\n`).toBe(expected);
    for (const line of lines.split("\n")) {
      expect(line.length).toBeLessThan(400);
      expect(line).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});
