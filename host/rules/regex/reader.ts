// A cursor over a pattern's text, and how a pattern is refused.
// Apart from the grammar because every part of it reads and refuses alike.
// Always holds: a refusal says what, and at which character, counted from 1.

import { printable } from "../../errors.js";
import { RuleRefusal } from "../model.js";
import { BLANKS } from "./named-sets.js";

const QUOTED_MAX = 40;
const BYTE_MASK = 0xff;

export class Reader {
  at = 0;
  /** Between \Q and \E, where every character is itself. */
  quoted = false;

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The character at the cursor, or `ahead` behind it; "" at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  next(): string {
    const character = this.text.charAt(this.at);
    this.at++;
    return character;
  }

  isNext(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Passes over `text` when it is next. */
  take(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.at += text.length;
    return true;
  }

  /** What matches at the cursor (`shape` is sticky), passed over. */
  takeMatch(shape: RegExp): RegExpExecArray | undefined {
    shape.lastIndex = this.at;
    const found = shape.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** Passes over what has no meaning: \Q, \E, comments, and with the x flag blanks and comments to the line's end. */
  passIgnored(extended: boolean): void {
    for (;;) {
      if (this.quoted) {
        if (!this.take("\\E")) return;
        this.quoted = false;
      } else if (this.take("\\Q")) this.quoted = true;
      else if (this.isNext("(?#")) this.passComment();
      else if (extended && this.isBlank()) this.next();
      else if (extended && this.peek() === "#") this.passLine();
      else if (!this.take("\\E")) return;
    }
  }

  private isBlank(): boolean {
    return !this.done && BLANKS.has(this.peek().charCodeAt(0) & BYTE_MASK);
  }

  private passComment(): void {
    const close = this.text.indexOf(")", this.at);
    if (close === -1) this.refuse('a comment without its ")"');
    this.at = close + 1;
  }

  private passLine(): void {
    const newline = this.text.indexOf("\n", this.at);
    this.at = newline === -1 ? this.text.length : newline + 1;
  }

  /** Throws RuleRefusal; `from` is where the trouble begins, the cursor when it is not given. */
  refuse(reason: string, from = this.at): never {
    const rest = this.text.slice(from, from + QUOTED_MAX);
    const place = rest === "" ? "at the end" : `at character ${from + 1} ("${printable(rest)}")`;
    throw new RuleRefusal(`pcre: ${reason} ${place}`);
  }
}
