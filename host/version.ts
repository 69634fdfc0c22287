// The version of this stray, as package.json says it.
// Apart because command line, control socket and exporters all tell it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "./wasm/module.js";

let known: string | undefined;

export function version(): string {
  known ??= (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string })
    .version;
  return known;
}
