// `npm run package -- --arch amd64|arm64`: build/stray_VERSION_ARCH.deb, from the compiled program and packaging/.
// Apart from its parts (tools/package/) because this is the order: options, build, files, control, dpkg-deb.
// Always holds: the same commit gives the same bytes, wherever it lies and whenever it is built; nothing is compiled for
// the other architecture, only its prebuilt library fetched; what is put in place is whole.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { controlFiles, isVersion } from "./package/control.mjs";
import { koffiFiles } from "./package/koffi.mjs";
import { packageFiles } from "./package/layout.mjs";
import { PackageError } from "./package/package-error.mjs";
import { stage } from "./package/stage.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ARCHITECTURES = ["amd64", "arm64"];
const USAGE = `usage: npm run package -- --arch ${ARCHITECTURES.join("|")} [--version VERSION] [--out FOLDER] [--sign KEY]`;

function options() {
  const known = {
    arch: { type: "string" },
    version: { type: "string" },
    out: { type: "string" },
    sign: { type: "string" },
  };
  let values;
  try {
    ({ values } = parseArgs({ options: known }));
  } catch (error) {
    throw new PackageError(`${error.message}\n${USAGE}`);
  }
  const { arch, out = join(ROOT, "build"), sign } = values;
  if (!ARCHITECTURES.includes(arch))
    throw new PackageError(`--arch: expected one of ${ARCHITECTURES.join(", ")}\n${USAGE}`);
  const { version = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version } = values;
  if (!isVersion(version))
    throw new PackageError(`--version: ${JSON.stringify(version)} is no version of a Debian package`);
  return { arch, version, out, sign };
}

/** Seconds since 1970: SOURCE_DATE_EPOCH, or the time of the last commit. */
function sourceTime() {
  const { SOURCE_DATE_EPOCH: given } = process.env;
  if (given !== undefined) {
    if (!/^\d{1,11}$/.test(given)) throw new PackageError("SOURCE_DATE_EPOCH: expected seconds since 1970");
    return Number(given);
  }
  const { status, stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new PackageError("there is no commit to take the time of: set SOURCE_DATE_EPOCH");
  return Number(stdout);
}

function setup() {
  const { status } = spawnSync(process.execPath, [join(ROOT, "tools/setup.mjs"), "--quiet"], {
    stdio: "inherit",
  });
  if (status !== 0) throw new PackageError("the program can't be built");
}

function dpkgDeb(tree, result, time) {
  // One thread: what xz writes must not depend on the number of processors.
  const words = ["--root-owner-group", "-Zxz", "-z6", "--threads-max=1", "--build", tree, result];
  const done = spawnSync("dpkg-deb", words, {
    encoding: "utf8",
    env: { ...process.env, SOURCE_DATE_EPOCH: String(time), LC_ALL: "C" },
  });
  if (done.error) throw new PackageError("dpkg-deb can't be run: apt install dpkg");
  if (done.status !== 0) throw new PackageError(`dpkg-deb: ${done.stderr.trim()}`);
}

/** For `stray update`. */
function signPackage(path, key) {
  const words = [
    "--import",
    join(ROOT, "tools/ts.mjs"),
    join(ROOT, "tools/sign/sign.ts"),
    "--key",
    key,
    path,
  ];
  const { status } = spawnSync(process.execPath, words, { stdio: "inherit" });
  if (status !== 0) throw new PackageError(`${path} is not signed`);
}

function build() {
  const { arch, version, out, sign } = options();
  const time = sourceTime();
  setup();
  const work = join(ROOT, "build", `package-${process.pid}`);
  const tree = join(work, "tree");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  try {
    const defaults = execFileSync(process.execPath, [join(ROOT, "bin/stray.mjs"), "config", "default"], {
      encoding: "utf8",
    });
    const files = [
      ...packageFiles(ROOT, { arch, version, time, defaults }),
      ...koffiFiles(ROOT, arch, join(ROOT, "build/prebuilt")),
    ];
    stage(tree, files, time);
    stage(join(tree, "DEBIAN"), controlFiles(ROOT, { arch, version, files }), time);
    mkdirSync(out, { recursive: true });
    const name = `stray_${version}_${arch}.deb`;
    dpkgDeb(tree, join(work, name), time);
    writeFileSync(join(out, `${name}.${process.pid}`), readFileSync(join(work, name)));
    renameSync(join(out, `${name}.${process.pid}`), join(out, name));
    console.log(`${join(out, name)}: ${statSync(join(out, name)).size} bytes, ${files.length} files`);
    if (sign !== undefined) signPackage(join(out, name), sign);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  build();
} catch (error) {
  if (!(error instanceof PackageError)) throw error;
  console.error(`package: ${error.message}`);
  process.exitCode = 1;
}
