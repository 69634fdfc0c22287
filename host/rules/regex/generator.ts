// Writes the instructions of a tree: rows, characters, groups, what looks about.
// Apart from loops and choices (loops.ts), which are where a program can go two ways.
// Always holds: what is generated for a node goes on at the next instruction when it matched; `after` says which bytes
// can come then, so that ways which the next byte rules out are not taken at all.

import * as L from "../../../assembly/match/regex-layout.js";
import { RuleRefusal } from "../model.js";
import { Assembler } from "./assembler.js";
import { ANYTHING, type Assertion, type First, firstOf, followedBy, type Node, widthOf } from "./ast.js";
import { type ByteSet, type Char, charOf, isLetter } from "./byte-set.js";
import { generateChoice, generateRepeat } from "./loops.js";

const LITERAL_MAX = 255;
const NODES_MAX = 20_000;
const GROUP_REGISTERS = 3;

const ASSERTIONS: Readonly<Record<Assertion, number>> = {
  text: L.REGEX_AT_TEXT,
  line: L.REGEX_AT_LINE,
  end: L.REGEX_AT_END,
  "last-line-end": L.REGEX_AT_LAST_LINE_END,
  "line-end": L.REGEX_AT_LINE_END,
  "word-edge": L.REGEX_AT_WORD_EDGE,
  "no-word-edge": L.REGEX_AT_NO_WORD_EDGE,
  from: L.REGEX_AT_FROM,
};

/** Where a node stands: whether its places get visited bits, and the register of the loop around it, if one is needed. */
export interface Context {
  readonly memo: boolean;
  readonly loop: number;
}

export class Generator {
  readonly assembler = new Assembler();
  rows = 0;
  private registers = 1;
  private nodes = 0;
  private readonly groupRegisters = new Map<number, number>();
  private readonly nodeRegisters = new Map<Node, number>();

  constructor(private readonly referenced: ReadonlySet<number>) {}

  generate(node: Node, after: First, context: Context): void {
    if (++this.nodes > NODES_MAX) {
      throw new RuleRefusal("pcre: the expression has too many repeats of groups within one another");
    }
    switch (node.kind) {
      case "set":
        this.set(node.set);
        break;
      case "sequence":
        this.sequence(node.items, after, context);
        break;
      case "choice":
        generateChoice(this, node.items, after, context);
        break;
      case "repeat":
        generateRepeat(this, node, after, context);
        break;
      case "group":
        this.group(node, after, context);
        break;
      case "atomic":
        this.atomic(node);
        break;
      case "look":
        this.look(node);
        break;
      case "backreference":
        this.assembler.emit(L.REGEX_BACKREF, this.groupRegister(node.number) + 1, node.anyCase ? 1 : 0);
        break;
      case "assertion":
        this.assembler.emit(L.REGEX_ASSERT, ASSERTIONS[node.assertion]);
    }
  }

  set(set: ByteSet): void {
    const char = charOf(set);
    if (char !== undefined) this.assembler.emit(L.REGEX_CHAR, char.byte, char.mask);
    else if (set.size === 256) this.assembler.emit(L.REGEX_ANY);
    else this.assembler.emit(L.REGEX_SET, set);
  }

  /** On when a byte of `set` is next, else to the label. */
  peek(set: ByteSet, label: { word: number }): void {
    const char = charOf(set);
    if (char === undefined) this.assembler.emit(L.REGEX_PEEK, set, label);
    else this.assembler.emit(L.REGEX_PEEK_CHAR, char.byte | (char.mask === 0 ? 0 : L.REGEX_CAPITAL), label);
  }

  /** Fails here when this place was reached before. */
  memo(context: Context, row = this.newRow(context)): void {
    if (row !== L.REGEX_NO_ROW) this.assembler.emit(L.REGEX_MEMO, row, context.loop);
  }

  newRow({ memo }: Context): number {
    return memo && this.rows < L.REGEX_ROW_CAPACITY ? this.rows++ : L.REGEX_NO_ROW;
  }

  /** The registers of a node: the same for all copies of it, of which one at a time is under way. */
  registerOf(node: Node, count = 1): number {
    let first = this.nodeRegisters.get(node);
    if (first === undefined) {
      first = this.takeRegisters(count);
      this.nodeRegisters.set(node, first);
    }
    return first;
  }

  private takeRegisters(count: number): number {
    const first = this.registers;
    this.registers += count;
    if (this.registers > L.REGEX_REGISTER_CAPACITY) {
      throw new RuleRefusal("pcre: the expression has too many groups that must be remembered");
    }
    return first;
  }

  private groupRegister(number: number): number {
    let first = this.groupRegisters.get(number);
    if (first === undefined) {
      first = this.takeRegisters(GROUP_REGISTERS);
      this.groupRegisters.set(number, first);
    }
    return first;
  }

  private sequence(items: readonly Node[], after: First, context: Context): void {
    const afters = aftersOf(items, after);
    let at = 0;
    while (at < items.length) {
      const taken = this.literal(items, at);
      if (taken === 0) this.generate(items[at]!, afters[at]!, context);
      at += Math.max(taken, 1);
    }
  }

  /** Several characters in a row as one instruction; answers how many, 0 when there are not two. */
  private literal(items: readonly Node[], at: number): number {
    const chars: Char[] = [];
    while (chars.length < LITERAL_MAX) {
      const item = items[at + chars.length];
      const char = item?.kind === "set" ? charOf(item.set) : undefined;
      if (char === undefined || !agrees(chars, char)) break;
      chars.push(char);
    }
    if (chars.length < 2) return 0;
    const anyCase = chars.some(({ mask }) => mask !== 0);
    this.assembler.emit(anyCase ? L.REGEX_LITERAL_NOCASE : L.REGEX_LITERAL, chars.length);
    this.assembler.pushBytes(chars.map(({ byte }) => byte));
    return chars.length;
  }

  private group(node: Node & { kind: "group" }, after: First, context: Context): void {
    if (!this.referenced.has(node.number)) {
      this.generate(node.item, after, context);
      return;
    }
    const register = this.groupRegister(node.number);
    this.assembler.emit(L.REGEX_SAVE, register);
    this.generate(node.item, after, context);
    this.assembler.emit(L.REGEX_CLOSE, register);
  }

  private atomic(node: Node & { kind: "atomic" }): void {
    const { item } = node;
    if (item.kind === "repeat" && item.item.kind === "set" && !item.lazy) {
      this.span(item.item.set, item.least, item.most);
      return;
    }
    const register = this.registerOf(node);
    this.assembler.emit(L.REGEX_ATOMIC, register);
    this.inner(item);
    this.assembler.emit(L.REGEX_ATOMIC_END, register);
  }

  private look(node: Node & { kind: "look" }): void {
    const { assembler } = this;
    const register = this.registerOf(node, 2);
    const after = assembler.label();
    if (node.negated) assembler.emit(L.REGEX_NOT_LOOK, register, after);
    else assembler.emit(L.REGEX_LOOK, register);
    if (node.behind) this.behind(node.item);
    else this.inner(node.item);
    assembler.emit(node.negated ? L.REGEX_NOT_LOOK_END : L.REGEX_LOOK_END, register);
    assembler.place(after);
  }

  /** Each branch first goes back by its own length. */
  private behind(item: Node): void {
    const { assembler } = this;
    const join = assembler.label();
    const branches = item.kind === "choice" ? item.items : [item];
    branches.forEach((branch, i) => {
      const isLast = i === branches.length - 1;
      const [here, next] = [assembler.label(), assembler.label()];
      if (!isLast) assembler.emit(L.REGEX_SPLIT, here, next);
      assembler.place(here);
      assembler.emit(L.REGEX_BACK, widthOf(branch).least);
      this.inner(branch);
      if (!isLast) assembler.emit(L.REGEX_JUMP, join);
      assembler.place(next);
    });
    assembler.place(join);
  }

  /** What is done with once it matched: its places say nothing about the whole, and what follows nothing about it. */
  private inner(node: Node): void {
    this.generate(node, ANYTHING, { memo: false, loop: 0 });
  }

  /** Bytes of a set, as many as there are, nothing given back. */
  span(set: ByteSet, least: number, most: number): void {
    const { assembler } = this;
    assembler.emit(L.REGEX_SPAN, set, assembler.runOf(set));
    assembler.push(least);
    assembler.push(most === Number.POSITIVE_INFINITY ? 0xffff_ffff : most);
  }
}

/** Whether a character can be in one literal with those before: letters all in either case, or all exact. */
function agrees(chars: readonly Char[], char: Char): boolean {
  if (!isLetter(char.byte)) return true;
  return chars.every(({ byte, mask }) => !isLetter(byte) || mask === char.mask);
}

/** What can come behind each item of a row. */
function aftersOf(items: readonly Node[], after: First): First[] {
  const afters: First[] = [];
  let next = after;
  for (const item of items.toReversed()) {
    afters.push(next);
    next = followedBy(firstOf(item), next);
  }
  return afters.reverse();
}
