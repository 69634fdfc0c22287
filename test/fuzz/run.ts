// `npm run fuzz -- --packets N --seed S [--round R]`: the long mode of the fuzzer.
// The rounds run in a child process, because a hang in the module can only be seen from outside.
// Always holds: the seed is printed first; exit code 0 nothing found, 1 something found, 2 wrong options.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runSession } from "./session.js";
import { runSnmpSession } from "./snmp-session.js";

const SILENCE_LIMIT_MS = 60_000;
const REPORT_MS = 5000;

function numberOf(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    console.error(`--${name}: expected a whole number, found "${value}"`);
    process.exit(2);
  }
  return number;
}

function options(): { packets: number; seed: number; round: number; child: boolean } {
  const { values } = parseArgs({
    options: {
      packets: { type: "string", default: "10000000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 32) },
      round: { type: "string", default: "0" },
      child: { type: "boolean", default: false },
    },
  });
  return {
    packets: numberOf("packets", values.packets),
    seed: numberOf("seed", values.seed),
    round: numberOf("round", values.round),
    child: values.child,
  };
}

function runChild(packets: number, seed: number, round: number): void {
  const started = performance.now();
  try {
    if (round === 0) runSnmp(packets, seed);
    const result = runSession({
      packets,
      seed,
      round,
      onRound: (done) => {
        process.stdout.write(`round ${done.round} packets ${done.packets}\n`);
      },
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(
      `done: ${result.packets} packets in ${result.rounds} rounds and ${result.files} files, ${seconds} s\n`,
    );
  } catch (error) {
    process.stdout.write(`FOUND: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** Messages to the SNMP agent, before the packets: one to a hundred of these. */
function runSnmp(packets: number, seed: number): void {
  const messages = Math.max(5_000, Math.floor(packets / 100));
  const onProgress = (done: number): boolean => process.stdout.write(`round snmp messages ${done}\n`);
  const { heapGrowth } = runSnmpSession({ seed, messages, onProgress });
  process.stdout.write(`done: ${messages} SNMP messages, heap ${heapGrowth} bytes more\n`);
}

/** Runs the child, passes its words on now and then, and ends it when it falls silent. */
function watch(packets: number, seed: number, round: number): void {
  const own = fileURLToPath(import.meta.url);
  const args = [
    ...process.execArgv,
    own,
    "--child",
    "--packets",
    String(packets),
    "--seed",
    String(seed),
    "--round",
    String(round),
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let lastRound = "";
  let lastShown = 0;
  const silence = setTimeout(() => {
    console.log(
      `FOUND: no answer for ${SILENCE_LIMIT_MS / 1000} s after "${lastRound}": a hang; seed ${seed}`,
    );
    child.kill("SIGKILL");
  }, SILENCE_LIMIT_MS);
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    silence.refresh();
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const progress = line.startsWith("round ");
      if (progress) lastRound = line;
      if (progress && performance.now() - lastShown < REPORT_MS) continue;
      if (progress) lastShown = performance.now();
      console.log(line);
    }
  });
  child.on("close", (code) => {
    clearTimeout(silence);
    process.exitCode = code === 0 ? 0 : 1;
  });
}

const { packets, seed, round, child } = options();
if (child) runChild(packets, seed, round);
else {
  console.log(`fuzz: seed ${seed}, ${packets} packets`);
  watch(packets, seed, round);
}
