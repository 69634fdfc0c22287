// Lets Node run the project's TypeScript as it is: `node --import ./tools/ts.mjs file.ts`.
// Apart so that benchmark, parity and fuzzer need no build of their own; `.js` specifiers resolve to `.ts`.

import { register } from "tsx/esm/api";

register();
