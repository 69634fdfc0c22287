// stray's end of the control socket.
// Apart from the commands, which only say what they want to know.
// Always holds: whatever goes wrong is a StrayError whose message says what to do; an answer is bounded in bytes and
// in time; one question at a time.

import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  createJSONRPCErrorResponse,
  JSONRPCClient,
  JSONRPCErrorException,
  type JSONRPCResponse,
} from "json-rpc-2.0";
import { StrayError } from "../errors.js";
import {
  connectError,
  lostError,
  noAnswerError,
  notStrayError,
  rpcError,
  versionError,
} from "./client-errors.js";
import { LineBuffer } from "./line-buffer.js";
import {
  type ControlMethod,
  type ControlMethods,
  type FlowsParams,
  RESPONSE_BYTES_MAX,
  RPC_ERRORS,
} from "./protocol.js";
import { recordLayout } from "./record-layout.js";

/** What a server allows itself, and a little for what it puts around it. */
const LINE_BYTES_MAX = RESPONSE_BYTES_MAX + 65_536;
/** Never sent: tells our own failures from the server's errors. */
const OWN_ERROR = 1;
const TIMEOUT_MS = 5000;

export interface FlowRecords {
  /** Of the records, one behind the other. */
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly next: number | undefined;
  readonly live: number;
  readonly skipped: number;
}

export class ControlClient {
  private readonly rpc = new JSONRPCClient((request) => this.send(request));
  private socket: Socket | undefined;
  /** Why the connection is no more. */
  private failure: StrayError | undefined;

  private constructor(
    readonly path: string,
    private readonly timeoutMs: number,
  ) {}

  /** @throws StrayError CONTROL_UNREACHABLE nobody there; CONTROL_NO_PERMISSION; CONTROL_NO_ANSWER in time. */
  static async connect(path: string, timeoutMs = TIMEOUT_MS): Promise<ControlClient> {
    const client = new ControlClient(path, timeoutMs);
    await client.open();
    return client;
  }

  hello = () => this.call("v1.hello", undefined);
  status = () => this.call("v1.status", undefined);
  counters = () => this.call("v1.counters", undefined);
  stop = () => this.call("v1.stop", undefined);
  /** `timeoutMs`: a reload may open sockets anew. */
  reload = (timeoutMs = this.timeoutMs) => this.call("v1.reload", undefined, timeoutMs);

  /** A page of flow records as bytes. @throws StrayError CONTROL_VERSION when they are laid out otherwise here. */
  async flows(params: Omit<FlowsParams, "form">): Promise<FlowRecords> {
    const report = await this.call("v1.flows", { ...params, form: "raw" });
    const { size, layout } = recordLayout();
    if (report.record.size !== size || report.record.layout !== layout) throw versionError(this.path);
    const bytes = Buffer.from(String(report.records), "base64");
    if (bytes.length !== report.count * size) throw notStrayError(this.path);
    const { count, next, live, skipped } = report;
    return { bytes, count, next: next ?? undefined, live, skipped };
  }

  /** Asks, and asks again when the server says that it is too early. */
  async call<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]["params"],
    timeoutMs = this.timeoutMs,
  ): Promise<ControlMethods[M]["result"]> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      // Let go while we were busy with something else (printing into a pager, say).
      if (this.socket === undefined) await this.open();
      const noAnswer = (id: string | number | null) => createJSONRPCErrorResponse(id, OWN_ERROR, "");
      try {
        return await this.rpc.timeout(timeoutMs, noAnswer).request(method, params);
      } catch (error) {
        const retryAfterMs = retryAfter(error);
        if (retryAfterMs === undefined || performance.now() + retryAfterMs > deadlineMs) {
          throw this.explained(error, timeoutMs);
        }
        await sleep(retryAfterMs);
      }
    }
  }

  /** Whoever waits for an answer hears that there will be none. */
  close(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
    this.failure ??= lostError(this.path);
    this.rpc.rejectAllPendingRequests("");
  }

  private open(): Promise<void> {
    this.failure = undefined;
    return new Promise((resolve, reject) => {
      const socket = connect(this.path);
      const timer = setTimeout(() => {
        socket.destroy();
        reject(noAnswerError(this.path, this.timeoutMs));
      }, this.timeoutMs);
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(connectError(this.path, error));
      });
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.removeAllListeners("error");
        this.socket = socket;
        this.listen(socket);
        resolve();
      });
    });
  }

  private listen(socket: Socket): void {
    const lines = new LineBuffer(LINE_BYTES_MAX);
    socket.on("data", (chunk: Buffer) => {
      lines.push(chunk);
      for (let line = lines.next(); line !== undefined; line = lines.next()) this.receive(line);
      if (lines.isOverlong) this.fail(notStrayError(this.path));
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.socket === socket) this.fail(lostError(this.path));
    });
  }

  private receive(line: string): void {
    let response: JSONRPCResponse;
    try {
      response = JSON.parse(line) as JSONRPCResponse;
    } catch {
      this.fail(notStrayError(this.path));
      return;
    }
    if (typeof response !== "object" || response === null || response.jsonrpc !== "2.0") {
      this.fail(notStrayError(this.path));
    } else if (response.id === null && response.error !== undefined) {
      // Said to the connection, not to a request: no room, or a request that could not even be read.
      const { code, message, data } = response.error;
      this.fail(rpcError(this.path, code, message, data));
    } else {
      this.rpc.receive(response);
    }
  }

  /** The connection is of no more use; whoever waits for an answer hears why. */
  private fail(failure: StrayError): void {
    this.failure ??= failure;
    this.close();
  }

  private async send(request: unknown): Promise<void> {
    this.socket?.write(`${JSON.stringify(request)}\n`);
  }

  private explained(error: unknown, timeoutMs: number): StrayError {
    if (error instanceof StrayError) return error;
    if (this.failure !== undefined) return this.failure;
    if (!(error instanceof JSONRPCErrorException)) return notStrayError(this.path);
    if (error.code !== OWN_ERROR) return rpcError(this.path, error.code, error.message, error.data);
    // What comes late would be taken for the answer to the next question.
    this.close();
    return noAnswerError(this.path, timeoutMs);
  }
}

/** Milliseconds after which a request that came too early may be sent again. */
function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof JSONRPCErrorException) || error.code !== RPC_ERRORS.tooManyRequests)
    return undefined;
  const { retryAfterMs } = (error.data ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === "number" && retryAfterMs >= 0 ? retryAfterMs : undefined;
}
