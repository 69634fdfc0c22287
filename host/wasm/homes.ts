// Networks as the module knows them: ours, and those whose use is known beforehand; written into the HOMES region.
// Apart from config.ts because they are no limits, and a list. Always holds: a network's host bits are 0; IPv4 lies
// behind ::ffff:0:0, as in all addresses of the module; the module takes the most exact network of an address.

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import {
  HOME_KIND_OFFSET,
  HOME_KIND_OURS,
  HOME_KIND_UNUSED,
  HOME_KIND_USED,
  HOME_LEARN_UNTIL_OFFSET,
  HOME_MASK_OFFSET,
  HOME_NETWORK_OFFSET,
  HOME_PREFIX_OFFSET,
} from "../../assembly/detect/detect-layout.js";
import {
  CONFIG_BASE,
  CONFIG_HOME_COUNT_OFFSET,
  HOME_CAPACITY,
  HOME_SIZE,
  HOMES_BASE,
} from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import { type SensorMemory, writeU32, writeU64 } from "./memory.js";

export const HOME_KINDS = ["ours", "used", "unused"] as const;
export type HomeKind = (typeof HOME_KINDS)[number];
const KIND_NUMBERS = { ours: HOME_KIND_OURS, used: HOME_KIND_USED, unused: HOME_KIND_UNUSED } as const;

const ADDRESS_BYTES = 16;
const IPV4_BITS_BEFORE = 96;

export interface Home {
  /** An address or a network, `192.0.2.0/24`. */
  readonly network: string;
  readonly kind: HomeKind;
  /** Packet time, ms since 1970; until then none of its addresses is called dark. */
  readonly learnUntilMs?: number;
}

export interface NetworkBytes {
  readonly network: Uint8Array;
  readonly mask: Uint8Array;
  /** Of 128. */
  readonly prefix: number;
}

/** The 16 bytes of an address as the module has it; undefined for what is none. */
export function addressBytes(text: string): Uint8Array | undefined {
  // The parser alone takes 192.0.2 and 1 for addresses, as inet_aton(3) does.
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  const address = ipaddr.parse(text);
  if (address.kind() === "ipv6") return Uint8Array.from(address.toByteArray());
  return Uint8Array.from([...new Array<number>(10).fill(0), 0xff, 0xff, ...address.toByteArray()]);
}

/** Network and mask of an address or a CIDR; undefined for what is neither. Host bits are cleared. */
export function networkBytes(text: string): NetworkBytes | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const bytes = addressBytes(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  const before = address.includes(":") ? 0 : IPV4_BITS_BEFORE;
  const most = 128 - before;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : most + 1;
  if (length > most) return undefined;
  const prefix = before + length;
  const mask = new Uint8Array(ADDRESS_BYTES);
  for (let bit = 0; bit < prefix; bit++) mask[bit >> 3]! |= 0x80 >> (bit & 7);
  return { network: bytes.map((byte, i) => byte & mask[i]!), mask, prefix };
}

/**
 * Writes the networks; the module reads them from then on.
 * @throws StrayError HOMES_TOO_MANY, HOME_INVALID
 */
export function writeHomes(memory: SensorMemory, homes: readonly Home[]): void {
  if (homes.length > HOME_CAPACITY) {
    throw new StrayError(
      "HOMES_TOO_MANY",
      `at most ${HOME_CAPACITY} networks can be told apart, not ${homes.length}: give larger networks`,
      2,
    );
  }
  const all = homes.map(({ network, kind, learnUntilMs = 0 }) => {
    const bytes = networkBytes(network);
    if (bytes !== undefined) return { bytes, kind, learnUntilMs };
    throw new StrayError("HOME_INVALID", `expected a network such as 192.0.2.0/24, found "${network}"`, 2);
  });
  // Of two alike the module takes the later: what is known of an address comes behind whose it is.
  for (const [index, { bytes, kind, learnUntilMs }] of all.entries()) {
    const at = HOMES_BASE + index * HOME_SIZE;
    memory.u8.set(bytes.network, at + HOME_NETWORK_OFFSET);
    memory.u8.set(bytes.mask, at + HOME_MASK_OFFSET);
    writeU32(memory, at + HOME_PREFIX_OFFSET, bytes.prefix);
    writeU32(memory, at + HOME_KIND_OFFSET, KIND_NUMBERS[kind]);
    writeU64(memory, at + HOME_LEARN_UNTIL_OFFSET, BigInt(Math.max(0, Math.ceil(learnUntilMs))) * 1_000_000n);
  }
  writeU32(memory, CONFIG_BASE + CONFIG_HOME_COUNT_OFFSET, all.length);
}
