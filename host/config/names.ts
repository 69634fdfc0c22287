// What may be the name of an interface, a host, a file, an account, and what a syslog facility is called.
// Apart from the schema so that options of the command line are held to the same rules.
// Always holds: a name that passes here holds no control character and no blank.

import { isIP } from "node:net";
import { STARTER_RULES } from "./paths.js";

const INTERFACE_NAME_MAX = 15; // linux/if.h: IFNAMSIZ is 16 with the NUL
const SOCKET_PATH_MAX = 107; // linux/un.h: UNIX_PATH_MAX is 108 with the NUL
const PATH_MAX = 4095; // linux/limits.h, less the NUL
const HOST_NAME_MAX = 253; // RFC 1035, section 2.3.4, in its written form

/** RFC 5424, section 6.2.1, by the names of syslog(3) where it has one. The place is the facility's number. */
export const FACILITIES = [
  "kern",
  "user",
  "mail",
  "daemon",
  "auth",
  "syslog",
  "lpr",
  "news",
  "uucp",
  "cron",
  "authpriv",
  "ftp",
  "ntp",
  "audit",
  "alert",
  "clock",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;

/** As the kernel checks it (net/core/dev.c, dev_valid_name), and printable besides. */
export function isInterfaceName(text: string): boolean {
  if (text === "." || text === "..") return false;
  return text.length <= INTERFACE_NAME_MAX && /^[!-.0-9;-~]+$/.test(text);
}

/** An IPv4 or IPv6 address, or a name of letters, digits, hyphens and dots (RFC 1123, section 2.1). */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  if (text.length > HOST_NAME_MAX) return false;
  const labels = text.replace(/\.$/, "").split(".");
  // A name that ends in a number is a mistyped address.
  if (/^\d+$/.test(labels.at(-1) ?? "")) return false;
  return labels.every((label) => /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/.test(label));
}

/** An absolute path to something, not to a folder by its look; no control characters. */
export function isPath(text: string): boolean {
  return /^\/\P{Control}*$/u.test(text) && !text.endsWith("/") && Buffer.byteLength(text) <= PATH_MAX;
}

/** A network in CIDR notation, or one address. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

export function isRuleFile(text: string): boolean {
  return text === STARTER_RULES || isPath(text);
}

/** NAME=VALUE, as `var NAME VALUE` of a rule file. */
export function isRuleVariable(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}=[!-~]{1,4096}$/.test(text);
}

export function isSocketPath(text: string): boolean {
  return isPath(text) && Buffer.byteLength(text) <= SOCKET_PATH_MAX;
}

/** Of a user or group, as useradd(8) allows them. */
export function isAccount(text: string): boolean {
  return /^[a-z_][a-z0-9_-]{0,31}$/.test(text);
}

/** What goes into a syslog header as its host (RFC 5424, section 6.2.4: printable, no blanks). */
export function isSensorName(text: string): boolean {
  return /^[!-~]{1,64}$/.test(text);
}

/** Of a user or a community (RFC 3411, SnmpAdminString, 32 octets), in characters that need no quotes. */
export function isSnmpName(text: string): boolean {
  return /^[!-~]{1,32}$/.test(text);
}

/** RFC 3414, section 11.2: 8 characters at least. */
export function isSnmpPassword(text: string): boolean {
  return /^[ -~]{8,128}$/.test(text);
}

/** DisplayString (RFC 2579). */
export function isSnmpText(text: string): boolean {
  return /^[ -~]{0,255}$/.test(text);
}
