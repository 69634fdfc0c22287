// `v1.rules.list`: the rules in force, and what each has done.
// Apart from the sensor's methods because there is one only where rules are.
// Always holds: a page has one rule at least, and stays far below what a response may have, however many rules there are.

import { invalidParams, type MethodRegistry } from "./methods.js";

export interface RuleLine {
  readonly gid: number;
  readonly sid: number;
  readonly rev: number;
  readonly action: string;
  readonly message: string;
  readonly priority: number;
  readonly file: string;
  readonly line: number;
  /** Packets or streams that matched; alerts given; held back by the rate, and by thresholds and the like. */
  readonly matches: number;
  readonly alerts: number;
  readonly limited: number;
  readonly filtered: number;
}

export interface RulesListParams {
  /** `next` of the page before. */
  readonly after?: number;
  /** Rules in this page at most. */
  readonly limit?: number;
  /** Only rules that have matched. */
  readonly matched?: boolean;
}

export interface RulesListReport {
  /** All that are in force. */
  readonly count: number;
  readonly rules: readonly RuleLine[];
  /** null behind the last page. */
  readonly next: number | null;
}

export const PAGE_RULES_MAX = 2000;
/** Of a page, by about one rule. */
const PAGE_BYTES = 1 << 20;
const PARAMETERS = ["after", "limit", "matched"];

export function addRuleMethods(registry: MethodRegistry, rules: () => readonly RuleLine[]): void {
  registry.add("v1.rules.list", (params) => rulePage(rules(), checked(params ?? {})));
}

function rulePage(
  all: readonly RuleLine[],
  { after = 0, limit = PAGE_RULES_MAX, matched = false }: RulesListParams,
): RulesListReport {
  const page: RuleLine[] = [];
  let bytes = 0;
  let at = after;
  for (; at < all.length && page.length < limit && bytes < PAGE_BYTES; at++) {
    const rule = all[at]!;
    if (matched && rule.matches === 0) continue;
    page.push(rule);
    bytes += JSON.stringify(rule).length;
  }
  return { count: all.length, rules: page, next: at < all.length ? at : null };
}

function checked(params: unknown): RulesListParams {
  if (typeof params !== "object" || params === null || (Array.isArray(params) && params.length > 0)) {
    throw invalidParams(`an object was expected, with any of ${PARAMETERS.join(", ")}`);
  }
  const unknown = Object.keys(params).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw invalidParams(`no parameter of that name; there are ${PARAMETERS.join(", ")}`);
  const { after, limit, matched } = params as Record<string, unknown>;
  if (matched !== undefined && typeof matched !== "boolean") {
    throw invalidParams("matched: true or false was expected");
  }
  return {
    ...wholeNumber("after", after, 0, Number.MAX_SAFE_INTEGER),
    ...wholeNumber("limit", limit, 1, PAGE_RULES_MAX),
    ...(matched === undefined ? {} : { matched }),
  };
}

function wholeNumber<K extends string>(
  key: K,
  value: unknown,
  low: number,
  high: number,
): { [P in K]?: number } {
  if (value === undefined) return {};
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) {
    return { [key]: value } as { [P in K]?: number };
  }
  throw invalidParams(`${key}: a whole number from ${low} to ${high} was expected`);
}
