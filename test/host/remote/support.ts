// `stray` with a stand-in for ssh, over control servers of the test.
// Apart because the tests of hosts, groups and several sensors share it.

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programPath, type RunningCommand, startProgram } from "../control/run-command.js";
import { startControl, type TestControl, temporaryFolder } from "../control/support.js";

export type FakeHost = Readonly<Record<string, unknown>>;

export interface RemoteRig {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** The calls of ssh so far. */
  calls(): readonly { readonly pid: number; readonly args: readonly string[] }[];
  start(args: readonly string[], env?: NodeJS.ProcessEnv): RunningCommand;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): RunningCommand["ended"];
  writeGroups(text: string): string;
}

export function remoteRig(hosts: Readonly<Record<string, FakeHost>>): RemoteRig {
  const folder = temporaryFolder();
  const ssh = join(folder, "ssh");
  writeFileSync(join(folder, "hosts.json"), JSON.stringify(hosts));
  writeFileSync(ssh, `#!/bin/sh\nexec "${process.execPath}" "${programPath("ssh")}" "$@"\n`);
  chmodSync(ssh, 0o755);
  const env: NodeJS.ProcessEnv = {
    STRAY_SSH: ssh,
    FAKE_SSH_FOLDER: folder,
    XDG_CONFIG_HOME: folder,
    STRAY_HOST: undefined,
    STRAY_SOCKET: undefined,
  };
  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    startProgram("program", args, { ...env, ...more });
  return {
    folder,
    env,
    calls: () => {
      const path = join(folder, "calls");
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, "utf8").trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line) as { pid: number; args: string[] });
    },
    start,
    run: (args, more) => start(args, more).ended,
    writeGroups: (text) => {
      const path = join(folder, "stray", "hosts.yaml");
      mkdirSync(join(folder, "stray"), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
  };
}

/** A control server for each name, and ssh that leads there; `more` are hosts of another kind. */
export async function startHosts<Name extends string>(
  names: readonly Name[],
  more: Readonly<Record<string, FakeHost>> = {},
): Promise<RemoteRig & { sensors: Record<Name, TestControl> }> {
  const sensors = {} as Record<Name, TestControl>;
  const hosts: Record<string, FakeHost> = { ...more };
  for (const name of names) {
    sensors[name] = await startControl();
    hosts[name] = { socket: sensors[name].path };
  }
  return { ...remoteRig(hosts), sensors };
}
