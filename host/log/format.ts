// The two forms of a line: JSON as pino makes it, and text for people.
// Apart from the logger because it is about characters: whatever came from outside, a line is one line and shows
// what is in it.
// Always holds: no control character, no mark that turns the writing direction, no lone surrogate gets out.

import { printable } from "../errors.js";

/** What JSON.stringify leaves as it is and a terminal or a log reader may not. */
const UNPRINTABLE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** A line of JSON with everything unprintable escaped as JSON escapes it: it reads back as the same text. */
export function jsonLine(line: string): string {
  return line
    .trimEnd()
    .replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `2026-11-24T22:00:00.123Z warn  capture: interface is down name=eth0`. `withTime`: journald has its own. */
export function textLine(line: string, withTime: boolean): string {
  const { time, level, component, msg, ...data } = JSON.parse(line) as Record<string, unknown>;
  const words = [
    ...(withTime ? [String(time)] : []),
    String(level).padEnd(5),
    ...(component === undefined ? [] : [`${component}:`]),
    String(msg),
    ...Object.entries(data).map(([key, value]) => `${word(key)}=${valueWord(value)}`),
  ];
  return printable(words.join(" "));
}

function valueWord(value: unknown): string {
  return typeof value === "string" ? word(value) : JSON.stringify(value);
}

/** In quotes unless it is plainly one word. */
function word(text: string): string {
  return /^[\w.:/@%+,-]+$/.test(text) ? text : JSON.stringify(text);
}
