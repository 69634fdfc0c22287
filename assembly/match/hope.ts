// Whether a rule that did not hold may hold now that its text has grown, told by the one op that failed.
// Apart from evaluation because it is a short cut: looking for one thing in what is new costs a fraction of the whole
// rule. Always holds: an op is named by evaluate() only when the rule can't hold unless that op finds something that
// it has not found so far; what it finds then has new bytes in it.

import { inspectState } from "../inspect/state";
import { findBytes } from "./find-bytes";
import { Op } from "./program";
import { regexMatch } from "./regex";
import {
  BUFFER_PAYLOAD,
  OP_CONTENT,
  OP_FLAG_ENDS,
  OP_FLAG_NOCASE,
  OP_FLAG_STARTS,
  OP_GUARD,
  OP_REGEX,
  OP_SIZE,
  OPERAND_NONE,
  RULE_PROGRAM_OFFSET,
} from "./rules-layout";

const SEARCH_SHIFT: u32 = 4;

/** Whether growth of the text alone can make the op hold, by bytes that reach into what is new. */
export function waitsForGrowth(op: Op): bool {
  if (op.isNegated || op.vars != 0 || <i32>op.buffer != BUFFER_PAYLOAD) return false;
  const code = <i32>op.code;
  if (code == OP_GUARD) return true;
  if (code == OP_REGEX) return op.b != OPERAND_NONE;
  return code == OP_CONTENT && op.b == OPERAND_NONE && !op.has(OP_FLAG_STARTS) && !op.has(OP_FLAG_ENDS);
}

/** Whether the rule's op of that number finds anything that ends behind `newFrom`. The text is [start, end). */
export function mayHoldNow(
  image: usize,
  rule: usize,
  index: u32,
  start: usize,
  newFrom: usize,
  end: usize,
): bool {
  const op = changetype<Op>(image + <usize>load<u32>(rule, RULE_PROGRAM_OFFSET) + <usize>index * OP_SIZE);
  const isRegex = <i32>op.code == OP_REGEX;
  const reach = <usize>(isRegex ? <u32>op.b : op.dataSize);
  const from = newFrom - start > reach ? newFrom - reach : start;
  const data = image + <usize>op.data;
  const s = inspectState();
  if (isRegex) return regexMatch(data, from, <u32>(end - from), 0) >= 0;
  s.budget -= <i32>(1 + (<u32>(end - from) >> SEARCH_SHIFT));
  return findBytes(from, end, data, op.dataSize, op.has(OP_FLAG_NOCASE)) != 0;
}
