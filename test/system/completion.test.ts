// What bash, zsh and fish complete with the scripts of `stray completion`: all three the same words.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCRIPT_FILES } from "../../host/help/completion/shells.js";
import { FINDING_NAMES } from "../../host/record/findings.js";
import { askBash, askFish, askZsh } from "../support/complete.js";
import { requireProgram } from "../support/system.js";

const SCRIPTS = fileURLToPath(new URL("../../packaging/completions/", import.meta.url));

/** Command line and what may follow, as all shells say it. */
const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["stray st", ["status", "stop"]],
  ["stray inc", ["incidents"]],
  ["stray incidents mut", ["mute", "mutes"]],
  ["stray bypass ", ["off", "on", "show", "test"]],
  ["stray incidents list --sev", ["--severity"]],
  ["stray incidents --sev", ["--severity"]],
  ["stray incidents list --severity ", ["critical", "high", "low", "medium"]],
  ["stray incidents list --socket here --severity h", ["high"]],
  ["stray incidents mute --finding sy", FINDING_NAMES.filter((name) => name.startsWith("sy"))],
  ["stray read -Z ", ["b", "d", "s"]],
  ["stray report --format m", ["markdown"]],
  ["stray top --by app", ["app-bytes"]],
  ["stray completion ", ["bash", "fish", "zsh"]],
  ["stray help one-w", ["one-way"]],
  ["stray status --js", ["--json"]],
  ["stray nosuch --js", []],
];

const FILE_CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["stray read one.p", ["one.pcap"]],
  ["stray read one.pcap tw", ["two.pcap"]],
  ["stray read --rules loc", ["local.rules"]],
  ["stray config check stray.y", ["stray.yaml"]],
  ["stray run --store sto", ["store"]],
];

describe.each([
  ["bash", askBash],
  ["zsh", askZsh],
  ["fish", askFish],
] as const)("%s", (shell, ask) => {
  const isThere = requireProgram(shell, shell);
  let folder: string;
  let said: Map<string, string[]>;

  beforeAll(() => {
    if (!isThere) return;
    folder = mkdtempSync(join(tmpdir(), "stray-complete-"));
    for (const name of ["one.pcap", "two.pcap", "local.rules", "stray.yaml", "stored.txt"]) {
      writeFileSync(join(folder, name), "");
    }
    mkdirSync(join(folder, "store"));
    const lines = [...CASES, ...FILE_CASES].map(([line]) => line);
    said = ask({ folder, script: `${SCRIPTS}${SCRIPT_FILES[shell]}`, lines });
  });
  afterAll(() => {
    if (isThere) rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(!isThere).each(CASES)("%s", (line, words) => {
    // fish also offers words that have the letters somewhere else in them.
    const typed = line.slice(line.lastIndexOf(" ") + 1);
    expect(said.get(line)?.filter((word) => word.startsWith(typed))).toEqual([...words].sort());
  });

  it.skipIf(!isThere).each(FILE_CASES)("%s: files where files are wanted", (line, words) => {
    const typed = line.slice(line.lastIndexOf(" ") + 1);
    const found = said
      .get(line)
      ?.filter((word) => word.startsWith(typed))
      .map((word) => word.replace(/\/$/, ""));
    expect(found).toEqual(words);
  });
});
