// Regular expressions compared with JavaScript's, as far as both mean the same: no oracle has to be installed for it.
// Left out are: lines (JavaScript has other line ends), and repeats of groups that may take nothing (another order).

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Random, seedOf } from "../../../support/random.js";
import { answerOf, casesOf, shown } from "./compared.js";
import { BOUNDED } from "./random-pattern.js";
import { Searcher } from "./searcher.js";

const PATTERNS = 1500;
const PLACES = 64;
const seed = seedOf("regular expressions against JavaScript's");

function inJavaScript(pattern: string, flags: string, text: string): [number, number] | undefined {
  const found = new RegExp(pattern, flags.replace("E", "")).exec(text);
  return found === null ? undefined : [found.index, found.index + found[0].length];
}

describe("matches as JavaScript does", () => {
  let searcher: Searcher;
  beforeAll(async () => {
    searcher = await Searcher.load();
    searcher.steps = 1_000_000;
  });

  it("random patterns", () => {
    const grammar = { perl: false, groupQuantifiers: BOUNDED, solid: true, cautious: false };
    let compared = 0;
    for (const { pattern, flags, program, texts } of casesOf(seed, 4, PATTERNS, grammar, "is")) {
      // $ is the very end in JavaScript; carriage returns are line ends there.
      if (pattern.includes("$")) continue;
      for (const text of texts.map((given) => given.text.replaceAll("\r", "-"))) {
        const found = answerOf(searcher, program, text, 0);
        if (found === "gave up") continue;
        compared++;
        expect(found, shown(pattern, flags, text, 0)).toEqual(inJavaScript(pattern, flags, text));
      }
    }
    expect(compared).toBeGreaterThan(PATTERNS);
  });

  it("literals at every place of texts of every length", () => {
    const random = new Random(seed, 5);
    for (let size = 0; size < PLACES; size++) {
      for (const literal of ["x", "xy", "xyz", "X-Y"]) {
        const text = `${Buffer.from(random.bytes(size)).toString("latin1").replaceAll("x", "-")}${literal}`;
        for (const flags of ["", "i"]) {
          expect(
            searcher.find(literal, flags, text)?.[1],
            shown(literal, flags, text, 0),
          ).toBeLessThanOrEqual(text.length);
          expect(searcher.find(literal, flags, text)).toEqual(inJavaScript(literal, flags, text));
        }
      }
    }
  });

  it("classes of any bytes", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const hex = (value: number): string => `\\x${value.toString(16).padStart(2, "0")}`;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(byte, byte), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.uint8Array({ maxLength: 80 }),
        (ranges, negated, text) => {
          const members = ranges.map(([a, b]) => `${hex(Math.min(a, b))}-${hex(Math.max(a, b))}`).join("");
          const pattern = `[${negated ? "^" : ""}${members}]{2,}`;
          expect(searcher.find(pattern, "", text)).toEqual(
            inJavaScript(pattern, "", Buffer.from(text).toString("latin1")),
          );
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
