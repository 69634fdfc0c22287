#!/usr/bin/env node
// The command as npm installs it: hands over to the compiled program and sets the exit code.
// Apart and tiny so that a missing build is told in one line.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/host/cli/main.js", import.meta.url);
if (existsSync(fileURLToPath(program))) {
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('stray: the program is not built: run "npm run build" first\n');
  process.exitCode = 2;
}
