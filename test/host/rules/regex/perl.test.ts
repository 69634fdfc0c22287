// Random regular expressions over random texts, compared with Perl, whose order of tries pcre promises to keep.

import { beforeAll, describe, expect, it } from "vitest";
import { seedOf } from "../../../support/random.js";
import { requireProgram } from "../../../support/system.js";
import { answerOf, casesOf, shown, TEXTS } from "./compared.js";
import { askPerl } from "./perl.js";
import { UNBOUNDED } from "./random-pattern.js";
import { Searcher } from "./searcher.js";

const PATTERNS = 4000;

describe.skipIf(!requireProgram("perl", "perl-base"))("matches as Perl does", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
    searcher.steps = 1_000_000;
  });

  it("random patterns", () => {
    // A bounded repeat of a group that took nothing is ended by Perl, and tried again by pcre.
    const grammar = { perl: true, groupQuantifiers: UNBOUNDED, solid: false, cautious: true };
    const cases = casesOf(seedOf("regular expressions against Perl"), 1, PATTERNS, grammar, "ismx");
    const questions = cases.flatMap(({ pattern, flags, texts }) =>
      texts.map(({ text, from }) => ({ pattern, flags, text, from })),
    );
    const answers = askPerl(questions);
    let compared = 0;
    let matched = 0;
    questions.forEach(({ pattern, flags, text, from }, i) => {
      const found = answerOf(searcher, cases[Math.floor(i / TEXTS)]!.program, text, from);
      if (found === "gave up" || answers[i] === "refused") return;
      compared++;
      if (found !== undefined) matched++;
      expect(found, shown(pattern, flags, text, from)).toEqual(answers[i]);
    });
    expect(compared).toBeGreaterThan(PATTERNS * TEXTS * 0.9);
    expect(matched).toBeGreaterThan(compared * 0.2);
  });

  it("repeats of groups that take at least a byte, counted", () => {
    const grammar = {
      perl: true,
      groupQuantifiers: ["{0,2}", "{1,3}", "{3,5}", "{0,2}?", "{2,}?"],
      solid: true,
      cautious: true,
    };
    const cases = casesOf(seedOf("counted groups against Perl"), 2, PATTERNS / 4, grammar, "is");
    const questions = cases.flatMap(({ pattern, flags, texts }) =>
      texts.map(({ text, from }) => ({ pattern, flags, text, from })),
    );
    askPerl(questions).forEach((answer, i) => {
      const { pattern, flags, text, from } = questions[i]!;
      const found = answerOf(searcher, cases[Math.floor(i / TEXTS)]!.program, text, from);
      if (found !== "gave up" && answer !== "refused") {
        expect(found, shown(pattern, flags, text, from)).toEqual(answer);
      }
    });
  });
});
