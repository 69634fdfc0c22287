// Classes of a regular expression: [a-z], [^\s"'], [[:alpha:]_].
// Apart from the parser because inside the brackets other rules hold.
// Always holds: what is answered is the set of bytes itself, with both cases and the negation already in it.

import { ByteSet } from "./byte-set.js";
import { type Escape, readClassEscape } from "./escapes.js";
import { POSIX_SETS } from "./named-sets.js";
import type { Reader } from "./reader.js";

const POSIX = /\[:(\^?)([a-z]*):\]/y;
const COLLATING = /\[([.=])[^\]]*\1\]/y;

/** Reads a class, at its opening bracket. */
export function readClass(reader: Reader, anyCase: boolean): ByteSet {
  const from = reader.at;
  reader.next();
  const negated = reader.take("^");
  const members = new Members(reader, anyCase, from);
  let set = members.next(true);
  while (!members.closed()) set = set.or(members.next(false));
  if (anyCase) set = set.anyCase();
  return negated ? set.not() : set;
}

/** Reads the members one by one; \Q ... \E goes over them. */
class Members {
  private quoted = false;

  constructor(
    private readonly reader: Reader,
    private readonly anyCase: boolean,
    private readonly from: number,
  ) {}

  /** Passes over the closing bracket when it is next. */
  closed(): boolean {
    this.passQuotes();
    return !this.quoted && this.reader.take("]");
  }

  /** The next member, or the range that it begins; a bracket that comes first is a member. */
  next(isFirst: boolean): ByteSet {
    const { reader } = this;
    this.passQuotes();
    if (isFirst && !this.quoted && reader.peek() === "]") return this.rangeFrom(this.one());
    const named = this.quoted ? undefined : this.posix();
    return named ?? this.rangeFrom(this.one());
  }

  private rangeFrom(low: Escape): ByteSet {
    const { reader } = this;
    if (low.kind === "set") return low.set;
    if (low.kind !== "byte") return reader.refuse("this has no meaning in a class");
    this.passQuotes();
    if (this.quoted || reader.peek() !== "-") return ByteSet.of(low.byte);
    const dash = reader.at;
    reader.next();
    this.passQuotes();
    if (!this.quoted && reader.peek() === "]") {
      reader.at = dash + 1;
      return ByteSet.of(low.byte, 0x2d);
    }
    if (!this.quoted && reader.peek() === "[") {
      const posix = this.posix();
      if (posix !== undefined) return posix.or(ByteSet.of(low.byte, 0x2d));
    }
    const high = this.one();
    if (high.kind === "set") return high.set.or(ByteSet.of(low.byte, 0x2d));
    if (high.kind !== "byte") return reader.refuse("this has no meaning in a class");
    if (high.byte < low.byte) reader.refuse("a range that ends before it begins", dash - 1);
    return ByteSet.ranges([low.byte, high.byte]);
  }

  private one(): Escape {
    const { reader } = this;
    if (reader.done) reader.refuse('a class without its "]"', this.from);
    if (!this.quoted && reader.peek() === "\\") return readClassEscape(reader);
    return { kind: "byte", byte: reader.next().charCodeAt(0) };
  }

  private posix(): ByteSet | undefined {
    const { reader } = this;
    const from = reader.at;
    if (reader.takeMatch(COLLATING) !== undefined)
      reader.refuse("collating elements are not supported", from);
    const found = reader.takeMatch(POSIX);
    if (found === undefined) return undefined;
    const [, negation = "", name = ""] = found;
    // In either case a letter is as good as its capital.
    const set = POSIX_SETS.get(this.anyCase && (name === "upper" || name === "lower") ? "alpha" : name);
    if (set === undefined) return reader.refuse(`there is no class of the name [:${name}:]`, from);
    return negation === "" ? set : set.not();
  }

  private passQuotes(): void {
    const { reader } = this;
    for (;;) {
      if (this.quoted ? reader.take("\\E") : reader.take("\\Q")) this.quoted = !this.quoted;
      else if (this.quoted || !reader.take("\\E")) return;
    }
  }
}
