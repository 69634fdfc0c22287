// Which content of a rule is looked for in all traffic, so that the rule is asked only where it is found.
// Apart from the matchers because it is a choice: any non-negated content would do, some make fewer candidates.
// Always holds: what is chosen must be in the buffer for the rule to match; negated contents never are.

import { PATTERN_MAX } from "../../../assembly/match/scan-layout.js";
import type { BufferName, ContentOption, RuleOption } from "../model.js";
import { bufferSide } from "./buffers.js";
import { rarestWindow } from "./rarity.js";

export interface FastPattern {
  readonly buffer: BufferName;
  /** As in the rule, PATTERN_MAX bytes at most. */
  readonly bytes: Uint8Array;
  /** Where in its content these bytes begin. */
  readonly offset: number;
  /** Place of the content among the rule's options. */
  readonly option: number;
  /** The rule says so. */
  readonly explicit: boolean;
  /** See rarity.ts. */
  readonly worth: number;
}

// Methods and status codes are few: the same in half of the traffic, whatever their letters.
const BUFFER_FACTORS: Partial<Record<BufferName, number>> = {
  http_method: 0.125,
  http_stat_code: 0.125,
  http_stat_msg: 0.125,
};

/**
 * The rule's own choice, else the content worth most; undefined without any. A rule that looks into HTTP buffers is
 * asked when those are there, so a content of theirs goes before any of the payload.
 */
export function chooseFastPattern(options: readonly RuleOption[]): FastPattern | undefined {
  const contents = [...options.entries()].filter(
    (entry): entry is [number, ContentOption] => entry[1].kind === "content" && !entry[1].negated,
  );
  const ofHttp = contents.filter(([, { buffer }]) => bufferSide(buffer) !== undefined);
  const eligible = ofHttp.length > 0 ? ofHttp : contents;
  const explicit = eligible.find(([, { fastPattern }]) => fastPattern !== undefined);
  if (explicit !== undefined) return patternOf(...explicit);
  let best: FastPattern | undefined;
  for (const [index, content] of eligible) {
    const pattern = patternOf(index, content);
    if (best === undefined || pattern.worth > best.worth) best = pattern;
  }
  return best;
}

function patternOf(option: number, content: ContentOption): FastPattern {
  const { buffer, fastPattern } = content;
  const part = partOf(content);
  const { offset, worth } = rarestWindow(part.bytes, PATTERN_MAX);
  return {
    buffer,
    bytes: part.bytes.slice(offset, offset + PATTERN_MAX),
    offset: part.offset + offset,
    option,
    explicit: fastPattern !== undefined,
    worth: worth * (BUFFER_FACTORS[buffer] ?? 1),
  };
}

/** What `fast_pattern:OFFSET,LENGTH` says of the content; all of it when that is none of it. */
function partOf({ bytes, fastPattern }: ContentOption): { bytes: Uint8Array; offset: number } {
  if (fastPattern === undefined || fastPattern === "whole") return { bytes, offset: 0 };
  const { offset, length } = fastPattern;
  const part = bytes.subarray(offset, offset + length);
  return part.length > 0 ? { bytes: part, offset } : { bytes, offset: 0 };
}
