// A helper program inside a namespace: started, known to be ready, spoken to over standard input, read line by line.
// Apart because the prober, the web server, the talkers and the listeners are all driven so.
// Always holds: no wait is without a limit; what the program said is in every error; ended by its own id.

import { fileURLToPath } from "node:url";
import { Daemon, until } from "../daemon.js";
import type { Namespace } from "../netns.js";

const READY_MS = 10_000;

/** Path of a helper of this folder. */
export function helper(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

export class Program extends Daemon {
  constructor(namespace: Pick<Namespace, "spawn">, command: readonly string[]) {
    super(namespace.spawn(command, { stdio: ["pipe", "pipe", "pipe"] }));
    // A program that has ended takes no more words: its exit says why.
    this.process.stdin?.on("error", () => {});
  }

  /** A Python helper of this folder. */
  static python(namespace: Namespace, script: string, ...words: readonly (string | number)[]): Program {
    return new Program(namespace, ["python3", "-u", helper(script), ...words.map(String)]);
  }

  get lines(): string[] {
    return this.said.split("\n").filter((line) => line !== "");
  }

  /** Waits until a line is as asked for. @throws Error when it ends before. */
  async line(pattern: RegExp, limitMs = READY_MS): Promise<string> {
    return await until(
      `a line ${pattern} of ${this.process.spawnargs.slice(-6).join(" ")}`,
      () => {
        const found = this.lines.find((line) => pattern.test(line));
        if (found === undefined && this.exit) throw new Error(`it ended: ${this.said}`);
        return found;
      },
      limitMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${this.said}`);
    });
  }

  async ready(): Promise<this> {
    await this.line(/^ready$/);
    return this;
  }

  tell(text: string): void {
    this.process.stdin?.write(`${text}\n`);
  }

  /** Ends its standard input, waits for its end, answers what its last line says. @throws Error when it failed. */
  async result<T>(limitMs?: number): Promise<T> {
    this.process.stdin?.end();
    const code = await this.ended(limitMs);
    const last = this.lines.at(-1);
    if (code !== 0 || last === undefined) throw new Error(`ended with ${code}: ${this.said}`);
    return JSON.parse(last) as T;
  }
}

/** Everything that was started in a rig, so that it can be ended before the namespaces go. */
export class Programs {
  private readonly all = new Set<Daemon>();

  add<T extends Daemon>(program: T): T {
    this.all.add(program);
    return program;
  }

  async end(): Promise<void> {
    for (const { exit, process } of this.all) if (exit === undefined) process.kill("SIGKILL");
    await Promise.all([...this.all].map((each) => each.ended().catch(() => undefined)));
    this.all.clear();
  }
}
