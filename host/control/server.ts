// The control socket: accepts clients, bounds their number, closes.
// Apart from connections and methods: here is only who is connected.
// Always holds: at most `clientsMax` clients are served; what is refused or dropped is counted; after close() the
// socket's name is gone and every client has been let go.

import { createServer, type Server, type Socket } from "node:net";
import type { SensorView } from "../sensor/view.js";
import { Access, type AccessOptions } from "./access.js";
import type { AuditSink } from "./audit-entry.js";
import type { Caller } from "./caller.js";
import { CONNECTION_LIMITS, Connection, type ConnectionLimits } from "./connection.js";
import { type ControlCounts, newControlCounts } from "./counts.js";
import { Dispatcher, errorText } from "./dispatcher.js";
import { type ControlLog, MethodRegistry } from "./methods.js";
import { RESPONSE_BYTES_MAX, RPC_ERRORS } from "./protocol.js";
import { addSensorMethods } from "./sensor-methods.js";
import { SocketFile } from "./socket-file.js";

export interface ControlOptions {
  /** Path of the socket; its directory is made when missing. */
  readonly socket: string;
  /** 0660 unless given. */
  readonly mode?: number;
  /** Whose members may connect. */
  readonly group?: string | undefined;
  /** The account that strayd becomes after this, so that it can take its socket away in the end. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Who is more than a viewer: root and strayd's own account always are. */
  readonly access?: AccessOptions;
  /** Hears of what was changed, or tried. */
  readonly audit?: AuditSink;
  readonly clientsMax: number;
  readonly view: SensorView;
  /** strayd's own. */
  readonly version: string;
  readonly log: ControlLog;
  /** For tests. */
  readonly limits?: Partial<ConnectionLimits & { responseBytesMax: number }>;
  /** Looks at a client before it is served; a reason refuses it. */
  readonly admit?: (socket: Socket) => string | undefined;
}

const IDLE_CHECK_MS = 5000;
const CLOSE_GRACE_MS = 1000;
/** Places that only they may take, of many. */
export const ADMIN_CLIENTS = 2;

export class ControlServer {
  /** Later parts add their methods here. */
  readonly methods: MethodRegistry;
  private readonly counts: ControlCounts = newControlCounts();
  private readonly connections = new Set<Connection>();
  private readonly server: Server;
  private readonly dispatcher: Dispatcher;
  private readonly limits: ConnectionLimits;
  private readonly access: Access;
  private readonly idleTimer: NodeJS.Timeout;
  private file: SocketFile | undefined;
  private closed: Promise<void> | undefined;

  private constructor(private readonly options: ControlOptions) {
    this.limits = { ...CONNECTION_LIMITS, ...options.limits };
    this.methods = new MethodRegistry(this.counts, options.log, options.audit);
    this.access = new Access({ owner: options.owner, ...options.access });
    addSensorMethods(this.methods, { ...options, controlCounts: () => this.counters() });
    const responseBytesMax = options.limits?.responseBytesMax ?? RESPONSE_BYTES_MAX;
    this.dispatcher = new Dispatcher(this.methods, this.counts, responseBytesMax);
    // A client may end its half and still get its answers: `printf … | nc -U`.
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
    this.idleTimer = setInterval(() => this.checkIdle(), Math.min(IDLE_CHECK_MS, this.limits.idleMs));
    this.idleTimer.unref();
  }

  /** Listens. @throws StrayError as SocketFile.bind() does. */
  static async listen(options: ControlOptions): Promise<ControlServer> {
    const control = new ControlServer(options);
    try {
      control.file = await SocketFile.bind(control.server, {
        path: options.socket,
        mode: options.mode ?? 0o660,
        group: options.group,
        owner: options.owner,
        log: options.log,
      });
    } catch (error) {
      clearInterval(control.idleTimer);
      throw error;
    }
    control.server.on("error", (error) => options.log("error", `control: ${error.message}`));
    return control;
  }

  /** Clients served just now. */
  get clients(): number {
    return this.connections.size;
  }

  /** Since the start; every count only grows. */
  counters(): Readonly<ControlCounts> {
    return { ...this.counts };
  }

  /** Takes the name away, lets every client have the answer it waits for, closes. Safe to call twice. */
  close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    this.closed ??= this.closeOnce(graceMs);
    return this.closed;
  }

  private closeOnce(graceMs: number): Promise<void> {
    clearInterval(this.idleTimer);
    const { socket, log } = this.options;
    if (this.file?.remove() === false) log("warn", `control: ${socket} is not ours any more and stays`);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        for (const connection of this.connections) connection.destroy();
      }, graceMs);
      this.server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      for (const connection of this.connections) connection.leave();
    });
  }

  private accept(socket: Socket): void {
    const caller = this.access.callerOf(socket);
    const refusal = this.refusal(socket, caller);
    if (refusal !== undefined) {
      this.counts["clients-refused"]++;
      socket.on("error", () => undefined);
      // At once: refused clients must not be able to pile up.
      socket.end(`${errorText(null, RPC_ERRORS.tooManyClients, refusal)}\n`, () => socket.destroy());
      return;
    }
    this.counts.clients++;
    const connection = new Connection(socket, caller, this.dispatcher, this.counts, this.limits);
    this.connections.add(connection);
    socket.once("close", () => this.connections.delete(connection));
  }

  private refusal(socket: Socket, { granted }: Caller): string | undefined {
    const { clientsMax, admit } = this.options;
    if (this.connections.size >= clientsMax) {
      return `${clientsMax} clients are connected, as many as control.clients-max allows: try again when one has gone`;
    }
    // Whoever only looks can't keep out whoever has to act.
    const forOthers = clientsMax - Math.min(ADMIN_CLIENTS, Math.floor(clientsMax / 4));
    if (granted !== "admin" && this.connections.size >= forOthers) {
      return `${this.connections.size} clients are connected, and the places that are left are for admins: try again when one has gone`;
    }
    return admit?.(socket);
  }

  private checkIdle(): void {
    const nowMs = performance.now();
    for (const connection of this.connections) connection.checkIdle(nowMs);
  }
}
