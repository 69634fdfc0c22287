// Compiles rules to an image: the tables of assembly/match/rules-layout.ts, in one piece, at home at any address.
// Apart from the parts because it is the whole way, and the only place where a refused rule becomes a problem.
// Always holds: a rule is taken whole or refused with its reason; the same rules give the same bytes.

import { buildMatcher } from "../matcher.js";
import { type Rule, type RuleProblem, RuleRefusal } from "../model.js";
import { compileRegex } from "../regex/compile-regex.js";
import { AddressSets } from "./address-sets.js";
import { bufferName } from "./buffers.js";
import type { FastPattern } from "./fast-pattern.js";
import { FlowbitNumbers } from "./flowbits.js";
import { contentText } from "./latin1.js";
import type { Op } from "./op.js";
import { type MatcherPattern, matcherName, matchersOf, PatternSets } from "./pattern-sets.js";
import { PortSets } from "./port-sets.js";
import { type PreparedRule, prepareRule } from "./prepare.js";
import { checkNumbers, type PlacedRule } from "./rule-table.js";
import { buildImage } from "./tables.js";

export interface CompileOptions {
  /** Bytes the image may take: the profile's `rulesLimit`. */
  readonly limitBytes: number;
  /** Numbers of flow bits in use under earlier rules, kept as they are. */
  readonly flowbits?: ReadonlyMap<string, number>;
  /** In place of the real ones, in tests. */
  readonly buildMatcher?: (patterns: readonly MatcherPattern[]) => Uint8Array;
  readonly compileRegex?: (pattern: string, flags: string) => Uint8Array;
}

/** What a rule is found by; see fast-pattern.ts. */
export interface ChosenPattern extends FastPattern {
  /** Names of the matchers that look for it: `tcp`, `http_uri` ... */
  readonly matchers: readonly string[];
}

export interface CompiledRules {
  readonly image: Uint8Array;
  /** By index in the image. */
  readonly rules: readonly Rule[];
  /** Rules that were refused (errors), and rules that look wrong (warnings). */
  readonly problems: readonly RuleProblem[];
  /** Bytes by part, and `total`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** By index: what the rule is found by, in words; undefined for one that is asked of packets or at findings. */
  readonly fastPatterns: readonly (string | undefined)[];
  /** The same as data. */
  readonly chosen: readonly (ChosenPattern | undefined)[];
  /** To be given to the next compilation. */
  readonly flowbits: Map<string, number>;
}

/** @throws StrayError RULES_TOO_LARGE */
export function compileRules(rules: readonly Rule[], options: CompileOptions): CompiledRules {
  const taking = new Taking(options);
  const problems: RuleProblem[] = [];
  for (const rule of rules) {
    try {
      for (const reason of taking.take(rule)) problems.push(problemOf(rule, "warning", reason));
    } catch (error) {
      if (!(error instanceof RuleRefusal)) throw error;
      problems.push(problemOf(rule, "error", error.message));
    }
  }
  for (const [rule, reason] of taking.neverSet()) problems.push(problemOf(rule, "warning", reason));
  const { patterns, rules: patternRules } = taking.patterns.finish();
  const { image, sizes } = buildImage(
    {
      rules: taking.placed,
      ports: taking.ports.classify(),
      addresses: taking.addresses.classify(),
      patterns,
      patternRules,
      buildMatcher: options.buildMatcher ?? buildMatcher,
    },
    options.limitBytes,
  );
  return {
    image,
    rules: taking.placed.map(({ rule }) => rule),
    problems,
    sizes,
    fastPatterns: taking.chosen.map(patternText),
    chosen: taking.chosen,
    flowbits: taking.flowbits.numbers,
  };
}

/** `http_uri "/scripts/..|c1 1c|.."` */
function patternText(chosen: ChosenPattern | undefined): string | undefined {
  return chosen && `${chosen.buffer} "${contentText(chosen.bytes)}"`;
}

function problemOf(rule: Rule, level: RuleProblem["level"], reason: string): RuleProblem {
  return { level, place: rule.place, sid: rule.sid, message: rule.message, reason };
}

/** Rules taken so far, and what they share. */
class Taking {
  readonly placed: PlacedRule[] = [];
  readonly chosen: (ChosenPattern | undefined)[] = [];
  readonly ports = new PortSets();
  readonly addresses = new AddressSets();
  readonly patterns = new PatternSets();
  readonly flowbits: FlowbitNumbers;
  readonly #compileRegex: (pattern: string, flags: string) => Uint8Array;
  #ops = 0;
  #limits = 0;

  constructor(options: CompileOptions) {
    this.flowbits = new FlowbitNumbers(options.flowbits);
    this.#compileRegex = options.compileRegex ?? remembered(compileRegex);
  }

  /** Takes the rule and answers what looks wrong about it. A refused one leaves at most sets that nobody uses. */
  take(rule: Rule): readonly string[] {
    checkNumbers(rule);
    const prepared = prepareRule(rule, this.#compileRegex);
    const sets = {
      source: this.addresses.numberOf(rule.source),
      destination: this.addresses.numberOf(rule.destination),
      sourcePorts: this.ports.numberOf(rule.sourcePorts),
      destinationPorts: this.ports.numberOf(rule.destinationPorts),
    };
    const limits = rule.limits.map((limit) => ({
      limit,
      set: this.addresses.numberOf(limit.addresses ?? "any"),
    }));
    this.flowbits.reserve(prepared.flowbits);
    const ops = prepared.ops.map((op) => this.#withNumbers(op));
    const { firstOp, firstLimit } = { firstOp: this.#ops, firstLimit: this.#limits };
    this.#ops += ops.length;
    this.#limits += limits.length;
    this.chosen.push(this.#addPattern(prepared, this.placed.length));
    this.placed.push({ ...prepared, ops, sets, limits, firstOp, firstLimit });
    return prepared.warnings;
  }

  /** The first rule that asks for each flow bit which no rule sets. */
  neverSet(): [Rule, string][] {
    const set = new Set<string>();
    const asked = new Map<string, Rule>();
    for (const { rule } of this.placed) {
      for (const option of rule.options) {
        if (option.kind !== "flowbits") continue;
        for (const name of option.names) {
          if (option.action === "set" || option.action === "toggle") set.add(name);
          else if (option.action === "isset" && !asked.has(name)) asked.set(name, rule);
        }
      }
    }
    return [...asked]
      .filter(([name]) => !set.has(name))
      .map(([name, rule]) => [rule, `flowbits:isset,${name} holds for nothing: no rule in force sets it`]);
  }

  #withNumbers(op: Op): Op {
    if (op.names === undefined) return op;
    const bytes = new Uint8Array(op.names.length * 2);
    const view = new DataView(bytes.buffer);
    for (const [index, name] of op.names.entries()) view.setUint16(index * 2, this.flowbits.of(name), true);
    return { ...op, data: { bytes, alignment: 2 } };
  }

  #addPattern({ pattern, groups }: PreparedRule, index: number): ChosenPattern | undefined {
    if (pattern === undefined) return undefined;
    const matchers = matchersOf(pattern, groups);
    this.patterns.add(pattern, matchers, index);
    return { ...pattern, matchers: matchers.map((number) => matcherName(number, bufferName)) };
  }
}

/** Rules often share a regular expression. */
function remembered(
  compile: (pattern: string, flags: string) => Uint8Array,
): (pattern: string, flags: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (pattern, flags) => {
    const key = `${flags}/${pattern}`;
    const program = known.get(key) ?? compile(pattern, flags);
    known.set(key, program);
    return program;
  };
}
