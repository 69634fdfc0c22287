// Random regular expressions over random texts, compared with PCRE2, with the flags that Perl has not.

import { beforeAll, describe, expect, it } from "vitest";
import { seedOf } from "../../../support/random.js";
import { answerOf, casesOf, shown } from "./compared.js";
import { loadPcre2 } from "./pcre2.js";
import { BOUNDED } from "./random-pattern.js";
import { Searcher } from "./searcher.js";

const PATTERNS = 5000;
const oracle = loadPcre2();

describe.skipIf(oracle === undefined)("matches as PCRE2 does", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
    searcher.steps = 1_000_000;
  });

  it("random patterns", () => {
    // Without groups repeated {0} times: PCRE2 10.42 takes a match to begin with the ^ or \A in one.
    const grammar = { perl: true, groupQuantifiers: BOUNDED, solid: false, cautious: false };
    const cases = casesOf(seedOf("regular expressions against PCRE2"), 3, PATTERNS, grammar, "ismxEG");
    let compared = 0;
    for (const { pattern, flags, program, texts } of cases) {
      for (const { text, from } of texts) {
        const found = answerOf(searcher, program, text, from);
        const answer = oracle?.ask(pattern, flags, Buffer.from(text, "latin1"), from);
        if (found === "gave up" || answer === "refused" || answer === "gave up") continue;
        compared++;
        expect(found, shown(pattern, flags, text, from)).toEqual(answer);
      }
    }
    expect(compared).toBeGreaterThan(PATTERNS * 3);
  });

  it("every byte with every class", () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const posix = ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct"];
    const classes = [
      ..."dDsSwWhHvVNR".split("").map((letter) => `\\${letter}`),
      ...[...posix, "space", "upper", "word", "xdigit"].flatMap((name) => [
        `[[:${name}:]]`,
        `[[:^${name}:]]`,
      ]),
      ...[".", "[^\\n]", "[\\x80-\\xff]", "[\\0-\\x1f]", "[^\\W_]", "[\\w.-]", "[\\b]", "k", "\\xe9"],
    ];
    for (const text of classes) {
      for (const flags of ["", "i", "s"]) {
        for (const byte of every) {
          const answer = oracle?.ask(text, flags, Uint8Array.of(byte), 0);
          expect(searcher.find(text, flags, Uint8Array.of(byte)), `/${text}/${flags} on ${byte}`).toEqual(
            answer,
          );
        }
      }
    }
  });
});
