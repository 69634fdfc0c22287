// docs/update.md says what the code does: codes, counts, files, times.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UpdateBook } from "../../../host/update/book.js";
import { UpdateDisk } from "../../../host/update/disk.js";
import { HEALTH_MAX_MS, HEALTH_MIN_MS, HEALTH_MS, LOOK_MS, LOOKS } from "../../../host/update/health.js";
import { KEYS_PATH } from "../../../host/update/keys.js";
import { UPDATE_CODES } from "../../../host/update/problem.js";
import { RELEASES_PATH } from "../../../host/update/releases.js";
import { TRIES_MAX } from "../../../host/update/trial.js";

const page = readFileSync(new URL("../../../docs/update.md", import.meta.url), "utf8");
const flat = page.replace(/\s+/g, " ");

function table(heading: string): string[][] {
  const [, behind = ""] = page.split(`\n${heading}\n`);
  const rows = behind.split("\n\n")[0]!.split("\n").slice(1);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("docs/update.md", () => {
  it("has every code and every count", () => {
    const codes = Object.entries(UPDATE_CODES).map(([code, text]) => [`\`${code}\``, text]);
    expect(table("| Code | Means |")).toEqual(codes);
    const { counts } = new UpdateBook("/nowhere", new UpdateDisk()).state();
    expect(table("| Count | What |").map(([name]) => name)).toEqual(
      Object.keys(counts).map((name) => `\`${name}\``),
    );
  });

  it("has the places and the times", () => {
    expect(flat).toContain(`\`${KEYS_PATH}/*.pem\``);
    expect(page).toContain(`| Below \`${RELEASES_PATH}\` |`);
    expect(flat).toContain(`has ${HEALTH_MS / 1000} s to be healthy, five looks in a row, a second apart`);
    expect(flat).toContain(`--trial 300 FILE\`, from ${HEALTH_MIN_MS / 1000} to ${HEALTH_MAX_MS / 1000} s`);
    expect([LOOKS, LOOK_MS]).toEqual([5, 1000]);
    expect(flat).toContain("the fourth is the last version's");
    expect(TRIES_MAX + 1).toBe(4);
  });
});
