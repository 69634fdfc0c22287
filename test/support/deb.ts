// The package of this checkout, made as `npm run package` makes it, and what dpkg-deb says is in it.
// Apart because the tests of what it holds and of what it does once installed need the same files.
// Always holds: a package is made once a process and version; it lies in a folder of its own, removed by who asked.

import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
export const ARCHITECTURES = ["amd64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];
const BUILD_TIMEOUT_MS = 300_000;

/** Of this machine. */
export const OWN_ARCHITECTURE: Architecture = process.arch === "arm64" ? "arm64" : "amd64";

export interface PackagedFile {
  /** `-rw-r--r--` */
  readonly mode: string;
  readonly owner: string;
  /** Without the dot before it. */
  readonly path: string;
  readonly link: string | undefined;
}

/**
 * Makes it from the project in `root`; answers its path. Not waited for in this thread: where the module has to be built
 * it takes a minute. @throws Error with what the tool said.
 */
export async function makePackage(
  out: string,
  architecture: Architecture,
  version: string,
  root = PROJECT,
): Promise<string> {
  const words = [join(root, "tools/package.mjs"), "--arch", architecture, "--version", version, "--out", out];
  try {
    await promisify(execFile)(process.execPath, words, { cwd: root, timeout: BUILD_TIMEOUT_MS });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`the package can't be made: ${stderr}${stdout}`, { cause: error });
  }
  return join(out, `stray_${version}_${architecture}.deb`);
}

export function debOutput(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("dpkg-deb", words, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`dpkg-deb ${words.join(" ")}: ${stderr}`);
  return stdout;
}

export function packagedFiles(deb: string): PackagedFile[] {
  return debOutput("--contents", deb)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, mode = "", owner = "", rest = ""] = /^(\S+) (\S+) +\d+ \S+ \S+ \.(.*)$/.exec(line) ?? [];
      const [path = "", link] = rest.split(" -> ");
      return { mode, owner, path, link };
    });
}
