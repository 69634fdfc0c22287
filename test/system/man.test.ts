// The manual pages as others read them: mandoc finds nothing wrong, groff warns of nothing, man shows them.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { requireProgram } from "../support/system.js";

const FOLDER = fileURLToPath(new URL("../../packaging/man/", import.meta.url));
const PAGES = readdirSync(FOLDER);
const hasMandoc = requireProgram("mandoc", "mandoc");
const hasMan = requireProgram("man", "man-db") && requireProgram("groff", "groff");

function run(program: string, ...args: readonly string[]) {
  const env = { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "" };
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env });
  return { status, stdout, stderr };
}

describe.skipIf(!hasMandoc)("mandoc", () => {
  it.each(PAGES)("finds nothing wrong with %s", (page) => {
    expect(run("mandoc", "-T", "lint", "-W", "warning", `${FOLDER}${page}`)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });
});

describe.skipIf(!hasMan)("man and groff", () => {
  it.each(PAGES)("show %s without a warning", (page) => {
    const shown = run("groff", "-man", "-ww", "-z", "-Tutf8", `${FOLDER}${page}`);
    expect([shown.status, shown.stderr]).toEqual([0, ""]);
    const { status, stdout } = run("man", "--warnings", "-P", "cat", "-l", `${FOLDER}${page}`);
    expect(status).toBe(0);
    for (const heading of ["NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO"]) {
      expect(stdout).toMatch(new RegExp(`^${heading}$`, "m"));
    }
    // Nothing of the language is left over.
    expect(stdout).not.toMatch(/\\\(|\\f[BIR]|^\.[A-Z]{2}\b/m);
  });

  it("have whatis lines that fit a page's name", () => {
    for (const page of PAGES) {
      const { stdout } = run("man", "-P", "cat", "-l", `${FOLDER}${page}`);
      const name = page.replace(/\.\d$/, "");
      expect(stdout).toMatch(new RegExp(`NAME\\n\\s+${name.replace(".", "\\.")}\\s+-\\s+\\S`));
    }
  });
});
