// Debian's SNMP: snmpd as a master agent, and the commands that ask it. And where the base modules of SMIv2 are, which
// Debian has not: they come with the package net-snmp of npm.
// Apart because the tests of the MIB, of the subagent and of the Prometheus exporter share it.
// Always holds: snmpd has configuration, state and socket in a folder of the test's, listens on loopback, and is ended by
// its own id; nothing of the machine's own SNMP is read.

import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Daemon, until } from "./daemon.js";
import type { Namespace } from "./netns.js";
import { requireProgram } from "./system.js";

const BASE = ["SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "SNMPv2-MIB"];
const root = new URL("../../", import.meta.url);
export const MIB_FILE = new URL("packaging/mibs/STRAY-MIB.txt", root);

export const hasSnmpTools = (): boolean =>
  [requireProgram("snmpwalk", "snmp"), requireProgram("snmpd", "snmpd")].every(Boolean);

/** A folder with STRAY-MIB and the modules that it imports from, under the names that every tool looks for. */
export function mibFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of BASE) {
    copyFileSync(new URL(`node_modules/net-snmp/lib/mibs/${name}.mib`, root), join(folder, name));
  }
  copyFileSync(MIB_FILE, join(folder, "STRAY-MIB"));
  return folder;
}

export const COMMUNITY = "walker";
export const V3 = { user: "reader", auth: "an-auth-password", privacy: "a-privacy-password" } as const;
const PORT = 1161;

/** Words of a client that say who asks, and how. */
export const ASKERS = {
  v2c: ["-v2c", "-c", COMMUNITY],
  v3: ["-v3", "-l", "authPriv", "-u", V3.user, "-a", "SHA-256", "-A", V3.auth, "-x", "AES", "-X", V3.privacy],
} as const;
export type Asker = keyof typeof ASKERS;

export class Snmpd {
  readonly socket: string;
  private readonly config: string;
  private readonly mibs: string;
  private readonly state: string;
  private daemon: Daemon | undefined;

  /** `owner`: whose processes may connect as subagents; `more`: further lines of its configuration. */
  constructor(
    folder: string,
    private readonly namespace: Namespace,
    owner: { readonly user: string; readonly group: string },
    more: readonly string[] = [],
  ) {
    this.socket = join(folder, "agentx");
    this.config = join(folder, "snmpd.conf");
    this.state = join(folder, "snmpd-state");
    this.mibs = mibFolder(join(folder, "mibs"));
    mkdirSync(this.state, { recursive: true });
    const lines = [
      `rocommunity ${COMMUNITY}`,
      `createUser ${V3.user} SHA-256 "${V3.auth}" AES "${V3.privacy}"`,
      `rouser ${V3.user} priv`,
      "master agentx",
      `agentXSocket unix:${this.socket}`,
      `agentXPerms 0660 0755 ${owner.user} ${owner.group}`,
      "agentXTimeout 5",
      "agentXRetries 0",
      ...more,
    ];
    writeFileSync(this.config, `${lines.join("\n")}\n`);
  }

  /** For tools that are to know the MIB, and nothing of the machine's own. */
  get environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return {
      PATH,
      MIBDIRS: this.mibs,
      MIBS: "STRAY-MIB",
      SNMPCONFPATH: this.state,
      SNMP_PERSISTENT_DIR: this.state,
    };
  }

  async start(): Promise<void> {
    const words = ["snmpd", "-f", "-Lo", "-C", "-c", this.config, `udp:127.0.0.1:${PORT}`];
    const child = this.namespace.spawn(words, { stdio: ["ignore", "pipe", "pipe"], env: this.environment });
    const daemon = new Daemon(child);
    this.daemon = daemon;
    // A socket may be left of one that was killed: what it says counts.
    await until("snmpd listens", () => {
      if (daemon.exit) throw new Error(`snmpd ended with ${daemon.exit.code}: ${daemon.said}`);
      return daemon.said.includes("NET-SNMP version") && existsSync(this.socket);
    });
  }

  /** What it said so far. */
  get said(): string {
    return this.daemon?.said ?? "";
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.daemon?.stop(signal);
    this.daemon = undefined;
  }

  /** Runs snmpwalk and its like against it. @throws Error with what it said when it fails. */
  async ask(
    command: string,
    words: readonly string[],
    asker: Asker = "v2c",
    options: readonly string[] = [],
  ): Promise<string> {
    const all = [...ASKERS[asker], "-t", "10", "-r", "0", ...options, `127.0.0.1:${PORT}`, ...words];
    const inside = ["netns", "exec", this.namespace.name, command, ...all];
    const { stdout } = await promisify(execFile)("ip", inside, {
      env: this.environment,
      maxBuffer: 1 << 26,
      timeout: 60_000,
    });
    return stdout;
  }

  /** Values by instance, `strayCounterValue.7`, as they are printed without their types. */
  async walk(name: string, asker: Asker = "v2c", command = "snmpbulkwalk"): Promise<Map<string, string>> {
    const text = await this.ask(command, [name], asker, ["-Oqs", "-Oe", "-Ot"]);
    return valuesIn(text);
  }
}

/** Of `NAME VALUE` lines; what follows in further lines belongs to the value. */
export function valuesIn(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf(" ");
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1).replace(/^"(.*)"$/, "$1"));
  }
  return values;
}

/** What smilint has to say of a module in `folder`, empty for nothing. */
export function smilint(folder: string, file: string): string {
  const config = join(folder, "smi.conf");
  writeFileSync(config, `path ${folder}\n`);
  const { stdout, stderr } = spawnSync("smilint", ["-l", "6", "-c", config, file], { encoding: "utf8" });
  return stdout + stderr;
}
