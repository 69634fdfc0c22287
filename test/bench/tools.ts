// The programs that the benchmark compares, and how each is called.
// Apart so that what is compared can be read, and questioned, in one place.
// Always holds: each does its own whole job on the same file and throws its output away; none exports over a network.

import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { STRAY_BIN } from "../support/run-stray.js";
import { hasProgram } from "../support/system.js";
import type { Pipeline } from "./measure.js";
import type { TrafficCase } from "./traffic.js";

export interface Tool {
  name: string;
  /** What must be in the PATH. */
  programs: readonly string[];
  debianPackages: string;
  /** The profile, when the tool is stray itself. */
  profile?: "small" | "default" | "large";
  pipeline(path: string, traffic: TrafficCase): Pipeline;
}

export function strayTool(profile: "small" | "default" | "large"): Tool {
  return {
    name: profile === "default" ? "stray" : `stray (${profile})`,
    programs: [],
    debianPackages: "",
    profile,
    pipeline: (path) => [
      [
        process.execPath,
        STRAY_BIN,
        "read",
        "-q",
        ...(profile === "default" ? [] : ["--profile", profile]),
        path,
      ],
    ],
  };
}

export const ARGUS: Tool = {
  name: "argus with ra",
  programs: ["argus", "ra"],
  debianPackages: "argus-server argus-client",
  pipeline: (path) => [
    ["argus", "-X", "-A", "-S", "604800", "-r", path, "-w", "-"],
    ["ra", "-X", "-n", "-r", "-"],
  ],
};

/** IPv6 too, and room for every flow (it counts one for each direction it sees first). */
export const SOFTFLOWD: Tool = {
  name: "softflowd",
  programs: ["softflowd"],
  debianPackages: "softflowd",
  pipeline: (path, { flows }) => {
    const scratch = join(tmpdir(), "stray-bench-softflowd");
    const files = ["-p", `${scratch}.pid`, "-c", `${scratch}.ctl`];
    return [["softflowd", "-d", "-6", "-m", String(Math.max(8192, flows * 2)), ...files, "-r", path]];
  },
};

export const TCPDUMP: Tool = {
  name: "tcpdump -w",
  programs: ["tcpdump"],
  debianPackages: "tcpdump",
  pipeline: (path) => [["tcpdump", "-r", path, "-w", devNull]],
};

export function tsharkTool(packets: number): Tool {
  return {
    name: "tshark",
    programs: ["tshark"],
    debianPackages: "tshark",
    pipeline: (path) => [["tshark", "-r", path, "-c", String(packets), "-q", "-z", "conv,tcp"]],
  };
}

/** True when the tool can run here; otherwise says what is missing. */
export function isThere(tool: Tool): boolean {
  const missing = tool.programs.filter((program) => !hasProgram(program));
  if (missing.length === 0) return true;
  console.log(`${tool.name}: left out, ${missing.join(", ")} not installed (Debian: ${tool.debianPackages})`);
  return false;
}
