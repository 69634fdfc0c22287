// Draws regular expressions and texts for them from a small grammar, from a seed.
// Apart from the tests because two of them compare with different oracles.
// Always holds: the alphabet is small, so that random texts match now and then.

import type { Random } from "../../../support/random.js";

export interface Grammar {
  /** What pcre and Perl have and JavaScript has not, or has differently. */
  readonly perl: boolean;
  /** Quantifiers of groups: the oracles differ, or err, in one or another. */
  readonly groupQuantifiers: readonly string[];
  /** Groups that are repeated take a byte at least. */
  readonly solid: boolean;
  /**
   * Around faults of Perl 5.36: it takes (?=a?) to need an a, begins \R*? within a line end, and does not always put
   * back what a group held (so nothing refers to one).
   */
  readonly cautious: boolean;
}

export const UNBOUNDED = ["*", "+", "?", "{2}", "{2,}", "{1}"];
export const BOUNDED = [...UNBOUNDED, "{0,2}", "{1,3}", "{3,5}"];

const CHARS = ["a", "b", "c", "A", "B", "\\n", " ", "-", "_", "0", "\\x61", "\\."];
const CLASSES = [
  "[ab]",
  "[^a]",
  "[a-c]",
  "[^\\n]",
  "\\w",
  "\\W",
  "\\d",
  "\\s",
  "\\S",
  ".",
  "[\\w-]",
  "[^\\s0]",
];
const PERL_CLASSES = [
  "[[:alpha:]]",
  "[[:^digit:]]",
  "[^[:space:]b]",
  "[]a]",
  "[^]a]",
  "\\h",
  "\\v",
  "\\R",
  "\\N",
  "\\101",
];
const ASSERTIONS = ["^", "$", "\\b", "\\B"];
const PERL_ASSERTIONS = ["\\A", "\\z", "\\Z"];
const QUANTIFIERS = ["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "{0}", "{1}", "{3,5}"];
const TEXT_CHARS = ["a", "a", "a", "b", "b", "c", "A", "B", "\n", " ", "-", "_", "0", ".", "\r", "\x85", "]"];

/** Makes one pattern; its groups are counted so that references lead somewhere. */
export class PatternMaker {
  private opened = 0;
  private readonly closed: number[] = [];
  private looks = 0;
  private names = 0;

  constructor(
    private readonly random: Random,
    private readonly grammar: Grammar,
  ) {}

  pattern(): string {
    // Perl looks for \G elsewhere than at the beginning before where it is told to begin; pcre does not.
    const begin = this.grammar.perl && this.random.chance(0.05) ? "\\G" : "";
    return begin + this.wrapped(begin !== "", this.choice(this.random.between(1, 3), false));
  }

  private wrapped(wrap: boolean, text: string): string {
    return wrap ? `(?:${text})` : text;
  }

  private choice(depth: number, fixed: boolean): string {
    const count = this.random.chance(0.7) ? 1 : this.random.between(2, 3);
    return Array.from({ length: count }, () => this.row(depth, fixed)).join("|");
  }

  private row(depth: number, fixed: boolean): string {
    const count = this.random.chance(fixed ? 0 : 0.08) ? 0 : this.random.between(1, 3);
    return Array.from({ length: count }, () => this.item(depth, fixed)).join("");
  }

  private item(depth: number, fixed: boolean): string {
    const { random, grammar } = this;
    if (random.chance(0.08)) {
      return random.pick(grammar.perl && random.chance(0.4) ? PERL_ASSERTIONS : ASSERTIONS);
    }
    if (depth > 0 && random.chance(0.05)) return this.look(depth);
    if (!fixed && this.closed.length > 0 && grammar.perl && !grammar.cautious && random.chance(0.06))
      return this.reference();
    const isSet = depth === 0 || random.chance(0.6);
    const isRepeated = !fixed && random.chance(0.5);
    if (isSet) return this.set(fixed) + (isRepeated ? this.quantifier(true) : "");
    const group = this.group(depth, fixed);
    if (!isRepeated) return group;
    return (grammar.solid ? `(?:[ab]${group})` : group) + this.quantifier(false);
  }

  private set(fixed: boolean): string {
    const { random, grammar } = this;
    if (random.chance(0.5)) return random.pick(CHARS);
    const picked = random.pick(grammar.perl && random.chance(0.4) ? PERL_CLASSES : CLASSES);
    return (fixed || grammar.cautious) && picked === "\\R" ? "a" : picked;
  }

  private quantifier(isSet: boolean): string {
    const { random, grammar } = this;
    const quantifier = random.pick(isSet ? QUANTIFIERS : grammar.groupQuantifiers);
    if (random.chance(0.25)) return `${quantifier}?`;
    return grammar.perl && isSet && random.chance(0.15) ? `${quantifier}+` : quantifier;
  }

  private group(depth: number, fixed: boolean): string {
    const { random, grammar } = this;
    const inner = (): string => this.choice(depth - 1, fixed);
    if (fixed) return `(?:${this.row(depth - 1, true)})`;
    if (random.chance(0.5)) return `(?:${inner()})`;
    if (grammar.perl && random.chance(0.2)) return `(?>${inner()})`;
    if (grammar.perl && random.chance(0.2)) return `(?i:${inner()})`;
    if (grammar.perl && random.chance(0.1)) return `(?:${inner()}(?i)${inner()})`;
    const name = grammar.perl && random.chance(0.1) ? `?<n${++this.names}>` : "";
    const number = ++this.opened;
    const text = inner();
    if (number < 10 && this.looks === 0) this.closed.push(number);
    return `(${name}${text})`;
  }

  private look(depth: number): string {
    const { random } = this;
    const isBehind = random.chance(0.5);
    // What groups hold that were in what must not match is another matter.
    this.looks++;
    const text =
      isBehind || this.grammar.cautious ? this.row(depth - 1, true) : this.choice(depth - 1, false);
    this.looks--;
    return `(?${isBehind ? "<" : ""}${random.pick(["=", "!"])}${text})`;
  }

  private reference(): string {
    // Not to the group that it is in: Perl forgets to put back what such a one held.
    const number = this.random.pick(this.closed);
    return this.random.pick([`\\${number}(?:)`, `\\g{${number}}`]);
  }
}

export function randomText(random: Random): string {
  return Array.from({ length: random.below(random.chance(0.1) ? 60 : 14) }, () =>
    random.pick(TEXT_CHARS),
  ).join("");
}

export function randomFlags(random: Random, letters: string): string {
  return [...letters].filter(() => random.chance(0.25)).join("");
}
