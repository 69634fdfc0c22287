// Values as SNMP has them, from values as the sensor has them.
// Apart from objects and agents so that each type's bounds are held in one place.
// Always holds: never throws; a number is within its type, or the nearest that is; text is printable ASCII of at most
// 255 octets, whatever packets brought into it.

import { asciiText } from "../alert/text.js";
import type { Plain, Syntax, SyntaxWord } from "./mib/types.js";

/** Numbers of types: the tags of RFC 3416, as net-snmp's ObjectType and AgentX (RFC 2741, section 5.4) have them. */
export const ValueType = {
  Integer: 2,
  OctetString: 4,
  Null: 5,
  Oid: 6,
  Counter: 65,
  Gauge: 66,
  TimeTicks: 67,
  Counter64: 70,
  NoSuchObject: 128,
  NoSuchInstance: 129,
  EndOfMibView: 130,
} as const;

export type SnmpValue = number | bigint | string | Buffer;

export interface TypedValue {
  readonly type: number;
  readonly value: SnmpValue;
}

const TYPES: Readonly<Record<SyntaxWord, number>> = {
  DisplayString: ValueType.OctetString,
  DateAndTime: ValueType.OctetString,
  TruthValue: ValueType.Integer,
  INTEGER: ValueType.Integer,
  Integer32: ValueType.Integer,
  TimeTicks: ValueType.TimeTicks,
  Counter32: ValueType.Counter,
  Counter64: ValueType.Counter64,
  Gauge32: ValueType.Gauge,
  Unsigned32: ValueType.Gauge,
};
const U32_MAX = 0xffff_ffff;
const I32_MAX = 0x7fff_ffff;
const TEXT_MAX = 255;
const MS_PER_TICK = 10;
/** Not known, as other MIBs say it of a DateAndTime (RFC 6933, entPhysicalMfgDate). */
const NO_TIME = Buffer.alloc(8);
const YEAR_MAX = 65_535;

export function typedValue(syntax: Syntax, plain: Plain): TypedValue {
  return { type: TYPES[syntax.word], value: rawValue(syntax, plain) };
}

function rawValue({ word, range, labels = [] }: Syntax, plain: Plain): SnmpValue {
  switch (word) {
    case "DisplayString":
      return boundedText(String(plain ?? ""), range?.[1] ?? TEXT_MAX);
    case "DateAndTime":
      return dateAndTime(typeof plain === "number" ? plain : undefined);
    case "TruthValue":
      return plain === true ? 1 : 2;
    case "INTEGER":
      // A word that is none of the labels is a fault of ours: the first is not said for it.
      return typeof plain === "string" ? labels.indexOf(labelOf(plain)) + 1 : 0;
    case "TimeTicks":
      return Math.floor(count(plain) / MS_PER_TICK) % (U32_MAX + 1);
    case "Counter32":
      return count(plain) % (U32_MAX + 1);
    case "Counter64":
      return count(plain);
    case "Integer32":
      return Math.min(Math.max(count(plain), range?.[0] ?? 0), range?.[1] ?? I32_MAX);
    case "Gauge32":
    case "Unsigned32":
      return Math.min(count(plain), range?.[1] ?? U32_MAX);
  }
}

/** A whole number from 0 on. */
function count(plain: Plain): number {
  const value = Math.trunc(Number(plain ?? 0));
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
}

/** Escapes and cuts: an escape is never cut in its middle. */
export function boundedText(text: string, most: number): string {
  const escaped = asciiText(text, most);
  if (escaped.length <= most) return escaped;
  return `${escaped.slice(0, most - 3).replace(/\\(u[0-9a-f]{0,3}|x[0-9a-f]?)?$/, "")}...`;
}

/** A label of SMIv2 has letters and digits only: `xdp-native` is `xdpNative`. */
export function labelOf(word: string): string {
  return word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** RFC 2579, in UTC. */
export function dateAndTime(ms: number | undefined): Buffer {
  if (ms === undefined || !(ms > 0)) return NO_TIME;
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (!(year <= YEAR_MAX)) return NO_TIME;
  const octets = Buffer.alloc(11);
  octets.writeUInt16BE(year);
  octets[2] = date.getUTCMonth() + 1;
  octets[3] = date.getUTCDate();
  octets[4] = date.getUTCHours();
  octets[5] = date.getUTCMinutes();
  octets[6] = date.getUTCSeconds();
  octets[7] = Math.floor(date.getUTCMilliseconds() / 100);
  octets.write("+", 8, "latin1");
  return octets;
}
