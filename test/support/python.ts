// A Python with the packages a test needs, in a virtual environment under build/.
// Apart because the second engine is a Python package. Always holds: what is missing is said loudly, or an error with
// STRAY_REQUIRE_SYSTEM=1; nothing outside build/ is changed.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../build/python", import.meta.url));
const PYTHON = `${FOLDER}/bin/python`;
const INSTALL_TIMEOUT_MS = 300_000;

function imports(name: string): boolean {
  return existsSync(PYTHON) && spawnSync(PYTHON, ["-c", `import ${name}`]).status === 0;
}

/**
 * The path of a Python that can import `name` (also the name of the package), after installing it where that is
 * possible; undefined, said loudly, where it is not.
 * @throws Error when it stays missing and STRAY_REQUIRE_SYSTEM is 1.
 */
export function requirePython(name: string): string | undefined {
  if (imports(name)) return PYTHON;
  mkdirSync(FOLDER, { recursive: true });
  const made = spawnSync("python3", ["-m", "venv", FOLDER], {
    encoding: "utf8",
    timeout: INSTALL_TIMEOUT_MS,
  });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", name];
  const installed =
    made.status === 0 ? spawnSync(PYTHON, pip, { encoding: "utf8", timeout: INSTALL_TIMEOUT_MS }) : made;
  if (imports(name)) return PYTHON;
  const reason = (installed.error?.message ?? installed.stderr ?? "").trim().split("\n").at(-1) ?? "";
  const message = `Python's package ${name} cannot be had (python3 with venv and pip, or the Debian package python3-venv): ${reason}`;
  const { STRAY_REQUIRE_SYSTEM } = process.env;
  if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`);
  console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
  return undefined;
}
