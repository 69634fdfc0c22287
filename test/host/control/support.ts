// A control server over a fake sensor in a folder of its own, and a client that sends any bytes at all.
// Apart because the tests of server, connection and files share them.
// Always holds: everything a test opened is closed and removed after it.

import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { LineBuffer } from "../../../host/control/line-buffer.js";
import { type ControlOptions, ControlServer } from "../../../host/control/server.js";
import { FakeSensor } from "./fake-sensor.js";

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});

/** Done after the test, the latest first. */
export function later(action: () => unknown): void {
  undo.push(action);
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stray-control-"));
  later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestControl {
  server: ControlServer;
  sensor: FakeSensor;
  path: string;
  /** What was logged: `warn: text`. */
  logged: string[];
}

export async function startControl(options: Partial<ControlOptions> = {}): Promise<TestControl> {
  const sensor = new FakeSensor();
  const path = options.socket ?? join(temporaryFolder(), "stray.sock");
  const logged: string[] = [];
  const server = await ControlServer.listen({
    socket: path,
    clientsMax: 8,
    view: sensor,
    version: "0.1.0",
    log: (level, message) => logged.push(`${level}: ${message}`),
    ...options,
  });
  later(() => server.close(100));
  return { server, sensor, path, logged };
}

export interface Answer {
  id: unknown;
  result?: { records?: unknown; next?: unknown; methods?: unknown; record?: unknown };
  error?: { code: number; message: string; data?: { retryAfterMs?: unknown } };
}

/** Sends bytes, reads lines. */
export class RawClient {
  readonly lines: string[] = [];
  readonly closed: Promise<void>;
  private readonly buffer = new LineBuffer(1 << 24);
  private wake: () => void = () => undefined;
  private isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.buffer.push(chunk);
      for (let line = this.buffer.next(); line !== undefined; line = this.buffer.next())
        this.lines.push(line);
      this.wake();
    });
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.isClosed = true;
        this.wake();
        resolve();
      });
    });
  }

  static connect(path: string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      later(() => socket.destroy());
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawClient(socket)));
    });
  }

  send(value: unknown): void {
    this.socket.write(typeof value === "string" ? `${value}\n` : `${JSON.stringify(value)}\n`);
  }

  /** The next line, parsed. @throws Error when the connection ends before. */
  async answer(): Promise<Answer> {
    while (this.lines.length === 0) {
      if (this.isClosed) throw new Error("closed");
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return JSON.parse(this.lines.shift()!) as Answer;
  }

  async ask(method: string, params?: unknown, id: unknown = 1): Promise<Answer> {
    this.send({ jsonrpc: "2.0", id, method, params });
    return await this.answer();
  }
}
