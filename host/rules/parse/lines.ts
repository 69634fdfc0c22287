// Cuts a rule file into statements: comments and blank lines away, lines that end in a backslash joined.
// Apart because it alone sees the raw file, which may be one line of many megabytes or no text at all.
// Always holds: time and memory are linear in the file; a statement is at most STATEMENT_MAX characters, a longer one
// comes out as a mark of its place; text is Latin-1, a character a byte; a comment is never continued.

export const STATEMENT_MAX = 65_536;

/** One statement, or one that was too long to be kept (`text` undefined). */
export interface Statement {
  /** From 1, of its first line. */
  readonly line: number;
  readonly text: string | undefined;
}

const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
const SPACES = /[ \t\r\f\v]/;
const NEWLINES = /[\r\n]/;

export function* statements(text: string): Generator<Statement> {
  const lines = new Lines(text);
  while (!lines.atEnd) {
    const line = lines.next;
    let [begin, end] = lines.take();
    const begins = skipSpaces(text, begin, end);
    if (begins === end || text[begins] === "#") continue;

    const parts: string[] = [];
    let length = 0;
    let isContinued = true;
    while (isContinued) {
      isContinued = text[end - 1] === "\\" && end > begin && !lines.atEnd;
      const last = isContinued ? end - 1 : end;
      length += last - begin;
      if (length <= STATEMENT_MAX) parts.push(text.slice(begin, last));
      if (isContinued) [begin, end] = lines.take();
    }
    const whole = length <= STATEMENT_MAX ? ownCopy(parts.join("").trim()) : undefined;
    // Blanks of other kinds, such as Latin-1's no-break space, are blanks too.
    if (whole !== "") yield { line, text: whole };
  }
}

/** The physical lines of a file, one after the other. */
class Lines {
  /** Number of the line that `take` gives next. */
  next = 1;
  private at: number;

  constructor(private readonly text: string) {
    this.at = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Where the line begins and ends, without what ends it. */
  take(): [begin: number, end: number] {
    const begin = this.at;
    const newline = this.text.indexOf("\n", begin);
    let end = newline === -1 ? this.text.length : newline;
    this.at = end + 1;
    this.next++;
    while (end > begin && NEWLINES.test(this.text[end - 1]!)) end--;
    return [begin, end];
  }
}

function skipSpaces(text: string, begin: number, end: number): number {
  let at = begin;
  while (at < end && SPACES.test(text[at]!)) at++;
  return at;
}

/** A slice would keep the whole file in memory for as long as any rule of it lives. */
function ownCopy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
