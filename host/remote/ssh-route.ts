// The way to a strayd on another machine: the system's ssh, which runs `stray rpc` there.
// Apart from the destination, which is checked before it comes here, and from the errors, which are a table.
// Always holds: no shell of this machine is in between, options come before `--` and only from here; ssh never asks
// anybody anything, forwards nothing, and notices within 15 s that the other side has gone.

import { spawn } from "node:child_process";
import type { ControlLink, ControlRoute } from "../control/route.js";
import { type StrayError, systemCode } from "../errors.js";
import type { Destination } from "./destination.js";
import { notStrayThere, programError, sshEndError, sshTimeoutError } from "./ssh-errors.js";
import { type SshChild, SshStream } from "./ssh-stream.js";

const REMOTE_COMMAND = "stray rpc";

/** What stands before the destination, whatever ~/.ssh/config says of the same. */
const OPTIONS: readonly string[] = [
  "BatchMode=yes",
  "ClearAllForwardings=yes",
  "RemoteCommand=none",
  // It would end with us, and with it every session that others put on it.
  "ControlMaster=no",
  "LogLevel=ERROR",
  "ServerAliveInterval=5",
  "ServerAliveCountMax=3",
];

export function sshArguments({ target, port }: Destination, timeoutMs: number): string[] {
  const options = [...OPTIONS, `ConnectTimeout=${Math.max(1, Math.ceil(timeoutMs / 1000))}`];
  return [
    "-T",
    "-a",
    "-x",
    ...options.flatMap((option) => ["-o", option]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    target,
    REMOTE_COMMAND,
  ];
}

/** A path or a name; no arguments. */
export function sshProgram({ STRAY_SSH: own }: NodeJS.ProcessEnv = process.env): string {
  return own === undefined || own === "" ? "ssh" : own;
}

export class SshRoute implements ControlRoute {
  readonly isFar = true;
  readonly name: string;
  private stream: SshStream | undefined;

  constructor(
    private readonly destination: Destination,
    private readonly program = sshProgram(),
  ) {
    this.name = destination.name;
  }

  async open(timeoutMs: number): Promise<ControlLink> {
    const stream = new SshStream(await this.start(timeoutMs));
    this.stream = stream;
    return {
      stream,
      whyEnded: async () =>
        sshEndError(this.destination, await stream.exitCode(), stream.said, stream.hasAnswered),
      close: () => stream.terminate(),
    };
  }

  noAnswer = (timeoutMs: number): StrayError =>
    sshTimeoutError(this.destination, timeoutMs, this.stream?.said ?? "");
  notStray = (line: string | undefined): StrayError => notStrayThere(this.destination, line);

  private start(timeoutMs: number): Promise<SshChild> {
    const { program } = this;
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown) => reject(programError(program, systemCode(error) ?? String(error)));
      try {
        const child = spawn(program, sshArguments(this.destination, timeoutMs), {
          stdio: ["pipe", "pipe", "pipe"],
        });
        child.once("error", refuse);
        child.once("spawn", () => resolve(child));
      } catch (error) {
        refuse(error);
      }
    });
  }
}
