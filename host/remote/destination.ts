// A sensor's place in the net as a user writes it (`admin@sensor`, `ssh://admin@sensor:2222`), checked and taken apart.
// Apart from what runs ssh because nothing but this decides what may become an argument of another program.
// Always holds: what comes out begins with a letter, a digit, `_` or `.`, and has no blank, no control character and
// nothing that a shell or ssh would take for more than a name; a port is a number of its own.

import { isIPv6 } from "node:net";
import { printable, StrayError } from "../errors.js";

export interface Destination {
  /** As it was written: by this name it is told of, and may be given again. */
  readonly name: string;
  /** `user@host` or `host`, for ssh. */
  readonly target: string;
  readonly port: number | undefined;
}

const SCHEME = "ssh://";
const TEXT_MAX = 320;
const SHOWN_MAX = 80;
const USER = /^[A-Za-z0-9_.][A-Za-z0-9_.+-]{0,63}$/;
/** A name, an alias of ~/.ssh/config, an IPv4 address. */
const HOST = /^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,252}$/;
const ZONE = /^[A-Za-z0-9_.-]{1,15}$/;
const PORT = /^[1-9]\d{0,4}$/;

/** @throws StrayError HOST_INVALID */
export function destinationOf(text: string): Destination {
  if (text.length > TEXT_MAX) throw invalid(text, `at most ${TEXT_MAX} characters were expected`);
  const isUri = text.startsWith(SCHEME);
  const rest = isUri ? text.slice(SCHEME.length).replace(/\/$/, "") : text;
  const at = rest.indexOf("@");
  const user = at < 0 ? undefined : rest.slice(0, at);
  if (user !== undefined && !USER.test(user)) throw invalid(text, "the account's name is none");
  const { host, port } = isUri ? hostAndPort(text, rest.slice(at + 1)) : plainHost(text, rest.slice(at + 1));
  return { name: text, target: user === undefined ? host : `${user}@${host}`, port };
}

function plainHost(text: string, host: string): { host: string; port: undefined } {
  if (HOST.test(host) || isAddress6(host)) return { host, port: undefined };
  const hasPort = /^[^:]+:\d+$/.test(host);
  throw invalid(text, hasPort ? `a port goes with ${SCHEME}user@host:port` : "the host's name is none");
}

function hostAndPort(text: string, rest: string): { host: string; port: number | undefined } {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(rest) ?? [];
  const isHost = bracketed === undefined ? HOST.test(plain ?? "") : isAddress6(bracketed);
  if (!isHost) throw invalid(text, "the host's name is none");
  if (portText === undefined) return { host: (bracketed ?? plain)!, port: undefined };
  const port = PORT.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535) throw invalid(text, "a port is a number from 1 to 65535");
  return { host: (bracketed ?? plain)!, port };
}

/** With a zone or without; it begins with a digit, a letter or a colon. */
function isAddress6(text: string): boolean {
  const [address = "", zone, more] = text.split("%");
  return isIPv6(address) && more === undefined && (zone === undefined || ZONE.test(zone));
}

function invalid(text: string, reason: string): StrayError {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
  return new StrayError(
    "HOST_INVALID",
    `"${printable(shown)}" is no host: ${reason}; user@host, host or ${SCHEME}user@host:port was expected`,
    2,
  );
}
