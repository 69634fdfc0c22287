// Runs strayd as a user does (`stray run -c FILE`), asks it over the command line, and reads what it stored.
// Apart because the live system tests and the live benchmark share it.
// Always holds: a daemon started here is ended, by its own id, at the latest by remove(); all its files lie in one
// folder of its own, which goes too.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { CountersReport, StatusReport } from "../../host/sensor/view.js";
import { parseStray, type StrayFlow } from "../parity/stray.js";
import { Daemon, until } from "./daemon.js";
import type { Namespace } from "./netns.js";
import { isAlive } from "./process-usage.js";
import { runStray, STRAY_BIN, type StrayResult } from "./run-stray.js";

/** Whom the daemon becomes, and its files belong to: an account that every Debian has. */
export const DAEMON_ACCOUNT = { name: "nobody", uid: 65534, gid: 65534 };

/** Groups of stray.yaml with their keys, as a user would write them. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Both, key by key; the second goes before the first. */
function merged(first: Settings, second: Settings): Settings {
  const out: Record<string, Readonly<Record<string, unknown>>> = { ...first };
  for (const [group, keys] of Object.entries(second)) out[group] = { ...first[group], ...keys };
  return out;
}

/** The folder of a daemon: configuration, socket, store, alerts, evidence. */
export class DaemonHome {
  readonly folder = mkdtempSync(join(tmpdir(), "strayd-"));
  readonly configPath = join(this.folder, "stray.yaml");
  readonly socketPath = join(this.folder, "stray.sock");
  readonly storePath = join(this.folder, "flows");
  readonly alertsPath = join(this.folder, "alerts");
  readonly evidencePath = join(this.folder, "evidence");
  readonly incidentsPath = join(this.folder, "incidents");
  readonly auditPath = join(this.folder, "audit.log");
  readonly detectionPath = join(this.folder, "detection");
  private readonly daemons: Daemon[] = [];
  private settings: Settings = {};

  constructor(settings: Settings = {}) {
    mkdirSync(this.storePath);
    for (const path of [this.folder, this.storePath]) {
      chownSync(path, DAEMON_ACCOUNT.uid, DAEMON_ACCOUNT.gid);
    }
    this.configure(settings);
  }

  /** Writes the configuration: what every test needs, with these settings in place of or beside it. */
  configure(settings: Settings): void {
    const base: Settings = {
      sensor: { name: "test", profile: "small", user: DAEMON_ACCOUNT.name },
      store: { directory: this.storePath },
      alerts: { log: { directory: this.alertsPath }, evidence: { directory: this.evidencePath } },
      incidents: { directory: this.incidentsPath },
      detection: { directory: this.detectionPath },
      control: { socket: this.socketPath, group: null, audit: this.auditPath },
    };
    this.settings = merged(base, settings);
    this.writeConfig(stringify(this.settings));
  }

  /** Writes the configuration as it is with some keys changed. */
  reconfigure(settings: Settings): void {
    this.configure(merged(this.settings, settings));
  }

  writeConfig(text: string): void {
    writeFileSync(this.configPath, text);
  }

  /** Starts the daemon without waiting; `prefix` are words of a command that runs it. */
  launch(namespace: Pick<Namespace, "spawn">, prefix: readonly string[] = []): Daemon {
    const command = [...prefix, process.execPath, STRAY_BIN, "run", "-c", this.configPath];
    const daemon = new Daemon(namespace.spawn(command, { stdio: ["ignore", "pipe", "pipe"] }));
    this.daemons.push(daemon);
    return daemon;
  }

  /** Starts the daemon and waits until all its workers run. @throws Error with what it said when it ends instead. */
  async start(namespace: Pick<Namespace, "spawn">, prefix: readonly string[] = []): Promise<Daemon> {
    const daemon = this.launch(namespace, prefix);
    await until("strayd answers", async () => {
      if (daemon.exit) throw new Error(`strayd ended with ${daemon.exit.code}: ${daemon.said}`);
      // Not yet, or a socket that nobody listens at.
      const status = existsSync(this.socketPath) ? await this.status().catch(() => undefined) : undefined;
      return status?.pid === daemon.pid && status.workers.every(({ state }) => state === "running");
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${daemon.said}`);
    });
    return daemon;
  }

  /** Runs a command of the control plane against this daemon's socket, without blocking the event loop. */
  async run(...words: readonly string[]): Promise<StrayResult> {
    const child = spawn(process.execPath, [STRAY_BIN, ...words, "--socket", this.socketPath], {
      env: { ...process.env, TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { stdout, stderr, exitCode };
  }

  /** The JSON that a command prints, whatever its exit code: status tells of problems by it. */
  private async ask(command: string): Promise<unknown> {
    const { stdout, stderr, exitCode } = await this.run(command, "--json");
    if (stdout === "") throw new Error(`stray ${command} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout);
  }

  async status(): Promise<StatusReport> {
    return (await this.ask("status")) as StatusReport;
  }

  async counters(): Promise<CountersReport> {
    return (await this.ask("counters")) as CountersReport;
  }

  /** Packets that it has seen. */
  async packets(): Promise<number> {
    const { packets = 0 } = (await this.counters()).total;
    return packets;
  }

  /** Waits until the daemon has seen so many packets in all. */
  async seen(packets: number): Promise<void> {
    let last = 0;
    await until(`strayd has seen ${packets} packets`, async () => {
      last = await this.packets();
      return last >= packets;
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${last} so far`);
    });
  }

  storeFiles(): string[] {
    const names = readdirSync(this.storePath, { recursive: true, encoding: "utf8" });
    return names
      .filter((name) => name.endsWith(".ipfix"))
      .sort()
      .map((name) => join(this.storePath, name));
  }

  /** All flow records in the store. @throws Error when a file can't be read whole. */
  storedFlows(): StrayFlow[] {
    const files = this.storeFiles();
    return files.length === 0 ? [] : readFlows(files);
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const daemon of this.daemons) {
      if (daemon.exit === undefined && isAlive(daemon.pid)) await daemon.stop("SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Flow records of captures or of store files, as `stray read` gives them. @throws Error when it complains. */
export function readFlows(files: readonly string[]): StrayFlow[] {
  const { stdout, stderr, exitCode } = runStray(["read", "--json", "-nn", "-Z", "b", ...files]);
  if (exitCode !== 0) throw new Error(`stray read ended with ${exitCode}: ${stderr.slice(0, 400)}`);
  return parseStray(stdout);
}
