// A machine's sshd with stray's logins on it: the shipped configuration, the shipped login shell, an installed stray, accounts
// and keys, in a namespace of mounts where /etc/passwd, /etc/group, /etc/ssh, /run and /usr/bin are the test's own.
// Apart because several test files log in, and because none of it may touch the machine's accounts.
// Always holds: sshd listens on loopback alone; both processes started here are ended by their id; everything else is gone with
// the namespace and the folder.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Daemon, until } from "../daemon.js";
import { requireProgram } from "../system.js";

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const NODE_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin"];
const COMMAND_MS = 30_000;

/** Numbers that no Debian gives; only the namespace ever knows them. */
const GROUPS = {
  stray: 64100,
  "stray-operators": 64101,
  "stray-admins": 64102,
  "stray-remote": 64103,
  "stray-keys": 64104,
};
type GroupName = keyof typeof GROUPS;

export const ACCOUNTS = {
  viewer: { uid: 64001, groups: ["stray", "stray-remote"] },
  operator: { uid: 64002, groups: ["stray", "stray-remote", "stray-operators"] },
  admin: { uid: 64003, groups: ["stray", "stray-remote", "stray-admins"] },
  /** An admin, as far as its keys let it. */
  keyed: { uid: 64004, groups: ["stray", "stray-keys", "stray-admins"] },
  /** May log in, and not connect to strayd. */
  stranger: { uid: 64005, groups: ["stray-remote"] },
} as const satisfies Record<string, { uid: number; groups: readonly GroupName[] }>;
export type AccountName = keyof typeof ACCOUNTS;

/** What stands before each key of `keyed`. */
const KEY_LINES = {
  "keyed-viewer": 'restrict,pty,command="stray shell --role viewer"',
  "keyed-any": 'restrict,command="/usr/bin/stray-shell"',
  // Nobody said what they may.
  "keyed-bare": "",
  "keyed-other": 'restrict,command="/bin/sh"',
} as const;
export type KeyName = AccountName | keyof typeof KEY_LINES | "own";

export interface LoginResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** True when sshd, namespaces of mounts and overlays can be had here; otherwise says so loudly, and answers false. */
export function canLogIn(): boolean {
  const hasPeers = requireProgram("sshd", "openssh-server") && requireProgram("ssh", "openssh-client");
  if (!hasPeers || !requireProgram("unshare", "util-linux") || !requireProgram("nsenter", "util-linux"))
    return false;
  const probe = "mount -t tmpfs none /run && mount -t overlay none -o lowerdir=/usr/sbin:/usr/bin /usr/bin";
  const { status, stderr } = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", probe],
    {
      encoding: "utf8",
      timeout: COMMAND_MS,
    },
  );
  if (status === 0) return true;
  const message = `logins over ssh can't be tried: namespaces of mounts need root and overlays: ${stderr.trim()}`;
  const { STRAY_REQUIRE_SYSTEM } = process.env;
  if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`);
  console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
  return false;
}

export class SshRig {
  readonly folder = mkdtempSync(join(tmpdir(), "stray-ssh-"));
  /** Where whatever an attempt runs leaves something: anybody may write there. */
  readonly markers = join(this.folder, "markers");
  readonly port: number;
  private readonly daemons: Daemon[] = [];

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<SshRig> {
    const rig = new SshRig(await freePort());
    try {
      rig.install();
      rig.makeAccounts();
      rig.makeKeys();
      await rig.launch();
      return rig;
    } catch (error) {
      await rig.remove();
      throw error;
    }
  }

  /** Logs in with a key and asks for `command`, as it stands; without one, for a session. */
  login(
    key: KeyName,
    command?: string,
    options: { ssh?: readonly string[]; input?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<LoginResult> {
    const { ssh = [], input = "", env } = options;
    return this.finish(this.open(key, [...ssh], command === undefined ? [] : [command], env), input);
  }

  /** A login that goes on; end it by its own id. */
  open(
    key: KeyName,
    options: readonly string[],
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): ChildProcess {
    const words = [
      ...this.clientOptions(key),
      "-p",
      String(this.port),
      ...options,
      "--",
      `${accountOf(key)}@127.0.0.1`,
      ...command,
    ];
    return spawn("ssh", words, {
      env: { PATH: process.env["PATH"], HOME: this.folder, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** Another client program of ssh's: sftp, scp. `words` have HOST where the login stands. */
  client(program: "sftp" | "scp", key: KeyName, words: readonly string[], input = ""): Promise<LoginResult> {
    const all = [
      ...this.clientOptions(key),
      "-P",
      String(this.port),
      ...words.map((word) => word.replace("HOST", `${accountOf(key)}@127.0.0.1`)),
    ];
    return this.finish(
      spawn(program, all, {
        env: { PATH: process.env["PATH"], HOME: this.folder },
        stdio: ["pipe", "pipe", "pipe"],
      }),
      input,
    );
  }

  /** As an account on the machine itself, without sshd: what an attempt could do. */
  runAs(account: AccountName, words: readonly string[], env: NodeJS.ProcessEnv = {}): LoginResult {
    const { uid, groups } = ACCOUNTS[account];
    const ids = groups.map((name) => GROUPS[name]).join(",");
    const who = ["setpriv", "--reuid", String(uid), "--regid", String(uid), "--groups", ids];
    const { stdout, stderr, status } = spawnSync("nsenter", [this.mounts, ...who, ...words], {
      encoding: "utf8",
      timeout: COMMAND_MS,
      env: { PATH: "/usr/bin:/bin", ...env },
    });
    return { stdout, stderr, exitCode: status };
  }

  /** What sshd says is in force for an account, by the names that it prints. */
  effective(account: string): Record<string, string> {
    const who = `user=${account},host=localhost,addr=127.0.0.1`;
    const words = [this.mounts, "sh", "-c", `exec "$(command -v sshd)" -T -C ${who} -f /etc/ssh/sshd_config`];
    const { stdout, stderr, status } = spawnSync("nsenter", words, {
      encoding: "utf8",
      timeout: COMMAND_MS,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    if (status !== 0) throw new Error(`sshd -T: ${stderr}`);
    const settings: Record<string, string> = {};
    for (const line of stdout.split("\n")) {
      const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) settings[name] = value;
    }
    return settings;
  }

  get marked(): string[] {
    return readdirSync(this.markers);
  }

  /** What strayd did, the latest last. */
  get effects(): string[] {
    return readLines(join(this.folder, "effects"));
  }

  get audited(): Record<string, unknown>[] {
    return readLines(join(this.folder, "audit.log")).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
  }

  /** What sshd said. */
  get said(): string {
    return this.daemons[0]?.said ?? "";
  }

  async remove(): Promise<void> {
    for (const daemon of this.daemons.toReversed())
      if (daemon.exit === undefined) await daemon.stop("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  // ---- What the machine has -------------------------------------------------------------------------------

  /** stray as a package installs it, readable by everybody whatever the checkout is. */
  private install(): void {
    const { folder } = this;
    chmodSync(folder, 0o755);
    mkdirSync(this.markers);
    chmodSync(this.markers, 0o1777);
    const app = join(folder, "app");
    mkdirSync(app);
    for (const part of ["bin", "dist", "package.json"])
      cpSync(root(part), join(app, part), { recursive: true });
    const programs = join(folder, "bin");
    mkdirSync(programs);
    symlinkSync(join(app, "bin", "stray.mjs"), join(programs, "stray"));
    copyFileSync(root("packaging/ssh/stray-shell"), join(programs, "stray-shell"));
    if (!NODE_FOLDERS.some((name) => existsSync(join(name, "node"))))
      copyFileSync(process.execPath, join(programs, "node"));
    for (const name of readdirSync(programs)) if (name !== "stray") chmodSync(join(programs, name), 0o755);
    spawnSync("chmod", ["-R", "a+rX", app]);
    chmodSync(join(app, "bin", "stray.mjs"), 0o755);
    accessSync(join(app, "dist", "host", "cli", "main.js"), constants.R_OK);
  }

  private makeAccounts(): void {
    const etc = join(this.folder, "etc");
    mkdirSync(etc);
    const names = Object.entries(ACCOUNTS);
    const own = (file: string, taken: readonly string[]) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "" && !taken.includes(line.split(":")[0]!));
    const put = (file: string, lines: readonly string[]) =>
      writeFileSync(join(etc, file), `${lines.join("\n")}\n`);
    const home = (name: string) => join(this.folder, "home", name);
    for (const [name, { uid }] of names) {
      mkdirSync(home(name), { recursive: true });
      spawnSync("chown", [`${uid}:${uid}`, home(name)]);
    }
    const accounts = names.map(
      ([name, { uid }]) => `${name}:x:${uid}:${uid}::${home(name)}:/usr/bin/stray-shell`,
    );
    put("passwd", [...own("/etc/passwd", Object.keys(ACCOUNTS)), ...accounts]);
    put("shadow", [
      ...own("/etc/shadow", Object.keys(ACCOUNTS)),
      ...names.map(([name]) => `${name}:*:20000:0:99999:7:::`),
    ]);
    const groups = Object.entries(GROUPS).map(([group, gid]) => {
      const members = names
        .filter(([, { groups: its }]) => (its as readonly string[]).includes(group))
        .map(([name]) => name);
      return `${group}:x:${gid}:${members.join(",")}`;
    });
    const taken = [...Object.keys(GROUPS), ...Object.keys(ACCOUNTS)];
    put("group", [
      ...own("/etc/group", taken),
      ...names.map(([name, { uid }]) => `${name}:x:${uid}:`),
      ...groups,
    ]);
    chmodSync(join(etc, "shadow"), 0o600);
  }

  private makeKeys(): void {
    const ssh = join(this.folder, "ssh");
    for (const path of ["", "stray-keys", "sshd_config.d"]) mkdirSync(join(ssh, path), { recursive: true });
    const make = (name: string, path = join(this.folder, `key-${name}`)): string => {
      const { status, stderr } = spawnSync(
        "ssh-keygen",
        ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path],
        { encoding: "utf8" },
      );
      if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
      return readFileSync(`${path}.pub`, "utf8").trim();
    };
    const host = make("host", join(ssh, "host_key"));
    writeFileSync(join(this.folder, "known_hosts"), `[127.0.0.1]:${this.port} ${host}\n`);
    for (const account of Object.keys(ACCOUNTS))
      if (account !== "keyed") writeFileSync(join(ssh, "stray-keys", account), `${make(account)}\n`);
    const lines = Object.entries(KEY_LINES).map(([name, options]) => `${options} ${make(name)}`.trim());
    writeFileSync(join(ssh, "stray-keys", "keyed"), `${lines.join("\n")}\n`);
    this.temptHome(make("own"));
    copyFileSync(root("packaging/ssh/stray.conf"), join(ssh, "sshd_config.d", "stray.conf"));
    writeFileSync(join(ssh, "sshd_config"), this.serverConfig());
  }

  /** An account whose home has what sshd would obey elsewhere. */
  private temptHome(key: string): void {
    const folder = join(this.folder, "home", "operator", ".ssh");
    mkdirSync(folder);
    writeFileSync(join(folder, "authorized_keys"), `${key}\n`);
    writeFileSync(join(folder, "rc"), `touch ${join(this.markers, "rc")}\n`);
    writeFileSync(join(folder, "environment"), `NODE_OPTIONS=--require=${this.trap("user-environment")}\n`);
    const { uid } = ACCOUNTS.operator;
    spawnSync("chown", ["-R", `${uid}:${uid}`, folder]);
  }

  /** A script for Node.js that leaves a mark. */
  trap(name: string): string {
    const path = join(this.folder, `trap-${name}.cjs`);
    writeFileSync(
      path,
      `require("node:fs").writeFileSync(${JSON.stringify(join(this.markers, name))}, "");\n`,
    );
    return path;
  }

  /** What an administrator in a hurry has: everything that the snippet must close by itself is open. */
  private serverConfig(): string {
    const open = {
      AcceptEnv: "LANG LC_* NODE_OPTIONS NODE_PATH STRAY_SOCKET STRAY_DEBUG PAGER SSH_ORIGINAL_COMMAND",
      AllowAgentForwarding: "yes",
      AllowTcpForwarding: "yes",
      AllowStreamLocalForwarding: "yes",
      GatewayPorts: "clientspecified",
      PermitTunnel: "yes",
      X11Forwarding: "yes",
      PermitUserRC: "yes",
      PasswordAuthentication: "yes",
      Subsystem: "sftp internal-sftp",
    };
    return [
      "Include /etc/ssh/sshd_config.d/*.conf",
      `ListenAddress 127.0.0.1:${this.port}`,
      "HostKey /etc/ssh/host_key",
      "UsePAM no",
      "PidFile none",
      "LogLevel VERBOSE",
      "MaxStartups 50",
      ...Object.entries(open).map(([key, value]) => `${key} ${value}`),
      "",
    ].join("\n");
  }

  private async launch(): Promise<void> {
    const { folder } = this;
    const script = [
      "set -e",
      ...["passwd", "group", "shadow"].map((file) => `mount --bind ${folder}/etc/${file} /etc/${file}`),
      "mount -t tmpfs -o mode=0755 tmpfs /run",
      "mkdir -m 0755 /run/sshd /run/stray",
      "mount -t tmpfs -o mode=0755 tmpfs /etc/ssh",
      `cp -r ${folder}/ssh/. /etc/ssh/`,
      "chmod 0600 /etc/ssh/host_key",
      "chmod -R a+rX /etc/ssh/stray-keys /etc/ssh/sshd_config.d",
      `mount -t overlay overlay -o lowerdir=${folder}/bin:/usr/bin /usr/bin`,
      'exec "$(command -v sshd)" -D -e -f /etc/ssh/sshd_config',
    ].join("\n");
    const sshd = new Daemon(
      spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", script], {
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    this.daemons.push(sshd);
    await until("sshd listens", () => {
      if (sshd.exit) throw new Error(`sshd ended with ${sshd.exit.code}: ${sshd.said}`);
      return sshd.said.includes("Server listening on 127.0.0.1");
    });
    const strayd = new Daemon(
      spawn(
        "nsenter",
        [
          this.mounts,
          process.execPath,
          "--import",
          root("tools/ts.mjs"),
          root("test/support/ssh/stand-in.ts"),
          folder,
        ],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      ),
    );
    this.daemons.push(strayd);
    await until("strayd's stand-in answers", () => {
      if (strayd.exit) throw new Error(`it ended with ${strayd.exit.code}: ${strayd.said}`);
      return strayd.said.includes("ready");
    });
  }

  private get mounts(): string {
    return `--mount=/proc/${this.daemons[0]!.pid}/ns/mnt`;
  }

  private clientOptions(key: KeyName): string[] {
    const options = {
      BatchMode: "yes",
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      UserKnownHostsFile: join(this.folder, "known_hosts"),
      StrictHostKeyChecking: "yes",
      ConnectTimeout: "10",
      LogLevel: "ERROR",
    };
    return [
      "-F",
      "none",
      "-i",
      join(this.folder, `key-${key}`),
      ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ];
  }

  private async finish(child: ChildProcess, input: string): Promise<LoginResult> {
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
    const late = setTimeout(() => child.kill("SIGKILL"), COMMAND_MS);
    const exitCode = await new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(null));
      child.once("close", (code) => resolve(code));
    });
    clearTimeout(late);
    return { stdout, stderr, exitCode };
  }
}

export function accountOf(key: KeyName): AccountName {
  if (key === "own") return "operator";
  return key.startsWith("keyed") ? "keyed" : (key as AccountName);
}

function readLines(path: string): string[] {
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
