// `stray -H` before a terminal: the question before several sensors are told to stop, and the screen of a far sensor.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.js";
import { requireProgram } from "../../support/system.js";
import { programOnTerminal } from "../cli/on-terminal.js";
import { bundleCommands, startProgram } from "../control/run-command.js";
import { temporaryFolder } from "../control/support.js";
import { remoteRig, startHosts } from "./support.js";

bundleCommands();

describe.skipIf(!requireProgram("python3", "python3"))("on a terminal", () => {
  it("asks before several are told to stop; only yes is yes", async () => {
    const { env, sensors, calls } = await startHosts(["a", "b"]);
    let stops = 0;
    for (const { sensor } of [sensors.a, sensors.b]) sensor.onStop = () => stops++;
    const question = '"stray stop" on 2 sensors \\(a, b\\)\\? \\[y/N\\] ';
    for (const [send, exitCode] of [
      ["\r", 2],
      ["n\r", 2],
      ["\u0004", 2],
    ] as const) {
      const seen = await programOnTerminal("program", ["-H", "a,b", "stop"], [{ wait: question, send }], env);
      expect([seen.exitCode, seen.isLineMode]).toEqual([exitCode, true]);
      expect(seen.output).toContain("stray: nothing was done");
    }
    expect([stops, calls()]).toEqual([0, []]);
    const seen = await programOnTerminal(
      "program",
      ["-H", "a,b", "stop"],
      [{ wait: question, send: "y\r" }],
      env,
    );
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    expect(stops).toBe(2);
  });

  it("draws the screen of a far sensor, tells when it goes, and ends its ssh at q", async () => {
    const socket = join(temporaryFolder(), "stray.sock");
    const { child, output } = startProgram("strayd", [socket, "40"]);
    await eventually(() => output.stdout === "ready\n", "strayd listens");
    const { env, calls } = remoteRig({ "admin@far": { socket } });
    const seen = await programOnTerminal(
      "program",
      ["-H", "admin@far", "top", "--interval", "0.2"],
      [
        { wait: "packets 1,000/s.*q quit" },
        { wait: "q quit" },
        { wait: "trying again: admin@far: ", send: "q" },
      ],
      env,
      (reached) => {
        if (reached === 2) child.kill("SIGKILL");
      },
    );
    expect(seen).toMatchObject({ exitCode: 0, isLineMode: true });
    await eventually(() => calls().every(({ pid }) => !isThere(pid)), "every ssh that was started is gone");
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
