// The rarer instructions of the engine: groups that are referred to, loops that may take nothing, groups that are not
// gone back into, what must or must not follow or lie before.
// Apart so that the engine's loop stays short; position, stack and instruction are handed over in RegexRun.
// Always holds: true goes on at run.pc, false goes back to the entry on top of run.stack.

import {
  REGEX_ATOMIC,
  REGEX_ATOMIC_END,
  REGEX_BACK,
  REGEX_BACKREF,
  REGEX_CLOSE,
  REGEX_EMPTY,
  REGEX_LOOK,
  REGEX_LOOK_END,
  REGEX_NOT_LOOK,
  REGEX_NOT_LOOK_END,
  REGEX_SAVE,
} from "./regex-layout";
import { RegexRun, register, setRegister } from "./regex-run";
import { cut, ENTRY_CHOICE, push, saveRegister, unwind } from "./regex-stack";
import { sameBytes, sameLetters } from "./regex-text";

const COMPARE_SHIFT: u32 = 3; // bytes compared for a step

/** Does the instruction `op` at run.pc with operands `a` and `b`. */
export function groupStep(run: RegexRun, op: u32, a: u32, b: u32): bool {
  const pc = run.pc;
  run.pc = pc + 4;
  switch (op) {
    case REGEX_SAVE:
      run.stack = saveRegister(run.stack, a, run.position);
      return true;
    case REGEX_CLOSE:
      run.stack = saveRegister(run.stack, a + 1, register(a));
      run.stack = saveRegister(run.stack, a + 2, run.position);
      return true;
    case REGEX_EMPTY:
      if (register(a) == run.position) run.pc = run.program + <usize>(b << 2);
      return true;
    case REGEX_BACKREF:
      return backReference(run, a, b != 0);
    case REGEX_ATOMIC:
      setRegister(a, run.stack);
      return true;
    case REGEX_ATOMIC_END:
      run.stack = cut(run, register(a), run.stack);
      return true;
    case REGEX_LOOK:
      setRegister(a, run.stack);
      setRegister(a + 1, run.position);
      return true;
    case REGEX_LOOK_END:
      run.stack = cut(run, register(a), run.stack);
      run.position = register(a + 1);
      return true;
    case REGEX_NOT_LOOK:
      setRegister(a, run.stack);
      run.stack = push(run.stack, run.position, (run.program + <usize>(b << 2)) | ENTRY_CHOICE);
      return true;
    case REGEX_NOT_LOOK_END:
      unwind(run, register(a), run.stack);
      run.stack = register(a);
      return false;
    case REGEX_BACK:
      if (run.position - run.text < <usize>a) return false;
      run.position -= a;
      return true;
    default:
      return false;
  }
}

/** What a group took, once more; a group that took no part fails. */
function backReference(run: RegexRun, first: u32, anyCase: bool): bool {
  const begin = register(first);
  const size = <u32>(register(first + 1) - begin);
  if (begin == 0 || <u32>(run.end - run.position) < size) return false;
  run.left -= <i32>(size >> COMPARE_SHIFT);
  const same = anyCase ? sameLetters(run.position, begin, size) : sameBytes(run.position, begin, size);
  run.position += size;
  return same;
}
