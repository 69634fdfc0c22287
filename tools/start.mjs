// `npm start`: builds the letter's capture and has stray write the letter from it, as a user would from the shell.
// Apart from the program itself because it is a demonstration and fixes the time zone.
// Always holds: what is printed as a command line is what is run.

import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const capture = "build/examples/letter.pcap";

/** Runs a Node program in the project; ends this one with its exit code when it fails. */
function node(args, options) {
  const result = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) console.error(`start: cannot run ${args[0]}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

node(["dist/examples/build.js"], { stdio: ["ignore", "ignore", "inherit"] });
// What the officer knew besides his log: which network was his, and that nobody used the address.
const known = ["--home", "130.216.0.0/16", "--unused", "130.216.236.45"];
const report = ["report", "--rules", "examples/letter.rules", ...known, capture];
console.log(`$ TZ=UTC stray ${report.join(" ")}`);
node(["bin/stray.mjs", ...report], { env: { ...process.env, TZ: "UTC" } });
