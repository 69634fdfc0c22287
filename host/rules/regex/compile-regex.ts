// Compiles the text of a regular expression into the program that the engine in the module runs.
// Apart as the only door into this folder. Always holds: a program that is given out is position-independent and at
// most REGEX_PROGRAM_MAX bytes; a pattern that would match anything but what pcre matches is refused.

import * as L from "../../../assembly/match/regex-layout.js";
import { RuleRefusal } from "../model.js";
import { type First, type Node, sequence, widthOf } from "./ast.js";
import { beginningOf } from "./beginnings.js";
import { ByteSet } from "./byte-set.js";
import { Generator } from "./generator.js";
import { parseRegex } from "./parser.js";
import { simplify } from "./simplify.js";

export const PATTERN_MAX = 4096;

const FLAGS = "ismxAEG";
const LEAST_MAX = 0x7fff_ffff;
const END: First = { set: ByteSet.none, open: true };

/**
 * The program of `pattern` (between the slashes of a pcre option, Latin-1) with `flags` of i s m x A E G.
 * Throws RuleRefusal with the reason and the place in the pattern.
 */
export function compileRegex(pattern: string, flags: string): Uint8Array {
  check(pattern, flags);
  const has = (flag: string): boolean => flags.includes(flag);
  const { root, referenced } = parseRegex(pattern, {
    i: has("i"),
    m: has("m"),
    s: has("s"),
    x: has("x"),
    U: has("G"),
    E: has("E"),
  });
  const simple = simplify(root, referenced);
  return generate(has("A") ? anchored(simple) : simple, referenced);
}

function check(pattern: string, flags: string): void {
  if (pattern.length > PATTERN_MAX) {
    throw new RuleRefusal(`pcre: expected ${PATTERN_MAX} characters at most, found ${pattern.length}`);
  }
  for (const flag of flags) {
    if (!FLAGS.includes(flag)) throw new RuleRefusal(`pcre: the flag "${flag}" is not supported`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte may be in a pattern
  if (!/^[\u0000-\u00ff]*$/.test(pattern)) {
    throw new RuleRefusal("pcre: a character that is no byte (write it as \\xHH, byte by byte)");
  }
}

function anchored(root: Node): Node {
  return sequence([{ kind: "assertion", assertion: "text" }, root]);
}

function generate(root: Node, referenced: ReadonlySet<number>): Uint8Array {
  const hasReferences = referenced.size > 0;
  const generator = new Generator(referenced);
  generator.generate(root, END, { memo: !hasReferences, loop: 0 });
  generator.assembler.emit(L.REGEX_ACCEPT);
  return generator.assembler.finish({
    least: Math.min(widthOf(root).least, LEAST_MAX),
    rows: generator.rows,
    ...beginningOf(root, hasReferences),
  });
}
