#!/usr/bin/env node
// The command as npm or a package installs it: hands over to the compiled program and sets the exit code.
// Where updates were made, that is the program of the release in force (docs/update.md), but for `stray update` itself: what
// judges a new version is never the new version. Apart and tiny so that a missing build is told in one line, and because
// this file stays as it was installed. Always holds: a release that is not whole is passed over.

import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const home = new URL("../", import.meta.url);
const installed = new URL("dist/host/cli/main.js", home);

/** Of the release in force, by its own name: the link may be changed while this one runs. */
function released() {
  const current = new URL("../../../var/lib/stray-releases/current", home);
  if (!home.pathname.endsWith("/usr/lib/stray/") || process.argv[2] === "update") return undefined;
  try {
    const folder = new URL(`file://${realpathSync(current)}/`);
    const found = new URL("dist/host/cli/main.js", folder);
    return existsSync(new URL("release.json", folder)) && existsSync(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

const program = released() ?? installed;
if (existsSync(fileURLToPath(program))) {
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('stray: the program is not built: run "npm run build" first\n');
  process.exitCode = 2;
}
