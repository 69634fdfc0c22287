// A rule's program while it runs: overlays of an op, of the place reached, and of the choices that can be taken back.
// Apart from the ops so that those which look into bytes share one cursor, kept in memory and not in globals.
// Always holds: START <= CURSOR <= END while the buffer is there; a choice is there only for an op that found
// something and may find more.

import { bufferAddress, bufferLength, inspectState, skippedBefore } from "../inspect/state";
import { INSPECT_BASE, SCRATCH_PROGRAM_BASE, SCRATCH_PROGRAM_SIZE } from "../layout";
import {
  BUFFER_PAYLOAD,
  INSPECT_VARS_OFFSET,
  OP_DATA_SIZE_OFFSET,
  OP_E_OFFSET,
  OP_FLAG_NEGATED,
  OP_FLAG_RELATIVE,
  OP_SIZE,
  OPERAND_NONE,
} from "./rules-layout";

const BUFFER_NONE: u32 = 0xffffffff;
const VARIABLE_MASK: u32 = 3;
const WALK_SIZE: i32 = 64;
const CHOICE_SIZE: i32 = 48;
const CHOICE_CAPACITY: i32 = 256;

@unmanaged
export class Op {
  code: u8;
  flags: u8;
  buffer: u8;
  vars: u8;
  a: i32;
  b: i32;
  c: i32;
  d: i32;
  e: i32;
  data: u32;
  dataSize: u32;

  has(flag: i32): bool {
    return (<i32>this.flags & flag) != 0;
  }

  get isNegated(): bool {
    return this.has(OP_FLAG_NEGATED);
  }

  get isRelative(): bool {
    return this.has(OP_FLAG_RELATIVE);
  }
}

if (offsetof<Op>("e") != OP_E_OFFSET) ERROR("Op drifted from layout");
if (offsetof<Op>("dataSize") != OP_DATA_SIZE_OFFSET) ERROR("Op drifted from layout");
if (offsetof<Op>() != OP_SIZE) ERROR("Op drifted from layout");

/** Where a program stands. */
@unmanaged
export class Walk {
  image: u32;
  buffer: u32;
  start: u32; // address, 0 = the buffer is not there
  end: u32;
  cursor: u32; // address behind the last match in this buffer, its start without one
  choices: u32;
  isSteady: u32; // 1 while nothing but contents has moved the cursor: no variable has a value yet
  skipped: u32; // bytes of the stream before `start`: the buffer's first byte is as far before it
}

/** What to go back to: the op, where it looks on from, and how things were before it. */
@unmanaged
export class Choice {
  op: u32;
  from: u32;
  buffer: u32;
  cursor: u32;
  isSteady: u32;
  unused: u32;
  vars0: u64;
  vars1: u64;
}

if (offsetof<Walk>() > <usize>WALK_SIZE) ERROR("a walk needs more room");
if (offsetof<Choice>() > <usize>CHOICE_SIZE) ERROR("a choice needs more room");
if (WALK_SIZE + CHOICE_CAPACITY * CHOICE_SIZE > SCRATCH_PROGRAM_SIZE) ERROR("too many choices");

/** A program's beginning: no buffer entered, nothing chosen. */
export function beginWalk(image: usize): Walk {
  const walk = changetype<Walk>(SCRATCH_PROGRAM_BASE);
  walk.image = <u32>image;
  walk.buffer = BUFFER_NONE;
  walk.start = 0;
  walk.end = 0;
  walk.cursor = 0;
  walk.skipped = 0;
  walk.choices = 0;
  walk.isSteady = 1;
  inspectState().matchEnd = 0;
  return walk;
}

/** Makes that buffer the one looked into; another than before is begun at its start. False when it is not there. */
export function enterBuffer(walk: Walk, buffer: u32): bool {
  if (walk.buffer != buffer) {
    setBounds(walk, buffer);
    walk.cursor = walk.start;
  }
  return walk.start != 0;
}

function setBounds(walk: Walk, buffer: u32): void {
  const start = <u32>bufferAddress(buffer);
  walk.buffer = buffer;
  walk.start = start;
  walk.end = start == 0 ? 0 : start + bufferLength(buffer);
  walk.skipped = skippedBefore(buffer);
}

/** Address that the op's places count from. Of a stream whose beginning has left its window it may lie before that. */
export function originOf(walk: Walk, op: Op): i64 {
  if (op.isRelative && walk.cursor != walk.start) return <i64>walk.cursor;
  return <i64>walk.start - <i64>walk.skipped;
}

/** Takes a match's end as the place that the next relative op starts from. */
export function takeMatch(walk: Walk, end: u32): void {
  walk.cursor = end;
  if (walk.buffer == <u32>BUFFER_PAYLOAD) inspectState().matchEnd = end;
}

/** Remembers that the op can look on from `from`. A choice that finds no room is the last word on its op. */
export function pushChoice(walk: Walk, index: u32, from: u32): void {
  if (walk.choices == <u32>CHOICE_CAPACITY) return;
  const choice = choiceAt(walk.choices);
  walk.choices += 1;
  choice.op = index;
  choice.from = from;
  choice.buffer = walk.buffer;
  choice.cursor = walk.cursor;
  choice.isSteady = walk.isSteady;
  const vars = <usize>(INSPECT_BASE + INSPECT_VARS_OFFSET);
  choice.vars0 = load<u64>(vars);
  choice.vars1 = load<u64>(vars, 8);
}

/** Takes the latest choice back: everything is as it was before its op. There must be one. */
export function popChoice(walk: Walk): Choice {
  walk.choices -= 1;
  const choice = choiceAt(walk.choices);
  if (walk.buffer != choice.buffer) setBounds(walk, choice.buffer);
  walk.cursor = choice.cursor;
  walk.isSteady = choice.isSteady;
  const vars = <usize>(INSPECT_BASE + INSPECT_VARS_OFFSET);
  store<u64>(vars, choice.vars0);
  store<u64>(vars, choice.vars1, 8);
  return choice;
}

function choiceAt(place: u32): Choice {
  return changetype<Choice>(<usize>(SCRATCH_PROGRAM_BASE + WALK_SIZE) + <usize>place * CHOICE_SIZE);
}

/** An operand, or what the variable of that number holds; `bit` the OP_VAR_* of its place. */
export function operand(op: Op, value: i32, bit: i32): i64 {
  if ((<i32>op.vars & bit) == 0) return <i64>value;
  return <i64>variable(<u32>value);
}

/** As operand(), with nothing given taken as 0. */
export function operandOrZero(op: Op, value: i32, bit: i32): i64 {
  if (value == OPERAND_NONE && (<i32>op.vars & bit) == 0) return 0;
  return operand(op, value, bit);
}

export function variable(number: u32): u32 {
  return load<u32>(variableAt(number));
}

export function setVariable(number: u32, value: u32): void {
  store<u32>(variableAt(number), value);
}

function variableAt(number: u32): usize {
  return <usize>(INSPECT_BASE + INSPECT_VARS_OFFSET) + ((<usize>(number & VARIABLE_MASK)) << 2);
}
