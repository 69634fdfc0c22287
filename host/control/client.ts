// stray's end of the control socket, on this machine or on another (route.ts).
// Apart from the commands, which only say what they want to know.
// Always holds: whatever goes wrong is a StrayError whose message says what to do; an answer is bounded in bytes and
// in time; one question at a time.

import { setTimeout as sleep } from "node:timers/promises";
import {
  createJSONRPCErrorResponse,
  JSONRPCClient,
  JSONRPCErrorException,
  type JSONRPCResponse,
} from "json-rpc-2.0";
import { StrayError } from "../errors.js";
import { lostError, rpcError, versionError } from "./client-errors.js";
import { introduction } from "./introduction.js";
import { LineBuffer } from "./line-buffer.js";
import {
  type ControlMethod,
  type ControlMethods,
  type FlowsParams,
  RESPONSE_BYTES_MAX,
  RPC_ERRORS,
} from "./protocol.js";
import { recordLayout } from "./record-layout.js";
import { type ControlLink, type ControlRoute, SocketRoute } from "./route.js";

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

export interface ClientOptions {
  /** For an answer; of a far one, for being connected and the first answer together too. */
  readonly timeoutMs?: number;
  /** Waited for before each question. */
  readonly mayAsk?: () => Promise<void>;
  /** Closes the connection; nothing is asked, and nobody rests, any more. */
  readonly signal?: AbortSignal;
}

export class ControlClient {
  private readonly rpc = new JSONRPCClient((request) => this.send(request));
  private readonly timeoutMs: number;
  private readonly mayAsk: (() => Promise<void>) | undefined;
  private link: ControlLink | undefined;
  /** Somebody waits for an answer. */
  private isAsking = false;
  /** Why the connection is no more. */
  private failure: StrayError | undefined;

  private constructor(
    private readonly route: ControlRoute,
    private readonly options: ClientOptions,
  ) {
    const { timeoutMs = TIMEOUT_MS, mayAsk, signal } = options;
    this.timeoutMs = timeoutMs;
    this.mayAsk = mayAsk;
    signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  /** @throws StrayError CONTROL_UNREACHABLE nobody there; CONTROL_NO_PERMISSION; CONTROL_NO_ANSWER in time. */
  static async connect(path: string, timeoutMs = TIMEOUT_MS): Promise<ControlClient> {
    return await ControlClient.over(new SocketRoute(path), { timeoutMs });
  }

  /** @throws StrayError as the route says. */
  static async over(route: ControlRoute, options: ClientOptions = {}): Promise<ControlClient> {
    const client = new ControlClient(route, options);
    await client.open();
    return client;
  }

  /** Of the socket, or of the machine. */
  get name(): string {
    return this.route.name;
  }

  /** On another machine. */
  get isFar(): boolean {
    return this.route.isFar;
  }

  /** Another connection over the same route. @throws StrayError as the route says. */
  again(): Promise<ControlClient> {
    return ControlClient.over(this.route, this.options);
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
    if (report.record.size !== size || report.record.layout !== layout) throw versionError(this.name);
    const bytes = Buffer.from(String(report.records), "base64");
    if (bytes.length !== report.count * size) throw this.route.notStray(undefined);
    const { count, next, live, skipped } = report;
    return { bytes, count, next: next ?? undefined, live, skipped };
  }

  /** Between two questions of a command that goes on. @throws Error when it was broken off. */
  async rest(ms: number): Promise<void> {
    const { signal } = this.options;
    await sleep(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
  }

  /** Asks, and asks again when the server says that it is too early. */
  async call<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]["params"],
    timeoutMs = this.timeoutMs,
  ): Promise<ControlMethods[M]["result"]> {
    await this.mayAsk?.();
    if (this.options.signal?.aborted) throw lostError(this.name);
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      // Let go while we were busy with something else (printing into a pager, say).
      if (this.link === undefined) await this.open();
      try {
        return await this.ask(method, params, timeoutMs);
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
    const { link } = this;
    this.link = undefined;
    link?.close();
    this.failure ??= lostError(this.name);
    this.rpc.rejectAllPendingRequests("");
  }

  private async ask<M extends ControlMethod>(
    method: M,
    params: ControlMethods[M]["params"],
    timeoutMs: number,
  ): Promise<ControlMethods[M]["result"]> {
    const noAnswer = (id: string | number | null) => createJSONRPCErrorResponse(id, OWN_ERROR, "");
    this.isAsking = true;
    try {
      return await this.rpc.timeout(timeoutMs, noAnswer).request(method, params);
    } finally {
      this.isAsking = false;
    }
  }

  private async open(): Promise<void> {
    this.failure = undefined;
    const { route, timeoutMs } = this;
    const link = await route.open(timeoutMs);
    this.link = link;
    this.listen(link);
    const session = route.isFar ? undefined : introduction();
    if (!route.isFar && session === undefined) return;
    try {
      if (session === undefined) await this.ask("v1.hello", undefined, timeoutMs);
      else await this.ask("v1.session", session, timeoutMs);
    } catch (error) {
      const failure = this.explained(error, timeoutMs);
      this.close();
      throw failure;
    }
  }

  private listen(link: ControlLink): void {
    const lines = new LineBuffer(LINE_BYTES_MAX);
    link.stream.on("data", (chunk: Buffer) => {
      lines.push(chunk);
      for (let line = lines.next(); line !== undefined; line = lines.next()) this.receive(line);
      if (lines.isOverlong) this.fail(this.route.notStray(undefined));
    });
    link.stream.on("error", () => undefined);
    link.stream.on("close", () => void this.hasEnded(link));
  }

  private async hasEnded(link: ControlLink): Promise<void> {
    if (this.link !== link) return;
    // Between two questions it is no failure: the next one connects anew.
    if (!this.isAsking) {
      this.close();
      return;
    }
    const failure = await link.whyEnded();
    if (this.link === link) this.fail(failure);
  }

  private receive(line: string): void {
    let response: JSONRPCResponse;
    try {
      response = JSON.parse(line) as JSONRPCResponse;
    } catch {
      this.fail(this.route.notStray(line));
      return;
    }
    if (typeof response !== "object" || response === null || response.jsonrpc !== "2.0") {
      this.fail(this.route.notStray(line));
    } else if (response.id === null && response.error !== undefined) {
      // Said to the connection, not to a request: no room, or a request that could not even be read.
      const { code, message, data } = response.error;
      this.fail(rpcError(this.name, code, message, data));
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
    this.link?.stream.write(`${JSON.stringify(request)}\n`);
  }

  private explained(error: unknown, timeoutMs: number): StrayError {
    if (error instanceof StrayError) return error;
    if (this.failure !== undefined) return this.failure;
    if (!(error instanceof JSONRPCErrorException)) return this.route.notStray(undefined);
    if (error.code !== OWN_ERROR) return rpcError(this.name, error.code, error.message, error.data);
    // What comes late would be taken for the answer to the next question.
    this.close();
    return this.route.noAnswer(timeoutMs);
  }
}

/** Milliseconds after which a request that came too early may be sent again. */
function retryAfter(error: unknown): number | undefined {
  if (!(error instanceof JSONRPCErrorException) || error.code !== RPC_ERRORS.tooManyRequests)
    return undefined;
  const { retryAfterMs } = (error.data ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === "number" && retryAfterMs >= 0 ? retryAfterMs : undefined;
}
