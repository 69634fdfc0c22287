// koffi as the package has it: its JavaScript, and the prebuilt library of one architecture.
// Apart because it is the only native code in the package, and for the other architecture it comes from npm's registry.
// Always holds: what is fetched has the version and the integrity of package-lock.json, or the package is not made.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PackageError } from "./package-error.mjs";
import { HOME } from "./places.mjs";

/** Debian's names of architectures, as Node.js and koffi call them. */
const NAMES = { amd64: "x64", arm64: "arm64" };
const SCRIPTS = ["package.json", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"];

/** @returns {import("./stage.mjs").StagedFile[]} */
export function koffiFiles(root, arch, cache) {
  const name = `@koromix/koffi-linux-${NAMES[arch]}`;
  const library = prebuilt(root, name, cache);
  const file = `linux_${NAMES[arch]}/koffi.node`;
  const copy = (from, to) => ({ path: `${HOME}/node_modules/${to}`, content: readFileSync(from) });
  return [
    ...SCRIPTS.map((path) => copy(join(root, "node_modules/koffi", path), `koffi/${path}`)),
    ...["package.json", "index.js", file].map((path) => copy(join(library, path), `${name}/${path}`)),
  ];
}

/** The folder of the library's package: as it is installed, or fetched. */
function prebuilt(root, name, cache) {
  const installed = join(root, "node_modules", name);
  if (existsSync(installed)) return installed;
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages[
    `node_modules/${name}`
  ];
  if (locked === undefined) throw new PackageError(`package-lock.json knows no ${name}`);
  const { version, integrity } = locked;
  const folder = join(cache, `${name.replace("/", "-").slice(1)}-${version}`);
  // Put in place whole, once it was checked.
  if (!existsSync(folder)) fetch(name, version, integrity, folder);
  return join(folder, "package");
}

function fetch(name, version, integrity, folder) {
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const [said] = JSON.parse(
      run("npm", ["pack", "--json", "--pack-destination", fresh, `${name}@${version}`]),
    );
    const archive = join(fresh, said.filename);
    const [algorithm, wanted] = integrity.split(/-(.*)/s);
    const found = createHash(algorithm).update(readFileSync(archive)).digest("base64");
    if (found !== wanted)
      throw new PackageError(`${name}@${version}: expected ${integrity}; found ${algorithm}-${found}`);
    run("tar", ["-xzf", archive, "-C", fresh, "--no-same-owner"]);
    rmSync(archive);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function run(program, words) {
  const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (error) throw new PackageError(`${program} can't be run: ${error.message}`);
  if (status !== 0) throw new PackageError(`${program} ${words.join(" ")}: ${stderr.trim()}`);
  return stdout;
}
