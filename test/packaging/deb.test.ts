// What is in the package: files, modes and owners, what it needs, its papers; the same bytes twice; nothing of the machine;
// and what Debian's own checker says.
// Apart from test/system/deb.test.ts, which installs it.

import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boardNames } from "../../host/board/folder.js";
import { parseConfig } from "../../host/config/load.js";
import { CONFIG_PATH } from "../../host/config/paths.js";
import {
  ARCHITECTURES,
  type Architecture,
  debOutput,
  makePackage,
  PROJECT,
  packagedFiles,
} from "../support/deb.js";
import { requireProgram } from "../support/system.js";

const VERSION = "0.1.0";
const HOME = "/usr/lib/stray";
const DOC = "/usr/share/doc/stray";
/** Of an ELF header: which machine it is for. */
const ELF_MACHINE_OFFSET = 18;
const ELF_MACHINES = { amd64: 62, arm64: 183 } as const;
const LIBRARIES = { amd64: "linux-x64/linux_x64", arm64: "linux-arm64/linux_arm64" } as const;

/** Everything below a folder that is a file. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What git has of the project, as it is now, without anything built. */
function copyProject(to: string): void {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = spawnSync("git", words, { cwd: PROJECT, encoding: "utf8" });
  for (const name of stdout.split("\0").filter((each) => each !== "")) {
    // Removed, and not yet so for git.
    if (statSync(join(PROJECT, name), { throwIfNoEntry: false }) === undefined) continue;
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(PROJECT, name), join(to, name), { preserveTimestamps: true });
  }
}

describe.skipIf(!requireProgram("dpkg-deb", "dpkg"))("the package", () => {
  let folder: string;
  const debs = new Map<Architecture, string>();
  const deb = (architecture: Architecture) => debs.get(architecture)!;
  const trees = new Map<Architecture, string>();
  const inside = (architecture: Architecture, path: string) => join(trees.get(architecture)!, path);

  beforeAll(async () => {
    folder = mkdtempSync(join(PROJECT, "build", "deb-"));
    for (const architecture of ARCHITECTURES) {
      debs.set(architecture, await makePackage(folder, architecture, VERSION));
      trees.set(architecture, join(folder, architecture));
      debOutput("--raw-extract", deb(architecture), join(folder, architecture));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(ARCHITECTURES)("%s: is root's, and nobody else may write", (architecture) => {
    const files = packagedFiles(deb(architecture));
    expect(files.length).toBeGreaterThan(100);
    for (const { path, owner, mode } of files) {
      expect([path, owner]).toEqual([path, "root/root"]);
      if (!mode.startsWith("l"))
        expect([path, mode]).toEqual([path, expect.stringMatching(/^.rw[-x]r-[-x]r-[-x]$/)]);
    }
    const programs = files.filter(({ mode }) => mode.startsWith("-rwx")).map(({ path }) => path);
    expect(programs).toContain(`${HOME}/bin/stray.mjs`);
    expect(files.find(({ path }) => path === "/usr/bin/stray")?.link).toBe("../lib/stray/bin/stray.mjs");
    expect(readFileSync(inside(architecture, `${HOME}/bin/stray.mjs`), "utf8")).toMatch(
      /^#!\/usr\/bin\/node\n/,
    );
  });

  it.each(ARCHITECTURES)(
    "%s: has the program, and koffi's library for this architecture alone",
    (architecture) => {
      const paths = packagedFiles(deb(architecture)).map(({ path }) => path);
      for (const path of [
        "dist/host/cli/main.js",
        "dist/host/sensor/worker.js",
        "build/stray.wasm",
        "rules/stray.rules",
      ]) {
        expect(paths).toContain(`${HOME}/${path}`);
      }
      for (const name of boardNames()) expect(paths).toContain(`${HOME}/boards/${name}/board.yaml`);
      const native = paths.filter((path) => path.endsWith(".node"));
      expect(native).toEqual([`${HOME}/node_modules/@koromix/koffi-${LIBRARIES[architecture]}/koffi.node`]);
      const header = readFileSync(inside(architecture, native[0]!));
      expect(header.toString("latin1", 1, 4)).toBe("ELF");
      expect(header.readUInt16LE(ELF_MACHINE_OFFSET)).toBe(ELF_MACHINES[architecture]);
      const { version, type } = JSON.parse(
        readFileSync(inside(architecture, `${HOME}/package.json`), "utf8"),
      ) as Record<string, string>;
      expect([version, type]).toEqual([VERSION, "module"]);
    },
  );

  it("has everything of packaging/ that is installed, and every page of docs/", () => {
    const names = new Set(
      packagedFiles(deb("amd64")).map(({ path }) => path.split("/").at(-1)?.replace(/\.gz$/, "")),
    );
    for (const part of ["packaging", "docs"]) {
      for (const path of filesBelow(join(PROJECT, part))) {
        if (path.includes("/packaging/debian/") || path.endsWith("packaging/README.md")) continue;
        expect(names).toContain(path.split("/").at(-1));
      }
    }
  });

  it("has it where packaging/README.md says, and a place for keys of ssh", () => {
    const paths = packagedFiles(deb("amd64")).map(({ path }) => path);
    const rows = readFileSync(join(PROJECT, "packaging/README.md"), "utf8").matchAll(
      /^\| `([^|]+)` \| `(\/[^`|]+\/)` \|/gm,
    );
    const places = [...rows].flatMap(([, files = "", place = ""]) =>
      files.split("`, `").map((file) => `${place}${file.split("/").at(-1)}`),
    );
    expect(places.length).toBeGreaterThan(5);
    expect(paths).toEqual(expect.arrayContaining(places));
    expect(paths).toContain("/etc/ssh/stray-keys/");
  });

  it("says what it needs", () => {
    for (const architecture of ARCHITECTURES) {
      const field = (name: string) => debOutput("--field", deb(architecture), name).trim();
      expect([field("Package"), field("Version"), field("Architecture")]).toEqual([
        "stray",
        VERSION,
        architecture,
      ]);
      for (const needed of ["nodejs (>= 20)", "libsqlite3-0", "libc6 (>= 2.28)", "libstdc++6"]) {
        expect(field("Depends")).toContain(needed);
      }
      expect(field("Recommends")).toContain("tcpdump");
      expect(field("Suggests")).toBe("openssh-server, snmpd");
      expect(Number(field("Installed-Size"))).toBeGreaterThan(1000);
    }
  });

  it("has a configuration of dpkg's, valid but for its interfaces", () => {
    const conffiles = readFileSync(inside("amd64", "DEBIAN/conffiles"), "utf8").trimEnd().split("\n");
    const etc = packagedFiles(deb("amd64")).filter(
      ({ path, mode }) => path.startsWith("/etc/") && mode.startsWith("-"),
    );
    expect(conffiles).toEqual(etc.map(({ path }) => path).sort());
    expect(conffiles).toContain(CONFIG_PATH);
    const text = readFileSync(inside("amd64", CONFIG_PATH), "utf8");
    expect(() => parseConfig(text, "packaged")).toThrow(
      "capture.interfaces: expected a list of 1 to 64 interfaces",
    );
    expect(
      parseConfig(text.replace("#interfaces:", "interfaces:"), "packaged").config.capture.interfaces,
    ).toEqual(["eth0"]);
  });

  it("has its papers: every bundled package's licence, a changelog of its version, sums that are right", () => {
    const copyright = readFileSync(inside("amd64", `${DOC}/copyright`), "utf8");
    expect(copyright).toContain("/usr/share/common-licenses/Apache-2.0");
    const { dependencies } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    for (const [name, version] of Object.entries(dependencies))
      expect(copyright).toContain(`\n${name} ${version} (`);
    const changelog = gunzipSync(readFileSync(inside("amd64", `${DOC}/changelog.gz`))).toString();
    expect(changelog).toMatch(/^stray \(0\.1\.0\) unstable; urgency=medium\n/);
    const checked = spawnSync("md5sum", ["--check", "--quiet", "DEBIAN/md5sums"], {
      cwd: trees.get("amd64"),
      encoding: "utf8",
    });
    expect([checked.stdout, checked.stderr, checked.status]).toEqual(["", "", 0]);
  });

  it("is the same bytes from another folder, built anew at another time, and has no path of either", async () => {
    const elsewhere = mkdtempSync(join(PROJECT, "build", "elsewhere-"));
    try {
      copyProject(elsewhere);
      // Hard links: a symbolic one would be seen through.
      expect(spawnSync("cp", ["-al", join(PROJECT, "node_modules"), elsewhere]).status).toBe(0);
      const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], {
        cwd: PROJECT,
        encoding: "utf8",
      });
      expect(status).toBe(0);
      process.env["SOURCE_DATE_EPOCH"] = stdout.trim();
      const again = await makePackage(elsewhere, "amd64", VERSION, elsewhere);
      expect(readFileSync(again).equals(readFileSync(deb("amd64")))).toBe(true);
      const words = [elsewhere, PROJECT.replace(/\/$/, ""), hostname()].filter((word) => word.length > 3);
      for (const architecture of ARCHITECTURES) {
        for (const path of filesBelow(trees.get(architecture)!)) {
          const bytes = readFileSync(path);
          for (const word of words) expect([path, word, bytes.includes(word)]).toEqual([path, word, false]);
        }
      }
    } finally {
      delete process.env["SOURCE_DATE_EPOCH"];
      rmSync(elsewhere, { recursive: true, force: true });
    }
  }, 300_000);

  it("is refused for what it can't be made for", async () => {
    await expect(makePackage(folder, "riscv64" as Architecture, VERSION)).rejects.toThrow(
      "package: --arch: expected one of amd64, arm64",
    );
    await expect(makePackage(folder, "amd64", "new version")).rejects.toThrow(
      "is no version of a Debian package",
    );
  });

  it.skipIf(!requireProgram("lintian", "lintian"))(
    "is found without errors by lintian",
    async () => {
      for (const architecture of ARCHITECTURES) {
        const words = ["--allow-root", "--fail-on", "none", deb(architecture)];
        const { stdout } = await promisify(execFile)("lintian", words);
        expect(stdout).not.toMatch(/^E:/m);
      }
    },
    180_000,
  );
});
