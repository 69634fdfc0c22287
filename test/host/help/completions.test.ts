// The completion scripts under packaging/ are what the program's declarations say.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../host/cli/program.js";
import { CHOICES } from "../../../host/help/choices.js";
import { completionScript } from "../../../host/help/completion/script.js";
import { SCRIPT_FILES, SHELLS } from "../../../host/help/completion/shells.js";
import { allCommands, modelOf } from "../../../host/help/program-model.js";

const FOLDER = new URL("../../../packaging/completions/", import.meta.url);
const model = modelOf(
  buildProgram(() => undefined),
  CHOICES,
);

describe("packaging/completions", () => {
  it.each(SHELLS)("has for %s what the program says (STRAY_UPDATE=1 writes it)", (shell) => {
    const { STRAY_UPDATE } = process.env;
    const place = new URL(SCRIPT_FILES[shell], FOLDER);
    if (STRAY_UPDATE === "1") writeFileSync(place, completionScript(model, shell));
    expect(readFileSync(place, "utf8")).toBe(completionScript(model, shell));
  });

  it.each(SHELLS)("has every command and option in that for %s", (shell) => {
    const script = completionScript(model, shell);
    for (const { name, options } of allCommands(model)) {
      expect(script).toContain(name);
      for (const { long, short } of options) {
        const flag = long ?? short ?? "";
        expect(script).toContain(shell === "fish" ? flag.replace(/^--?/, "") : flag);
      }
    }
  });

  it("lists choices of nothing that the program does not have", () => {
    for (const key of Object.keys(CHOICES)) {
      const [, path = "", last = ""] = /^(.*) (\S+)$/.exec(key) ?? [];
      const command = allCommands(model).find((candidate) => candidate.path === path);
      const found = [
        ...(command?.options.map((option) => [option.long ?? option.short, option.value?.kind]) ?? []),
        ...(command?.arguments.map((argument) => [argument.name, argument.kind]) ?? []),
      ].find(([name]) => name === last);
      expect(found, key).toEqual([last, "choice"]);
    }
  });

  it("has no word that a shell could take for more than a word", () => {
    for (const { name, options, arguments: places } of allCommands(model)) {
      const values = [
        ...options.flatMap(({ value }) => value?.choices ?? []),
        ...places.flatMap(({ choices }) => choices),
      ];
      const flags = options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
      for (const word of [name, ...values, ...flags]) expect(word).toMatch(/^[A-Za-z0-9-]+$/);
    }
  });
});
