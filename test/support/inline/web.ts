// The web server and the client of web.py, inside a rig's ends. Apart because policies and rules are tested with them.
// Always holds: what the server saw and what the client got are told apart.

import { once } from "node:events";
import type { End } from "./prober.js";
import { helper, Program, type Programs } from "./program.js";

export const WEB_PORT = 80;
const PATIENCE_S = 3;

/** What became of one request, by the client. */
export interface Fetched {
  readonly url: string;
  readonly status: number | null;
  readonly bytes: number;
  /** The body is the one that the server sends, byte for byte. */
  readonly whole?: boolean;
  /** Name of Python's exception: ConnectionResetError, TimeoutError ... */
  readonly error: string | null;
  readonly ms: number;
}

/** What the server saw of a connection: a request, or how it broke. */
export interface Served {
  readonly peer: string;
  readonly port: number;
  readonly path?: string;
  readonly error?: string;
}

export class Web {
  private constructor(
    private readonly server: Program,
    private readonly client: End,
    private readonly host: string,
  ) {}

  static async start(programs: Programs, client: End, server: End, port = WEB_PORT): Promise<Web> {
    const program = programs.add(Program.python(server.namespace, "web.py", "serve", server.address, port));
    const host = server.address.includes(":") ? `[${server.address}]` : server.address;
    return new Web(await program.ready(), client, `${host}:${port}`);
  }

  async get(...paths: readonly string[]): Promise<Fetched[]> {
    return await this.getWithin(PATIENCE_S, ...paths);
  }

  /** Each path on a connection of its own, one after the other. */
  async getWithin(seconds: number, ...paths: readonly string[]): Promise<Fetched[]> {
    const urls = paths.map((path) => `http://${this.host}${path}`);
    const command = ["python3", helper("web.py"), "get", String(seconds), ...urls];
    const child = this.client.namespace.spawn(command, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(child, "close");
    const lines = text.split("\n").filter((line) => line !== "");
    if (lines.length !== paths.length) throw new Error(`${lines.length} answers to ${paths.length} requests`);
    return lines.map((line) => JSON.parse(line) as Fetched);
  }

  async stop(): Promise<void> {
    await this.server.stop("SIGKILL");
  }

  served(): Served[] {
    return this.server.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Served);
  }
}
