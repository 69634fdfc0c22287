// Numbers as rules write them: whole, in a range, compared, from a to b.
// Apart because nearly every option has one and all must refuse the absurd ones alike.
// Always holds: a number given out lies within the limits asked for; a range holds at least one number.

import type { NumberRange } from "../model.js";
import { cannot, refuse, shown } from "./problems.js";

const DIGITS = /^\d{1,16}$/;
const HEX = /^0x[0-9a-f]{1,12}$/i;
const SIGNED = /^-?\d{1,10}$/;

/** For values that have no end of their own: more than any packet or stream window holds. */
export const OPEN_END = 0x7fffffff;

/** A whole number, decimal or 0x…; below zero only when `least` is. */
export function wholeNumber(what: string, text: string, least: number, most: number): number {
  const known = DIGITS.test(text) || HEX.test(text) || (least < 0 && SIGNED.test(text));
  const number = known ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    refuse(`${what} as a whole number from ${least} to ${most}`, shown(text));
  }
  return number;
}

export interface RangeRules {
  /** The largest number that may be written. */
  readonly most: number;
  /** What `>` reaches up to, when that is more than may be written. */
  readonly top?: number;
  /** Whether `a<>b` holds a and b themselves. */
  readonly inclusive: boolean;
}

/** The expressions below are not linear in their text. */
const LENGTH_MAX = 64;
const RANGE = /^([^<>-]+)(<>|-)([^<>-]+)$/;
const COMPARED = /^(<=|>=|<|>|=|!|-)?\s*([^<>=!-]+?)\s*(-)?$/;

/** `5`, `=5`, `!5`, `<5`, `<=5`, `>5`, `>=5`, `5<>9`, `5-9`, `-9`, `5-`. */
export function numberRange(what: string, text: string, rules: RangeRules): NumberRange {
  const { most, top = most } = rules;
  if (text.length > LENGTH_MAX) refuse(`${what}:N, <N, >N, !N or N<>M`, shown(text));
  const range = RANGE.exec(text);
  if (range) {
    const first = wholeNumber(what, range[1]!.trim(), 0, most);
    const last = wholeNumber(what, range[3]!.trim(), 0, most);
    if (first > last) cannot(`${what}: ${first} is more than ${last}; write the lesser first`);
    const inset = range[2] === "-" || rules.inclusive ? 0 : 1;
    return notEmpty(what, text, { least: first + inset, most: last - inset });
  }
  const compared = COMPARED.exec(text);
  if (!compared) refuse(`${what}:N, <N, >N, !N or N<>M`, shown(text));
  const [, operator = "", digits, open] = compared;
  const number = wholeNumber(what, digits!, 0, most);
  if (open !== undefined) {
    if (operator !== "") refuse(`${what}:N, <N, >N, !N or N<>M`, shown(text));
    return { least: number, most: top };
  }
  if (operator === "!") return { least: number, most: number, negated: true };
  if (operator === "<") return notEmpty(what, text, { least: 0, most: number - 1 });
  if (operator === "<=" || operator === "-") return { least: 0, most: number };
  if (operator === ">") return notEmpty(what, text, { least: number + 1, most: top });
  if (operator === ">=") return { least: number, most: top };
  return { least: number, most: number };
}

function notEmpty(what: string, text: string, range: NumberRange): NumberRange {
  if (range.least > range.most) cannot(`${what}:${text} holds for no number at all`);
  return range;
}

/** `5` or `!5`. */
export function plainNumber(what: string, text: string, most: number): { value: number; negated: boolean } {
  const negated = text.startsWith("!");
  return { value: wholeNumber(what, negated ? text.slice(1).trim() : text, 0, most), negated };
}
