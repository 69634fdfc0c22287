// A TCP connection that must live through whatever happens to the path. Mirrors talk.py.
// Always holds: it is one connection from start to end, and every byte of it was checked.

import type { End } from "./prober.js";
import { Program, type Programs } from "./program.js";

const PORT = 7100;
const INTERVAL_US = 2000;

export interface Talked {
  readonly exchanged: number;
  readonly longestMs: number;
  readonly error: string | null;
}

export async function startTalk(
  programs: Programs,
  client: End,
  server: End,
  port = PORT,
): Promise<{ stop: () => Promise<Talked> }> {
  const serving = programs.add(Program.python(server.namespace, "talk.py", "serve", server.address, port));
  await serving.ready();
  const talking = programs.add(
    Program.python(client.namespace, "talk.py", "talk", server.address, port, INTERVAL_US),
  );
  await talking.ready();
  return {
    async stop() {
      const talked = await talking.result<Talked>(30_000);
      await serving.stop("SIGTERM");
      return talked;
    },
  };
}
