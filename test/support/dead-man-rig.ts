// A client and a server that only reach each other through the two interfaces of a third namespace, the sensor's.
// Apart from the tests because those of the switch and of the tc fallback stand on the same ground.
// Always holds: neighbours are told to each other beforehand, so that a ping is one frame each way and nothing else;
// children are ended, and what is mounted is unmounted, by remove().

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { unmountBpffs } from "../../host/bpf/pin.js";
import { interfaceState } from "../../host/capture/live/interface.js";
import type { DeadManSide } from "../../host/inline/dead-man.js";
import type { ChildOptions } from "../system/dead-man-child.js";
import { createNamespace, createVethPair, type Namespace } from "./netns.js";

const CLIENT = "10.9.0.1";
const SERVER = "10.9.0.2";
const CHILD = fileURLToPath(new URL("../system/dead-man-child.ts", import.meta.url));
const LOADER = fileURLToPath(new URL("../../tools/ts.mjs", import.meta.url));

/** Prints its port, then how many bytes came over its only connection. */
const SERVER_SCRIPT = `
let bytes = 0;
const server = require("node:net").createServer((socket) => {
  socket.on("data", (chunk) => { bytes += chunk.length; });
  socket.on("error", () => {});
  socket.on("close", () => { console.log(bytes); server.close(); });
});
server.listen(0, () => console.log(server.address().port));`;
const CLIENT_SCRIPT = `
const [host, port, bytes] = process.argv.slice(1);
const socket = require("node:net").connect(Number(port), host);
socket.on("error", () => {});
socket.end(Buffer.alloc(Number(bytes)));`;

export class DeadManRig {
  readonly client = createNamespace("dead-client");
  readonly sensor = createNamespace("dead-sensor");
  readonly server = createNamespace("dead-server");
  /** Where the bpffs of the tests is mounted, on `bpf`. */
  readonly runtime = mkdtempSync(join(tmpdir(), "stray-dead-man-"));
  readonly places = { system: "/nowhere", runtime: this.runtime };
  private readonly children: ChildProcess[] = [];

  constructor(private readonly offloads = false) {
    this.connectLeft();
    this.connectRight();
    this.introduce();
  }

  connectLeft(): void {
    createVethPair(this.client, "client", this.sensor, "left", { offloads: this.offloads });
    this.client.exec(["ip", "address", "add", `${CLIENT}/24`, "dev", "client"]);
  }

  connectRight(): void {
    createVethPair(this.sensor, "right", this.server, "server", { offloads: this.offloads });
    this.server.exec(["ip", "address", "add", `${SERVER}/24`, "dev", "server"]);
  }

  /** Again after an interface was made anew. */
  introduce(): void {
    tell(this.client, "client", SERVER, macOf(this.server, "server"));
    tell(this.server, "server", CLIENT, macOf(this.client, "client"));
  }

  sides(): readonly [DeadManSide, DeadManSide] {
    return this.sensor.enter(() => [side("left"), side("right")] as const);
  }

  /** Does a ping come back? Frames on a veth pair take no time to speak of; lost ones are waited for a little. */
  crosses(): boolean {
    const args = ["ping", "-c", "3", "-i", "0.05", "-W", "1", SERVER];
    return this.client.exec(args, { mayFail: true }).stdout.includes(" 3 received");
  }

  /** Does none of three? */
  isCut(): boolean {
    const args = ["ping", "-c", "3", "-i", "0.05", "-W", "0.3", SERVER];
    return this.client.exec(args, { mayFail: true }).stdout.includes(" 0 received");
  }

  /** Sends `bytes` by TCP from client to server. Resolves to how many arrived before the connection was closed. */
  async transfer(bytes: number): Promise<number> {
    const server = this.script(this.server, SERVER_SCRIPT, []);
    const port = await server.line();
    this.script(this.client, CLIENT_SCRIPT, [SERVER, port, String(bytes)]);
    return Number(await server.line());
  }

  private script(namespace: Namespace, code: string, args: readonly string[]) {
    const into = [`--net=/run/netns/${namespace.name}`, process.execPath, "-e", code, ...args];
    const child = spawn("nsenter", into, { stdio: ["ignore", "pipe", "inherit"] });
    this.children.push(child);
    const answers = new DeadManChild(child);
    return answers;
  }

  /** Pings side by side with what the test does. Resolves to how many were sent, and how many came back. */
  pinging(count: number): { readonly done: Promise<{ sent: number; received: number }> } {
    const child = this.client.spawn(["ping", "-c", String(count), "-i", "0.02", "-W", "1", SERVER], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.children.push(child);
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const done = once(child, "close").then(() => {
      const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(said) ?? [];
      return { sent: Number(sent), received: Number(received) };
    });
    return { done };
  }

  /** Everything that a clean end has to leave as it was. */
  interfaces(): string {
    const text = this.sensor.exec(["ip", "-d", "link"]).stdout;
    return text + this.sensor.exec(["tc", "qdisc"]).stdout;
  }

  /** Folders and pins below the bpffs of the tests; none without one. */
  pins(): string[] {
    try {
      const all = readdirSync(join(this.runtime, "bpf"), { recursive: true, encoding: "utf8" });
      return all.filter((name) => !name.includes(".")).sort();
    } catch {
      return [];
    }
  }

  /** Removes what a test put there by itself. */
  clearPins(): void {
    unmountBpffs(join(this.runtime, "bpf"));
  }

  /** In the sensor's network, with this process's view of mounts (unlike `ip netns exec`). */
  child(options: Omit<ChildOptions, "runtime"> = {}, as: readonly string[] = []): DeadManChild {
    const words = JSON.stringify({ ...options, runtime: this.runtime });
    const into = [`--net=/run/netns/${this.sensor.name}`, ...as, process.execPath];
    const child = spawn("nsenter", [...into, "--import", LOADER, CHILD, words], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.children.push(child);
    return new DeadManChild(child);
  }

  remove(): void {
    for (const child of this.children) child.kill("SIGKILL");
    for (const namespace of [this.client, this.sensor, this.server]) namespace.remove();
    unmountBpffs(join(this.runtime, "bpf"));
    rmSync(this.runtime, { recursive: true, force: true });
  }
}

/** The process that dead-man-child.ts is. */
export class DeadManChild {
  private readonly lines: AsyncIterator<string>;

  constructor(private readonly process: ChildProcess) {
    if (process.stdout === null) throw new Error("the child has no output");
    this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  // biome-ignore lint/suspicious/noExplicitAny: what it answers is checked by the tests, value by value
  async answer(): Promise<any> {
    return JSON.parse(await this.line());
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error("the child ended without an answer");
    return value;
  }

  async ask(words: string) {
    this.process.stdin?.write(`${words}\n`);
    return this.answer();
  }

  async kill(): Promise<void> {
    const closed = once(this.process, "close");
    this.process.kill("SIGKILL");
    await closed;
  }
}

function side(name: string): DeadManSide {
  return { name, index: interfaceState(name)?.index ?? -1 };
}

function macOf(namespace: Namespace, name: string): string {
  return namespace.enter(() => interfaceState(name)?.address ?? "");
}

function tell(namespace: Namespace, name: string, address: string, mac: string): void {
  namespace.exec(["ip", "neigh", "replace", address, "lladdr", mac, "nud", "permanent", "dev", name]);
}
