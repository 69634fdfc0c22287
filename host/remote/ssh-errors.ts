// Why a sensor could not be asked over ssh, from what ssh and the other side's shell said, and what to do about it.
// Apart from the route because it is a table, held against docs/remote.md by a test.
// Always holds: what another machine said is shown bounded and with everything escaped; exit code 2 throughout.

import { printable, StrayError } from "../errors.js";
import type { Destination } from "./destination.js";

interface Failure {
  readonly error: (message: string) => StrayError;
  /** In ssh's words. */
  readonly pattern: RegExp;
  readonly text: (destination: Destination) => string;
}

/** In this order: the first that fits tells the cause, what comes later are its consequences. */
const FAILURES: readonly Failure[] = [
  {
    error: (message) => new StrayError("SSH_HOST_KEY_CHANGED", message, 2),
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    text: (to) =>
      `its host key is another one than before: somebody may be in between, or it was installed anew; find out, then remove the old key with "ssh-keygen -R ${knownName(to)}"`,
  },
  {
    error: (message) => new StrayError("SSH_HOST_KEY_UNKNOWN", message, 2),
    pattern: /Host key verification failed/,
    text: (to) => `its host key is not known here: run "${loginCommand(to)}" once, and compare the key`,
  },
  {
    error: (message) => new StrayError("SSH_DENIED", message, 2),
    pattern: /Permission denied|Too many authentication failures/,
    text: (to) =>
      `permission denied: ssh must get in without asking; try "${loginCommand(to)}", load the key with ssh-add, or name it in ~/.ssh/config`,
  },
  {
    error: (message) => new StrayError("SSH_UNKNOWN_HOST", message, 2),
    pattern: /Could not resolve hostname/,
    text: () => "no such host: check its name, and HostName in ~/.ssh/config",
  },
  {
    error: (message) => new StrayError("SSH_REFUSED", message, 2),
    pattern: /Connection refused/,
    text: () => "connection refused: no sshd listens there, or not on this port",
  },
  {
    error: (message) => new StrayError("SSH_NO_ANSWER", message, 2),
    pattern: /timed out/,
    text: () => "it does not answer: is it up, and does a firewall let ssh through?",
  },
  {
    error: (message) => new StrayError("SSH_UNREACHABLE", message, 2),
    pattern: /No route to host|Network is unreachable/,
    text: () => "there is no way to it: check the network between",
  },
];

const MISSING =
  "there is no stray in the PATH of that login: install it there, or let sshd run `stray shell` for this key";
const SAID_MAX = 300;
/** The shell of the other side could not find, or not run, the command. */
const NO_COMMAND = [126, 127];
/** As client-errors.ts says it. */
const NOT_RUNNING = "strayd is not running";
/** ssh's own failures. */
const SSH_FAILED = 255;

/** All codes that asking over ssh may end with, in the order of the documentation. */
export const SSH_CODES: readonly string[] = [
  ...FAILURES.map(({ error }) => error("").code),
  "SSH_NO_STRAY",
  "SSH_NOT_STRAY",
  "SSH_LOST",
  "SSH_FAILED",
  "SSH_PROGRAM",
];

export function sshEndError(
  destination: Destination,
  exitCode: number | undefined,
  said: string,
  hasAnswered: boolean,
): StrayError {
  const { name } = destination;
  const reason = reasonText(said);
  const words = reason || "it gave no reason";
  const known = exitCode === SSH_FAILED ? FAILURES.find(({ pattern }) => pattern.test(said)) : undefined;
  if (known !== undefined && !hasAnswered)
    return known.error(`${name}: ${known.text(destination)} (${reason})`);
  if (exitCode !== undefined && NO_COMMAND.includes(exitCode))
    return new StrayError("SSH_NO_STRAY", `${name}: ${MISSING}`, 2);
  if (exitCode === SSH_FAILED && !hasAnswered)
    return new StrayError("SSH_FAILED", `${name}: ssh failed: ${words}`, 2);
  // stray's own words, of the other side.
  const [, own] = /^stray: (.+)$/m.exec(said) ?? [];
  if (own?.startsWith(NOT_RUNNING))
    return new StrayError("CONTROL_UNREACHABLE", `${name}: ${reasonText(own)}`, 2);
  if (hasAnswered) {
    const more = reason === "" ? "" : ` (${reason})`;
    const text = "the connection ended before it answered: strayd or the way to it has gone";
    return new StrayError("SSH_LOST", `${name}: ${text}${more}`, 2);
  }
  const status = exitCode === undefined ? "" : ` with exit status ${exitCode}`;
  return new StrayError("SSH_FAILED", `${name}: "stray rpc" ended there${status}: ${words}`, 2);
}

export function sshTimeoutError({ name }: Destination, timeoutMs: number, said: string): StrayError {
  const reason = reasonText(said);
  return new StrayError(
    "SSH_NO_ANSWER",
    `${name}: no answer in ${timeoutMs / 1000} s: it is down, cut off or overloaded; --timeout SECONDS waits longer${
      reason === "" ? "" : ` (${reason})`
    }`,
    2,
  );
}

export function notStrayThere({ name }: Destination, line: string | undefined): StrayError {
  const what = line === undefined ? "" : `: "${reasonText(line)}"`;
  return new StrayError(
    "SSH_NOT_STRAY",
    `${name}: what answers there does not speak stray's protocol${what}; does that login print something of its own, or allow no commands?`,
    2,
  );
}

export function programError(program: string, cause: string): StrayError {
  const isMissing = cause === "ENOENT";
  return new StrayError(
    "SSH_PROGRAM",
    `${printable(program)} can't be run (${printable(cause)}): ${
      isMissing ? "install ssh (Debian: openssh-client)" : "check its permissions"
    }, or name another program in STRAY_SSH`,
    2,
  );
}

/** The last lines on one, escaped and cut. */
function reasonText(said: string): string {
  const lines = said.split(/[\r\n]+/).filter((line) => line.trim() !== "" && !/^[@\s]+$/.test(line));
  const text = printable(lines.slice(-3).join("; "));
  return text.length > SAID_MAX ? `${text.slice(0, SAID_MAX)}...` : text;
}

function loginCommand({ target, port }: Destination): string {
  return port === undefined ? `ssh ${target}` : `ssh -p ${port} ${target}`;
}

/** As it stands in known_hosts. */
function knownName({ target, port }: Destination): string {
  const host = target.slice(target.indexOf("@") + 1);
  return port === undefined || port === 22 ? host : `'[${host}]:${port}'`;
}
