// The sets of bytes that regular expressions have names for: \d, \s, [:alpha:] ...
// Apart as plain tables. Always holds: ASCII in the C locale, as Snort's pcre without options has it.

import { ByteSet } from "./byte-set.js";

const LOWER = ByteSet.ranges([0x61, 0x7a]);
const UPPER = ByteSet.ranges([0x41, 0x5a]);
const DIGIT = ByteSet.ranges([0x30, 0x39]);
const ALPHA = LOWER.or(UPPER);
const WORD = ALPHA.or(DIGIT).or(ByteSet.of(0x5f));
const SPACE = ByteSet.of(0x20).or(ByteSet.ranges([0x09, 0x0d]));

export const NEWLINE = ByteSet.of(0x0a);
export const NOT_NEWLINE = NEWLINE.not();
/** What \R takes besides carriage return with newline. */
export const LINE_END = ByteSet.of(0x85).or(ByteSet.ranges([0x0a, 0x0d]));
/** What the x flag passes over. */
export const BLANKS = SPACE;

/** By the letter behind a backslash; capitals are their complements. */
export const ESCAPED_SETS: ReadonlyMap<string, ByteSet> = new Map(
  Object.entries({ d: DIGIT, s: SPACE, w: WORD, h: ByteSet.of(0x09, 0x20, 0xa0), v: LINE_END }).flatMap(
    ([letter, set]) => [
      [letter, set],
      [letter.toUpperCase(), set.not()],
    ],
  ),
);

/** By the name between [: and :]. */
export const POSIX_SETS: ReadonlyMap<string, ByteSet> = new Map(
  Object.entries({
    alnum: ALPHA.or(DIGIT),
    alpha: ALPHA,
    ascii: ByteSet.ranges([0, 0x7f]),
    blank: ByteSet.of(0x09, 0x20),
    cntrl: ByteSet.ranges([0, 0x1f], [0x7f, 0x7f]),
    digit: DIGIT,
    graph: ByteSet.ranges([0x21, 0x7e]),
    lower: LOWER,
    print: ByteSet.ranges([0x20, 0x7e]),
    punct: ByteSet.ranges([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]),
    space: SPACE,
    upper: UPPER,
    word: WORD,
    xdigit: DIGIT.or(ByteSet.ranges([0x41, 0x46], [0x61, 0x66])),
  }),
);
