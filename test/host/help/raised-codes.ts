// Every error code that host/ raises, collected from its source.
// Apart because the table, the page and the help are held against the same.
// Always holds: what can't be seen by reading (a code in a variable) is listed here by hand, and nothing else is.

import { readdirSync, readFileSync } from "node:fs";
import { UPDATE_CODES } from "../../../host/update/problem.js";

const HOST = new URL("../../../host/", import.meta.url);

/** A code that is no literal: handed on from another error, or from a list of its own. */
const HANDED_ON: Readonly<Record<string, readonly string[]>> = {
  "cli/control/alerts.ts": ["error.code"],
  "cli/control/incidents.ts": ["error.code"],
  "cli/control/reload.ts": ["error.code"],
  "control/client-errors.ts": ["printable(name)"],
  "remote/ssh-errors.ts": ["code"],
  "sensor/load-in-thread.ts": ["code"],
  "update/problem.ts": ["code"],
};

export interface Raised {
  readonly codes: ReadonlySet<string>;
  /** `file: expression` of a code that is neither a literal nor listed above. */
  readonly hidden: readonly string[];
}

export function raisedCodes(): Raised {
  const codes = new Set<string>();
  const hidden: string[] = [];
  const files = readdirSync(HOST, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const file of files) {
    // Help texts are no errors.
    if (file === "help/error-table.ts") continue;
    const text = readFileSync(new URL(file, HOST), "utf8");
    for (const [, argument = ""] of text.matchAll(/\bnew StrayError\(\s*([^\n]*)/g)) {
      const [, literal] = /^"([^"]+)"/.exec(argument) ?? [];
      if (literal !== undefined) {
        codes.add(literal);
        continue;
      }
      const expression = argument.replace(/,.*$/, "");
      if (!HANDED_ON[file]?.includes(expression)) hidden.push(`${file}: ${expression}`);
    }
    if (/extends StrayError\b/.test(text)) {
      for (const [, code] of text.matchAll(/\bsuper\("([A-Z0-9_]+)"/g)) codes.add(code!);
    }
    if (/extends StrayError\b|\bProblemCode\b/.test(text) || HANDED_ON[file]?.includes("code")) {
      for (const [, code] of text.matchAll(/"((?:INPUT|SQLITE|RULES|SSH)_[A-Z_]+)"/g)) codes.add(code!);
    }
  }
  for (const code of Object.keys(UPDATE_CODES)) codes.add(code);
  return { codes, hidden };
}
