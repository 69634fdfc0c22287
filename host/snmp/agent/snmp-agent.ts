// The SNMP agent where there is no snmpd: its sockets, and the answers that go out of them.
// Apart from what is answered (responder.ts): here are addresses, errors of the system, and a flood that is not even read.
// Always holds: nothing is written to the console; what can't be sent is dropped and counted; a flood costs the main
// thread a bounded number of datagrams a second, then the socket rests and the kernel drops them.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { endpointText } from "../../config/endpoint.js";
import { StrayError } from "../../errors.js";
import { LimitedLog } from "../../export/limited-log.js";
import { problemText } from "../../export/problem.js";
import type { SinkLog, SinkState } from "../../export/sink.js";
import type { SnmpEngine } from "../engine.js";
import { type UserOptions, UsmUser } from "../usm-user.js";
import type { InstanceView } from "../view.js";
import { AgentCounts } from "./counts.js";
import type { RateLimits } from "./rate-limit.js";
import { Responder } from "./responder.js";
import { joinedView, type SystemFacts, systemView } from "./system-view.js";

/** Answers in the kernel's hands at once. */
const SENDING_MAX = 64;
/** Datagrams over the rate before a socket rests, and how long it does. */
export const EXCESS_MAX = 1_000;
export const REST_MS = 500;

export interface AgentOptions {
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly communities: readonly string[];
  readonly users: readonly UserOptions[];
  readonly system: SystemFacts;
  readonly engine: SnmpEngine;
  readonly log: SinkLog;
  readonly limits?: RateLimits;
}

export type AgentAccess = Pick<AgentOptions, "communities" | "users" | "system">;

export class SnmpAgent {
  readonly name = "snmp-agent";
  private readonly counts = new AgentCounts();
  private readonly log: LimitedLog;
  private sockets: readonly AgentSocket[] = [];
  private readonly responder: Responder;
  /** Of sockets that are closed. */
  private rested = 0;

  private constructor(
    private readonly options: AgentOptions,
    private view: InstanceView,
  ) {
    this.log = new LimitedLog(this.name, options.log);
    const { engine, limits } = options;
    const rates = limits === undefined ? {} : { limits };
    const nobody = { communities: [], users: [] };
    this.responder = new Responder({ engine, ...nobody, ...rates }, view, this.counts);
    this.use(options);
  }

  /** While there is root, for ports below 1024. @throws StrayError SNMP_LISTEN: an address can't be had. */
  static async start(options: AgentOptions, view: InstanceView): Promise<SnmpAgent> {
    const agent = new SnmpAgent(options, view);
    await agent.listen(options.listen);
    return agent;
  }

  /** On these addresses, and no others; those that stay are not touched. @throws StrayError SNMP_LISTEN: none is changed. */
  async listen(addresses: AgentOptions["listen"]): Promise<void> {
    const wanted = addresses.map(({ host, port }) => endpointText(host, port));
    const kept = this.sockets.filter(({ text }) => wanted.includes(text));
    const fresh: AgentSocket[] = [];
    try {
      for (const { host, port } of addresses) {
        if (kept.some(({ text }) => text === endpointText(host, port))) continue;
        fresh.push(await AgentSocket.open(host, port, this.responder, this.counts, this.log));
      }
    } catch (error) {
      await Promise.all(fresh.map((socket) => socket.close()));
      throw error;
    }
    const old = this.sockets.filter((socket) => !kept.includes(socket));
    this.sockets = [...kept, ...fresh];
    for (const socket of old) this.rested += socket.rests;
    await Promise.all(old.map((socket) => socket.close()));
  }

  /** Other communities, users, words about the system; the sockets stay. Keys of users are made here, and only here. */
  use({ communities, users, system }: AgentAccess, view = this.view): void {
    const { engine } = this.options;
    this.view = view;
    this.responder.use(
      { communities, users: users.map((user) => new UsmUser(user, engine.id)) },
      joinedView(systemView(system, engine, this.counts), view),
    );
  }

  /** Where it really listens. */
  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.sockets.map(({ address }) => address);
  }

  counters(): Readonly<Record<string, number>> {
    const rests = this.sockets.reduce((sum, socket) => sum + socket.rests, this.rested);
    return { ...this.counts.values, rests };
  }

  state(): SinkState {
    const failed = this.sockets.find(({ failure }) => failure !== undefined);
    if (failed !== undefined) return { ok: false, text: `${failed.text}: ${failed.failure}` };
    const { problem } = this.options.engine;
    const where = this.sockets.map(({ text }) => text).join(", ");
    return problem === undefined ? { ok: true, text: `listening on ${where}` } : { ok: false, text: problem };
  }

  async close(): Promise<void> {
    const { sockets } = this;
    this.sockets = [];
    await Promise.all(sockets.map((socket) => socket.close()));
  }
}

class AgentSocket {
  failure: string | undefined;
  rests = 0;
  private excess = 0;
  private resting: NodeJS.Timeout | undefined;

  private constructor(
    readonly text: string,
    private readonly socket: Socket,
    private readonly responder: Responder,
    private readonly counts: AgentCounts,
    private readonly log: LimitedLog,
  ) {
    socket.on("message", (datagram, from) => this.take(datagram, from));
    socket.on("error", (error) => this.fail(error));
  }

  static open(
    host: string,
    port: number,
    responder: Responder,
    counts: AgentCounts,
    log: LimitedLog,
  ): Promise<AgentSocket> {
    const text = endpointText(host, port);
    const socket = createSocket(isIPv6(host) ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
    return new Promise((resolve, reject) => {
      socket.once("error", (error) => {
        socket.close();
        const message = `snmp.listen: can't listen on udp ${text}: ${problemText(error)}`;
        reject(new StrayError("SNMP_LISTEN", message, 2));
      });
      socket.bind(port, host, () => {
        socket.removeAllListeners("error");
        resolve(new AgentSocket(text, socket, responder, counts, log));
      });
    });
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.socket.address();
    return { host: address, port };
  }

  close(): Promise<void> {
    clearTimeout(this.resting);
    this.resting = undefined;
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }

  private take(datagram: Buffer, { address, port }: RemoteInfo): void {
    const { values } = this.counts;
    const { limited } = values;
    const out = this.responder.answer(datagram, address);
    if (values.limited > limited) this.rest();
    if (out === undefined) return;
    if (this.socket.getSendQueueCount() >= SENDING_MAX) {
      values["send-errors"]++;
      return;
    }
    this.socket.send(out, port, address, (error) => {
      if (error === null) return;
      values["send-errors"]++;
      this.log.say(Date.now(), "warn", "send", `an answer to ${address} was not sent: ${problemText(error)}`);
    });
  }

  /** Even a datagram that is dropped costs a call; after some the kernel drops them, until the socket is read again. */
  private rest(): void {
    if (++this.excess < EXCESS_MAX || this.resting !== undefined) return;
    const handle = handleOf(this.socket);
    if (handle === undefined) return;
    this.excess = 0;
    this.rests++;
    this.log.say(
      Date.now(),
      "warn",
      "flood",
      `${this.text}: more requests than are answered; it rests now and then`,
    );
    handle.recvStop();
    this.resting = setTimeout(() => {
      this.resting = undefined;
      handle.recvStart();
    }, REST_MS);
    this.resting.unref();
  }

  private fail(error: Error): void {
    this.failure = problemText(error);
    this.log.say(Date.now(), "error", "socket", `${this.text}: ${this.failure}`);
  }
}

interface ReceivingHandle {
  recvStart(): void;
  recvStop(): void;
}

/** Node.js has no door to it: where its inside is another one, a flood is dropped one by one. */
function handleOf(socket: Socket): ReceivingHandle | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === "state symbol",
  );
  if (symbol === undefined) return undefined;
  const state = (socket as unknown as Record<symbol, { handle?: Partial<ReceivingHandle> } | undefined>)[
    symbol
  ];
  const handle = state?.handle;
  const isUsable = typeof handle?.recvStart === "function" && typeof handle.recvStop === "function";
  return isUsable ? (handle as ReceivingHandle) : undefined;
}
