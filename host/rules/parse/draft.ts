// A rule while its options are read: what is known so far, and what later options may still change.
// Apart so that each family of options can be read in a file of its own.
// Always holds: options keep the order of the text; a content is finished only when all its modifiers are known.

import type {
  BufferName,
  ContentOption,
  Operand,
  RuleLimit,
  RuleOption,
  RuleReference,
  RuleTag,
} from "../model.js";
import { finishContent } from "./content-checks.js";
import { wholeNumber } from "./numbers.js";
import { refuse, shown } from "./problems.js";
import type { Variables } from "./variables.js";

/** A content that modifiers may still follow. */
export type ContentDraft = {
  -readonly [Key in keyof ContentOption]: ContentOption[Key];
} & { readonly kind: "content"; bufferBy: "nobody" | "sticky" | "modifier" };

/** Where what last moved the place that relative options count from looked. */
interface Match {
  readonly buffer: () => BufferName;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

export class RuleDraft {
  sid: number | undefined;
  gid = 1;
  rev = 0;
  message = "";
  classtype: string | undefined;
  priority: number | undefined;
  readonly references: Omit<RuleReference, "url">[] = [];
  readonly metadata: string[] = [];
  readonly limits: RuleLimit[] = [];
  tag: RuleTag | undefined;
  noAlert = false;

  /** The content that modifiers are of. */
  lastContent: ContentDraft | undefined;
  /** Names that byte_extract gave. */
  readonly extracted = new Set<string>();
  /** What looks wrong, though the rule is in force. */
  readonly warnings: string[] = [];

  private readonly pending: (() => RuleOption)[] = [];
  private stickyBuffer: BufferName | undefined;
  private lastMatch: Match | undefined;

  constructor(readonly variables: Variables) {}

  add(option: RuleOption): void {
    this.pending.push(() => option);
  }

  addContent(content: ContentDraft): void {
    this.lastContent = content;
    if (!content.negated) this.lastMatch = { buffer: () => content.buffer };
    this.pending.push(() => finishContent(content));
  }

  /** With the buffer it looks into, known only at the end; when it moves, relative options behind it stay there. */
  addIn(buffer: () => BufferName, moves: boolean, option: (buffer: BufferName) => RuleOption): void {
    this.pending.push(() => option(buffer()));
    if (moves) this.lastMatch = { buffer };
  }

  get sticky(): BufferName | undefined {
    return this.stickyBuffer;
  }

  /** Contents from here on look into this buffer; the payload when undefined was never set. */
  setSticky(buffer: BufferName): void {
    this.stickyBuffer = buffer;
    this.lastContent = undefined;
    this.lastMatch = undefined;
  }

  /** The sticky buffer; without one a relative option stays where the last match was, others look at the payload. */
  bufferNow(relative: boolean): () => BufferName {
    const match = this.lastMatch;
    const sticky = this.stickyBuffer;
    return () => (relative ? (match?.buffer() ?? sticky) : sticky) ?? "payload";
  }

  /** A number, or the name of a variable that a byte_extract before gave. */
  operand(what: string, text: string, least: number, most: number): Operand {
    if (!VARIABLE.test(text)) return wholeNumber(what, text, least, most);
    if (this.extracted.has(text)) return { variable: text };
    return refuse(`${what} as a number or a name that a byte_extract before it gave`, shown(text));
  }

  finishOptions(): RuleOption[] {
    return this.pending.map((finish) => finish());
  }
}
