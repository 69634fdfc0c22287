// What argus says of each made capture, as text a person can read: the facts that the flow table was written by.
// Apart from the comparison because it needs argus alone. Prints to standard output:
// `node --import ./tools/ts.mjs test/parity/facts.ts > test/parity/facts.md`
// Always holds: a line a flow, in the order of ra; what the frames are stands above it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArgusFlow, runArgus } from "./argus.js";
import { CASES, writeCase } from "./cases.js";

function line(flow: ArgusFlow): string {
  const ends = `${flow.saddr}:${flow.sport} ${flow.dir} ${flow.daddr}:${flow.dport}`;
  const counts = `pkts ${flow.spkts}/${flow.dpkts} bytes ${flow.sbytes}/${flow.dbytes} app ${flow.sappbytes}/${flow.dappbytes}`;
  return `${flow.proto} ${ends} ${counts} ${flow.state} [${flow.flgs.trimEnd()}]`;
}

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "stray-facts-"));
try {
  for (const made of CASES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const path = join(folder, `${made.name}.pcap`);
    writeCase(path, made);
    const outcome = await runArgus(path);
    const lines = outcome.kind === "flows" ? outcome.flows.map(line) : [JSON.stringify(outcome)];
    console.log(`${made.name}: ${made.what}`);
    for (const text of lines) console.log(`    ${text}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
