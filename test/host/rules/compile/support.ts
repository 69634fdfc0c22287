// Rules as the parser would give them, in few words, and stand-ins for what other parts build.
// Apart because all tests of the compiler need them.

import {
  type CompiledRules,
  type CompileOptions,
  compileRules,
} from "../../../../host/rules/compile/compile.js";
import type { MatcherPattern } from "../../../../host/rules/compile/pattern-sets.js";
import type {
  AddressRange,
  AddressSet,
  BufferName,
  ContentOption,
  NumberMode,
  PortSet,
  Rule,
  RuleOption,
} from "../../../../host/rules/model.js";
import type { Random } from "../../../support/random.js";

let lastSid = 1000;

export function makeRule(options: readonly RuleOption[], fields: Partial<Rule> = {}): Rule {
  lastSid++;
  return {
    place: { file: "test.rules", line: 1 },
    action: "alert",
    protocol: "tcp",
    source: "any",
    sourcePorts: "any",
    destination: "any",
    destinationPorts: "any",
    bidirectional: false,
    sid: lastSid,
    gid: 1,
    rev: 1,
    message: "test",
    priority: 3,
    references: [],
    metadata: [],
    options,
    limits: [],
    noAlert: false,
    ...fields,
  };
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function content(text: string, fields: Partial<ContentOption> = {}): ContentOption {
  const plain = { negated: false, nocase: false, startsWith: false, endsWith: false };
  return { kind: "content", buffer: "payload", bytes: latin1(text), ...plain, ...fields };
}

export function pcre(
  pattern: string,
  fields: { buffer?: BufferName; relative?: boolean; negated?: boolean } = {},
) {
  const plain = { buffer: "payload" as const, relative: false, negated: false };
  return { kind: "pcre" as const, pattern, flags: "", ...plain, ...fields };
}

export const DECIMAL: NumberMode = { little: false, string: false, base: 10 };

/** Patterns one behind another: length, first, count, bytes. */
export function stubMatcher(patterns: readonly MatcherPattern[]): Uint8Array {
  const bytes: number[] = [];
  for (const { bytes: text, first, count } of patterns) {
    bytes.push(text.length, ...u32(first), ...u32(count), ...text);
  }
  return Uint8Array.from([...bytes, 0]);
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

export function readStubMatcher(bytes: Uint8Array): { text: string; first: number; count: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const patterns: { text: string; first: number; count: number }[] = [];
  for (let at = 0; view.getUint8(at) !== 0; ) {
    const length = view.getUint8(at);
    const text = Buffer.from(bytes.subarray(at + 9, at + 9 + length)).toString("latin1");
    patterns.push({ text, first: view.getUint32(at + 1, true), count: view.getUint32(at + 5, true) });
    at += 9 + length;
  }
  return patterns;
}

export const STUBS = {
  limitBytes: 16777216,
  buildMatcher: stubMatcher,
  compileRegex: (pattern: string, flags: string) => latin1(`${flags}/${pattern}`),
} as const satisfies CompileOptions;

export function compileStubbed(rules: readonly Rule[], options: Partial<CompileOptions> = {}): CompiledRules {
  return compileRules(rules, { ...STUBS, ...options });
}

/** Reasons of refusals and warnings. */
export function reasonsOf(compiled: CompiledRules): string[] {
  return compiled.problems.map(({ level, reason }) => `${level}: ${reason}`);
}

// ---- Sets at random, and their meaning ---------------------------------------------------------------------

const EDGE_PORTS = [0, 1, 22, 79, 80, 81, 443, 1023, 1024, 8080, 65534, 65535];

export function randomPort(random: Random): number {
  return random.chance(0.6) ? random.pick(EDGE_PORTS) : random.below(65536);
}

export function randomPorts(random: Random): PortSet {
  if (random.chance(0.2)) return "any";
  const cuts = Array.from({ length: random.below(6) * 2 }, () => randomPort(random));
  const distinct = [...new Set(cuts)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (let at = 0; at + 1 < distinct.length; at += 2) ranges.push([distinct[at]!, distinct[at + 1]! - 1]);
  const set = ranges.filter(([first, last]) => first <= last);
  return random.chance(0.3) ? complement(set) : set;
}

function complement(set: readonly (readonly [number, number])[]): PortSet {
  const out: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) out.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= 65535) out.push([next, 65535]);
  return out;
}

export function inPorts(set: PortSet, port: number): boolean {
  return set === "any" || set.some(([first, last]) => port >= first && port <= last);
}

const LAST = { 4: 2n ** 32n - 1n, 6: 2n ** 128n - 1n } as const;

export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** One of few addresses that sets often begin or end at, or any. */
export function randomAddress(random: Random, family: 4 | 6 = random.chance(0.5) ? 4 : 6): Address {
  const last = LAST[family];
  const pick = random.below(6);
  if (pick === 0) return { family, value: 0n };
  if (pick === 1) return { family, value: last };
  const bits = BigInt(family === 4 ? 32 : 128);
  if (pick === 2) return { family, value: BigInt(random.below(4)) << (bits - 8n) };
  if (pick === 3) return { family, value: (1n << (bits / 2n)) - BigInt(random.below(3)) };
  let value = 0n;
  for (let word = 0n; word < bits; word += 32n) value = (value << 32n) | BigInt(random.u32());
  return { family, value: value & last };
}

export function randomAddresses(random: Random): AddressSet {
  if (random.chance(0.2)) return "any";
  const ranges: AddressRange[] = [];
  for (const family of [4, 6] as const) {
    if (random.chance(0.3)) continue;
    const values = Array.from({ length: random.below(5) * 2 }, () => randomAddress(random, family).value);
    const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
    for (let at = 0; at + 1 < sorted.length; at += 2) {
      ranges.push({ family, first: sorted[at]!, last: sorted[at + 1]! - 1n });
    }
    if (random.chance(0.3) && (sorted.length === 0 || sorted.at(-1)! < LAST[family])) {
      const first = sorted.length === 0 ? 0n : sorted.at(-1)! + 1n;
      ranges.push({ family, first, last: LAST[family] });
    }
  }
  return ranges;
}

export function inAddresses(set: AddressSet, { family, value }: Address): boolean {
  if (set === "any") return true;
  return set.some((range) => range.family === family && value >= range.first && value <= range.last);
}

/** Sixteen bytes as in a packet: IPv4 addresses are mapped. */
export function addressBytes({ family, value }: Address): Uint8Array {
  const whole = family === 4 ? value | (0xffffn << 32n) : value;
  return Uint8Array.from({ length: 16 }, (_, index) => Number((whole >> BigInt((15 - index) * 8)) & 255n));
}
