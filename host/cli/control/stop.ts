// The work of `stray stop`.
// Apart from the command so that it is loaded only when it runs.
// Always holds: only the socket is asked to stop; nothing is killed.

import type { ControlClient } from "../../control/client.js";
import { StrayError, systemCode } from "../../errors.js";
import type { StopOptions } from "../stop-command.js";
import { jsonLine, visit } from "./session.js";

const LOOK_MS = 50;
/** Each look at another machine is a login there. */
const FAR_LOOK_MS = 1000;

export async function runStop(options: StopOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const { pid } = await client.stop();
    client.close();
    const { wait } = options;
    const hasEnded = wait === undefined ? undefined : await waitForEnd(client, pid, wait * 1000);
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

/** Nobody answers any more and the process, where we can see it, is gone. */
async function waitForEnd(client: ControlClient, pid: number, waitMs: number): Promise<boolean> {
  const { isFar } = client;
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    if (!(await isAnswered(client)) && (isFar || !isAlive(pid))) return true;
    if (performance.now() >= deadlineMs) return false;
    await client.rest(isFar ? FAR_LOOK_MS : LOOK_MS);
  }
}

/** False only when it is known that nobody is there. */
async function isAnswered(client: ControlClient): Promise<boolean> {
  try {
    (await client.again()).close();
    return true;
  } catch (error) {
    if (!(error instanceof StrayError)) throw error;
    return error.code !== "CONTROL_UNREACHABLE" || systemCode(error.cause) === "EAGAIN";
  }
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
