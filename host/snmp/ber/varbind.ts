// Variable bindings of an answer: a name, and its value or why there is none.
// Apart because agent and notifications write them alike.
// Always holds: a value is written as its type wants it, cut to what the type holds; numbers never overflow their type.

import { type Oid, parseOid } from "../oid.js";
import type { Instance } from "../view.js";
import { INTEGER, NULL, OBJECT_ID, OCTETS } from "./reader.js";
import { integer, objectId, octets, sequence, tagged } from "./writer.js";

/** RFC 3416, section 3; the same numbers as net-snmp's ObjectType. */
export const IP_ADDRESS = 0x40;
export const COUNTER32 = 0x41;
export const GAUGE32 = 0x42;
export const TIME_TICKS = 0x43;
export const COUNTER64 = 0x46;
export const NO_SUCH_OBJECT = 0x80;
export const NO_SUCH_INSTANCE = 0x81;
export const END_OF_MIB_VIEW = 0x82;

const U32 = 1n << 32n;
const U64 = 1n << 64n;

/** `oid` with one of the exceptions, or null. */
export function emptyVarbind(oid: Oid, tag: number = NULL): Buffer {
  return sequence(objectId(oid), Buffer.of(tag, 0));
}

export function varbind({ oid, type, value }: Instance): Buffer {
  return sequence(objectId(oid), encoded(type, value));
}

function encoded(type: number, value: Instance["value"]): Buffer {
  switch (type) {
    case INTEGER:
      return integer(Number(wholeOf(value)));
    case COUNTER32:
    case TIME_TICKS:
      return integer(wholeOf(value) & (U32 - 1n), type);
    case GAUGE32:
      // RFC 2578, section 7.1.7: a gauge stays at its most.
      return integer(atMost(wholeOf(value), U32 - 1n), type);
    case COUNTER64:
      return integer(wholeOf(value) & (U64 - 1n), type);
    case OBJECT_ID:
      return objectId(parseOid(String(value)));
    case IP_ADDRESS:
      return tagged(
        type,
        typeof value === "string" ? Uint8Array.from(value.split(".").map(Number)) : bytesOf(value),
      );
    case OCTETS:
      return octets(bytesOf(value));
    default:
      return tagged(type, bytesOf(value));
  }
}

function bytesOf(value: Instance["value"]): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(String(value), "utf8");
}

function wholeOf(value: Instance["value"]): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(Math.trunc(value));
  // net-snmp's own form of a Counter64.
  return Buffer.isBuffer(value) ? BigInt(`0x0${value.toString("hex")}`) : BigInt(value);
}

function atMost(value: bigint, most: bigint): bigint {
  return value < 0n ? 0n : value > most ? most : value;
}
