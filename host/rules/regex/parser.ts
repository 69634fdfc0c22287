// Reads the text of a regular expression, Perl's syntax as pcre takes it, into a tree.
// Apart from the parts of the syntax because this is where they meet: choices, rows, what can be repeated, how often.
// Always holds: nesting is at most NESTING_MAX, so that nothing that walks a tree runs out of stack; what is not
// supported is refused by its name.

import { choice, EMPTY, type Node, type Regex, sequence, widthOf } from "./ast.js";
import { ByteSet } from "./byte-set.js";
import { readClass } from "./classes.js";
import { readEscape } from "./escapes.js";
import { type Flags, type Opening, readOpening } from "./groups.js";
import { LINE_END, NOT_NEWLINE } from "./named-sets.js";
import { readCount, readQuantifier } from "./quantifiers.js";
import { Reader } from "./reader.js";

export const NESTING_MAX = 64;
export const BEHIND_MAX = 255;

/** Throws RuleRefusal. */
export function parseRegex(pattern: string, flags: Flags): Regex {
  // How many groups there are decides whether \12 is a group or a byte, so the text is read twice.
  const counted = new Parser(pattern, flags, Number.POSITIVE_INFINITY);
  counted.parse();
  const parser = new Parser(pattern, flags, counted.groups);
  const root = parser.parse();
  return { root, referenced: parser.resolve() };
}

class Parser {
  groups = 0;
  private readonly reader: Reader;
  private readonly names = new Map<string, number>();
  private readonly references: { readonly to: number | string; readonly from: number; number: number }[] = [];
  private flags: Flags;
  private nesting = 0;

  constructor(
    pattern: string,
    flags: Flags,
    private readonly total: number,
  ) {
    this.reader = new Reader(pattern);
    this.flags = flags;
  }

  parse(): Node {
    const root = this.choice();
    if (!this.reader.done) this.reader.refuse('a ")" that closes nothing');
    return root;
  }

  /** The groups referred to; all of them are there. */
  resolve(): Set<number> {
    const found = new Set<number>();
    for (const reference of this.references) {
      const { to, from } = reference;
      const number = typeof to === "string" ? this.names.get(to) : to;
      if (number === undefined || number < 1 || number > this.groups) {
        return this.reader.refuse("a reference to a group that is not there", from);
      }
      reference.number = number;
      found.add(number);
    }
    return found;
  }

  private choice(): Node {
    const items = [this.row()];
    while (this.reader.take("|")) items.push(this.row());
    return choice(items);
  }

  private row(): Node {
    const items: Node[] = [];
    for (;;) {
      this.reader.passIgnored(this.flags.x);
      if (this.reader.done) break;
      if (!this.reader.quoted && (this.reader.peek() === "|" || this.reader.peek() === ")")) break;
      const from = this.reader.at;
      const atom = this.atom();
      const repeated = this.repeats(atom, from);
      if (repeated !== undefined) items.push(repeated);
    }
    return sequence(items);
  }

  /** One thing that can stand in a row; undefined when it takes nothing and can't be repeated (flags). */
  private atom(): Node | undefined {
    const { reader, flags } = this;
    const character = reader.peek();
    if (this.reader.quoted) return this.literal(reader.next().charCodeAt(0));
    switch (character) {
      case "(":
        return this.group();
      case "[":
        return { kind: "set", set: readClass(reader, flags.i) };
      case "\\":
        return this.escape();
      case ".":
        reader.next();
        return { kind: "set", set: flags.s ? ByteSet.all : NOT_NEWLINE };
      case "^":
        reader.next();
        return { kind: "assertion", assertion: flags.m ? "line" : "text" };
      case "$":
        reader.next();
        return { kind: "assertion", assertion: flags.m ? "line-end" : flags.E ? "end" : "last-line-end" };
      case "*":
      case "+":
      case "?":
        return reader.refuse(`"${character}" with nothing to repeat`);
      default:
        if (readCount(reader) !== undefined) reader.refuse("a count with nothing to repeat", reader.at - 1);
        return this.literal(reader.next().charCodeAt(0));
    }
  }

  private literal(byte: number): Node {
    const set = ByteSet.of(byte);
    return { kind: "set", set: this.flags.i ? set.anyCase() : set };
  }

  private escape(): Node {
    const from = this.reader.at;
    const found = readEscape(this.reader, this.groups, this.total);
    switch (found.kind) {
      case "byte":
        return this.literal(found.byte);
      case "reference":
        return this.reference(found.to, from);
      case "any":
        return { kind: "set", set: ByteSet.all };
      case "line-end": {
        const crlf = sequence([this.literal(0x0d), this.literal(0x0a)]);
        return { kind: "atomic", item: choice([crlf, { kind: "set", set: LINE_END }]) };
      }
      default:
        return found;
    }
  }

  private reference(to: number | string, from: number): Node {
    const reference = { to, from, number: 0 };
    this.references.push(reference);
    // Where a name leads is known only when all groups are; the number is looked up then.
    return {
      kind: "backreference",
      anyCase: this.flags.i,
      get number() {
        return reference.number;
      },
    };
  }

  private group(): Node | undefined {
    const { reader } = this;
    const from = reader.at;
    reader.next();
    const opening = readOpening(reader, this.flags);
    if (opening.kind === "reference") return this.reference(opening.name, from);
    if (opening.kind === "flags" && !opening.group) {
      this.flags = opening.flags;
      return undefined;
    }
    if (++this.nesting > NESTING_MAX) reader.refuse(`groups nested more than ${NESTING_MAX} deep`, from);
    const outer = this.flags;
    if (opening.kind === "flags") this.flags = opening.flags;
    const number = opening.kind === "capture" ? this.openGroup(opening.name, from) : 0;
    const item = this.choice();
    if (!reader.take(")")) reader.refuse('a group without its ")"', from);
    this.flags = outer;
    this.nesting--;
    return this.grouped(opening, number, item, from);
  }

  private grouped(opening: Opening, number: number, item: Node, from: number): Node {
    switch (opening.kind) {
      case "capture":
        return { kind: "group", number, item };
      case "atomic":
        return { kind: "atomic", item };
      case "look":
        if (opening.behind) this.checkBehind(item, from);
        return { kind: "look", behind: opening.behind, negated: opening.negated, item };
      default:
        // Within parentheses an assertion can be repeated.
        return item.kind === "assertion" ? { kind: "sequence", items: [item] } : item;
    }
  }

  private openGroup(name: string | undefined, from: number): number {
    this.groups++;
    if (name === undefined) return this.groups;
    if (this.names.has(name)) this.reader.refuse(`a second group of the name ${name}`, from);
    this.names.set(name, this.groups);
    return this.groups;
  }

  private checkBehind(item: Node, from: number): void {
    // On the first reading what looks like a group may yet be a byte.
    if (this.total === Number.POSITIVE_INFINITY) return;
    for (const branch of item.kind === "choice" ? item.items : [item]) {
      const { least, most } = widthOf(branch);
      if (least !== most) this.reader.refuse("what looks behind must have a fixed length", from);
      if (most > BEHIND_MAX) this.reader.refuse(`what looks behind more than ${BEHIND_MAX} bytes`, from);
    }
  }

  /** The atom with the quantifier behind it, if there is one. */
  private repeats(atom: Node | undefined, from: number): Node | undefined {
    this.reader.passIgnored(this.flags.x);
    if (this.reader.quoted) return atom;
    const start = this.reader.at;
    const count = readQuantifier(this.reader);
    if (count === undefined) return atom;
    if (atom === undefined || atom.kind === "assertion") {
      return this.reader.refuse("a quantifier with nothing to repeat", start);
    }
    const [least, most] = count;
    const possessive = this.reader.take("+");
    const lazy = possessive ? false : this.reader.take("?") !== this.flags.U;
    this.reader.passIgnored(this.flags.x);
    if (!this.reader.quoted && readQuantifier(this.reader) !== undefined) {
      this.reader.refuse("a second quantifier behind a quantifier", from);
    }
    if (least === 1 && most === 1 && !possessive) return atom;
    if (most === 0) return EMPTY;
    const repeat: Node = { kind: "repeat", item: atom, least, most, lazy };
    return possessive ? { kind: "atomic", item: repeat } : repeat;
  }
}
