// Programs of the system that tests compare with (argus, ra, tshark, softflowd ...).
// Apart because every test that needs a peer must treat its absence alike.
// Always holds: a missing peer is never silent: it is installed, or said loudly, or (STRAY_REQUIRE_SYSTEM=1) an error.

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { IS_EMULATED } from "./patience.js";

const INSTALL_TIMEOUT_MS = 300_000;
const tried = new Set<string>();

export function hasProgram(program: string): boolean {
  const { PATH = "" } = process.env;
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * True when `program` is there, after installing `debianPackage` as root where that is possible. Otherwise says
 * so on standard error and answers false: use it as `it.skipIf(!requireProgram("argus", "argus-server"))`.
 * @throws Error when it stays missing and STRAY_REQUIRE_SYSTEM is 1.
 */
export function requireProgram(program: string, debianPackage: string): boolean {
  return requirePeer(program, debianPackage, () => hasProgram(program));
}

/** Debian's own Python, which has the modules that Debian packages. */
export const DEBIAN_PYTHON = "/usr/bin/python3";

/** Likewise, a module of Debian's own Python. */
export function requireDebianPython(module: string, debianPackage: string): boolean {
  const isThere = () => spawnSync(DEBIAN_PYTHON, ["-c", `import ${module}`]).status === 0;
  return requirePeer(`the Python module ${module}`, debianPackage, isThere);
}

/** Likewise, a package that is there by a file of its own (firmware, say). */
export function requireFile(path: string, debianPackage: string): boolean {
  return requirePeer(path, debianPackage, () => existsSync(path));
}

function requirePeer(what: string, debianPackage: string, isThere: () => boolean): boolean {
  if (isThere()) return true;
  install(debianPackage);
  if (isThere()) return true;
  const message = `${what} is not there: install the Debian package ${debianPackage}`;
  const { STRAY_REQUIRE_SYSTEM } = process.env;
  if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`);
  console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
  return false;
}

function install(debianPackage: string): void {
  // Takes longer than anybody waits, and leaves half of it when it is broken off.
  if (IS_EMULATED) return;
  if (process.getuid?.() !== 0 || !hasProgram("apt-get") || tried.has(debianPackage)) return;
  tried.add(debianPackage);
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: INSTALL_TIMEOUT_MS,
  };
  // Test files run side by side: each waits for the other's lock.
  const wait = ["-o", "DPkg::Lock::Timeout=240"];
  spawnSync("apt-get", [...wait, "update", "-q"], options);
  spawnSync("apt-get", [...wait, "install", "-q", "-y", "--no-install-recommends", debianPackage], options);
}
