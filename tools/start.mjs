// `npm start`: builds the letter's capture and reads it with stray, flows and then alerts, as a user would from the shell.
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
console.log(`$ TZ=UTC stray read ${capture} -Z b`);
node(["bin/stray.mjs", "read", capture, "-Z", "b"], { env: { ...process.env, TZ: "UTC" } });
const rules = "examples/letter.rules";
console.log(`\n$ TZ=UTC stray read --rules ${rules} ${capture}`);
node(["bin/stray.mjs", "read", "--rules", rules, capture], { env: { ...process.env, TZ: "UTC" } });
