// Debian's snmptrapd: what it took and wrote, with the names of STRAY-MIB.
// Apart because tests of senders and of a whole strayd look at the same.
// Always holds: configuration and state lie in a folder of the test's, it listens on loopback, and is ended by its own id.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SnmpUser } from "../../host/config/management-types.js";
import { Daemon, until } from "./daemon.js";
import { mibFolder } from "./snmp-tools.js";
import { requireProgram } from "./system.js";

export const hasSnmptrapd = (): boolean =>
  [requireProgram("snmptrapd", "snmptrapd"), requireProgram("snmpget", "snmp")].every(Boolean);

export const TRAP_COMMUNITY = "stray";
export const TRAP_USER: SnmpUser = {
  name: "notifier",
  auth: "sha256",
  authPassword: "the first password",
  privacy: "aes",
  privacyPassword: "the second password",
};

/** One notification that was taken: its name, and its objects as text. */
export interface Received {
  readonly name: string;
  readonly objects: Readonly<Record<string, string>>;
}

export class Snmptrapd {
  private daemon: Daemon | undefined;
  private readonly config: string;
  private readonly state: string;
  private readonly mibs: string;

  /** `engineIds`: of those whose traps of v3 it takes; informs of the same user it takes from anybody. */
  constructor(
    folder: string,
    readonly port: number,
    engineIds: readonly Buffer[],
    private readonly run: (words: readonly string[], environment: NodeJS.ProcessEnv) => ChildProcess = start,
  ) {
    this.config = join(folder, "snmptrapd.conf");
    this.state = join(folder, "snmptrapd-state");
    this.mibs = mibFolder(join(folder, "mibs"));
    mkdirSync(this.state, { recursive: true });
    const { name, authPassword, privacyPassword } = TRAP_USER;
    const keys = `${name} SHA-256 "${authPassword}" AES "${privacyPassword}"`;
    const lines = [
      `authCommunity log ${TRAP_COMMUNITY}`,
      `createUser ${keys}`,
      ...engineIds.map((id) => `createUser -e 0x${id.toString("hex")} ${keys}`),
      `authUser log ${name} priv`,
      "format2 NOTIFICATION %V|%v\\n",
    ];
    writeFileSync(this.config, `${lines.join("\n")}\n`);
  }

  async start(): Promise<void> {
    const { PATH } = process.env;
    const environment = {
      PATH,
      MIBDIRS: this.mibs,
      MIBS: "STRAY-MIB",
      SNMPCONFPATH: this.state,
      SNMP_PERSISTENT_DIR: this.state,
    };
    const options = ["-f", "-Lo", "-n", "-C", "-c", this.config, "-OQ", "-Oe"];
    const child = this.run(["snmptrapd", ...options, `udp:127.0.0.1:${this.port}`], environment);
    const daemon = new Daemon(child);
    this.daemon = daemon;
    await until("snmptrapd listens", () => {
      if (daemon.exit) throw new Error(`snmptrapd ended with ${daemon.exit.code}: ${daemon.said}`);
      return daemon.said.includes("NET-SNMP version");
    });
  }

  get said(): string {
    return this.daemon?.said ?? "";
  }

  get received(): readonly Received[] {
    return this.said
      .split("\n")
      .filter((line) => line.startsWith("NOTIFICATION "))
      .map(parseReceived);
  }

  /** Waits for so many in all. @throws Error with what there is. */
  async has(count: number, limitMs?: number): Promise<readonly Received[]> {
    await until(`snmptrapd has ${count} notifications`, () => this.received.length >= count, limitMs).catch(
      (error: Error) => {
        throw new Error(`${error.message}: ${this.said}`);
      },
    );
    return this.received;
  }

  async stop(): Promise<void> {
    await this.daemon?.stop();
    this.daemon = undefined;
  }
}

function start([program = "", ...words]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** sysUpTime, snmpTrapOID, then `STRAY-MIB::strayName.0 = sensor-1` and the like, with units behind numbers. */
function parseReceived(line: string): Received {
  const [, trap = "", ...parts] = line.slice("NOTIFICATION ".length).split("|");
  const objects = parts.map((part) => {
    const [, object = "", value = ""] = /^\S*::(\w+)\.0 = (.*)$/.exec(part) ?? [];
    return [object, value.replace(/^(\d+) [a-z]+$/, "$1")] as const;
  });
  return { name: trap.replace(/^.*::/, ""), objects: Object.fromEntries(objects) };
}

/** A UDP port of loopback that is free just now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
