// How often something is repeated: *, +, ?, {2}, {2,}, {2,5}.
// Apart from the parser because braces are also plain characters, and which they are is decided here.
// Always holds: a count is at most REPEAT_MAX, as in pcre; the upper bound is Infinity where none is given.

import type { Reader } from "./reader.js";

export const REPEAT_MAX = 65535;

const COUNT = /\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/y;

export type Count = readonly [least: number, most: number];

/** The quantifier at the cursor, passed over; undefined when there is none. Its + or ? is left. */
export function readQuantifier(reader: Reader): Count | undefined {
  if (reader.take("*")) return [0, Number.POSITIVE_INFINITY];
  if (reader.take("+")) return [1, Number.POSITIVE_INFINITY];
  if (reader.take("?")) return [0, 1];
  return readCount(reader);
}

/** The same for a count in braces; braces with anything else in them are characters. */
export function readCount(reader: Reader): Count | undefined {
  const from = reader.at;
  const found = reader.takeMatch(COUNT);
  if (found === undefined) return undefined;
  const [, low, comma, high] = found;
  const least = Number(low);
  const most = high !== undefined ? Number(high) : comma === undefined ? least : Number.POSITIVE_INFINITY;
  if (least > REPEAT_MAX || (most > REPEAT_MAX && most !== Number.POSITIVE_INFINITY)) {
    reader.refuse(`a count above ${REPEAT_MAX}`, from);
  }
  if (most < least) reader.refuse("a count whose upper bound is below its lower one", from);
  return [least, most];
}
