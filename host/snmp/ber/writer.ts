// Writes the part of BER that SNMP uses: values as bytes, put together from the inside out.
// Apart from the reader because what we say is ours: only values of our own, and what was read and checked, come in here.
// Always holds: lengths and integers take the fewest bytes (X.690, section 8.3.2).

import type { Oid } from "../oid.js";
import { INTEGER, OBJECT_ID, OCTETS, SEQUENCE } from "./reader.js";

/** A value with its tag and length before it. */
export function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of content) length += part.length;
  return Buffer.concat([header(tag, length), ...content]);
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, ...content);
}

export function octets(bytes: Uint8Array): Buffer {
  return tagged(OCTETS, bytes);
}

/** Any whole number up to 64 bits, signed. */
export function integer(value: number | bigint, tag = INTEGER): Buffer {
  if (typeof value === "bigint") return wide(value, tag);
  if (value >= -0x80 && value < 0x80) return Buffer.of(tag, 1, value & 0xff);
  if (value >= -0x8000_0000 && value < 0x8000_0000) return narrow(value, tag);
  return wide(BigInt(value), tag);
}

export function objectId(oid: Oid): Buffer {
  const [arc = 0, second = 0] = oid;
  const bytes: number[] = [];
  pushSubId(bytes, arc * 40 + second);
  for (let at = 2; at < oid.length; at++) pushSubId(bytes, oid[at]!);
  return tagged(OBJECT_ID, Uint8Array.from(bytes));
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.of(tag, length);
  if (length < 0x100) return Buffer.of(tag, 0x81, length);
  return Buffer.of(tag, 0x82, length >> 8, length & 0xff);
}

function narrow(value: number, tag: number): Buffer {
  const length = value >= -0x8000 && value < 0x8000 ? 2 : value >= -0x80_0000 && value < 0x80_0000 ? 3 : 4;
  const bytes = Buffer.allocUnsafe(2 + length);
  bytes[0] = tag;
  bytes[1] = length;
  bytes.writeIntBE(value, 2, length);
  return bytes;
}

function wide(value: bigint, tag: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  // Until what is left is only the sign, and the byte before shows it.
  for (;;) {
    const byte = Number(rest & 0xffn);
    bytes.unshift(byte);
    rest >>= 8n;
    if ((rest === 0n && byte < 0x80) || (rest === -1n && byte >= 0x80)) break;
  }
  return tagged(tag, Uint8Array.from(bytes));
}

function pushSubId(bytes: number[], value: number): void {
  if (value < 0x80) {
    bytes.push(value);
    return;
  }
  const parts = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    parts.push(0x80 | (rest % 128));
  bytes.push(...parts.reverse());
}
