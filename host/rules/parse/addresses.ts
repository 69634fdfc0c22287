// Addresses of a rule's header: any, single, CIDR, with a mask, from a to b, lists of these.
// Apart because IPv4 and IPv6 share one axis here: IPv4 below, IPv6 above it, so that a set can hold both.
// Always holds: what comes out is disjoint and ascending, IPv4 first; bits behind a prefix count for nothing.

import ipaddr from "ipaddr.js";
import type { AddressRange, AddressSet } from "../model.js";
import type { Interval, IntervalSet } from "./intervals.js";
import { type ListKind, readList } from "./lists.js";
import { cannot, refuse, shown } from "./problems.js";
import type { Variables } from "./variables.js";

const IPV6_BASE = 1n << 32n;
const AXIS: Interval = [0n, IPV6_BASE + (1n << 128n) - 1n];
const TEXT_MAX = 100;
const DECIMAL = /^\d{1,3}$/;

const ADDRESSES: ListKind = { name: "address", axis: AXIS, member: addressMember };

export function readAddresses(text: string, variables: Variables): AddressSet {
  return variables.once<AddressSet>(`address ${text}`, () => {
    const set = readList(text, ADDRESSES, variables);
    return isEverything(set) ? "any" : set.flatMap(rangesOf);
  });
}

function isEverything(set: IntervalSet): boolean {
  return set.length === 1 && set[0]![0] === AXIS[0] && set[0]![1] === AXIS[1];
}

/** One interval of the axis, in two when it holds addresses of both families. */
function rangesOf([first, last]: Interval): AddressRange[] {
  const ranges: AddressRange[] = [];
  if (first < IPV6_BASE) ranges.push({ family: 4, first, last: last < IPV6_BASE ? last : IPV6_BASE - 1n });
  if (last >= IPV6_BASE) {
    ranges.push({ family: 6, first: first > IPV6_BASE ? first - IPV6_BASE : 0n, last: last - IPV6_BASE });
  }
  return ranges;
}

function addressMember(text: string): Interval {
  if (text.length > TEXT_MAX) return notAnAddress(text);
  const slash = text.indexOf("/");
  if (slash !== -1) return network(text.slice(0, slash).trim(), text.slice(slash + 1).trim(), text);
  const dash = text.indexOf("-");
  if (dash === -1) {
    const address = onAxis(text) ?? notAnAddress(text);
    return [address, address];
  }
  const first = onAxis(text.slice(0, dash).trim()) ?? notAnAddress(text);
  const last = onAxis(text.slice(dash + 1).trim()) ?? notAnAddress(text);
  if (first < IPV6_BASE !== last < IPV6_BASE) cannot(`${shown(text)} begins and ends in different families`);
  if (first > last) cannot(`${shown(text)} ends before it begins; write the lower address first`);
  return [first, last];
}

function network(addressText: string, prefixText: string, whole: string): Interval {
  const address = onAxis(addressText) ?? notAnAddress(whole);
  const bits = address < IPV6_BASE ? 32 : 128;
  const prefix = DECIMAL.test(prefixText) ? Number(prefixText) : maskBits(prefixText, bits);
  if (prefix === undefined || prefix > bits) {
    return refuse(`a prefix length from 0 to ${bits}`, shown(whole));
  }
  const size = 1n << BigInt(bits - prefix);
  const base = bits === 32 ? 0n : IPV6_BASE;
  const first = base + ((address - base) / size) * size;
  return [first, first + size - 1n];
}

/** `255.255.0.0` is 16; undefined for what is no mask. */
function maskBits(text: string, bits: number): number | undefined {
  if (bits !== 32 || !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? undefined;
}

function onAxis(text: string): bigint | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return numberOf(ipaddr.IPv4.parse(text).toByteArray());
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return IPV6_BASE + numberOf(ipaddr.IPv6.parse(text).toByteArray());
}

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function notAnAddress(text: string): never {
  const hint = /^[A-Z_]+$/.test(text.slice(0, TEXT_MAX))
    ? `write $${text.slice(0, TEXT_MAX)} for a variable`
    : undefined;
  return refuse("an address, a network such as 10.0.0.0/8, a range A-B, $NAME or any", shown(text), hint);
}
