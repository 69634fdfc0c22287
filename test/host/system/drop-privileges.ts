// Drops privileges as strayd does, in a process of its own, and prints what the kernel says of every thread.
// Apart because there is no way back. Always holds: one line of JSON on standard output.

import { readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { compileCaptureFilter } from "../../../host/capture/live/bpf.js";
import { StrayError } from "../../../host/errors.js";
import { dropPrivileges } from "../../../host/system/privileges.js";

type Fields = Record<string, string>;

function threads(): Fields[] {
  return readdirSync("/proc/self/task").map((thread) => {
    const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
    return Object.fromEntries(
      [...status.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
  });
}

function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    return error instanceof StrayError ? `${error.code}: ${error.message}` : String(error);
  }
}

const user = process.argv[2] === "-" ? undefined : process.argv[2];
await stat("/"); // libuv's pool exists from here on
const old = new Set(readdirSync("/proc/self/task"));
const dropped = attempt(() => dropPrivileges({ user, keep: ["CAP_NET_RAW", "CAP_NET_ADMIN"] }));
const after = threads();
const worker = new Worker("require('node:worker_threads').parentPort.once('message', () => {})", {
  eval: true,
});
await new Promise((resolve) => worker.once("online", resolve));
const later = threads().filter(({ Pid = "" }) => !old.has(Pid));
worker.postMessage("end");
const filter = attempt(() => compileCaptureFilter("vlan 5", "lo").length);
const { CapAmb, CapInh } = threads().find(({ Pid }) => Pid === String(process.pid)) ?? {};
console.log(
  JSON.stringify({
    dropped,
    pid: String(process.pid),
    after,
    later,
    filter,
    ambient: CapAmb,
    inheritable: CapInh,
  }),
);
