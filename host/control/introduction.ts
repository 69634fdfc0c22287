// What this process tells strayd of itself on each connection, before it asks anything.
// Apart from the client because whoever serves one person (stray shell) says it once, for every command that follows.
// Always holds: without a word nothing is told, and a strayd that does not know v1.session is asked as ever; with one, no
// question goes out before it was accepted.

import { isIP } from "node:net";
import type { SessionParams } from "./protocol.js";

let told: SessionParams | undefined;

/** For every connection from now on; undefined: nothing more. */
export function introduceAs(session: SessionParams | undefined): void {
  told = session;
}

export function introduction(): SessionParams | undefined {
  return told;
}

/** Where whoever came over ssh is, as sshd says (ssh(1), SSH_CONNECTION: address and port of the client, then ours). */
export function sshOrigin({ SSH_CONNECTION: connection = "" }: NodeJS.ProcessEnv): string | undefined {
  const [address = "", port = "", ...rest] = connection.split(" ");
  if (isIP(address) === 0 || !/^\d{1,5}$/.test(port) || rest.length !== 2) return undefined;
  return `${address} port ${port}`;
}
