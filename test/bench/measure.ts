// Runs a command, or a pipeline of them, as whole processes and measures wall time, processor time and the peak
// resident memory of each, through a few lines of Python: wait4 tells the peak of exactly that child.
// Apart from the cases so that every tool is measured the same way.
// Always holds: a command that fails is reported as failed, never as fast.

import { spawnSync } from "node:child_process";

export type Pipeline = readonly (readonly string[])[];

export interface Measurement {
  wallMs: number;
  cpuMs: number;
  /** Peak resident memory of the process that had most, in MB (10^6 bytes). */
  peakMb: number;
}

/** A command ended badly; the message has its exit code and what it said last. */
export class CommandFailed extends Error {}

// Standard error goes to a file, so that a full pipe never makes a command wait. Python itself shows as a floor
// of about 10 MB in the peak.
const PYTHON = `
import json, os, subprocess, sys, tempfile, time
commands = json.loads(sys.argv[1])
said = tempfile.TemporaryFile()
begin = time.perf_counter()
processes, source = [], subprocess.DEVNULL
for index, command in enumerate(commands):
    sink = subprocess.DEVNULL if index == len(commands) - 1 else subprocess.PIPE
    process = subprocess.Popen(command, stdin=source, stdout=sink, stderr=said)
    if source is not subprocess.DEVNULL: source.close()
    source = process.stdout
    processes.append(process)
codes, cpu, peak = [], 0, 0
for process in processes:
    _, status, usage = os.wait4(process.pid, 0)
    codes.append(os.waitstatus_to_exitcode(status))
    cpu += usage.ru_utime + usage.ru_stime
    peak = max(peak, usage.ru_maxrss)
wall = time.perf_counter() - begin
said.seek(0)
print(json.dumps(dict(wall=wall, cpu=cpu, peak=peak, codes=codes, said=said.read()[-400:].decode(errors="replace"))))
`;

interface PythonAnswer {
  wall: number;
  cpu: number;
  peak: number;
  codes: number[];
  said: string;
}

/** @throws CommandFailed */
export function measure(pipeline: Pipeline): Measurement {
  const result = spawnSync("python3", ["-c", PYTHON, JSON.stringify(pipeline)], { encoding: "utf8" });
  if (result.status !== 0)
    throw new CommandFailed(`python3 cannot measure: ${result.stderr || result.error}`);
  const answer = JSON.parse(result.stdout) as PythonAnswer;
  if (answer.codes.some((code) => code !== 0)) {
    const names = pipeline.map(([program]) => program).join(" | ");
    throw new CommandFailed(`${names} ended with ${answer.codes.join(", ")}: ${answer.said.trim()}`);
  }
  return { wallMs: answer.wall * 1000, cpuMs: answer.cpu * 1000, peakMb: (answer.peak * 1024) / 1e6 };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
