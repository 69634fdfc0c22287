// The command as it is installed: the release in force is what runs, the installed version where there is none that is whole,
// and `stray update` is always the installed one.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "stray-launcher-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const RELEASES = "var/lib/stray-releases";
const RELEASE = `${RELEASES}/0.2.0.01234567`;

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function program(home: string, name: string): void {
  put(
    `${home}/dist/host/cli/main.js`,
    `export const main = (argv) => { console.log("${name}", ...argv); return 0; };`,
  );
  put(`${home}/package.json`, '{"type": "module"}');
}

const launcher = fileURLToPath(new URL("../../../bin/stray.mjs", import.meta.url));
const run = (path: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, path), ...args], { encoding: "utf8" }).trim();

describe("bin/stray.mjs", () => {
  it("runs the release in force, and what is installed when there is none that is whole", () => {
    for (const home of ["usr/lib/stray", "opt/stray"]) {
      program(home, "installed");
      cpSync(launcher, join(root, home, "bin/stray.mjs"), { recursive: true });
    }
    mkdirSync(join(root, "usr/bin"));
    symlinkSync("../lib/stray/bin/stray.mjs", join(root, "usr/bin/stray"));
    expect(run("usr/bin/stray", "status")).toBe("installed status");

    program(RELEASE, "release");
    symlinkSync("0.2.0.01234567", join(root, RELEASES, "current"));
    // Without release.json it is not whole.
    expect(run("usr/bin/stray", "status")).toBe("installed status");
    put(`${RELEASE}/release.json`, "{}");
    expect(run("usr/bin/stray", "status", "--json")).toBe("release status --json");
    expect(run("usr/bin/stray", "update", "status")).toBe("installed update status");
    // A checkout, or a copy elsewhere, has no releases.
    expect(run("opt/stray/bin/stray.mjs", "status")).toBe("installed status");

    unlinkSync(join(root, RELEASES, "current"));
    symlinkSync("gone", join(root, RELEASES, "current"));
    expect(run("usr/bin/stray", "status")).toBe("installed status");
  });
});
