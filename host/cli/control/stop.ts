// The work of `stray stop`.
// Apart from the command so that it is loaded only when it runs.
// Always holds: only the socket is asked to stop; nothing is killed.

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../../errors.js";
import type { StopOptions } from "../stop-command.js";
import { jsonLine, visit } from "./session.js";

const LOOK_MS = 50;

export async function runStop(options: StopOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const { pid } = await client.stop();
    client.close();
    const { wait } = options;
    const hasEnded = wait === undefined ? undefined : await waitForEnd(client.name, pid, wait * 1000);
    if (options.json) out.line(jsonLine(hasEnded === undefined ? { pid } : { pid, ended: hasEnded }));
    else out.line(`${sentence(pid, wait, hasEnded)}\n`);
    return hasEnded === false ? 1 : 0;
  });
}

function sentence(pid: number, wait: number | undefined, hasEnded: boolean | undefined): string {
  if (hasEnded === undefined) return `strayd (process ${pid}) stops`;
  return hasEnded
    ? `strayd (process ${pid}) has ended`
    : `strayd (process ${pid}) has not ended in ${wait} s`;
}

/** Nobody answers on the socket and the process, where we can see it, is gone. */
async function waitForEnd(path: string, pid: number, waitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    if (!(await isAnswered(path)) && !isAlive(pid)) return true;
    if (performance.now() >= deadlineMs) return false;
    await sleep(LOOK_MS);
  }
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(systemCode(error) === "EAGAIN"));
  });
}

/** In another PID namespace a number means nothing: then the socket alone decides. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
