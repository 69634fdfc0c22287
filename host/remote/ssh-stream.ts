// A child's standard input and output as one stream, and its end.
// Apart from the route so that the life of a process is in one place.
// Always holds: only the child that was started here is ever ended, by its own id; what is kept of its words is
// bounded; nothing here waits without a limit.

import type { ChildProcessByStdio } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";

export type SshChild = ChildProcessByStdio<Writable, Readable, Readable>;

const SAID_BYTES_MAX = 8192;
/** From the end of its output to the end of the process. */
const EXIT_MS = 2000;
/** From the end of the process to the end of its words: a connection kept for others may hold them open. */
const WORDS_MS = 200;
/** From the request to end to the end without one. */
const KILL_MS = 1000;

export class SshStream extends Duplex {
  /** The last that it said on standard error. */
  said = "";
  /** Something came on standard output. */
  hasAnswered = false;
  private readonly exited: Promise<number | undefined>;
  private readonly silent: Promise<unknown>;

  constructor(private readonly child: SshChild) {
    super({ allowHalfOpen: false });
    const { stdin, stdout, stderr } = child;
    stdout.on("data", (chunk: Buffer) => {
      this.hasAnswered = true;
      if (!this.push(chunk)) stdout.pause();
    });
    stdout.on("end", () => this.push(null));
    // The pipes break when the process ends: its exit says why.
    for (const pipe of [stdin, stdout, stderr]) pipe.on("error", () => undefined);
    stderr.on("data", (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-SAID_BYTES_MAX);
    });
    this.silent = new Promise((resolve) => stderr.once("close", resolve));
    this.exited = new Promise((resolve) => {
      child.once("exit", (code) => resolve(code ?? undefined));
      child.once("error", () => resolve(undefined));
    });
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.child.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.child.stdin.destroy();
    this.child.stdout.destroy();
    done(error);
  }

  /** Its exit code; undefined where a signal, or we, had to end it. */
  async exitCode(): Promise<number | undefined> {
    const code = await within(this.exited, EXIT_MS);
    this.terminate();
    await within(this.silent, WORDS_MS);
    return code;
  }

  /** Ends the process, gently at first. */
  terminate(): void {
    this.destroy();
    const { child } = this;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), KILL_MS);
    child.once("exit", () => clearTimeout(timer));
  }
}

async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
