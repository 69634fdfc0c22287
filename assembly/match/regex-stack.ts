// The engine's stack: where to go back to, and what to put back on the way.
// Apart from the engine because groups that are not gone back into take entries out of its middle.
// Always holds: an entry is two words, a value and a tag; the tag's low bits are the kind. A range takes two entries,
// of which the lower, with tag 0, holds the range's far end.

import { SCRATCH_REGEX_BASE } from "../layout";
import { REGEX_STACK_OFFSET, REGEX_STACK_RESERVE, REGEX_STACK_SIZE } from "./regex-layout";
import { RegexRun, register, setRegister } from "./regex-run";

export const STACK_BOTTOM: usize = SCRATCH_REGEX_BASE + REGEX_STACK_OFFSET;
export const STACK_TOP: usize = STACK_BOTTOM + REGEX_STACK_SIZE - REGEX_STACK_RESERVE;
export const ENTRY_SIZE: usize = 8;
export const ENTRY_KIND: u32 = 3;
export const ENTRY_CHOICE: u32 = 0; // value: the position, tag: the instruction
export const ENTRY_UNDO: u32 = 1; // value: what a register held, tag: the register << 2
export const ENTRY_RANGE: u32 = 2; // value: the position tried, below: the lowest; tag: the instruction
export const ENTRY_LAZY: u32 = 3; // value: the position tried, below: the highest; tag: the instruction

/** Answers the stack with the entry on it. */
export function push(stack: usize, value: usize, tag: usize): usize {
  store<u32>(stack, <u32>value);
  store<u32>(stack, <u32>tag, 4);
  return stack + ENTRY_SIZE;
}

/** A register's new value, its old one on the stack. */
export function saveRegister(stack: usize, number: u32, value: usize): usize {
  const above = push(stack, register(number), (number << 2) | ENTRY_UNDO);
  setRegister(number, value);
  return above;
}

/** Forgets where to go back to above `height`, but not what to put back; answers the stack. */
export function cut(run: RegexRun, height: usize, stack: usize): usize {
  let kept = height;
  for (let at = height; at < stack; at += ENTRY_SIZE) {
    const entry = load<u64>(at);
    if ((<u32>(entry >> 32) & ENTRY_KIND) != ENTRY_UNDO) continue;
    store<u64>(kept, entry);
    kept += ENTRY_SIZE;
  }
  run.left -= <i32>(<u32>(stack - height) >> 6);
  return kept;
}

/** Puts back what was there when the stack had `height`. */
export function unwind(run: RegexRun, height: usize, stack: usize): void {
  run.left -= <i32>(<u32>(stack - height) >> 6);
  while (stack > height) {
    stack -= ENTRY_SIZE;
    const tag = load<u32>(stack, 4);
    if ((tag & ENTRY_KIND) == ENTRY_UNDO) setRegister(tag >> 2, load<u32>(stack));
  }
}
