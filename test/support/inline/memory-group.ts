// A control group with little memory, in which the kernel's out-of-memory killer must choose: for the test of what happens
// to the wire when it chooses the sensor. Version 2, and 1 where that is what the machine has.
// Always holds: the group is gone after remove(); what may not be made here is an error, never passed over.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";
const isUnified = existsSync(join(ROOT, "cgroup.controllers"));

/** Grows by a MiB at a time until the process given is gone; the kernel may not choose it. */
const HOG = `
import os, sys, time
open(sys.argv[2], "w").write(str(os.getpid()))
open("/proc/self/oom_score_adj", "w").write("-1000")
kept = []
for _ in range(int(sys.argv[3])):
    try:
        os.kill(int(sys.argv[1]), 0)
        with open(f"/proc/{sys.argv[1]}/stat") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                sys.exit(0)
    except (ProcessLookupError, FileNotFoundError):
        sys.exit(0)
    kept.append(bytearray(os.urandom(1024)) * 1024)
    time.sleep(0.001)
sys.exit(3)
`;

export class MemoryGroup {
  private readonly folder: string;

  constructor(name: string) {
    if (isUnified) {
      const control = join(ROOT, "cgroup.subtree_control");
      if (!readFileSync(control, "utf8").includes("memory")) writeFileSync(control, "+memory");
      this.folder = join(ROOT, name);
    } else {
      this.folder = join(ROOT, "memory", name);
    }
    mkdirSync(this.folder);
  }

  /** Words that run a command inside. */
  get prefix(): string[] {
    return ["sh", "-c", `echo $$ > ${this.members} && exec "$@"`, "sh"];
  }

  get members(): string {
    return join(this.folder, "cgroup.procs");
  }

  usedBytes(): number {
    return Number(
      readFileSync(join(this.folder, isUnified ? "memory.current" : "memory.usage_in_bytes"), "utf8"),
    );
  }

  limit(bytes: number): void {
    writeFileSync(join(this.folder, isUnified ? "memory.max" : "memory.limit_in_bytes"), String(bytes));
  }

  /** How often the kernel ended a process in here. */
  kills(): number {
    const text = readFileSync(join(this.folder, isUnified ? "memory.events" : "memory.oom_control"), "utf8");
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  /** Command of a program that eats what is left, at most `mebibytes`, until `pid` is gone. */
  hog(pid: number, mebibytes: number): string[] {
    return ["python3", "-c", HOG, String(pid), this.members, String(mebibytes)];
  }

  remove(): void {
    // What is just ending is let go of in a moment.
    for (let tries = 0; tries < 50; tries++) {
      try {
        rmdirSync(this.folder);
        return;
      } catch {
        spawnSync("sleep", ["0.1"]);
      }
    }
    rmdirSync(this.folder);
  }
}
