// What stray tells its user when strayd can't be asked.
// Apart from the client because each failure has its own advice, and the client only knows that it failed.
// Always holds: exit code 2 when nothing could be asked, the sensor's own exit code when it refused.

import { lstatSync } from "node:fs";
import { printable, StrayError, systemCode } from "../errors.js";
import { groupName } from "./group.js";
import { RPC_ERRORS } from "./protocol.js";

const START = 'start it ("systemctl start strayd", or "stray run"), or give --socket PATH';

export function connectError(path: string, cause: Error): StrayError {
  const shown = printable(path);
  const code = systemCode(cause);
  const because = { cause };
  if (code === "ENOENT" || code === "ENOTDIR") {
    return unreachable(
      `strayd is not running, or uses another socket: nothing is at ${shown}; ${START}`,
      because,
    );
  }
  if (code === "EACCES" || code === "EPERM") {
    return new StrayError(
      "CONTROL_NO_PERMISSION",
      `no permission for ${shown}: ${permissionAdvice(path)}`,
      2,
      because,
    );
  }
  if (code === "ECONNREFUSED" || code === "ENOTSOCK" || code === "EPROTOTYPE") {
    return unreachable(
      isSocket(path)
        ? `strayd is not running: nobody answers on ${shown}, a socket that it left behind; ${START}`
        : `${shown} is not a socket: give --socket the path that control.socket of strayd's configuration has`,
      because,
    );
  }
  if (code === "EAGAIN")
    return unreachable(`strayd on ${shown} has too many callers waiting: try again`, because);
  return unreachable(`strayd on ${shown} can't be reached: ${code ?? printable(cause.message)}`, because);
}

export function noAnswerError(path: string, timeoutMs: number): StrayError {
  return new StrayError(
    "CONTROL_NO_ANSWER",
    `strayd on ${printable(path)} has not answered in ${timeoutMs / 1000} s: it is stopped or overloaded; its log may say more`,
    2,
  );
}

export function lostError(path: string): StrayError {
  return new StrayError(
    "CONTROL_LOST",
    `strayd on ${printable(path)} closed the connection before it answered: it was stopped, or has died; its log may say more`,
    2,
  );
}

export function notStrayError(path: string): StrayError {
  return new StrayError(
    "CONTROL_NOT_STRAY",
    `what answers on ${printable(path)} does not speak stray's protocol: give --socket the path of strayd's socket`,
    2,
  );
}

export function versionError(path: string, more = "their flow records are laid out differently"): StrayError {
  return new StrayError(
    "CONTROL_VERSION",
    `stray and the strayd on ${printable(path)} are of different versions (${printable(more)}): restart strayd after an update, or use the stray that came with it`,
    2,
  );
}

/** An error that the server answered with. */
export function rpcError(path: string, code: number, message: string, data: unknown): StrayError {
  if (code === RPC_ERRORS.methodNotFound) return versionError(path, message);
  const { code: name, exitCode } = (data ?? {}) as { code?: unknown; exitCode?: unknown };
  const text = printable(message);
  if (typeof name === "string") return new StrayError(printable(name), text, exitCode === 2 ? 2 : 1);
  if (code === RPC_ERRORS.tooManyClients) return unreachable(`strayd on ${printable(path)} is busy: ${text}`);
  return new StrayError("CONTROL_ERROR", `strayd answered with error ${code}: ${text}`, 2);
}

function unreachable(message: string, options?: ErrorOptions): StrayError {
  return new StrayError("CONTROL_UNREACHABLE", message, 2, options);
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

/** Names the group that may, where it can be seen. */
function permissionAdvice(path: string): string {
  let name: string | undefined;
  try {
    name = groupName(lstatSync(path).gid);
  } catch {
    // Not even the directory may be looked into.
  }
  if (name === "root") return "only root may ask this strayd: use sudo";
  const group = printable(name ?? "stray");
  return `become a member of its group ("sudo adduser $USER ${group}", then log in anew), or use sudo`;
}
