// PCRE2 itself, through the library that Debian's grep uses, as the oracle of regular expressions.
// Apart because it is foreign code. Always holds: a missing library is said loudly, or (STRAY_REQUIRE_SYSTEM=1) is an
// error; what PCRE2 gives up after too much work is told from no match.
//
// Source: pcre2api(3) for the calls, pcre2.h for the numbers.

import koffi from "koffi";

type Library = ReturnType<typeof koffi.load>;

const LIBRARY = "libpcre2-8.so.0";
const NO_MATCH = -1;
const OPTIONS: Readonly<Record<string, number>> = {
  i: 0x8,
  m: 0x400,
  s: 0x20,
  x: 0x80,
  A: 0x80000000,
  E: 0x10,
  G: 0x40000,
};

// With it PCRE2 10.42 takes \R and \v to be apart from what . and \S take, and misses matches at \r and \x85.
const NO_AUTO_POSSESS = 0x4000;

/** A match, none, or why there is no answer. */
export type Answer = readonly [start: number, end: number] | undefined | "refused" | "gave up";

export interface Oracle {
  ask(pattern: string, flags: string, text: Uint8Array, from: number): Answer;
}

/** Undefined, said loudly, where the library is not there. */
export function loadPcre2(): Oracle | undefined {
  let library: Library;
  try {
    library = koffi.load(LIBRARY);
  } catch (cause) {
    const message = `${LIBRARY} is not there: install the Debian package libpcre2-8-0`;
    const { STRAY_REQUIRE_SYSTEM } = process.env;
    if (STRAY_REQUIRE_SYSTEM === "1") throw new Error(`${message} (STRAY_REQUIRE_SYSTEM=1)`, { cause });
    console.error(`\n*** TESTS LEFT OUT: ${message}\n`);
    return undefined;
  }
  return oracleOf(library);
}

function oracleOf(library: Library): Oracle {
  const compile = library.func(
    "void *pcre2_compile_8(uint8_t *pattern, size_t length, uint32_t options, _Out_ int *error, _Out_ size_t *offset, void *context)",
  );
  const freeCode = library.func("void pcre2_code_free_8(void *code)");
  const matchData = library.func("void *pcre2_match_data_create_from_pattern_8(void *code, void *context)");
  const freeData = library.func("void pcre2_match_data_free_8(void *data)");
  const match = library.func(
    "int pcre2_match_8(void *code, uint8_t *text, size_t length, size_t from, uint32_t options, void *data, void *context)",
  );
  const vector = library.func("void *pcre2_get_ovector_pointer_8(void *data)");

  return {
    ask(pattern, flags, text, from) {
      const options = [...flags].reduce((all, flag) => (all | (OPTIONS[flag] ?? 0)) >>> 0, NO_AUTO_POSSESS);
      const bytes = Buffer.from(`${pattern}\0`, "latin1");
      const code: unknown = compile(bytes, pattern.length, options, [0], [0], null);
      if (code === null) return "refused";
      const data: unknown = matchData(code, null);
      try {
        const result: number = match(code, Buffer.from([...text, 0]), text.length, from, 0, data, null);
        if (result === NO_MATCH) return undefined;
        if (result < 0) return "gave up";
        const [start = 0, end = 0] = koffi.decode(vector(data), "size_t", 2) as (number | bigint)[];
        return [Number(start), Number(end)];
      } finally {
        freeData(data);
        freeCode(code);
      }
    },
  };
}
