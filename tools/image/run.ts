// Programs that the builder calls, and how it says what it does.
// Apart because every step calls some. Always holds: a program that fails is one error with its last words; a missing one is
// told with the Debian package that has it, before anything is begun.

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";

const LAST_LINES = 15;
const ALIVE_MS = 15_000;

export class ImageError extends Error {}

/** Program and the Debian package that has it. */
const NEEDED: readonly (readonly [string, string])[] = [
  ["mmdebstrap", "mmdebstrap"],
  ["sqfstar", "squashfs-tools"],
  ["mkfs.vfat", "dosfstools"],
  ["mcopy", "mtools"],
  ["mkfs.ext4", "e2fsprogs"],
  ["sfdisk", "fdisk"],
  ["dpkg-deb", "dpkg"],
];

export function checkPrograms(): void {
  const { PATH = "" } = process.env;
  const folders = [...PATH.split(delimiter), "/usr/sbin", "/sbin"];
  const missing = NEEDED.filter(([program]) => !folders.some((folder) => isProgram(join(folder, program))));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  throw new ImageError(`${missing.map(([name]) => name).join(", ")} missing: apt-get install ${packages}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function say(line: string): void {
  process.stderr.write(`image: ${line}\n`);
}

const children = new Set<ChildProcess>();
let isStopped = false;

/** Ends what runs; the step that waits for it fails then, and so all of the build. */
export function stop(): void {
  isStopped = true;
  for (const child of children) child.kill("SIGTERM");
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Readable;
  readonly cwd?: string;
}

/** Runs a program to its end; answers what it wrote. While it runs, a line now and then says so. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { env = {}, input, cwd } = options;
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  if (isStopped) return Promise.reject(new ImageError("stopped"));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env, PATH: path, LC_ALL: "C.UTF-8" },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ["pipe", "pipe", "pipe"],
    });
    children.add(child);
    const startedMs = performance.now();
    const alive = setInterval(() => {
      say(`  ${program} is at work, ${Math.round((performance.now() - startedMs) / 1000)} s`);
    }, ALIVE_MS);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
    });
    child.on("error", (error) => {
      clearInterval(alive);
      reject(new ImageError(`cannot run ${program}: ${error.message}`));
    });
    child.on("close", (status, signal) => {
      clearInterval(alive);
      children.delete(child);
      if (isStopped) return reject(new ImageError("stopped"));
      if (status === 0) return resolve(stdout);
      const words = `${stdout}\n${stderr}`.trimEnd().split("\n").slice(-LAST_LINES).join("\n  ");
      reject(new ImageError(`${program} ended with ${signal ?? `exit code ${status}`}:\n  ${words}`));
    });
    // A program that has ended already takes no more: its exit code says why.
    child.stdin.on("error", () => undefined);
    if (typeof input === "object") input.pipe(child.stdin);
    else child.stdin.end(input ?? "");
  });
}
