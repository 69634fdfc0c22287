// A process that writes into a store until it is killed: `node --import ./tools/ts.mjs writer-child.ts FOLDER`.
// Apart because its end must be a real one.
// Always holds: after each second's worth of records it says on standard output how many the kernel has.

import { FlowStore } from "../../../host/store/flow-store.js";
import { buildRecord } from "../../support/record-builder.js";

const sizes = { rotateMs: 300_000, rotateBytes: 262_144, quotaBytes: 1 << 30, minFreeBytes: 0 };
const config = { enabled: true, directory: process.argv[2]!, enterprise: 32473, ...sizes };
const store = await FlowStore.open(config, { log: (_, message) => process.stderr.write(`${message}\n`) });
let sequence = 0;
// The clock runs fast, so that buffers are handed over all the time.
let nowMs = Date.now();
setInterval(() => {
  for (let i = 0; i < 200; i++) store.write(buildRecord({ sequence: ++sequence }));
  nowMs += 1000;
  store.pulse(nowMs);
  process.stdout.write(`${store.counters()["records"]}\n`);
}, 1);
