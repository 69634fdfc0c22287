// A request as it is asked, and an answer as it is sent (RFC 3416, section 3).
// Apart from the messages around it: v2c and v3 carry the same.
// Always holds: values that a request brings are passed over, never read; names and their number are bounded.

import { type BerReader, INTEGER, MalformedMessage, SEQUENCE } from "../ber/reader.js";
import { integer, sequence, tagged } from "../ber/writer.js";
import type { Oid } from "../oid.js";

export const GET = 0xa0;
export const GET_NEXT = 0xa1;
export const RESPONSE = 0xa2;
export const SET = 0xa3;
export const GET_BULK = 0xa5;
export const REPORT = 0xa8;

/** RFC 3416, section 3. */
export const TOO_BIG = 1;
export const GENERAL_ERROR = 5;
export const NOT_WRITABLE = 17;

/** Names in one request: more is answered with tooBig. */
export const NAMES_MAX = 128;

export interface Request {
  readonly type: number;
  readonly id: number;
  /** Of GETBULK, as they came; else of no meaning. */
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  /** One more than NAMES_MAX where there were more. */
  readonly names: readonly Oid[];
}

/** @throws MalformedMessage */
export function readRequest(reader: BerReader): Request {
  const type = reader.tag;
  const pdu = reader.enter(type);
  const id = pdu.integer();
  const nonRepeaters = pdu.integer();
  const maxRepetitions = pdu.integer();
  const list = pdu.enter(SEQUENCE);
  pdu.finish();
  const names: Oid[] = [];
  while (!list.isAtEnd) {
    const one = list.enter(SEQUENCE);
    const name = one.objectId();
    one.skip();
    one.finish();
    names.push(name);
    if (names.length > NAMES_MAX) break;
  }
  return { type, id, nonRepeaters, maxRepetitions, names };
}

/** Of what may not be a request at all, so that a report can name it; 0 where it can't be told. */
export function requestIdOf(reader: BerReader): number {
  try {
    return reader.enter(reader.tag).integer();
  } catch (error) {
    if (error instanceof MalformedMessage) return 0;
    throw error;
  }
}

export interface Answer {
  readonly status: number;
  readonly index: number;
  /** Encoded, one each. */
  readonly varbinds: readonly Buffer[];
}

export function responsePdu(type: number, id: number, { status, index, varbinds }: Answer): Buffer {
  return tagged(type, integer(id), small(status), small(index), sequence(...varbinds));
}

function small(value: number): Buffer {
  return integer(value, INTEGER);
}
