// Byte helpers under the frame builder: writing numbers, parsing addresses, checksums, and the notes that
// let an outer header know what it carries. Apart from the headers because each of them needs these.
// Always holds: a layer is a plain Uint8Array; what it is stands beside it in a WeakMap, never in its bytes.

import ipaddr from "ipaddr.js";

/** What an outer header may want to know of the bytes it carries. */
export interface Note {
  etherType?: number;
  /** IP protocol number. */
  proto?: number;
  /** Where a checksum over the pseudo header must still be written. */
  checksumOffset?: number;
  /** Bytes in front of the transport header that the checksum leaves out (IPv6 extension headers). */
  checksumStart?: number;
  /** The protocol in the pseudo header, when extension headers stand before it. */
  checksumProto?: number;
}

const notes = new WeakMap<Uint8Array, Note>();

export function noteOf(layer: Uint8Array): Note {
  return notes.get(layer) ?? {};
}

export function withNote(layer: Uint8Array, note: Note): Uint8Array {
  notes.set(layer, note);
  return layer;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Bytes of a text, one a character (Latin-1). */
export function text(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

/** Bytes of a hex string; blanks, colons and line ends between them are passed over. */
export function hex(value: string): Uint8Array {
  const digits = value.replace(/[\s:]/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new RangeError(`expected pairs of hex digits, found "${value}"`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** `size` bytes counting up from `first`, for payloads whose content does not matter. */
export function filler(size: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (first + index) & 255);
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value & 255);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of((value >>> 8) & 255, value & 255);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

export function mac(value: string): Uint8Array {
  const parts = value.split(":");
  const out = Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part))) {
    throw new RangeError(`expected a MAC address as 0:e0:1e:8e:31:71, found "${value}"`);
  }
  return out;
}

/** 4 bytes of an IPv4 address. */
export function address4(value: string): Uint8Array {
  return Uint8Array.from(ipaddr.IPv4.parse(value).toByteArray());
}

/** 16 bytes of an IPv6 address. */
export function address6(value: string): Uint8Array {
  return Uint8Array.from(ipaddr.IPv6.parse(value).toByteArray());
}

/** Ones' complement sum of big-endian 16-bit words, folded, not inverted (RFC 1071). */
export function sum16(bytes: Uint8Array, start = 0): number {
  let sum = start;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

export function checksum16(bytes: Uint8Array): number {
  return ~sum16(bytes) & 0xffff;
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 255;
  bytes[at + 1] = value & 255;
}

const CRC32C_POLYNOMIAL = 0x82f63b78;

/** CRC32c of SCTP (RFC 9260, appendix A). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** A copy of `payload` with its transport checksum written, given the addresses of the IP header around it. */
export function seal(payload: Uint8Array, src: Uint8Array, dst: Uint8Array, proto: number): Uint8Array {
  const note = noteOf(payload);
  if (note.checksumOffset === undefined) return payload;
  const start = note.checksumStart ?? 0;
  const transport = payload.subarray(start);
  const pseudo = concat(src, dst, u32(transport.length), u32(note.checksumProto ?? proto));
  const sum = checksum16(concat(pseudo, transport));
  const sealed = payload.slice();
  // A checksum of 0 means "none" in UDP, so RFC 768 sends the other zero.
  put16(sealed, note.checksumOffset, sum === 0 && (note.checksumProto ?? proto) === 17 ? 0xffff : sum);
  return sealed;
}
