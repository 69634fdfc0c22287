// Reads the part of BER that SNMP uses (RFC 3417, section 8): definite lengths, small integers, octets, identifiers.
// Apart from net-snmp's own reader, which takes a length for what it says: here nothing is read beyond what contains it.
// Always holds: work is linear in the bytes there are; no value is copied; what does not fit is a MalformedMessage.

import type { Oid } from "../oid.js";

export const INTEGER = 0x02;
export const OCTETS = 0x04;
export const NULL = 0x05;
export const OBJECT_ID = 0x06;
export const SEQUENCE = 0x30;

/** RFC 3416, section 4.1. */
const SUBIDS_MAX = 128;
const SUBID_BYTES_MAX = 5;
const LENGTH_BYTES_MAX = 4;

export class MalformedMessage extends Error {}

export class BerReader {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.end;
  }

  /** Place of the next byte in the whole message. */
  get offset(): number {
    return this.at;
  }

  /** Of what comes next, 0 at the end. */
  get tag(): number {
    return this.at < this.end ? this.bytes[this.at]! : 0;
  }

  /** What is inside the next value, which must have that tag. */
  enter(tag: number): BerReader {
    const length = this.header(tag);
    const inner = new BerReader(this.bytes, this.at, this.at + length);
    this.at += length;
    return inner;
  }

  /** A view, not a copy. */
  octets(lengthMax: number): Buffer {
    const length = this.header(OCTETS);
    if (length > lengthMax) throw new MalformedMessage("octets too long");
    const found = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return found;
  }

  /** From -2^31 to 2^31 - 1. */
  integer(): number {
    const length = this.header(INTEGER);
    if (length < 1 || length > 4) throw new MalformedMessage("integer of a wrong size");
    const value = this.bytes.readIntBE(this.at, length);
    this.at += length;
    return value;
  }

  objectId(): Oid {
    const length = this.header(OBJECT_ID);
    if (length < 1) throw new MalformedMessage("empty object identifier");
    const end = this.at + length;
    const oid: number[] = [];
    while (this.at < end) {
      if (oid.length >= SUBIDS_MAX) throw new MalformedMessage("object identifier too long");
      oid.push(this.subId(end));
    }
    // X.690, section 8.19.4: the first two numbers are one, 40 times the first and the second.
    const first = oid[0]!;
    const arc = Math.min(2, Math.floor(first / 40));
    oid.splice(0, 1, arc, first - 40 * arc);
    if (oid.length > SUBIDS_MAX) throw new MalformedMessage("object identifier too long");
    return oid;
  }

  /** Passes over one value of any kind. */
  skip(): void {
    this.raw();
  }

  /** A value of any kind, as it is. */
  raw(): { readonly tag: number; readonly value: Buffer } {
    const { tag } = this;
    const length = this.header(tag);
    const value = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return { tag, value };
  }

  /** Nothing may follow. */
  finish(): void {
    if (!this.isAtEnd) throw new MalformedMessage("bytes behind the end");
  }

  private subId(end: number): number {
    let value = 0;
    for (let count = 1; ; count++) {
      if (this.at >= end || count > SUBID_BYTES_MAX) throw new MalformedMessage("number cut off or too long");
      const byte = this.bytes[this.at++]!;
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) break;
    }
    if (value > 0xffff_ffff) throw new MalformedMessage("number too large");
    return value;
  }

  /** Tag and length; answers how many bytes of content there are, all of which are within. */
  private header(tag: number): number {
    if (this.end - this.at < 2 || this.bytes[this.at] !== tag) throw new MalformedMessage("another value");
    this.at++;
    let length = this.bytes[this.at++]!;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count < 1 || count > LENGTH_BYTES_MAX || this.end - this.at < count) {
        throw new MalformedMessage("length that can't be read");
      }
      length = this.bytes.readUIntBE(this.at, count);
      this.at += count;
    }
    if (length > this.end - this.at) throw new MalformedMessage("value beyond its container");
    return length;
  }
}
