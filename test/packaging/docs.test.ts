// docs/packaging.md says what the package is: options, what it needs, where things lie.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ARCHITECTURES, debOutput, makePackage, PROJECT, packagedFiles } from "../support/deb.js";
import { tableRows } from "../support/doc-table.js";
import { requireProgram } from "../support/system.js";

const page = readFileSync(join(PROJECT, "docs/packaging.md"), "utf8");

const table = (heading: string): string[][] => tableRows(page, heading);

const ticked = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);

describe.skipIf(!requireProgram("dpkg-deb", "dpkg"))("docs/packaging.md", () => {
  let folder: string;
  let deb: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(PROJECT, "build", "deb-docs-"));
    deb = await makePackage(folder, "amd64", "0.1.0");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has every option", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(PROJECT, "tools/package.mjs")], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    const usage = stderr.split("\n").find((line) => line.startsWith("usage:")) ?? "";
    const rows = table("| Option | Meaning |");
    expect(rows.map(([option]) => ticked(option)[0])).toEqual(usage.match(/--\w+/g));
    expect(ticked(rows[0]?.[1])).toEqual([...ARCHITECTURES]);
  });

  it("has what it depends on", () => {
    for (const [field = "", cell] of table("| Field | Packages |")) {
      const names = debOutput("--field", deb, field)
        .split(/[,|]/)
        .map((each) => each.trim().split(" ")[0])
        .filter((name) => !name?.endsWith("sysusers"));
      const words = ticked(cell).filter((word) => !word.includes("."));
      expect([field, words]).toEqual([field, names]);
    }
  });

  it("has where things lie", () => {
    const paths = packagedFiles(deb).map(({ path }) => path.replace(/\/$/, ""));
    for (const [place] of table("| Place | What |")) {
      for (const path of ticked(place)) {
        if (!path.startsWith("/var/")) expect(paths).toContain(path);
      }
    }
    const groups = readFileSync(join(PROJECT, "packaging/sysusers.d/stray.conf"), "utf8");
    const names = [...groups.matchAll(/^[ug] (\S+)/gm)].map(([, name]) => name!);
    const row = table("| Place | What |").find(([place]) => place?.includes("sysusers.d"));
    expect(new Set(ticked(row?.[1]))).toEqual(new Set(names));
  });
});
