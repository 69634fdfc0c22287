// Puts instructions and sets of bytes together into a program.
// Apart from the generator because words, labels and offsets are one concern, and what an expression means another.
// Always holds: a program is at most REGEX_PROGRAM_MAX bytes, so that every word's number fits an operand.

import * as L from "../../../assembly/match/regex-layout.js";
import { RuleRefusal } from "../model.js";
import type { ByteSet } from "./byte-set.js";

const WORD = L.REGEX_WORD_SIZE;
const WORDS_MAX = L.REGEX_PROGRAM_MAX / WORD;
const HEADER_WORDS = L.REGEX_CODE_OFFSET / WORD;
const SET_WORDS = L.REGEX_SET_SIZE / WORD;

/** A place in the code that may not be known yet. */
export interface Label {
  word: number;
}

/** What the header says besides sizes. */
export interface Header {
  readonly least: number;
  readonly rows: number;
  readonly start: number;
  /** A number, or a set whose place is meant. */
  readonly head: number | ByteSet;
  readonly lead?: ByteSet;
}

interface Fixup {
  readonly word: number;
  readonly shift: number;
  readonly place: () => number;
}

export class Assembler {
  private readonly words: number[] = new Array(HEADER_WORDS).fill(0);
  private readonly fixups: Fixup[] = [];
  private readonly sets = new Map<string, { readonly set: ByteSet; readonly index: number }>();

  label(): Label {
    return { word: -1 };
  }

  place(label: Label): void {
    label.word = this.words.length;
  }

  /** An instruction; a label as operand stands for its word, a set for where it will lie. */
  emit(op: number, a: number | Label | ByteSet = 0, b: number | Label = 0): void {
    const at = this.words.length;
    this.push(op | (this.operand(a, at, L.REGEX_OP_SHIFT_A) << L.REGEX_OP_SHIFT_A));
    this.words[at]! |= this.operand(b, at, L.REGEX_OP_SHIFT_B) << L.REGEX_OP_SHIFT_B;
  }

  /** A word of an instruction's own. */
  push(word: number): void {
    if (this.words.length + this.sets.size * SET_WORDS >= WORDS_MAX) {
      throw new RuleRefusal(
        `pcre: the compiled expression is larger than ${L.REGEX_PROGRAM_MAX} bytes: repeat less, or fewer groups`,
      );
    }
    this.words.push(word);
  }

  /** The way of a repeat: row, bytes that may follow, register of the loop around it. */
  pushWay(row: number, follow: ByteSet | undefined, loop: number): void {
    const at = this.words.length;
    this.push(row | (loop << L.REGEX_LOOP_SHIFT));
    if (follow !== undefined)
      this.words[at]! |= this.operand(follow, at, L.REGEX_FOLLOW_SHIFT) << L.REGEX_FOLLOW_SHIFT;
  }

  pushBytes(bytes: readonly number[]): void {
    for (let i = 0; i < bytes.length; i += WORD) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(i, i + WORD);
      this.push(a | (b << 8) | (c << 16) | (d << 24));
    }
  }

  /** The number under which the engine remembers runs of this set. */
  runOf(set: ByteSet): number {
    const index = this.indexOf(set);
    return index < L.REGEX_RUN_CAPACITY ? index : L.REGEX_NO_RUN;
  }

  finish(header: Header): Uint8Array {
    const { head, lead } = header;
    const headWord = typeof head === "number" ? head : this.setWord(this.indexOf(head));
    const leadWord = lead === undefined ? 0 : this.setWord(this.indexOf(lead));
    const setsAt = this.words.length;
    const size = (setsAt + this.sets.size * SET_WORDS) * WORD;
    if (size > L.REGEX_PROGRAM_MAX) this.push(0);
    for (const { word, shift, place } of this.fixups) this.words[word]! |= place() << shift;
    const program = new Uint8Array(size);
    const view = new DataView(program.buffer);
    this.words.forEach((word, i) => {
      view.setUint32(i * WORD, word >>> 0, true);
    });
    for (const { set, index } of this.sets.values())
      writeSet(program, (setsAt + index * SET_WORDS) * WORD, set);
    view.setUint32(L.REGEX_SIZE_OFFSET, size, true);
    view.setUint32(L.REGEX_LEAST_OFFSET, header.least, true);
    view.setUint32(L.REGEX_ROWS_OFFSET, header.rows, true);
    view.setUint32(L.REGEX_START_OFFSET, header.start, true);
    view.setUint32(L.REGEX_HEAD_OFFSET, headWord >>> 0, true);
    view.setUint32(L.REGEX_LEAD_OFFSET, leadWord, true);
    return program;
  }

  private operand(value: number | Label | ByteSet, word: number, shift: number): number {
    if (typeof value === "number") return value;
    if ("word" in value) {
      this.fixups.push({ word, shift, place: () => value.word });
    } else {
      const index = this.indexOf(value);
      this.fixups.push({ word, shift, place: () => this.setWord(index) });
    }
    return 0;
  }

  /** Where the set lies once all code is there. */
  private setWord(index: number): number {
    return this.words.length + index * SET_WORDS;
  }

  private indexOf(set: ByteSet): number {
    let known = this.sets.get(set.key);
    if (known === undefined) {
      known = { set, index: this.sets.size };
      this.sets.set(set.key, known);
    }
    return known.index;
  }
}

function writeSet(program: Uint8Array, at: number, set: ByteSet): void {
  const rest = set.not().bytes();
  const [only = 0] = rest;
  program[at + L.REGEX_SET_KIND_OFFSET] =
    rest.length === 0 ? L.REGEX_SET_ALL : rest.length === 1 ? L.REGEX_SET_BUT_ONE : L.REGEX_SET_SOME;
  program[at + L.REGEX_SET_BYTE_OFFSET] = only;
  program.set(set.toBits(), at + L.REGEX_SET_BITS_OFFSET);
}
