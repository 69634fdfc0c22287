// An sshd of the test's own in a network namespace, that runs one command for whoever has the key.
// Apart because it is a daemon with keys and a configuration, and none of it may touch the machine's own.
// Always holds: it listens on the address given and nowhere else; its keys and files lie in the folder given; it is ended
// by its own id.

import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon, until } from "./daemon.js";
import type { Namespace } from "./netns.js";
import { requireProgram } from "./system.js";

export interface SshdOptions {
  readonly namespace: Pick<Namespace, "spawn">;
  readonly folder: string;
  readonly address: string;
  readonly port?: number;
  /** What runs, whatever is asked for. */
  readonly command: string;
}

export interface Sshd {
  readonly address: string;
  readonly port: number;
  /** Of the key that it lets in. */
  readonly keyFile: string;
  /** A file that has its host key. */
  readonly knownHosts: string;
  readonly daemon: Daemon;
  stop(): Promise<unknown>;
}

/** True when there is an sshd and an ssh; otherwise says what is missing, or throws. */
export function hasSsh(): boolean {
  return requireProgram("ssh", "openssh-client") && requireProgram("sshd", "openssh-server");
}

/** A key without a passphrase; answers its public half. */
export function makeKey(path: string): string {
  const quiet: ExecFileSyncOptions = { stdio: "ignore" };
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], quiet);
  return readFileSync(`${path}.pub`, "utf8").trim();
}

export async function startSshd(options: SshdOptions): Promise<Sshd> {
  const { namespace, folder, address, port = 22, command } = options;
  mkdirSync(folder, { recursive: true });
  const [keyFile, hostKey, knownHosts] = [
    join(folder, "key"),
    join(folder, "host-key"),
    join(folder, "known-hosts"),
  ];
  writeFileSync(`${folder}/authorized`, `${makeKey(keyFile)}\n`);
  const shown = port === 22 ? address : `[${address}]:${port}`;
  writeFileSync(knownHosts, `${shown} ${makeKey(hostKey)}\n`);
  writeFileSync(join(folder, "config"), configText(options, hostKey, port));
  // What is mounted here is seen here alone: a namespace of networks brings one of mounts.
  const script = [
    "mount -t tmpfs -o mode=0755 tmpfs /run",
    "mkdir -m 0755 /run/sshd",
    `exec "$(command -v sshd || echo /usr/sbin/sshd)" -D -e -f '${join(folder, "config")}'`,
  ].join(" && ");
  const daemon = new Daemon(namespace.spawn(["sh", "-c", script], { stdio: ["ignore", "pipe", "pipe"] }));
  await until("sshd listens", () => {
    if (daemon.exit) throw new Error(`sshd ended with ${daemon.exit.code}: ${daemon.said}`);
    return daemon.said.includes("Server listening on");
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${daemon.said} (${command})`);
  });
  return { address, port, keyFile, knownHosts, daemon, stop: () => daemon.stop() };
}

function configText({ folder, address, command }: SshdOptions, hostKey: string, port: number): string {
  return [
    `ListenAddress ${address}:${port}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${folder}/authorized`,
    `ForceCommand ${command}`,
    "AuthenticationMethods publickey",
    "PermitRootLogin yes",
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "LogLevel VERBOSE",
    "",
  ].join("\n");
}
