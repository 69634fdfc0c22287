// A program that a test started and must end: what it says, when it ended, and how; and waiting for what it brings about.
// Apart from strayd's own folder and commands because this would fit any daemon.
// Always holds: what is kept of its words is bounded; nothing here waits without a limit.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { PATIENCE } from "./patience.js";

const WAIT_MS = 20_000 * PATIENCE;
const STOP_MS = 15_000 * PATIENCE;
const POLL_MS = 50;
const SAID_CHARACTERS_MAX = 1 << 20;

/** Waits until `condition` holds and answers what it gave; asks each `pollMs`. @throws Error after `limitMs`. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = WAIT_MS,
  pollMs = POLL_MS,
): Promise<T> {
  for (const end = performance.now() + limitMs; ; ) {
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** A daemon that runs, or did. */
export class Daemon {
  /** What it said on standard output and standard error so far, in one. */
  said = "";
  exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  private readonly closed: Promise<unknown>;

  constructor(readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.said = (this.said + chunk.toString()).slice(-SAID_CHARACTERS_MAX);
      });
    }
    this.closed = once(process, "close").then(([code, signal]) => {
      this.exit = { code, signal };
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Waits for its end and answers the exit code. @throws Error when it takes longer than `limitMs`. */
  async ended(limitMs = STOP_MS): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`still there after ${limitMs} ms: ${this.said}`)), limitMs);
    });
    await Promise.race([this.closed, late]).finally(() => clearTimeout(timer));
    return this.exit!.code;
  }

  /** Sends a signal, waits for the end, answers the exit code (null when a signal ended it). */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.exit === undefined) this.process.kill(signal);
    return this.ended();
  }
}
