// One visit to strayd: connect, ask, write, leave; or, with -H, a visit to each of the sensors named.
// Apart because every command does it alike.
// Always holds: the connection is closed whatever happens; a reader of the output that went away is no error.

import { ControlClient } from "../../control/client.js";
import { SocketRoute } from "../../control/route.js";
import type { Output } from "../output/output.js";
import { OutputClosed, OutputWriter } from "../output/writer.js";
import type { SocketOptions } from "./socket-option.js";

const STDOUT = 1;

/** Answers the exit code. */
export async function visit(
  { socket, remote, signal }: SocketOptions,
  work: (client: ControlClient, out: Output) => Promise<number>,
): Promise<number> {
  if (remote !== undefined) {
    const { visitHosts } = await import("../remote/visit-hosts.js");
    return await visitHosts(remote, work);
  }
  const client = await ControlClient.over(new SocketRoute(socket), signal === undefined ? {} : { signal });
  const out = new OutputWriter(STDOUT);
  try {
    const exitCode = await work(client, out);
    out.flush();
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    client.close();
  }
}

/** One JSON object a line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
