// A virtual machine that runs an image, with three interfaces in namespaces of the test's own: one to manage it by, and a host at
// each side of the wire.
// Apart from the tests, which only say what happens to it.
// Always holds: no frame leaves the namespaces; kill() is a power cut: what the guest has not written is lost; stop() ends what
// was started, by its process id.

import type { ChildProcess } from "node:child_process";
import { closeSync, copyFileSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createNamespace, type Namespace } from "../support/netns.js";
import type { Accelerator, Machine } from "./machines.js";

export const GUEST = "10.77.0.2";
const MANAGER = "10.77.0.1/24";
export const LEFT = "10.78.0.1";
export const RIGHT = "10.78.0.2";
const MEMORY_MIB = 512;

export interface SshResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Vm {
  readonly manager: Namespace = createNamespace("image-manager");
  readonly left: Namespace = createNamespace("image-left");
  readonly right: Namespace = createNamespace("image-right");
  private child: ChildProcess | undefined;
  private boots = 0;
  startedMs = 0;

  constructor(
    readonly machine: Machine,
    readonly accelerator: Accelerator,
    readonly image: string,
    /** Private key that root may log in with. */
    private readonly key: string,
    private readonly folder: string,
  ) {
    copyFileSync(machine.firmware[1], this.variables);
  }

  get isOn(): boolean {
    return this.child !== undefined;
  }

  private get variables(): string {
    return join(this.folder, "variables.fd");
  }

  get serialPath(): string {
    return join(this.folder, `serial-${this.boots}.log`);
  }

  serial(): string {
    return readFileSync(this.serialPath, "utf8");
  }

  /** Power on. `more`: words for qemu. */
  async start(more: readonly string[] = []): Promise<void> {
    const { machine, manager } = this;
    this.boots++;
    for (const tap of ["manage", "left", "right"])
      manager.exec(["ip", "tuntap", "add", "dev", tap, "mode", "tap"]);
    const speed = this.accelerator === "kvm" ? ["-accel", "kvm", "-cpu", "host"] : machine.emulated;
    const nic = (tap: string, place: number) => [
      ...["-netdev", `tap,id=${tap},ifname=${tap},script=no,downscript=no`],
      ...["-device", `virtio-net-pci,netdev=${tap},addr=0x${place}`],
    ];
    const words = [
      ...[...machine.machine, ...speed, "-smp", "1", "-m", String(MEMORY_MIB), "-watchdog-action", "reset"],
      ...["-drive", `if=pflash,format=raw,readonly=on,file=${machine.firmware[0]}`],
      ...["-drive", `if=pflash,format=raw,file=${this.variables}`],
      ...["-drive", `if=none,id=disk,format=raw,cache=writeback,file=${this.image}`],
      ...["-device", "virtio-blk-pci,drive=disk,addr=0x6", "-device", "virtio-rng-pci,addr=0x7"],
      ...["-nic", "none", ...nic("manage", 2), ...nic("left", 3), ...nic("right", 4)],
      ...["-display", "none", "-monitor", "none", "-serial", `file:${this.serialPath}`, ...more],
    ];
    const log = openSync(join(this.folder, "qemu.log"), "a");
    this.startedMs = performance.now();
    this.child = manager.spawn(["nice", "-n", "5", machine.program, ...words], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const { child } = this;
    // Also when the test is broken off.
    process.once("exit", () => child.kill("SIGKILL"));
    await this.attach("manage", manager, MANAGER);
    await this.attach("left", this.left, `${LEFT}/24`);
    await this.attach("right", this.right, `${RIGHT}/24`);
  }

  /** qemu has opened the tap: it moves to where its host lives. */
  private async attach(tap: string, namespace: Namespace, address: string): Promise<void> {
    const { manager } = this;
    for (let tries = 0; ; tries++) {
      manager.exec(["ip", "link", "set", tap, "up"]);
      if (manager.exec(["ip", "-o", "link", "show", "dev", tap]).stdout.includes("LOWER_UP")) break;
      if (tries > 100 || this.child?.exitCode !== null) {
        throw new Error(`qemu has not come up: ${readFileSync(join(this.folder, "qemu.log"), "utf8")}`);
      }
      await sleep(100);
    }
    if (namespace !== manager) manager.exec(["ip", "link", "set", tap, "netns", namespace.name]);
    namespace.exec(["ip", "address", "add", address, "dev", tap]);
    namespace.exec(["ip", "link", "set", tap, "up"]);
  }

  /** Runs a command as root over SSH. A machine that is still starting is waited for. */
  async ssh(command: string, { timeoutMs = 120_000, input = "" } = {}): Promise<SshResult> {
    const words = [
      ...["-i", this.key, "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes"],
      ...[
        "-o",
        "StrictHostKeyChecking=accept-new",
        "-o",
        `UserKnownHostsFile=${join(this.folder, "known_hosts")}`,
      ],
      ...["-o", "ConnectTimeout=60", "-F", "none", `root@${GUEST}`, command],
    ];
    return await this.manage(["ssh", ...words], timeoutMs, input);
  }

  /** Runs a program where the machine is managed from. */
  manage(words: readonly string[], timeoutMs = 120_000, input = ""): Promise<SshResult> {
    const child = this.manager.spawn(words, { stdio: ["pipe", "pipe", "pipe"] });
    return new Promise((resolve) => {
      let [stdout, stderr] = ["", ""];
      const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      child.stdout?.on("data", (data: Buffer) => {
        stdout += data.toString();
      });
      child.stderr?.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      child.on("close", (status) => {
        clearTimeout(timer);
        resolve({ status, stdout, stderr });
      });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
  }

  /** Until it can be logged into; answers after how many seconds since power on. */
  async waitForSsh(limitMs: number): Promise<number> {
    while (performance.now() - this.startedMs < limitMs) {
      const { status } = await this.ssh("true");
      if (status === 0) return (performance.now() - this.startedMs) / 1000;
      await sleep(1000);
    }
    throw new Error(`no login in ${limitMs / 1000} s; the console says:\n${this.serial().slice(-2000)}`);
  }

  /** Until a ping gets through the wire; answers after how many seconds since power on. */
  async waitForWire(limitMs: number): Promise<number> {
    while (performance.now() - this.startedMs < limitMs) {
      const ping = this.left.spawn(["ping", "-n", "-q", "-c", "1", "-W", "1", RIGHT], { stdio: "ignore" });
      const status = await new Promise((resolve) => ping.on("close", resolve));
      if (status === 0) return (performance.now() - this.startedMs) / 1000;
    }
    throw new Error(
      `nothing gets through in ${limitMs / 1000} s; the console says:\n${this.serial().slice(-2000)}`,
    );
  }

  /** Pings through the wire, five a second; answers how many were sent and lost, as `ping` counts them. */
  pings(count: number): { readonly done: Promise<{ sent: number; received: number }> } {
    const child = this.left.spawn(["ping", "-n", "-q", "-i", "0.2", "-c", String(count), "-W", "5", RIGHT], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout?.on("data", (data: Buffer) => {
      text += data.toString();
    });
    const done = new Promise<{ sent: number; received: number }>((resolve) => {
      child.on("close", () => {
        const [, sent = "0", received = "0"] = /(\d+) packets transmitted, (\d+) received/.exec(text) ?? [];
        resolve({ sent: Number(sent), received: Number(received) });
      });
    });
    return { done };
  }

  /** The power goes, without a word to the guest. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
    for (const [namespace, tap] of [
      [this.manager, "manage"],
      [this.left, "left"],
      [this.right, "right"],
    ] as const) {
      namespace.exec(["ip", "link", "delete", tap], { mayFail: true });
    }
  }

  async remove(): Promise<void> {
    await this.kill();
    for (const namespace of [this.left, this.right, this.manager]) namespace.remove();
    rmSync(this.variables, { force: true });
  }
}
