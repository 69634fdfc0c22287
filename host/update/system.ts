// What an update asks of the machine: strayd's state, a restart of it, and the service that brings the update to its end.
// Apart so that tests need neither systemd nor a sensor.
// Always holds: nothing waits for ever; a refusal of systemd is told in its own words.

import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlClient } from "../control/client.js";
import { DEFAULT_SOCKET } from "../control/protocol.js";
import type { HealthWatch } from "./health.js";
import { updateError } from "./problem.js";

export const FINISH_UNIT = "stray-update.service";
const SENSOR_UNIT = "strayd.service";
const SYSTEMCTL_MS = 30_000;

export interface UpdateSystem extends HealthWatch {
  /**
   * Until strayd's next start the kernel carries the link's frames, where it does so for a sensor that stands still: a stop alone
   * would let go of the link (`inline.at-stop`). Where no sensor stands in the wire nothing is done.
   */
  carry(): Promise<void>;
  /** strayd is started anew; does not wait until it runs. */
  restart(): void;
  /** The service takes what is pending to its end, whatever becomes of this process. */
  startFinish(): void;
}

export function systemOf(socket = DEFAULT_SOCKET): UpdateSystem {
  const ask = async <Answer>(question: (client: ControlClient) => Promise<Answer>): Promise<Answer> => {
    const client = await ControlClient.connect(socket);
    try {
      return await question(client);
    } finally {
      client.close();
    }
  };
  return {
    status: () => ask((client) => client.status()),
    carry: async () => {
      try {
        await ask(async (client) => {
          const { inline } = await client.status();
          if (inline?.state === "armed") await client.call("v1.bypass.set", { on: true });
        });
      } catch {
        // None runs, or none that can: an update may be what mends that.
      }
    },
    sleep: async (ms) => {
      await sleep(ms);
    },
    nowMs: () => performance.now(),
    restart: () => {
      // Else a version that ended at once five times keeps the next one from being started.
      systemctl(["reset-failed", SENSOR_UNIT], true);
      systemctl(["restart", "--no-block", SENSOR_UNIT]);
    },
    startFinish: () => systemctl(["start", "--no-block", FINISH_UNIT]),
  };
}

function systemctl(args: readonly string[], mayFail = false): boolean {
  const done = spawnSync("systemctl", args, { encoding: "utf8", timeout: SYSTEMCTL_MS });
  if (done.error === undefined && done.status === 0) return true;
  if (mayFail) return false;
  const why = done.error?.message ?? done.stderr.trim().split("\n").at(-1) ?? "";
  throw updateError("UPDATE_SYSTEM", `systemctl ${args.join(" ")}: ${why || `exit code ${done.status}`}`);
}
