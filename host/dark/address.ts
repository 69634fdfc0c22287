// Addresses and networks as numbers: what lies in what, what comes next.
// Apart from the module's bytes because ranges are computed here, and nothing of it is asked for a packet.
// Always holds: an address is 128 bits, IPv4 behind ::ffff:0:0 as everywhere in the module; a network's text is as
// short as it can be, its host bits are 0.

import { ipv4Text, ipv6Text } from "../record/address.js";
import { addressBytes, networkBytes } from "../wasm/homes.js";

export type Address = bigint;

export interface Network {
  /** `192.0.2.0/24`; of one address without the slash. */
  readonly text: string;
  readonly first: Address;
  readonly last: Address;
  /** Bits, of 128. */
  readonly prefix: number;
}

export const ADDRESS_BITS = 128;
/** Bits before an IPv4 address. */
export const IPV4_PREFIX = 96;
const IPV4_HEAD = 0xffff_0000_0000n;
const WORD_BITS = 64n;
const ALL_ONES = (1n << BigInt(ADDRESS_BITS)) - 1n;

export function addressOf(text: string): Address | undefined {
  const bytes = addressBytes(text);
  return bytes === undefined ? undefined : addressAt(viewOf(bytes), 0);
}

/** The 16 bytes at that place. */
export function addressAt(view: DataView, at: number): Address {
  return (view.getBigUint64(at) << WORD_BITS) | view.getBigUint64(at + 8);
}

export function putAddress(view: DataView, at: number, address: Address): void {
  view.setBigUint64(at, address >> WORD_BITS);
  view.setBigUint64(at + 8, BigInt.asUintN(64, address));
}

export function isIpv4(address: Address): boolean {
  return address >> 32n === IPV4_HEAD >> 32n;
}

export function addressText(address: Address): string {
  const bytes = new Uint8Array(16);
  putAddress(viewOf(bytes), 0, address);
  return isIpv4(address) ? ipv4Text(bytes, 12) : ipv6Text(bytes, 0);
}

/** Of an address or a CIDR; undefined for what is neither. Host bits are cleared. */
export function networkOf(text: string): Network | undefined {
  const bytes = networkBytes(text);
  return bytes === undefined ? undefined : networkAt(addressAt(viewOf(bytes.network), 0), bytes.prefix);
}

/** The network of that many bits that the address lies in. */
export function networkAt(address: Address, prefix: number): Network {
  const hosts = ALL_ONES >> BigInt(prefix);
  const first = address & (ALL_ONES ^ hosts);
  const bits = isIpv4(first) && prefix >= IPV4_PREFIX ? prefix - IPV4_PREFIX : prefix;
  const tail = prefix === ADDRESS_BITS ? "" : `/${bits}`;
  return { text: `${networkAddressText(first, prefix)}${tail}`, first, last: first | hosts, prefix };
}

/** A network wider than IPv4's own is IPv6's, whatever its first address looks like. */
function networkAddressText(first: Address, prefix: number): string {
  if (prefix >= IPV4_PREFIX || !isIpv4(first)) return addressText(first);
  const bytes = new Uint8Array(16);
  putAddress(viewOf(bytes), 0, first);
  return ipv6Text(bytes, 0);
}

export function hasAddress({ first, last }: Network, address: Address): boolean {
  return address >= first && address <= last;
}

export function isWithin(inner: Network, outer: Network): boolean {
  return inner.prefix >= outer.prefix && hasAddress(outer, inner.first);
}

export function sizeOf({ first, last }: Network): bigint {
  return last - first + 1n;
}

/** Orders addresses; for sort(). */
export function byAddress(a: Address, b: Address): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
