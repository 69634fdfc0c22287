// Bytes as characters: what HTTP's text is made of (RFC 9110 5.6, RFC 3986 2).
// Apart because URIs, lines and chunks all need them. Always holds: nothing at or behind `end` is read.

export const TAB: u32 = 0x09;
export const LF: u32 = 0x0a;
export const CR: u32 = 0x0d;
export const SPACE: u32 = 0x20;
export const PERCENT: u32 = 0x25;
export const COMMA: u32 = 0x2c;
export const DOT: u32 = 0x2e;
export const SLASH: u32 = 0x2f;
export const COLON: u32 = 0x3a;
export const SEMICOLON: u32 = 0x3b;
export const QUESTION: u32 = 0x3f;
export const AT_SIGN: u32 = 0x40;
export const BACKSLASH: u32 = 0x5c;

export const HEX_NONE: u32 = 255;

/** Value of a hexadecimal digit, HEX_NONE when it is none. */
export function hexOf(c: u32): u32 {
  if (c - 0x30 < 10) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : HEX_NONE;
}

export function isDigit(c: u32): bool {
  return c - 0x30 < 10;
}

export function isAlphanumeric(c: u32): bool {
  return c - 0x30 < 10 || (c | 0x20) - 0x61 < 26;
}

export function isBlank(c: u32): bool {
  return c == SPACE || c == TAB;
}

export function lowerOf(c: u32): u32 {
  return c - 0x41 < 26 ? c + 0x20 : c;
}

/** Address of the first such byte in [at, end), `end` when there is none. */
export function findByte(at: usize, end: usize, byte: u32): usize {
  const wanted = i8x16.splat(<i8>byte);
  while (at + 16 <= end) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return at + <usize>ctz(found);
    at += 16;
  }
  while (at < end && <u32>load<u8>(at) != byte) at += 1;
  return at;
}

/** The first address in [at, end) that has no space or tab. */
export function skipBlanks(at: usize, end: usize): usize {
  while (at < end && isBlank(<u32>load<u8>(at))) at += 1;
  return at;
}

/** The end of [at, end) without spaces, tabs and line ends there. */
export function trimEnd(at: usize, end: usize): usize {
  while (end > at) {
    const c = <u32>load<u8>(end - 1);
    if (c != SPACE && c != TAB && c != CR && c != LF) break;
    end -= 1;
  }
  return end;
}
