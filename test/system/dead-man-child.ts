// A process of its own that arms the dead man's switch, so that it can be killed, or give up root, without taking the
// test along. Apart because there is no way back from either.
// Always holds: one line of JSON on standard output for each line of words on standard input, and one at the start.

import { createInterface } from "node:readline";
import { DEADMAN_BEAT_OFFSET } from "../../assembly/inline/inline-layout.js";
import { DEADMAN_BASE, MEMORY_PAGES } from "../../assembly/layout.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import { StrayError } from "../../host/errors.js";
import { DeadMan, type Method } from "../../host/inline/dead-man.js";
import { Offloads } from "../../host/inline/offloads.js";
import { type Capability, capabilitySet, writeCapabilities } from "../../host/system/capabilities.js";
import { dropPrivileges, findAccount } from "../../host/system/privileges.js";

export interface ChildOptions {
  readonly runtime: string;
  /** Default: left, right. */
  readonly names?: readonly [string, string];
  readonly method?: "auto" | Method;
  /** Beats from the start, every few milliseconds. */
  readonly beats?: boolean;
  /** Capabilities left before arming. */
  readonly capabilities?: readonly Capability[];
  /** Becomes this account once armed. */
  readonly user?: string;
  /** Switches merging offloads off while there is root, and on again at "restore". */
  readonly offloads?: boolean;
}

const LEFT_RIGHT = ["left", "right"] as const;
const options = JSON.parse(process.argv[2] ?? "{}") as ChildOptions;
const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES, shared: true });
const buffer = memory.buffer as unknown as SharedArrayBuffer;
const beat = new BigUint64Array(buffer, DEADMAN_BASE + DEADMAN_BEAT_OFFSET, 1);

function side(name: string) {
  return { name, index: interfaceState(name)?.index ?? -1 };
}

function say(work: () => unknown): void {
  let answer: unknown;
  try {
    answer = work();
  } catch (error) {
    answer =
      error instanceof StrayError ? { code: error.code, message: error.message } : { error: String(error) };
  }
  const text = JSON.stringify(answer ?? null, (_, value) =>
    typeof value === "bigint" ? Number(value) : value,
  );
  process.stdout.write(`${text}\n`);
}

let deadMan: DeadMan | undefined;
const offloads = new Offloads();

function begin(): unknown {
  if (options.capabilities !== undefined) {
    const kept = capabilitySet(options.capabilities);
    writeCapabilities({ effective: kept, permitted: kept, inheritable: 0n });
  }
  const owner = findAccount(options.user);
  const [first, second] = options.names ?? LEFT_RIGHT;
  deadMan = DeadMan.arm({
    sides: [side(first), side(second)],
    limitMs: 200,
    fail: "open",
    memory: buffer,
    places: { system: "/nowhere", runtime: options.runtime },
    owner,
    method: options.method ?? "auto",
  });
  const warnings = options.offloads === true ? LEFT_RIGHT.flatMap((name) => offloads.turnOff(name)) : [];
  if (options.user !== undefined)
    dropPrivileges({ user: options.user, keep: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_BPF"] });
  return { ...deadMan.state(), uid: process.getuid?.(), warnings, changed: offloads.changed };
}

function obey(words: readonly string[]): unknown {
  switch (words[0]) {
    case "bypass":
      return deadMan?.setBypass(words[1] === "on");
    case "tick":
      return deadMan?.tick(process.hrtime.bigint());
    case "lost":
      return deadMan?.lost(words[1] === "left" ? 0 : 1);
    case "reattach":
      return deadMan?.reattach(words[1] === "left" ? 0 : 1, side(words[1] ?? "").index);
    case "release":
      return deadMan?.release({ keep: words[1] === "keep" });
    case "restore":
      return offloads.restore();
    default:
      return deadMan?.state();
  }
}

if (options.beats === true) setInterval(() => Atomics.store(beat, 0, process.hrtime.bigint()), 10);
say(begin);
createInterface({ input: process.stdin }).on("line", (line) => say(() => obey(line.split(" "))));
