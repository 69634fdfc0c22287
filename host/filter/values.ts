// Reads the values of primitives: addresses, networks, MAC addresses, ports and numbers.
// Apart from the parser because each has its own forms and its own complaints.
// Always holds: nothing is resolved over the network; a name that is not in a table here is refused.

import ipaddr from "ipaddr.js";
import { FilterError } from "./filter-error.js";
import type { Token } from "./lexer.js";
import { servicePort } from "./services.js";

export interface Network {
  address: readonly number[];
  prefix: number;
}

export function found(token: Token): string {
  return token.kind === "end" ? "found the end" : `found "${token.raw}"`;
}

export function fail(expected: string, token: Token): never {
  throw new FilterError(`expected ${expected}, ${found(token)}`, token.column);
}

const DECIMAL = /^\d+$/;
const MAC = /^[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}$/;
const PARTIAL_IPV4 = /^\d{1,3}(?:\.\d{1,3}){0,3}$/;

/** A single address; a name is refused, as stray resolves none. */
export function hostAddress(token: Token): Network {
  if (token.text.includes("/")) fail(`one address (a network goes with "net")`, token);
  const address = parseAddress(token.text);
  if (address === undefined) fail("an IPv4 or IPv6 address (names are not resolved)", token);
  return { address, prefix: address.length * 8 };
}

/** `10.0.0.0/8`, `192.168`, `2001:db8::/32`; without a prefix the octets given, as in pcap-filter. */
export function network(token: Token, mask?: Token): Network {
  const [text = "", prefixText, ...more] = token.text.split("/");
  if (more.length > 0) fail("a network", token);
  const address = parseAddress(text) ?? partialAddress(text);
  if (address === undefined) fail("a network such as 10.0.0.0/8, 192.168 or 2001:db8::/32", token);
  const bits = address.length * 8;
  const given = text.includes(":") ? 128 : text.split(".").length * 8;
  let prefix = given;
  if (prefixText !== undefined) {
    prefix = DECIMAL.test(prefixText) ? Number(prefixText) : -1;
    if (prefix < 0 || prefix > bits) fail(`a prefix length from 0 to ${bits}`, token);
  } else if (mask !== undefined) {
    prefix = maskPrefix(mask, address.length);
  }
  if (hasBitsBehind(address, prefix)) {
    throw new FilterError(`expected a network, found bits set behind /${prefix} in "${text}"`, token.column);
  }
  return { address, prefix };
}

/** The six bytes. */
export function macAddress(token: Token): readonly number[] {
  if (!MAC.test(token.text)) fail("a MAC address such as 0:e0:1e:8e:31:71", token);
  return token.text.split(/[:-]/).map((part) => Number.parseInt(part, 16));
}

export function isMac(text: string): boolean {
  return MAC.test(text);
}

/** A port, or `low-high`, by number or by service name. */
export function portRange(token: Token, needsRange: boolean): { low: number; high: number } {
  const single = portNumber(token.text);
  if (single !== undefined) {
    if (needsRange) fail("a range of ports such as 6000-6008", token);
    return { low: single, high: single };
  }
  const dash = token.text.indexOf("-");
  const low = dash < 0 ? undefined : portNumber(token.text.slice(0, dash));
  const high = dash < 0 ? undefined : portNumber(token.text.slice(dash + 1));
  if (low === undefined || high === undefined) fail("a port from 0 to 65535 or the name of a service", token);
  return low <= high ? { low, high } : { low: high, high: low };
}

/** A whole number in decimal or hexadecimal, `least` to `most`. */
export function wholeNumber(token: Token, what: string, least: number, most: number): number {
  const value = token.kind === "word" ? numberOf(token.text) : undefined;
  if (value === undefined || !Number.isInteger(value) || value < least || value > most) {
    fail(`${what} from ${least} to ${most}`, token);
  }
  return value;
}

/** Decimal, with fraction or exponent, or hexadecimal. */
export function numberOf(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,13}$/.test(text)) return Number.parseInt(text, 16);
  return /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(text) ? Number(text) : undefined;
}

export function looksLikeAddress(text: string): boolean {
  const slash = text.indexOf("/");
  return parseAddress(slash < 0 ? text : text.slice(0, slash)) !== undefined;
}

function portNumber(text: string): number | undefined {
  if (!/^(?:\d+|0x[0-9a-f]+)$/.test(text)) return servicePort(text);
  const value = numberOf(text);
  return value !== undefined && value <= 65535 ? value : undefined;
}

function parseAddress(text: string): readonly number[] | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toByteArray();
  if (text.includes(":") && ipaddr.IPv6.isValid(text)) return ipaddr.IPv6.parse(text).toByteArray();
  return undefined;
}

function partialAddress(text: string): readonly number[] | undefined {
  if (!PARTIAL_IPV4.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return [...parts, 0, 0, 0, 0].slice(0, 4);
}

function maskPrefix(mask: Token, size: number): number {
  const prefix = ipaddr.IPv4.isValidFourPartDecimal(mask.text)
    ? ipaddr.IPv4.parse(mask.text).prefixLengthFromSubnetMask()
    : null;
  if (prefix === null || size !== 4) fail("a contiguous IPv4 mask such as 255.255.0.0", mask);
  return prefix;
}

function hasBitsBehind(address: readonly number[], prefix: number): boolean {
  return address.some((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
}
