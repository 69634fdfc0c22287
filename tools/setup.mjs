// Makes a fresh or changed clone ready: packages, the WASM module, the compiled host.
// Apart so that `npm start`, `npm test` and the rest can call it first; it needs nothing but Node itself.
// Always holds: what is up to date is left alone; a failure ends with one plain message and exit code 1.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 20;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const HOST_STAMP = "build/host.stamp";
const quiet = process.argv.includes("--quiet");

class SetupError extends Error {}

/** Latest change of a file, or of anything in a folder, the folder itself included; 0 when it is not there. */
function changedAt(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return 0;
  const stat = statSync(full);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(full).map((name) => changedAt(join(path, name))));
}

function isStale(result, sources) {
  return changedAt(result) < Math.max(...sources.map(changedAt));
}

function say(line) {
  console.error(quiet ? `setup: ${line}` : `\n== ${line}`);
}

/** Runs a command in the project; its output is shown at once, or with --quiet only when it fails. */
function run(what, command, args) {
  say(what);
  const result = spawnSync(command, args, { cwd: ROOT, stdio: quiet ? "pipe" : "inherit", encoding: "utf8" });
  if (result.error) throw new SetupError(`${what}: cannot run ${command}: ${result.error.message}`);
  if (result.status === 0) return;
  if (quiet) process.stderr.write(`${result.stdout}${result.stderr}`);
  throw new SetupError(`${what} failed (${[command, ...args].join(" ")}, exit code ${result.status})`);
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < NODE_MAJOR_MIN) {
    throw new SetupError(
      `Node ${NODE_MAJOR_MIN} or later is needed, this is ${process.versions.node}: install a newer one (nodejs.org)`,
    );
  }
}

function installPackages() {
  if (!isStale("node_modules/.package-lock.json", ["package-lock.json"])) return;
  run("installing packages (npm ci)", "npm", ["ci", "--no-audit", "--no-fund"]);
}

function buildWasm() {
  if (!isStale("build/stray.wasm", ["assembly", "asconfig.json", "tools/build-wasm.mjs"])) return;
  run("building build/stray.wasm", process.execPath, [join("tools", "build-wasm.mjs")]);
}

function buildHost() {
  const sources = ["host", "examples", "assembly/layout.ts", "tools/bundle.mjs"];
  const isMissing = !existsSync(join(ROOT, "dist"));
  if (!isMissing && !isStale(HOST_STAMP, sources)) return;
  // Stamped with the time before bundling, so that a file saved meanwhile counts as newer.
  const startedAt = new Date();
  run("bundling the host to dist/", process.execPath, [join("tools", "bundle.mjs")]);
  mkdirSync(join(ROOT, "build"), { recursive: true });
  writeFileSync(join(ROOT, HOST_STAMP), "");
  utimesSync(join(ROOT, HOST_STAMP), startedAt, startedAt);
}

try {
  checkNode();
  installPackages();
  buildWasm();
  buildHost();
  if (!quiet) say("ready");
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
