// The engine of regular expressions: tries one beginning, going back as Perl does (leftmost, first alternative first).
// Apart from the search for beginnings because this is the only loop that goes back.
// Always holds: every turn costs a step of run.left, and the loop ends when they are used up; the stack never grows
// over its end (that, too, uses up the steps); nothing outside the text is read.
//
// The visited bits are set by MEMO where ways through the program meet, and by repeats of a byte. An expression with
// references to groups has none of them, since what follows there depends on more than place and position.

import { groupStep } from "./regex-groups";
import {
  REGEX_ACCEPT,
  REGEX_ANY,
  REGEX_ASSERT,
  REGEX_CAPITAL,
  REGEX_CHAR,
  REGEX_CODE_OFFSET,
  REGEX_FAIL,
  REGEX_JUMP,
  REGEX_LITERAL,
  REGEX_LITERAL_NOCASE,
  REGEX_MEMO,
  REGEX_OP_SHIFT_A,
  REGEX_OP_SHIFT_B,
  REGEX_OPERAND_MASK,
  REGEX_PEEK,
  REGEX_PEEK_CHAR,
  REGEX_SET,
  REGEX_SPAN,
  REGEX_SPLIT,
  REGEX_STAR,
  REGEX_STAR_LAZY,
  REGEX_UPTO,
  REGEX_UPTO_LAZY,
} from "./regex-layout";
import { behindRepeat, endAbove, endBelow, firstEnd, lazyBegins, lazyEndsAt } from "./regex-repeat";
import { RegexRun, register, setRegister, visit } from "./regex-run";
import {
  ENTRY_CHOICE,
  ENTRY_KIND,
  ENTRY_LAZY,
  ENTRY_RANGE,
  ENTRY_SIZE,
  ENTRY_UNDO,
  push,
  STACK_BOTTOM,
  STACK_TOP,
} from "./regex-stack";
import { inSet, isAt, runEnd, sameBytes, sameLetters } from "./regex-text";

/** The end of the match that begins at `start`, 0 when there is none or the steps are used up. */
export function attempt(run: RegexRun, start: usize): usize {
  run.pc = run.program + REGEX_CODE_OFFSET;
  run.position = start;
  run.stack = STACK_BOTTOM;
  while (run.left > 0) {
    if (advance(run)) return run.position;
    if (run.left <= 0 || !goBack(run)) return 0;
  }
  return 0;
}

/** Goes forward until the match is whole (true), or does not go on here or the steps are used up (false). */
function advance(run: RegexRun): bool {
  const program = run.program;
  const end = run.end;
  let pc = run.pc;
  let at = run.position;
  while (run.left > 0) {
    run.left--;
    if (run.stack > STACK_TOP) {
      run.left = 0;
      return false;
    }
    const word = load<u32>(pc);
    const op = word & 0xff;
    const a = (word >> REGEX_OP_SHIFT_A) & REGEX_OPERAND_MASK;
    const b = word >> REGEX_OP_SHIFT_B;
    switch (op) {
      case REGEX_FAIL:
        return false;
      case REGEX_ACCEPT:
        run.position = at;
        return true;
      case REGEX_CHAR:
        if (at >= end || (<u32>load<u8>(at) | b) != a) return false;
        at++;
        pc += 4;
        break;
      case REGEX_ANY:
        if (at >= end) return false;
        at++;
        pc += 4;
        break;
      case REGEX_SET:
        if (at >= end || !inSet(program + <usize>(a << 2), load<u8>(at))) return false;
        at++;
        pc += 4;
        break;
      case REGEX_LITERAL:
        if (<u32>(end - at) < a || !sameBytes(at, pc + 4, a)) return false;
        at += a;
        pc += 4 + ((a + 3) & ~3);
        break;
      case REGEX_LITERAL_NOCASE:
        if (<u32>(end - at) < a || !sameLetters(at, pc + 4, a)) return false;
        at += a;
        pc += 4 + ((a + 3) & ~3);
        break;
      case REGEX_JUMP:
        pc = program + <usize>(a << 2);
        break;
      case REGEX_SPLIT:
        run.stack = push(run.stack, at, (program + <usize>(b << 2)) | ENTRY_CHOICE);
        pc = program + <usize>(a << 2);
        break;
      case REGEX_PEEK:
        if (at < end && inSet(program + <usize>(a << 2), load<u8>(at))) pc += 4;
        else pc = program + <usize>(b << 2);
        break;
      case REGEX_PEEK_CHAR: {
        const mask: u32 = a & REGEX_CAPITAL ? 0x20 : 0;
        if (at < end && (<u32>load<u8>(at) | mask) == (a & 0xff)) pc += 4;
        else pc = program + <usize>(b << 2);
        break;
      }
      case REGEX_MEMO:
        if ((b == 0 || register(b) != at) && visit(run, a, at)) return false;
        pc += 4;
        break;
      case REGEX_SPAN: {
        const size = runEnd(run, program + <usize>(a << 2), b, at) - at;
        if (size < <usize>load<u32>(pc, 4)) return false;
        at += min(size, <usize>load<u32>(pc, 8));
        pc += 12;
        break;
      }
      case REGEX_STAR:
      case REGEX_UPTO: {
        const last = firstEnd(run, pc, at);
        if (last == 0) return false;
        if (last > at) run.stack = push(push(run.stack, at, 0), last, pc | ENTRY_RANGE);
        at = last;
        pc = behindRepeat(pc);
        break;
      }
      case REGEX_STAR_LAZY:
      case REGEX_UPTO_LAZY:
        if (!lazyBegins(run, pc, at)) return false;
        run.stack = push(push(run.stack, lazyLimit(run, pc, at), 0), at, pc | ENTRY_LAZY);
        if (!lazyEndsAt(run, pc, at)) return false;
        pc = behindRepeat(pc);
        break;
      case REGEX_ASSERT:
        if (!isAt(run, a, at)) return false;
        pc += 4;
        break;
      default:
        run.pc = pc;
        run.position = at;
        if (!groupStep(run, op, a, b)) return false;
        pc = run.pc;
        at = run.position;
    }
  }
  return false;
}

/** How far a lazy repeat may go: a bounded one by its count, the bytes are looked at one by one. */
function lazyLimit(run: RegexRun, pc: usize, at: usize): usize {
  if (<u32>load<u8>(pc) == REGEX_STAR_LAZY) return run.end;
  const most = <usize>load<u32>(pc, 8);
  return most < run.end - at ? at + most : run.end;
}

/** Takes up the latest choice that is left; false when there is none. */
function goBack(run: RegexRun): bool {
  let stack = run.stack;
  while (stack > STACK_BOTTOM) {
    stack -= ENTRY_SIZE;
    const value = <usize>load<u32>(stack);
    const tag = load<u32>(stack, 4);
    const kind = tag & ENTRY_KIND;
    if (kind == ENTRY_UNDO) {
      setRegister(tag >> 2, value);
      continue;
    }
    const pc = <usize>(tag & ~ENTRY_KIND);
    if (kind == ENTRY_CHOICE) {
      run.pc = pc;
      run.position = value;
      run.stack = stack;
      return true;
    }
    stack -= ENTRY_SIZE;
    const far = <usize>load<u32>(stack);
    run.left--;
    const next = kind == ENTRY_RANGE ? endBelow(run, pc, far, value - 1) : endAbove(run, pc, value, far);
    if (next == 0) continue;
    run.pc = behindRepeat(pc);
    run.position = next;
    store<u32>(stack + ENTRY_SIZE, <u32>next);
    run.stack = next == far ? stack : stack + ENTRY_SIZE * 2;
    return true;
  }
  return false;
}
