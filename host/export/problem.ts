// What went wrong with a peer or a file, in an operator's words.
// Apart because the state line and the log say the same.
// Always holds: one short line without control characters.

import { messageOf, printable, systemCode } from "../errors.js";

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused: nothing listens there",
  ECONNRESET: "the peer reset the connection",
  ECONNABORTED: "the connection was aborted",
  EPIPE: "the peer closed the connection",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  EHOSTDOWN: "the host is down",
  ENOTFOUND: "the name is not known",
  EAI_AGAIN: "the name server does not answer",
  EPERM: "not permitted (a local firewall?)",
  EACCES: "permission denied",
  ENOENT: "no such file or directory",
  ENOTDIR: "part of the path is not a directory",
  EISDIR: "it is a directory",
  ENXIO: "nothing reads the pipe",
  ENOSPC: "no space left on the device",
  EDQUOT: "disk quota used up",
  EROFS: "the file system is read-only",
  EIO: "input/output error",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  EPROTOTYPE: "the socket there is not a datagram socket",
  EMSGSIZE: "message too long for the peer",
};

export function problemText(error: unknown): string {
  const code = systemCode(error);
  if (code !== undefined) return WORDS[code] ?? code;
  return printable(messageOf(error)).slice(0, 200);
}

/** An error with a system code, as Node.js makes them. */
export function systemError(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}
