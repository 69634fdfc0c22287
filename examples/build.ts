// Builds the example captures: `node dist/examples/build.js OUTDIR`, by default build/examples.
// Apart from what it builds so that tests can have the bytes without a file.
// Always holds: the same bytes each time.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { letterCapture, type TimedFrame } from "./letter.js";
import { pcapBytes } from "./pcap-writer.js";
import { SCENARIOS, scenario } from "./scenarios/index.js";
import { STARTER_CASES } from "./starter/cases.js";

/** Of the scenarios that are written to files. */
const SEED = 1;

const CAPTURES: readonly { name: string; build: () => Uint8Array }[] = [
  { name: "letter.pcap", build: letterCapture },
  ...STARTER_CASES.flatMap(({ sid, hit, miss }) => [
    { name: `starter/${sid}-hit.pcap`, build: () => captureOf(hit) },
    { name: `starter/${sid}-miss.pcap`, build: () => captureOf(miss) },
  ]),
  ...SCENARIOS.map((name) => ({
    name: `scenarios/${name}.pcap`,
    build: () => captureOf(scenario(name, SEED).frames),
  })),
];

function captureOf(frames: readonly TimedFrame[]): Uint8Array {
  return pcapBytes({ snapLength: 65535 }, (writer) => {
    for (const { timeNs, frame } of frames) writer.write(timeNs, frame);
  });
}

const folder = process.argv[2] ?? join("build", "examples");
try {
  for (const { name, build } of CAPTURES) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, build());
    console.log(path);
  }
} catch (error) {
  console.error(`examples: cannot write to ${folder}: ${(error as Error).message}`);
  process.exitCode = 1;
}
