// Addresses of a record as text: IPv4, IPv6 (RFC 5952) and MAC.
// Apart from the view because this is where strings are made, and the commonest ones.
// Always holds: the text is numeric; nothing is resolved.

import * as L from "../../assembly/layout.js";
import type { End, FlowRecord } from "./flow-record.js";

/** The end's address as text. */
export function addressText(record: FlowRecord, end: End): string {
  const at = record.addressAt(end);
  if (record.kind === L.KIND_IPV4 || record.kind === L.KIND_ARP) return ipv4Text(record.bytes, at + 12);
  if (record.kind === L.KIND_IPV6) return ipv6Text(record.bytes, at);
  return macText(record.bytes, at + 10);
}

/** MAC address of the first packet that `end` sent, empty when the link has none or the end sent nothing. */
export function senderMac(record: FlowRecord, end: End): string {
  const at = record.direction(end) + L.DIR_MAC_OFFSET;
  return hasMac(record, end) ? macText(record.bytes, at) : "";
}

export function hasMac(record: FlowRecord, end: End): boolean {
  const at = record.direction(end) + L.DIR_MAC_OFFSET;
  return record.view.getUint32(at, true) !== 0 || record.view.getUint16(at + 4, true) !== 0;
}

export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

export function macText(bytes: Uint8Array, at: number): string {
  let text = HEX_BYTE[bytes[at]!]!;
  for (let i = 1; i < 6; i++) text += `:${HEX_BYTE[bytes[at + i]!]!}`;
  return text;
}

const HEX_BYTE: readonly string[] = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

/** RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as `::`. */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  let bestStart = -1;
  let bestLength = 1;
  let runStart = -1;
  for (let group = 0; group <= 8; group++) {
    const isZero = group < 8 && bytes[at + group * 2] === 0 && bytes[at + group * 2 + 1] === 0;
    if (isZero) {
      if (runStart < 0) runStart = group;
    } else if (runStart >= 0) {
      if (group - runStart > bestLength) {
        bestStart = runStart;
        bestLength = group - runStart;
      }
      runStart = -1;
    }
  }
  let text = "";
  for (let group = 0; group < 8; group++) {
    if (group === bestStart) {
      text += "::";
      group += bestLength - 1;
      continue;
    }
    if (text !== "" && !text.endsWith(":")) text += ":";
    text += ((bytes[at + group * 2]! << 8) | bytes[at + group * 2 + 1]!).toString(16);
  }
  return text;
}
