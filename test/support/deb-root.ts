// A Debian of our own or another architecture: a folder with a minimal system, in which programs are run.
// Apart because making one takes a while: it is made once (mmdebstrap) and kept in build/, then unpacked for each use.
// Always holds: every program runs in mount and pid namespaces of its own, where /proc and /sys are mounted: so nothing is
// ever mounted on this machine, and nothing outlives its starter; the folder is gone after remove().

import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Architecture, OWN_ARCHITECTURE, PROJECT } from "./deb.js";
import type { ExecResult, Namespace } from "./netns.js";
import { requireProgram } from "./system.js";

/** Debian 12 has a Node.js that is too old. */
const SUITE = "trixie";
const MIRROR = "http://deb.debian.org/debian";
export interface RootKind {
  readonly architecture: Architecture;
  /** Beside the minimal system. */
  readonly packages: readonly string[];
}

/** What the package needs, or recommends. */
const FOR_PACKAGE: RootKind = {
  architecture: OWN_ARCHITECTURE,
  packages: ["nodejs", "libsqlite3-0", "libstdc++6", "systemd", "iproute2", "tcpdump"],
};
const ROOTS = join(PROJECT, "build", "test-root");
const HEAD = "root-";
const MAKE_TIMEOUT_MS = 240_000;
/** Of another architecture: each of its programs is emulated. */
const MAKE_EMULATED_TIMEOUT_MS = 1_800_000;
const COMMAND_TIMEOUT_MS = 60_000;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** Inside: its own /proc is unshare's doing; names of interfaces are those of the network namespace. */
const MOUNTS =
  "mount -t sysfs -o ro sysfs /sys && mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts /dev/pts";
const WITH_MOUNTS = ["/bin/sh", "-c", `${MOUNTS} && exec "$@"`, "sh"];

/** True where a root can be made or is there. Otherwise says so loudly, and answers false. */
export async function canUseDebRoot(kind = FOR_PACKAGE): Promise<boolean> {
  const programs = [
    requireProgram("dpkg-deb", "dpkg"),
    requireProgram("unshare", "util-linux"),
    requireProgram("mmdebstrap", "mmdebstrap"),
  ];
  let reason = process.getuid?.() === 0 ? "" : "it needs root";
  if (reason === "" && programs.every(Boolean)) {
    try {
      await makeArchive(kind);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  if (reason === "") return programs.every(Boolean);
  const message = `a root of Debian ${SUITE} cannot be made here: ${reason}`;
  const { STRAY_REQUIRE_SYSTEM } = process.env;
  if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`);
  console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
  return false;
}

/** Made when it is not there, or other packages are wanted; put in place whole. Answers where it is. */
async function makeArchive({ architecture, packages }: RootKind): Promise<string> {
  const wanted = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 8);
  const archive = join(ROOTS, `${SUITE}-${architecture}-${wanted}.tar`);
  if (existsSync(archive)) return archive;
  mkdirSync(ROOTS, { recursive: true });
  const fresh = `${archive.replace(/\.tar$/, "")}-${process.pid}.tar`;
  const what = [`--architectures=${architecture}`, `--include=${packages.join(",")}`];
  const timeout = architecture === OWN_ARCHITECTURE ? MAKE_TIMEOUT_MS : MAKE_EMULATED_TIMEOUT_MS;
  const words = ["--variant=minbase", "--quiet", ...what, SUITE, fresh, MIRROR];
  try {
    await promisify(execFile)("mmdebstrap", words, { timeout });
  } catch (error) {
    rmSync(fresh, { force: true });
    const { stderr = "" } = error as { stderr?: string };
    throw new Error(`mmdebstrap: ${stderr.trim().split("\n").at(-1)}`, { cause: error });
  }
  renameSync(fresh, archive);
  return archive;
}

/** Of test processes that were killed before they could clean up. */
function removeLeftovers(): void {
  for (const name of readdirSync(ROOTS)) {
    const pid = name.startsWith(HEAD) ? name.slice(HEAD.length).split("-")[0] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(ROOTS, name), { recursive: true, force: true });
  }
}

export interface RootExecOptions {
  /** Otherwise that of the machine. */
  readonly network?: Namespace;
  readonly mayFail?: boolean;
}

export class DebRoot {
  private constructor(readonly folder: string) {}

  /** A fresh one. */
  static async unpack(kind = FOR_PACKAGE): Promise<DebRoot> {
    const archive = await makeArchive(kind);
    removeLeftovers();
    const root = new DebRoot(mkdtempSync(join(ROOTS, `${HEAD}${process.pid}-`)));
    await promisify(execFile)("tar", ["-xpf", archive, "-C", root.folder, "--numeric-owner"]);
    return root;
  }

  /** A path inside, as seen from outside. */
  path(inside: string): string {
    return join(this.folder, inside);
  }

  /** Runs a program inside and waits. @throws Error with its words when it fails, unless `mayFail`. */
  exec(words: readonly string[], { network, mayFail = false }: RootExecOptions = {}): ExecResult {
    const [program = "", ...rest] = this.command(words, network);
    const done = spawnSync(program, rest, {
      encoding: "utf8",
      timeout: COMMAND_TIMEOUT_MS,
      env: { PATH, LC_ALL: "C" },
    });
    const { status, stdout, stderr } = done;
    if (!mayFail && status !== 0) throw new Error(`${words.join(" ")}: status ${status}: ${stderr}${stdout}`);
    return { status, stdout, stderr };
  }

  /** Starts a program inside, in a network namespace; it ends with the child that is given back. */
  spawn(network: Namespace, words: readonly string[]): ChildProcess {
    return network.spawn(this.command(words), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH, LC_ALL: "C" },
    });
  }

  /** Runs a program inside, which may take long; `said` gets what it says meanwhile. Answers its exit code. */
  run(words: readonly string[], timeoutMs: number, said: (text: string) => void): Promise<number | null> {
    const [program = "", ...rest] = this.command(words);
    const child = spawn(program, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH, LC_ALL: "C" },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => said(chunk.toString()));
    }
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
  }

  private command(words: readonly string[], network?: Namespace): string[] {
    const spaces = [
      "unshare",
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      `--root=${this.folder}`,
      "--mount-proc",
    ];
    const prefix = network === undefined ? [] : ["ip", "netns", "exec", network.name];
    return [...prefix, ...spaces, ...WITH_MOUNTS, ...words];
  }

  /** Every file and folder but /dev, /proc and /sys, sorted. */
  list(): string[] {
    const walk = (folder: string): string[] =>
      readdirSync(this.path(folder), { withFileTypes: true }).flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        return entry.isDirectory() ? [path, ...walk(path)] : [path];
      });
    return walk("")
      .filter((path) => !/^\/(dev|proc|sys)(\/|$)/.test(path))
      .sort();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
