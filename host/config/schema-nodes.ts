// What the schema's keys are made of: sections, durations, sizes, choices, lists.
// Apart from the keys so that each part of the schema is written in the same words.
// Always holds: only data comes out.

import type { Range, SchemaNode } from "./schema-types.js";

const TARGETS_MAX = 16;

type Rest = Partial<SchemaNode>;

export const section = (
  description: string,
  properties: Record<string, SchemaNode>,
  required: string[] = [],
) =>
  ({
    type: "object",
    description,
    properties,
    required,
    additionalProperties: false,
  }) as const satisfies SchemaNode;

export const duration = (description: string, value: string, range: Range, rest: Rest = {}): SchemaNode => ({
  description,
  default: value,
  duration: range,
  ...rest,
});

export const size = (
  description: string,
  value: string | null,
  range: Range,
  rest: Rest = {},
): SchemaNode => ({
  description,
  default: value,
  size: range,
  ...rest,
});

export const integer = (
  description: string,
  value: number,
  minimum: number,
  maximum: number,
): SchemaNode => ({
  type: "integer",
  description,
  default: value,
  minimum,
  maximum,
});

export const flag = (description: string, value: boolean): SchemaNode => ({
  type: "boolean",
  description,
  default: value,
});

export const choice = (
  description: string,
  value: string,
  words: readonly string[],
  rest: Rest = {},
): SchemaNode => ({
  type: "string",
  description,
  default: value,
  enum: words,
  ...rest,
});

/** Nothing unless given, TARGETS_MAX at most. */
export const list = (description: string, items: SchemaNode): SchemaNode => ({
  type: "array",
  description,
  default: [],
  maxItems: TARGETS_MAX,
  items,
});
