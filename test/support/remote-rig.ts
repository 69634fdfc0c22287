// A workstation and sensors in namespaces of their own, each sensor with a strayd and an sshd; `stray -H` runs on the
// workstation over the real ssh.
// Apart because sensors, links and keys are a lot of work beside what the tests are about.
// Always holds: the configuration of ssh is the test's own; everything started here is ended by its id, and all
// namespaces and folders are gone after remove().

import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon } from "./daemon.js";
import { createNamespace, createVethPair, type Namespace } from "./netns.js";
import { STRAY_BIN, type StrayResult } from "./run-stray.js";
import { type Sshd, startSshd } from "./sshd.js";
import { DaemonHome } from "./strayd.js";

export interface Sensor {
  readonly name: string;
  readonly namespace: Namespace;
  readonly home: DaemonHome;
  readonly daemon: Daemon;
  readonly sshd: Sshd;
  /** The workstation's end of the link to it. */
  readonly link: string;
}

export interface SensorPlan {
  readonly name: string;
  readonly port?: number;
}

/** What sshd runs, whatever is asked for. */
const shellCommand = (socket: string) => `${process.execPath} ${STRAY_BIN} shell --socket ${socket}`;

export class RemoteRig {
  readonly folder = mkdtempSync(join(tmpdir(), "stray-remote-"));
  readonly desk = createNamespace("desk");
  readonly sensors: Sensor[] = [];
  readonly sshConfig = join(this.folder, "ssh-config");
  private readonly commands: Daemon[] = [];

  static async start(plans: readonly SensorPlan[]): Promise<RemoteRig> {
    const rig = new RemoteRig();
    try {
      for (const plan of plans) await rig.addSensor(plan);
      rig.writeFiles();
      return rig;
    } catch (error) {
      await rig.remove();
      throw error;
    }
  }

  sensor(name: string): Sensor {
    return this.sensors.find((each) => each.name === name)!;
  }

  /** Runs `stray` on the workstation. */
  async run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<StrayResult> {
    const child = this.start(words, env);
    let [stdout, stderr] = ["", ""];
    child.process.stdout?.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.process.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [exitCode] = (await once(child.process, "close")) as [number | null];
    return { stdout, stderr, exitCode };
  }

  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Daemon {
    const child = new Daemon(
      this.desk.spawn([process.execPath, STRAY_BIN, ...words], {
        env: { ...this.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    this.commands.push(child);
    return child;
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, TZ: "UTC", STRAY_SSH: join(this.folder, "ssh"), XDG_CONFIG_HOME: this.folder };
  }

  /** More of ssh's configuration, before what there is: the first one counts. */
  writeFiles(more = ""): void {
    const hosts = this.sensors.map(({ name, sshd }) =>
      [
        `Host ${name}`,
        `  HostName ${sshd.address}`,
        `  Port ${sshd.port}`,
        `  IdentityFile ${sshd.keyFile}`,
        `  UserKnownHostsFile ${sshd.knownHosts}`,
      ].join("\n"),
    );
    const rest = [
      "Host *",
      "  User root",
      "  IdentitiesOnly yes",
      "  IdentityAgent none",
      "  StrictHostKeyChecking yes",
    ];
    writeFileSync(this.sshConfig, `${[more, ...hosts, ...rest].join("\n")}\n`);
    // ssh looks for its configuration where the account's home is, whatever HOME says.
    writeFileSync(join(this.folder, "ssh"), `#!/bin/sh\nexec ssh -F '${this.sshConfig}' "$@"\n`);
    chmodSync(join(this.folder, "ssh"), 0o755);
  }

  writeGroups(text: string): void {
    mkdirSync(join(this.folder, "stray"), { recursive: true });
    writeFileSync(join(this.folder, "stray", "hosts.yaml"), text);
  }

  async remove(): Promise<void> {
    for (const command of this.commands) if (command.exit === undefined) await command.stop("SIGKILL");
    for (const { sshd, home, namespace } of this.sensors) {
      if (sshd.daemon.exit === undefined) await sshd.stop();
      await home.remove();
      namespace.remove();
    }
    this.desk.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async addSensor({ name, port }: SensorPlan): Promise<void> {
    const number = this.sensors.length;
    const namespace = createNamespace(name);
    const link = `to${number}`;
    const addresses = [`10.77.${number}.1/30`, `10.77.${number}.2/30`] as const;
    createVethPair(this.desk, link, namespace, "mgmt0", { addresses });
    createVethPair(namespace, "tap0", namespace, "tap1");
    const home = new DaemonHome({ sensor: { name }, capture: { interfaces: ["tap0"] } });
    const daemon = await home.start(namespace);
    const sshd = await startSshd({
      namespace,
      folder: join(this.folder, name),
      address: `10.77.${number}.2`,
      command: shellCommand(home.socketPath),
      ...(port === undefined ? {} : { port }),
    });
    this.sensors.push({ name, namespace, home, daemon, sshd, link });
  }
}
