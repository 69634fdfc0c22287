// A program's meaning the slow way: every op tries every place it could match, by plain recursion.
// Apart from the tests so that it can be read beside the language's description. It knows no budget, no stack and no
// short cuts: a rule holds when any choice of places lets all its ops hold.

import * as R from "../../../assembly/match/rules-layout.js";
import type { TestOp } from "./option-program.js";

export interface Place {
  readonly buffer: number;
  readonly cursor: number;
  readonly vars: readonly number[];
}

export type Buffers = ReadonlyMap<number, Uint8Array>;

const START: Place = { buffer: -1, cursor: 0, vars: [0, 0, 0, 0] };

/** Whether the ops from `index` on hold, from that place. */
export function naiveHolds(buffers: Buffers, ops: readonly TestOp[], index = 0, before = START): boolean {
  const op = ops[index];
  if (op === undefined) return true;
  const buffer = op.buffer ?? R.BUFFER_PAYLOAD;
  const place = buffer === before.buffer ? before : { ...before, buffer, cursor: 0 };
  return [...outcomes(buffers.get(buffer), op, place)].some((after) =>
    naiveHolds(buffers, ops, index + 1, after),
  );
}

/** Places that the op can leave behind; none when it fails. */
function* outcomes(text: Uint8Array | undefined, op: TestOp, place: Place): Generator<Place> {
  const isNegated = ((op.flags ?? 0) & R.OP_FLAG_NEGATED) !== 0;
  if (text === undefined) {
    if (isNegated && (op.code === R.OP_CONTENT || op.code === R.OP_ISDATAAT)) yield place;
    return;
  }
  if (op.code === R.OP_CONTENT) {
    const ends = contentEnds(text, op, place);
    if (!isNegated) for (const cursor of ends) yield { ...place, cursor };
    else if (ends.length === 0) yield place;
    return;
  }
  const base = ((op.flags ?? 0) & R.OP_FLAG_RELATIVE) !== 0 ? place.cursor : 0;
  if (op.code === R.OP_ISDATAAT) {
    const at = base + operand(op, "a", R.OP_VAR_A, place);
    if ((at >= 0 && at < text.length) !== isNegated) yield place;
    return;
  }
  // Numbers of one byte.
  const at = base + operand(op, "d", R.OP_VAR_D, place);
  const byte = at >= 0 ? text[at] : undefined;
  if (byte === undefined) return;
  if (op.code === R.OP_BYTE_EXTRACT) {
    yield { ...place, cursor: at + 1, vars: place.vars.map((old, number) => (number === op.b ? byte : old)) };
  } else if (op.code === R.OP_BYTE_JUMP) {
    const cursor = at + 1 + byte * (op.b ?? 1) + (op.c ?? 0);
    if (cursor >= 0 && cursor <= text.length) yield { ...place, cursor };
  } else if ((byte === operand(op, "c", R.OP_VAR_C, place)) !== isNegated) {
    yield place;
  }
}

function contentEnds(text: Uint8Array, op: TestOp, place: Place): number[] {
  const flags = op.flags ?? 0;
  const data = op.data!;
  const base = (flags & R.OP_FLAG_RELATIVE) !== 0 ? place.cursor : 0;
  const isGiven = (value: number | undefined, bit: number): boolean =>
    value !== R.OPERAND_NONE || ((op.vars ?? 0) & bit) !== 0;
  const first = base + (isGiven(op.a, R.OP_VAR_A) ? operand(op, "a", R.OP_VAR_A, place) : 0);
  const end = isGiven(op.b, R.OP_VAR_B) ? first + operand(op, "b", R.OP_VAR_B, place) : text.length;
  const ends: number[] = [];
  for (let at = Math.max(first, 0); at + data.length <= Math.min(end, text.length); at++) {
    if ((flags & R.OP_FLAG_STARTS) !== 0 && at !== 0) continue;
    if ((flags & R.OP_FLAG_ENDS) !== 0 && at + data.length !== text.length) continue;
    const isSame = data.every((byte, i) => byte === fold(text[at + i]!, (flags & R.OP_FLAG_NOCASE) !== 0));
    if (isSame) ends.push(at + data.length);
  }
  return ends;
}

function fold(byte: number, nocase: boolean): number {
  return nocase && byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function operand(op: TestOp, name: "a" | "b" | "c" | "d", bit: number, place: Place): number {
  const value = op[name] ?? 0;
  return ((op.vars ?? 0) & bit) !== 0 ? place.vars[value]! : value;
}
