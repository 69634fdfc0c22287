// Comparisons of a filter: `spkts > 3`, `sbytes > dbytes`, `state = RST`, `notes = vlan`.
// Apart from the parser because the rules of what may be compared are about fields, not about grammar.
// Always holds: numbers compare with numbers by any operator; text and lists only by = and !=.

import { numericValue } from "../record/field-types.js";
import { fieldByName } from "../record/fields.js";
import type { Operand, Operator, Primitive } from "./ast.js";
import type { Token } from "./lexer.js";
import { fail, numberOf } from "./values.js";

const OPERATORS: Readonly<Record<string, Operator>> = {
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "=": "=",
  "==": "=",
  "!=": "!=",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
  eq: "=",
  ne: "!=",
};

export function operatorOf(token: Token): Operator | undefined {
  if (token.kind === "string") return undefined;
  return Object.hasOwn(OPERATORS, token.text) ? OPERATORS[token.text] : undefined;
}

export function comparison(left: Token, operator: Token, right: Token): Primitive {
  const sign = operatorOf(operator)!;
  const field = fieldByName(left.text);
  if (field !== undefined && numericValue(field) === undefined) {
    if (sign !== "=" && sign !== "!=") fail(`"=" or "!=" behind the text field ${field.name}`, operator);
    if (right.kind !== "word" && right.kind !== "string") fail("a value", right);
    return { kind: "text", field: field.name, operator: sign, value: right.text.toLowerCase() };
  }
  return { kind: "compare", left: operand(left), operator: sign, right: operand(right) };
}

function operand(token: Token): Operand {
  if (token.kind === "word") {
    const value = numberOf(token.text);
    if (value !== undefined) return { kind: "number", value };
    const field = fieldByName(token.text);
    if (field !== undefined && numericValue(field) !== undefined) return { kind: "field", name: field.name };
  }
  return fail("a number or the name of a numeric field", token);
}
