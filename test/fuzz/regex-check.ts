// Whether a compiled expression can be trusted: every instruction that can be reached lies inside, with its operands.
// Apart from image-check.ts because it follows the program's ways. Always holds: as image-check.ts.

import * as X from "../../assembly/match/regex-layout.js";
import { expectThat } from "./expect-that.js";

/** Which operands are what, by instruction: c code, s set, r register, m row, u run, - nothing. */
const SHAPES = new Map<number, { a: string; b: string; words: number }>([
  [X.REGEX_FAIL, { a: "-", b: "-", words: 1 }],
  [X.REGEX_ACCEPT, { a: "-", b: "-", words: 1 }],
  [X.REGEX_CHAR, { a: "-", b: "-", words: 1 }],
  [X.REGEX_ANY, { a: "-", b: "-", words: 1 }],
  [X.REGEX_SET, { a: "s", b: "-", words: 1 }],
  [X.REGEX_LITERAL, { a: "-", b: "-", words: 1 }],
  [X.REGEX_LITERAL_NOCASE, { a: "-", b: "-", words: 1 }],
  [X.REGEX_JUMP, { a: "c", b: "-", words: 1 }],
  [X.REGEX_SPLIT, { a: "c", b: "c", words: 1 }],
  [X.REGEX_PEEK, { a: "s", b: "c", words: 1 }],
  [X.REGEX_PEEK_CHAR, { a: "-", b: "c", words: 1 }],
  [X.REGEX_MEMO, { a: "m", b: "r", words: 1 }],
  [X.REGEX_SPAN, { a: "s", b: "u", words: 3 }],
  [X.REGEX_STAR, { a: "s", b: "u", words: 2 }],
  [X.REGEX_STAR_LAZY, { a: "s", b: "u", words: 2 }],
  [X.REGEX_UPTO, { a: "s", b: "u", words: 3 }],
  [X.REGEX_UPTO_LAZY, { a: "s", b: "u", words: 3 }],
  [X.REGEX_ASSERT, { a: "-", b: "-", words: 1 }],
  [X.REGEX_SAVE, { a: "r", b: "-", words: 1 }],
  [X.REGEX_CLOSE, { a: "r", b: "-", words: 1 }],
  [X.REGEX_EMPTY, { a: "r", b: "c", words: 1 }],
  [X.REGEX_BACKREF, { a: "r", b: "-", words: 1 }],
  [X.REGEX_ATOMIC, { a: "r", b: "-", words: 1 }],
  [X.REGEX_ATOMIC_END, { a: "r", b: "-", words: 1 }],
  [X.REGEX_LOOK, { a: "r", b: "-", words: 1 }],
  [X.REGEX_LOOK_END, { a: "r", b: "-", words: 1 }],
  [X.REGEX_NOT_LOOK, { a: "r", b: "c", words: 1 }],
  [X.REGEX_NOT_LOOK_END, { a: "r", b: "-", words: 1 }],
  [X.REGEX_BACK, { a: "-", b: "-", words: 1 }],
]);
/** Registers that follow the one named. */
const MORE_REGISTERS = new Map<number, number>([
  [X.REGEX_CLOSE, 2],
  [X.REGEX_BACKREF, 1],
  [X.REGEX_LOOK, 1],
  [X.REGEX_LOOK_END, 1],
]);
const LITERALS: readonly number[] = [X.REGEX_LITERAL, X.REGEX_LITERAL_NOCASE];
const REPEATS: readonly number[] = [X.REGEX_STAR, X.REGEX_STAR_LAZY, X.REGEX_UPTO, X.REGEX_UPTO_LAZY];
const ENDS: readonly number[] = [
  X.REGEX_FAIL,
  X.REGEX_ACCEPT,
  X.REGEX_JUMP,
  X.REGEX_SPLIT,
  X.REGEX_NOT_LOOK_END,
];

export function checkRegex(program: Uint8Array): void {
  const reader = new ProgramReader(program);
  const ways = [X.REGEX_CODE_OFFSET];
  const seen = new Set<number>();
  for (let at = ways.pop(); at !== undefined; at = ways.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    ways.push(...reader.instruction(at));
  }
}

class ProgramReader {
  private readonly view: DataView;
  private readonly rows: number;

  constructor(program: Uint8Array) {
    this.view = new DataView(program.buffer, program.byteOffset, program.byteLength);
    const size = this.word(X.REGEX_SIZE_OFFSET);
    expectThat(size === program.length && size <= X.REGEX_PROGRAM_MAX, () => `expression of ${size} bytes`);
    this.rows = this.word(X.REGEX_ROWS_OFFSET);
    expectThat(this.rows <= X.REGEX_ROW_CAPACITY, () => `expression of ${this.rows} rows`);
    const start = this.word(X.REGEX_START_OFFSET);
    expectThat(start <= X.REGEX_START_SET, () => `expression begins in way ${start}`);
    if (start === X.REGEX_START_SET) this.operand("s", this.word(X.REGEX_HEAD_OFFSET), "the beginning");
    const lead = this.word(X.REGEX_LEAD_OFFSET);
    if (lead !== 0) this.operand("s", lead, "the lead");
  }

  private word(at: number): number {
    return this.view.getUint32(at, true);
  }

  /** Checks it; where it can go on. */
  instruction(at: number): number[] {
    const end = this.view.byteLength;
    expectThat(at >= X.REGEX_CODE_OFFSET && at + 4 <= end, () => `expression: code at ${at}`);
    const word = this.word(at);
    const op = word & 0xff;
    const a = (word >>> X.REGEX_OP_SHIFT_A) & X.REGEX_OPERAND_MASK;
    const b = word >>> X.REGEX_OP_SHIFT_B;
    const shape = SHAPES.get(op);
    if (shape === undefined) throw new Error(`image: expression: instruction ${op} at ${at}`);
    const where = `instruction ${op} at ${at}`;
    this.operand(shape.a, a, where);
    this.operand(shape.b, b, where);
    if (shape.a === "r") this.operand("r", a + (MORE_REGISTERS.get(op) ?? 0), where);
    const behind = at + shape.words * 4 + (LITERALS.includes(op) ? (a + 3) & ~3 : 0);
    expectThat(behind <= end, () => `expression: ${where} is cut`);
    if (REPEATS.includes(op)) this.way(this.word(at + 4), where);
    const ways = ENDS.includes(op) ? [] : [behind];
    if (shape.a === "c") ways.push(a * X.REGEX_WORD_SIZE);
    if (shape.b === "c") ways.push(b * X.REGEX_WORD_SIZE);
    return ways;
  }

  /** What stands behind a repeat. */
  private way(word: number, where: string): void {
    this.operand("m", word & X.REGEX_OPERAND_MASK, where);
    const follow = (word >>> X.REGEX_FOLLOW_SHIFT) & X.REGEX_OPERAND_MASK;
    if (follow !== 0) this.operand("s", follow, where);
    this.operand("r", word >>> X.REGEX_LOOP_SHIFT, where);
  }

  private operand(kind: string, value: number, where: string): void {
    const says = (): string => `expression: ${where}: ${kind} ${value}`;
    const at = value * X.REGEX_WORD_SIZE;
    if (kind === "s") {
      expectThat(at >= X.REGEX_CODE_OFFSET && at + X.REGEX_SET_SIZE <= this.view.byteLength, says);
      expectThat(this.view.getUint8(at) <= X.REGEX_SET_BUT_ONE, says);
    } else if (kind === "r") expectThat(value < X.REGEX_REGISTER_CAPACITY, says);
    else if (kind === "m") expectThat(value < this.rows || value === X.REGEX_NO_ROW, says);
    else if (kind === "u") expectThat(value < X.REGEX_RUN_CAPACITY || value === X.REGEX_NO_RUN, says);
  }
}
