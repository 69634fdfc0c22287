// GET /metrics on loopback: for Prometheus and the like on this machine, or for what forwards to it.
// Apart from what is told. Always holds: nothing but loopback is listened on; clients, their headers, their time and what
// they make the sensor reckon are bounded; whatever is refused is counted; the packets' path is never waited for.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { isLoopback } from "../config/endpoint.js";
import { messageOf, StrayError, systemCode } from "../errors.js";
import type { SinkLog, SinkState } from "../export/sink.js";
import { CONTENT_TYPES, type Exposition } from "./exposition.js";

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  readonly log: SinkLog;
  /** The text as it is now, or was within the last second: the same bytes for all who ask meanwhile. */
  readonly text: (form: Exposition) => Buffer;
  /** Shorter in tests. */
  readonly limits?: Partial<MetricsLimits>;
}

export interface MetricsLimits {
  readonly clientsMax: number;
  readonly headerBytesMax: number;
  /** Until a request is whole. */
  readonly requestMs: number;
  /** Of a connection that neither asks nor reads. */
  readonly idleMs: number;
  /** From a request to its answer's last byte. */
  readonly answerMs: number;
  /** Of a connection: the answer after that is its last. */
  readonly connectionMs: number;
  readonly requestsMax: number;
}

export const METRICS_LIMITS: MetricsLimits = {
  clientsMax: 16,
  headerBytesMax: 8192,
  requestMs: 5000,
  idleMs: 30_000,
  answerMs: 60_000,
  connectionMs: 600_000,
  requestsMax: 1000,
};

const CHECK_MS = 1000;
const HOSTS = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

interface Connection {
  readonly sinceMs: number;
  /** When what is being answered was asked; undefined between two requests. */
  askedMs: number | undefined;
  /** Answers so far. */
  answers: number;
}

export class MetricsServer {
  readonly name: string;
  private readonly counts = {
    scrapes: 0,
    bytes: 0,
    refused: 0,
    malformed: 0,
    "clients-refused": 0,
    "clients-slow": 0,
    errors: 0,
  };
  private readonly server: Server;
  private readonly limits: MetricsLimits;
  private readonly sockets = new Map<Socket, Connection>();
  /** Those that were counted as malformed or slow: each once, whatever follows. */
  private readonly given = new WeakSet<Socket>();
  private readonly timer: NodeJS.Timeout;
  private isListening = false;

  private constructor(private readonly options: MetricsServerOptions) {
    const { host, port } = options;
    this.name = `metrics:${isIPv6(host) ? `[${host}]` : host}:${port}`;
    this.limits = { ...METRICS_LIMITS, ...options.limits };
    const { headerBytesMax, requestMs, idleMs, clientsMax, requestsMax } = this.limits;
    this.server = createServer({
      maxHeaderSize: headerBytesMax,
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
      keepAliveTimeout: idleMs,
    });
    this.server.maxConnections = clientsMax;
    this.server.maxRequestsPerSocket = requestsMax;
    this.server.maxHeadersCount = 64;
    this.server.setTimeout(idleMs, (socket) => this.end(socket));
    this.server.on("request", (request, response) => this.answer(request, response));
    this.server.on("checkExpectation", (_, response) =>
      this.refuse(response, 417, "no expectation is met here"),
    );
    this.server.on("connect", (_, socket) => {
      this.counts.refused++;
      socket.destroy();
    });
    this.server.on("connection", (socket) => this.keep(socket));
    this.server.on("drop", () => this.counts["clients-refused"]++);
    this.server.on("clientError", (error, socket) => this.complain(error, socket as Socket));
    this.timer = setInterval(() => this.endOld(), CHECK_MS);
    this.timer.unref();
  }

  /** @throws StrayError METRICS_LISTEN when the address can't be had, or is not loopback. */
  static async listen(options: MetricsServerOptions): Promise<MetricsServer> {
    const { host, port, log } = options;
    if (!isLoopback(options)) {
      throw new StrayError(
        "METRICS_LISTEN",
        `metrics.listen: ${host} is not loopback: name 127.0.0.1 or ::1`,
        2,
      );
    }
    const metrics = new MetricsServer(options);
    const { server } = metrics;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port, backlog: 64, exclusive: true }, () => {
          server.removeListener("error", reject);
          resolve();
        });
      });
    } catch (error) {
      clearInterval(metrics.timer);
      const code = systemCode(error) ?? "unknown error";
      const text = `metrics.listen: ${host} port ${port} can't be listened on (${code}): name another, or end what uses it`;
      throw new StrayError("METRICS_LISTEN", text, 2, { cause: error });
    }
    metrics.isListening = true;
    server.on("error", (error) => {
      metrics.counts.errors++;
      log("error", `${metrics.name}: ${error.message}`);
    });
    return metrics;
  }

  /** Of what was listened on: the configuration's, or with port 0 the one that the system chose. */
  get port(): number {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.counts };
  }

  state(): SinkState {
    const { size } = this.sockets;
    if (!this.isListening) return { ok: false, text: "closed" };
    return { ok: true, text: `serves ${size === 1 ? "1 client" : `${size} clients`}` };
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    this.isListening = false;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (!this.note(request, response)) return;
    // What a client sends behind its head is not read: the connection ends with the answer.
    const hasBody =
      request.headers["transfer-encoding"] !== undefined ||
      Number(request.headers["content-length"] ?? 0) !== 0;
    if (hasBody) response.shouldKeepAlive = false;
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      this.refuse(response, ...refusal);
      return;
    }
    const form = wantedForm(request.headers.accept);
    let bytes: Buffer;
    try {
      bytes = this.options.text(form);
    } catch (error) {
      this.counts.errors++;
      const reason = messageOf(error);
      this.options.log("error", `${this.name}: the metrics can't be had: ${reason}`);
      this.say(response, 503, "the metrics can't be had just now");
      return;
    }
    this.counts.scrapes++;
    this.counts.bytes += bytes.byteLength;
    response.writeHead(200, {
      "content-type": CONTENT_TYPES[form],
      "content-length": bytes.byteLength,
      "cache-control": "no-store",
      vary: "accept",
    });
    response.end(bytes);
  }

  private refuse(
    response: ServerResponse,
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ): void {
    this.counts.refused++;
    this.say(response, status, text, headers);
  }

  private say(
    response: ServerResponse,
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ): void {
    const body = `${text}\n`;
    response.writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(body),
      "x-content-type-options": "nosniff",
      ...headers,
    });
    response.end(body);
  }

  private keep(socket: Socket): void {
    this.sockets.set(socket, { sinceMs: Date.now(), askedMs: undefined, answers: 0 });
    socket.on("close", () => this.sockets.delete(socket));
  }

  /** Not HTTP, too long, or not whole in time. */
  private complain(error: NodeJS.ErrnoException, socket: Socket): void {
    const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const isTold = error.code !== "ECONNRESET" && this.giveUp(socket, isSlow ? "clients-slow" : "malformed");
    if (!isTold || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, reason] = isSlow
      ? [408, "Request Timeout"]
      : error.code === "HPE_HEADER_OVERFLOW"
        ? [431, "Request Header Fields Too Large"]
        : [400, "Bad Request"];
    socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    // Whoever does not read it, or goes on sending, is not waited for.
    setTimeout(() => socket.destroy(), CHECK_MS).unref();
  }

  /** Neither asks nor reads: who has had every answer may do so, and is closed without a word. */
  private end(socket: Socket): void {
    const connection = this.sockets.get(socket);
    const isDone = connection !== undefined && connection.askedMs === undefined && connection.answers > 0;
    if (!isDone) this.giveUp(socket, "clients-slow");
    socket.destroy();
  }

  /** False when it was given up before. */
  private giveUp(socket: Socket, why: "clients-slow" | "malformed"): boolean {
    if (this.given.has(socket)) return false;
    this.given.add(socket);
    this.counts[why]++;
    return true;
  }

  /** Who reads a little at a time is not silent, and takes too long all the same. */
  private endOld(): void {
    const before = Date.now() - this.limits.answerMs;
    for (const [socket, { askedMs }] of this.sockets) {
      if (askedMs !== undefined && askedMs < before) this.end(socket);
    }
  }

  /** One question at a time: false for one that was asked before the last one was answered. */
  private note(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const connection = this.sockets.get(socket);
    if (connection?.askedMs !== undefined || connection === undefined) {
      this.giveUp(socket, "malformed");
      socket.destroy();
      return false;
    }
    connection.askedMs = Date.now();
    if (connection.askedMs - connection.sinceMs >= this.limits.connectionMs) response.shouldKeepAlive = false;
    response.once("finish", () => {
      connection.askedMs = undefined;
      connection.answers++;
    });
    return true;
  }
}

/** Why a request is not answered with the metrics: status, sentence, headers. */
function refusalOf(request: IncomingMessage): [number, string, Record<string, string>] | undefined {
  const { url, method, headers } = request;
  // A page in a browser on this machine can be made to ask by a name of its own.
  if (headers.host !== undefined && !HOSTS.test(headers.host)) {
    return [403, "ask for localhost, 127.0.0.1 or [::1]", {}];
  }
  if (url !== "/metrics") return [404, "the metrics are at /metrics", {}];
  return method === "GET" ? undefined : [405, "the metrics are there for GET", { allow: "GET" }];
}

/** OpenMetrics where the client says that it takes it, with a weight over 0; else the older form. */
export function wantedForm(accept: string | undefined): Exposition {
  for (const range of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    if (type !== "application/openmetrics-text") continue;
    const version = parameters.find((text) => text.startsWith("version="))?.slice("version=".length);
    const weight = parameters.find((text) => text.startsWith("q="))?.slice("q=".length);
    const isKnown = version === undefined || /^"?(?:0\.0\.1|1\.\d+\.\d+)"?$/.test(version);
    if (isKnown && Number(weight ?? 1) !== 0) return "openmetrics";
  }
  return "text";
}
