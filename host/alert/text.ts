// Text of unknown origin made fit for a line: rule messages above all, and bytes of packets.
// Apart because every form of an alert prints them.
// Always holds: what comes out is printable ASCII on one line, of bounded length.

import { printable } from "../errors.js";

/** Longest message that is told; rules of megabytes exist. */
const TEXT_MAX = 1024;
const NOT_ASCII = /[^\x20-\x7e]/gu;

/** Cut to what is told. */
export function clipped(text: string, lengthMax = TEXT_MAX): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax)}...`;
}

/** Everything but printable ASCII escaped: `\x1b`, `\u2028`. */
export function asciiText(text: string, lengthMax = TEXT_MAX): string {
  return printable(clipped(text, lengthMax)).replace(NOT_ASCII, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const DOT = 0x2e;

/** A character a byte, `.` for what is not printable ASCII; `keepsLines` leaves CR and LF. */
export function bytesText(bytes: Uint8Array, at: number, size: number, keepsLines = false): string {
  let text = "";
  for (let i = at; i < at + size; i++) {
    const byte = bytes[i] ?? DOT;
    const isKept = (byte >= 0x20 && byte < 0x7f) || (keepsLines && (byte === 0x0a || byte === 0x0d));
    text += isKept ? String.fromCharCode(byte) : ".";
  }
  return text;
}
