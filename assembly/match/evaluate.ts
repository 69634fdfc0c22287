// Whether a rule holds: its program, op by op, with choices taken back where a later op fails.
// Apart from the ops so that the order, the way back and the budget are in one place.
// Always holds: each op and each sixteen bytes searched cost a step of the packet's budget, and with none left the
// rule does not hold; the way back is an explicit stack of choices, never recursion.

import { Flow } from "../flow/flow";
import { inspectState } from "../inspect/state";
import { Packet } from "../wire/packet";
import {
  isFinal,
  isNowhere,
  matchBufferSize,
  matchContent,
  matchGuard,
  matchIsDataAt,
  matchRegex,
  nextContent,
  nextRegex,
} from "./content";
import { matchField } from "./fields";
import { matchCause, matchFinding, matchFlow, matchFlowbits } from "./flow-options";
import { waitsForGrowth } from "./hope";
import { matchByteExtract, matchByteJump, matchByteTest } from "./numbers";
import { beginWalk, enterBuffer, Op, popChoice, Walk } from "./program";
import {
  BUFFER_HTTP_RAW_URI,
  BUFFER_PAYLOAD,
  OP_BSIZE,
  OP_BYTE_EXTRACT,
  OP_BYTE_JUMP,
  OP_BYTE_TEST,
  OP_CAUSE,
  OP_CONTENT,
  OP_FINDING,
  OP_FLOW,
  OP_FLOWBITS,
  OP_GUARD,
  OP_ISDATAAT,
  OP_RAW_SIZE,
  OP_REGEX,
  OP_SIZE,
  RULE_OPS_OFFSET,
  RULE_PROGRAM_OFFSET,
} from "./rules-layout";

const NO_OP: u32 = 0xffffffff;

/** Whether every op of the rule holds for the packet. `rule` its address, `session` 0 for none. */
export function evaluate(image: usize, rule: usize, p: Packet, flow: Flow, session: usize): bool {
  const program = image + <usize>load<u32>(rule, RULE_PROGRAM_OFFSET);
  const ops = load<u32>(rule, RULE_OPS_OFFSET);
  const walk = beginWalk(image);
  const s = inspectState();
  let index: u32 = 0;
  let went = false; // back to another place of an earlier op
  s.failed = 0;
  // Each turn costs a step, so the budget bounds them.
  while (index < ops) {
    const op = opAt(program, index);
    s.budget -= 1;
    // Flow bits are changed behind all that can fail: then they are all changed.
    if (s.budget < 0 && <i32>op.code != OP_FLOWBITS) break;
    if (holds(walk, op, index, p, flow, session)) {
      index++;
      continue;
    }
    s.fell = <u16>op.code;
    // Without choices behind it, or when none of them can matter, the failure is the rule's.
    const isRules = !followsChoices(op) || (<i32>op.code == OP_CONTENT && isFinal(walk, op));
    if ((isRules || (!went && walk.choices == 0)) && waitsForGrowth(op)) s.failed = index + 1;
    if (isRules) break;
    // Bytes that are nowhere in the text are in none of the places left to try.
    if (!went && <i32>op.code == OP_CONTENT && walk.choices != 0 && isNowhere(walk, op)) {
      if (<i32>op.buffer == BUFFER_PAYLOAD) s.failed = index + 1;
      break;
    }
    index = goBack(walk, program);
    if (index == NO_OP) break;
    s.failed = 0;
    went = true;
    index++;
  }
  if (index == ops) return true;
  s.matchEnd = 0;
  return false;
}

function opAt(program: usize, index: u32): Op {
  return changetype<Op>(program + <usize>index * OP_SIZE);
}

/** What the op asks depends on where earlier ones matched. */
function followsChoices(op: Op): bool {
  return op.isRelative || op.vars != 0;
}

/** Takes choices back until one finds another place; the number of its op, or NO_OP when none does. */
function goBack(walk: Walk, program: usize): u32 {
  const s = inspectState();
  while (walk.choices != 0) {
    s.budget -= 1;
    if (s.budget < 0) return NO_OP;
    const choice = popChoice(walk);
    const index = choice.op;
    const from = choice.from;
    const op = opAt(program, index);
    if (<i32>op.code == OP_REGEX) {
      if (nextRegex(walk, op, index, from)) return index;
    } else {
      if (nextContent(walk, op, index, from)) return index;
      if (isFinal(walk, op)) return NO_OP;
    }
  }
  return NO_OP;
}

function holds(walk: Walk, op: Op, index: u32, p: Packet, flow: Flow, session: usize): bool {
  const code = <i32>op.code;
  switch (code) {
    case OP_CONTENT:
    case OP_REGEX:
    case OP_ISDATAAT:
    case OP_BYTE_TEST:
    case OP_BYTE_JUMP:
    case OP_BYTE_EXTRACT:
      return holdsInBuffer(walk, op, index);
    case OP_BSIZE:
      return matchBufferSize(op, <u32>op.buffer);
    case OP_GUARD:
      return matchGuard(walk, op);
    case OP_RAW_SIZE:
      return matchBufferSize(op, BUFFER_HTTP_RAW_URI);
    case OP_FLOW:
      return matchFlow(op, p, flow);
    case OP_FLOWBITS:
      return matchFlowbits(walk, op, session);
    case OP_FINDING:
      return matchFinding(op, flow);
    case OP_CAUSE:
      return matchCause(op, flow);
    default:
      return matchField(op, p);
  }
}

/** Ops with a cursor. Of a buffer that is not there, only what must not be in it holds. */
function holdsInBuffer(walk: Walk, op: Op, index: u32): bool {
  const code = <i32>op.code;
  if (!enterBuffer(walk, <u32>op.buffer)) {
    return op.isNegated && (code == OP_CONTENT || code == OP_REGEX || code == OP_ISDATAAT);
  }
  switch (code) {
    case OP_CONTENT:
      return matchContent(walk, op, index);
    case OP_REGEX:
      return matchRegex(walk, op, index);
    case OP_ISDATAAT:
      return matchIsDataAt(walk, op);
    case OP_BYTE_TEST:
      return matchByteTest(walk, op);
    case OP_BYTE_JUMP:
      return matchByteJump(walk, op);
    default:
      return matchByteExtract(walk, op);
  }
}
