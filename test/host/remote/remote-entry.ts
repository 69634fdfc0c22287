// The whole of `stray`, as bin/stray.mjs runs it, but from the sources.

import { main } from "../../../host/cli/main.js";

process.exitCode = await main(process.argv.slice(2));
