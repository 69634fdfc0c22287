// IP and TCP options in Snort's words.
// Apart from the lines they stand in because both walk the same form: kind, length, data (RFC 791, RFC 9293).
// Always holds: nothing outside of the header is read; an option whose length can't be ends the list.

import { ipv4Text } from "../record/address.js";
import { be16, be32 } from "./headers.js";

/** At most what 40 bytes can hold. */
const OPTIONS_MAX = 40;
const END = 0;
const NOP = 1;

type Words = (bytes: Uint8Array, at: number, size: number) => string;

/** Names of IPv4 option types (RFC 791, 2113; IANA). */
const IP_NAMES: Readonly<Record<number, string>> = {
  7: "RR",
  68: "TS",
  82: "TRACEROUTE",
  130: "SEC",
  131: "LSRR",
  133: "ESEC",
  134: "CIPSO",
  136: "SATID",
  137: "SSRR",
  148: "RTRALT",
};
/** Those whose data is a list of addresses behind a pointer. */
const ROUTES: ReadonlySet<number> = new Set([7, 131, 137]);

export function ipOptions(bytes: Uint8Array, at: number, end: number): string {
  return listText("IP", bytes, at, end, ipWords);
}

export function tcpOptions(bytes: Uint8Array, at: number, end: number): string {
  return listText("TCP", bytes, at, end, tcpWords);
}

/** `TCP Options (3) => MSS: 1460 NOP NOP`; empty without options. */
function listText(layer: string, bytes: Uint8Array, start: number, end: number, wordsOf: Words): string {
  const words: string[] = [];
  let at = start;
  while (at < end && words.length < OPTIONS_MAX) {
    const kind = bytes[at]!;
    if (kind === END) {
      words.push("EOL");
      break;
    }
    if (kind === NOP) {
      words.push("NOP");
      at++;
      continue;
    }
    const size = at + 1 < end ? bytes[at + 1]! : 0;
    if (size < 2 || at + size > end) {
      words.push(`Opt ${kind} (bad length)`);
      break;
    }
    words.push(wordsOf(bytes, at, size));
    at += size;
  }
  return words.length === 0 ? "" : `${layer} Options (${words.length}) => ${words.join(" ")}`;
}

function ipWords(bytes: Uint8Array, at: number, size: number): string {
  const kind = bytes[at]!;
  const name = IP_NAMES[kind];
  if (name === undefined) return unknown(bytes, at, size);
  if (!ROUTES.has(kind)) return name;
  const hops: string[] = [];
  for (let hop = at + 3; hop + 4 <= at + size; hop += 4) hops.push(ipv4Text(bytes, hop));
  return hops.length === 0 ? name : `${name}: ${hops.join(" ")}`;
}

function tcpWords(bytes: Uint8Array, at: number, size: number): string {
  const kind = bytes[at]!;
  if (kind === 2 && size === 4) return `MSS: ${be16(bytes, at + 2)}`;
  if (kind === 3 && size === 3) return `WS: ${bytes[at + 2]}`;
  if (kind === 4 && size === 2) return "SackOK";
  if (kind === 5 && size >= 10 && (size - 2) % 8 === 0) {
    const blocks: string[] = [];
    for (let block = at + 2; block < at + size; block += 8)
      blocks.push(`${be32(bytes, block)}@${be32(bytes, block + 4)}`);
    return `Sack: ${blocks.join(" ")}`;
  }
  if (kind === 8 && size === 10) return `TS: ${be32(bytes, at + 2)} ${be32(bytes, at + 6)}`;
  return unknown(bytes, at, size);
}

/** `Opt 254 (4): 0102`. */
function unknown(bytes: Uint8Array, at: number, size: number): string {
  const hex = Buffer.from(bytes.subarray(at + 2, at + size))
    .toString("hex")
    .toUpperCase();
  return `Opt ${bytes[at]} (${size})${hex === "" ? "" : `: ${hex}`}`;
}
