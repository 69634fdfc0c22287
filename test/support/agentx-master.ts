// An AgentX master made up for tests: takes subagents, says to them what a test wants, byte by byte if need be.
// Apart from Debian's snmpd, which does not misbehave.
// Always holds: what a subagent sent is kept in order; it answers opening and registering unless told otherwise; PDUs are put
// together and read here by hand, not by the code under test.

import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { until } from "./daemon.js";

export interface Pdu {
  readonly type: number;
  readonly flags: number;
  readonly session: number;
  readonly transaction: number;
  readonly packet: number;
  readonly payload: Buffer;
}

const HEADER = 20;
const BIG = 0x10;
export const OPEN = 1;
export const CLOSE = 2;
export const REGISTER = 3;
export const NOTIFY = 12;
export const PING = 13;
export const RESPONSE = 18;

export function pdu(type: number, payload: Buffer, numbers: Partial<Pdu> = {}): Buffer {
  const { flags = BIG, session = 1, transaction = 1, packet = 1 } = numbers;
  const bytes = Buffer.alloc(HEADER + payload.length);
  bytes.set([1, type, flags, 0]);
  for (const [at, word] of [session, transaction, packet, payload.length].entries()) {
    if (flags & BIG) bytes.writeUInt32BE(word, 4 + 4 * at);
    else bytes.writeUInt32LE(word, 4 + 4 * at);
  }
  payload.copy(bytes, HEADER);
  return bytes;
}

/** A name as AgentX has it, without a prefix. */
export function name(oid: readonly number[], include = false, isBig = true): Buffer {
  const bytes = Buffer.alloc(4 + 4 * oid.length);
  bytes.set([oid.length, 0, include ? 1 : 0, 0]);
  for (const [at, part] of oid.entries()) {
    if (isBig) bytes.writeUInt32BE(part, 4 + 4 * at);
    else bytes.writeUInt32LE(part, 4 + 4 * at);
  }
  return bytes;
}

export class FakeMaster {
  readonly path: string;
  /** What the subagents sent. */
  readonly heard: Pdu[] = [];
  /** The answer to what a subagent sends: an error's number, or undefined for silence. */
  reply: (pdu: Pdu) => number | undefined = () => 0;
  connections = 0;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private sessions = 0;

  constructor(folder: string) {
    this.path = join(folder, "master");
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
  }

  /** To the subagent that came last. */
  send(bytes: Buffer): void {
    [...this.sockets].at(-1)?.write(bytes);
  }

  /** Reads nothing more of it. */
  stopReading(): void {
    for (const socket of this.sockets) socket.pause();
  }

  /** Reads again, what was sent meanwhile too. */
  readOn(): void {
    for (const socket of this.sockets) socket.resume();
  }

  of(type: number): Pdu[] {
    return this.heard.filter((one) => one.type === type);
  }

  /** Sends a request and gives the response to it. */
  async ask(type: number, payload: Buffer, numbers: Partial<Pdu> = {}): Promise<Pdu> {
    const packet = numbers.packet ?? 1000 + this.heard.length;
    this.send(pdu(type, payload, { ...numbers, packet }));
    return until("the subagent answers", () => this.of(RESPONSE).find((one) => one.packet === packet));
  }

  /** Ends every connection; `close` also listens no more. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.hangUp();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    let bytes: Buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= HEADER) {
        const end = HEADER + bytes.readUInt32BE(16);
        if (bytes.length < end) return;
        this.hear(socket, bytes.subarray(0, end));
        bytes = bytes.subarray(end);
      }
    });
  }

  private hear(socket: Socket, bytes: Buffer): void {
    const word = (at: number) => bytes.readUInt32BE(at);
    const one: Pdu = {
      type: bytes[1]!,
      flags: bytes[2]!,
      session: word(4),
      transaction: word(8),
      packet: word(12),
      payload: Buffer.from(bytes.subarray(HEADER)),
    };
    this.heard.push(one);
    if (one.type === RESPONSE || one.type === CLOSE) return;
    const error = this.reply(one);
    if (error === undefined) return;
    const session = one.type === OPEN ? ++this.sessions : one.session;
    const payload = Buffer.alloc(8);
    payload.writeUInt16BE(error, 4);
    socket.write(pdu(RESPONSE, payload, { session, packet: one.packet }));
  }
}
