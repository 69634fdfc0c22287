// A rule's options as a program: ops in the order in which they are done.
// Apart from the ops themselves because order, and what depends on what, is seen only over all of them.
// Always holds: what asks for little comes first, what looks into bytes keeps the order of the text (each moves the
// cursor for the next), and what changes flow bits comes last, when everything else holds.

import * as L from "../../../assembly/match/rules-layout.js";
import { type RuleOption, RuleRefusal } from "../model.js";
import { bitsOp, causeOp, findingOp, flowbitsOp, flowOp, ipoptsOp, rangeOp, valueOp } from "./header-ops.js";
import { makeOp, type Op, Variables } from "./op.js";
import {
  byteExtractOp,
  byteJumpOp,
  byteTestOp,
  contentOp,
  guardOp,
  isdataatOp,
  regexOp,
} from "./payload-ops.js";

export const OPS_MAX = 64;

// When an op is done, from first to last; what depends on the cursor is one stage of its own.
const STAGES: readonly number[] = stages();
const CURSOR_STAGE = 40;
const LAST_STAGE = 50;

function stages(): number[] {
  const table: number[] = new Array(L.OP_COUNT).fill(20);
  table[L.OP_FLOW] = 0;
  table[L.OP_FLAGS] = 1;
  table[L.OP_DSIZE] = 2;
  table[L.OP_IP_PROTO] = 3;
  table[L.OP_ITYPE] = 3;
  table[L.OP_ICODE] = 4;
  // These walk a header's options, or look for the flow's session.
  table[L.OP_IPOPTS] = 25;
  table[L.OP_FINDING] = 26;
  table[L.OP_CAUSE] = 30;
  table[L.OP_GUARD] = 35;
  table[L.OP_BSIZE] = 10;
  table[L.OP_RAW_SIZE] = 10;
  for (const code of [
    L.OP_CONTENT,
    L.OP_REGEX,
    L.OP_ISDATAAT,
    L.OP_BYTE_TEST,
    L.OP_BYTE_JUMP,
    L.OP_BYTE_EXTRACT,
  ]) {
    table[code] = 40;
  }
  return table;
}

/** Ops of the options. Throws RuleRefusal. `compileRegex` gives the program of a regular expression. */
export function programOf(
  options: readonly RuleOption[],
  compileRegex: (pattern: string, flags: string) => Uint8Array,
): Op[] {
  const variables = new Variables();
  const staged: { readonly op: Op; readonly stage: number; readonly place: number }[] = [];
  for (const option of options) {
    const op = opOf(option, variables, compileRegex);
    if (op !== undefined) staged.push({ op, stage: stageOf(op), place: staged.length });
  }
  for (const option of options) {
    const op = option.kind === "pcre" && staged.length < OPS_MAX ? guardOp(option) : undefined;
    if (op !== undefined) staged.push({ op, stage: stageOf(op), place: staged.length });
  }
  if (staged.length > OPS_MAX) {
    throw new RuleRefusal(`expected ${OPS_MAX} tests at most, found ${staged.length}: split the rule`);
  }
  staged.sort((a, b) => a.stage - b.stage || a.place - b.place);
  const ops = staged.map(({ op }) => op);
  markRetries(ops);
  return ops;
}

function opOf(
  option: RuleOption,
  variables: Variables,
  compileRegex: (pattern: string, flags: string) => Uint8Array,
): Op | undefined {
  switch (option.kind) {
    case "content":
      return contentOp(option, variables);
    case "pcre":
      return regexOp(option, compileRegex);
    case "isdataat":
      return isdataatOp(option, variables);
    case "byte_test":
      return byteTestOp(option, variables);
    case "byte_jump":
      return byteJumpOp(option, variables);
    case "byte_extract":
      return byteExtractOp(option, variables);
    case "flags":
    case "fragbits":
      return bitsOp(option);
    case "flow":
      return flowOp(option);
    case "flowbits":
      return flowbitsOp(option);
    case "ipopts":
      return ipoptsOp(option);
    case "sameip":
      return makeOp(L.OP_SAMEIP);
    case "finding":
      return findingOp(option);
    case "cause":
      return causeOp(option);
    case "ack":
    case "seq":
    case "window":
    case "id":
    case "tos":
    case "icmp_id":
    case "icmp_seq":
      return valueOp(option);
    default:
      return rangeOp(option);
  }
}

function stageOf(op: Op): number {
  if (op.code !== L.OP_FLOWBITS) return STAGES[op.code]!;
  return op.a === L.FLOWBITS_ISSET || op.a === L.FLOWBITS_ISNOTSET ? 28 : LAST_STAGE;
}

/**
 * Marks each content and regular expression whose other places may help where its first one did not. When what goes on
 * from it only looks for something further behind, the first place sees all that any later one would.
 */
function markRetries(ops: readonly Op[]): void {
  for (const [index, op] of ops.entries()) {
    const found = op.code === L.OP_CONTENT || op.code === L.OP_REGEX;
    if (found && (op.flags & L.OP_FLAG_NEGATED) === 0 && isFollowed(ops, index)) op.flags |= L.OP_FLAG_RETRY;
  }
}

function isFollowed(ops: readonly Op[], index: number): boolean {
  const { buffer } = ops[index]!;
  for (let next = index + 1; next < ops.length; next++) {
    const op = ops[next]!;
    if (STAGES[op.code] !== CURSOR_STAGE || op.buffer !== buffer) return false;
    if ((op.flags & L.OP_FLAG_RELATIVE) !== 0 && !looksBehind(op)) return true;
    if (setsCursor(op)) return false;
  }
  return false;
}

/** Holds from an earlier place whenever it holds from a later one. */
function looksBehind(op: Op): boolean {
  if ((op.flags & L.OP_FLAG_NEGATED) !== 0 || op.vars !== 0) return false;
  if (op.code === L.OP_ISDATAAT) return true;
  if (op.code === L.OP_REGEX) return op.isPinned !== true;
  return op.code === L.OP_CONTENT && op.b === L.OPERAND_NONE && (op.flags & L.OP_FLAG_STARTS) === 0;
}

/** Puts the cursor somewhere that does not depend on where it was. */
function setsCursor(op: Op): boolean {
  if (op.code === L.OP_BYTE_JUMP || op.code === L.OP_BYTE_EXTRACT) return true;
  return (op.code === L.OP_CONTENT || op.code === L.OP_REGEX) && (op.flags & L.OP_FLAG_NEGATED) === 0;
}
