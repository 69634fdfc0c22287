// A process that opens incidents as fast as it may, until it is killed: `writer-child DIRECTORY`.
// Apart because the test kills it by SIGKILL in the middle of its writing.
// Always holds: after each batch it says how many alerts are in it, so that the test knows what must be there.

import { writeSync } from "node:fs";
import { ethernet, ipv4, tcp } from "../../../examples/frame.js";
import { IncidentEngine } from "../../../host/incident/engine.js";
import { buildAlert } from "../alert/alert-builder.js";

const [, , directory = ""] = process.argv;
const engine = IncidentEngine.open({
  directory,
  joinMs: 3_600_000,
  quotaBytes: 64 << 20,
  max: 10_000,
  log: () => undefined,
});
for (let alerts = 0; ; ) {
  for (let n = 0; n < 20; n++, alerts++) {
    const src = `10.0.0.${alerts % 50}`;
    const frame = ethernet(
      {},
      ipv4({ src, dst: "192.0.2.1" }, tcp({ sport: 4000, dport: 80, seq: 1, ack: 2 }, Buffer.alloc(4))),
    );
    const timeNs = BigInt(Date.now()) * 1_000_000n;
    engine.alerts.write(buildAlert({ frame, rule: { message: "x", priority: 1 }, timeNs }), 0);
  }
  engine.book.flushAll(Date.now());
  writeSync(1, `${alerts}\n`);
}
