// One client: its lines in, its answers out, one request at a time.
// Apart from the server, which knows how many clients there are and nothing of what they say.
// Always holds: while a request is worked on or an answer waits to be read, nothing more is read from the client:
// what it sends waits in the kernel, what it costs is one line, one chunk and one response. Between two requests
// everybody else has a turn. A client that does not read its answer in time is dropped.

import type { Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "./caller.js";
import type { ControlCounts } from "./counts.js";
import { type Dispatcher, errorText } from "./dispatcher.js";
import { LineBuffer } from "./line-buffer.js";
import { REQUEST_BYTES_MAX, RPC_ERRORS } from "./protocol.js";
import { TokenBucket } from "./token-bucket.js";

export interface ConnectionLimits {
  readonly requestBytesMax: number;
  readonly requestsPerSecond: number;
  readonly requestsBurst: number;
  /** Pause after a refused request: what refusals a second can cost us is bounded too. */
  readonly refusalPauseMs: number;
  /** How long an answer may wait for its reader. */
  readonly drainMs: number;
  /** Without a request for so long, the client is let go. */
  readonly idleMs: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  requestBytesMax: REQUEST_BYTES_MAX,
  requestsPerSecond: 100,
  requestsBurst: 200,
  refusalPauseMs: 10,
  drainMs: 10_000,
  idleMs: 600_000,
};

/** How long a client that is being let go may take to read what was said last. */
const LINGER_MS = 1000;

export class Connection {
  private readonly lines: LineBuffer;
  private readonly bucket: TokenBucket;
  private isServing = false;
  /** The client will send no more. */
  private hasEnded = false;
  private isLeaving = false;
  private activeMs = performance.now();

  constructor(
    private readonly socket: Socket,
    private readonly caller: Caller,
    private readonly dispatcher: Dispatcher,
    private readonly counts: ControlCounts,
    private readonly limits: ConnectionLimits,
  ) {
    this.lines = new LineBuffer(limits.requestBytesMax);
    this.bucket = new TokenBucket(limits.requestsPerSecond, limits.requestsBurst);
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    socket.on("end", () => {
      this.hasEnded = true;
      void this.serveWaiting();
    });
    socket.on("error", () => {
      counts["clients-reset"]++;
    });
  }

  /** Lets the client go once its present request is answered. */
  leave(): void {
    this.isLeaving = true;
    if (!this.isServing) this.finish();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Lets the client go if it has not asked for anything in a long time. */
  checkIdle(nowMs: number): void {
    if (this.isServing || this.isLeaving || nowMs - this.activeMs < this.limits.idleMs) return;
    this.counts["clients-idle"]++;
    this.leave();
  }

  private take(chunk: Buffer): void {
    this.counts["bytes-in"] += chunk.length;
    if (this.isLeaving) return;
    this.lines.push(chunk);
    void this.serveWaiting();
  }

  private async serveWaiting(): Promise<void> {
    if (this.isServing || this.socket.destroyed) return;
    this.isServing = true;
    this.socket.pause();
    try {
      for (let line = this.nextLine(); line !== undefined; line = this.nextLine()) {
        await this.serve(line);
        await nextTurn();
      }
      if (this.lines.isOverlong && !this.isLeaving) await this.refuseOverlong();
    } finally {
      this.isServing = false;
    }
    if (this.isLeaving || this.hasEnded) this.finish();
    else this.socket.resume();
  }

  private nextLine(): string | undefined {
    if (this.isLeaving || this.socket.destroyed) return undefined;
    return this.lines.next() ?? (this.hasEnded ? this.lines.rest() : undefined);
  }

  private async serve(line: string): Promise<void> {
    this.activeMs = performance.now();
    const isBlank = line.trim() === "";
    const parsed = isBlank ? { refusal: "" } : this.dispatcher.parse(line);
    const isRequest = "payload" in parsed;
    const waitMs = this.bucket.take(isRequest ? parsed.requests : 1);
    if (isRequest && waitMs === 0) {
      const answer = await this.dispatcher.answer(parsed.payload, this.caller);
      this.activeMs = performance.now();
      if (answer !== undefined) await this.send(answer);
      return;
    }
    const refusal = isRequest ? this.dispatcher.limited(parsed.payload, waitMs) : parsed.refusal;
    if (refusal !== "") await this.send(refusal);
    if (waitMs > 0) await sleep(this.limits.refusalPauseMs);
  }

  private async refuseOverlong(): Promise<void> {
    this.counts["requests-oversized"]++;
    const message = `a request of ${this.limits.requestBytesMax} bytes at most was expected; good bye`;
    await this.send(errorText(null, RPC_ERRORS.requestTooLarge, message));
    this.isLeaving = true;
  }

  private async send(text: string): Promise<void> {
    if (this.socket.destroyed) return;
    const line = `${text}\n`;
    this.counts["bytes-out"] += Buffer.byteLength(line);
    if (this.socket.write(line)) return;
    if (await this.isDrained()) return;
    this.counts["clients-dropped"]++;
    this.socket.destroy();
  }

  /** False when the time is over and the client has not read; true too when it has gone by itself. */
  private isDrained(): Promise<boolean> {
    const { socket } = this;
    return new Promise((resolve) => {
      const done = (isDrained: boolean) => {
        clearTimeout(timer);
        socket.off("drain", onRead);
        socket.off("close", onRead);
        resolve(isDrained);
      };
      const onRead = () => done(true);
      const timer = setTimeout(() => done(false), this.limits.drainMs);
      socket.on("drain", onRead);
      socket.on("close", onRead);
      if (socket.destroyed) done(true);
    });
  }

  /** Says good bye, throws away what still comes, and closes at the latest after a while. */
  private finish(): void {
    this.isLeaving = true;
    const { socket } = this;
    if (socket.destroyed) return;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    timer.unref();
    socket.once("close", () => clearTimeout(timer));
  }
}
