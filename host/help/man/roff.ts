// The language of manual pages, man(7): text made safe for it, and the few macros that are used.
// Apart from what the pages say. Always holds: no text from elsewhere begins a line with a control character, and no
// backslash of it is an escape; a sentence ends its line.

const WIDTH = 78;
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** One piece of text, without markup. */
export function escaped(text: string): string {
  return [...text]
    .map((character) => {
      const known = ESCAPES[character];
      if (known !== undefined) return known;
      const code = character.codePointAt(0) ?? 0;
      if (code > 126) return `\\[u${code.toString(16).toUpperCase().padStart(4, "0")}]`;
      return character;
    })
    .join("");
}

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;
export const italic = (text: string): string => `\\fI${escaped(text)}\\fR`;

/** Running text: what stands between backquotes is bold. */
export function inline(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((piece, index) => (index % 2 === 1 ? bold(piece) : escaped(piece)))
    .join("");
}

/** A quoted argument of a macro. */
export function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}

export class Page {
  private readonly lines: string[] = [];

  /** `section`: 1, 5 or 8. */
  constructor(name: string, section: number, date: string, source: string) {
    this.lines.push(
      '.\\" Made by host/help/man from what the program itself says: change it there.',
      `.TH ${quoted(name.toUpperCase())} ${section} "${date}" ${quoted(source)} ${quoted("stray manual")}`,
    );
  }

  section(title: string): this {
    return this.raw(`.SH ${quoted(title.toUpperCase())}`);
  }

  subsection(title: string): this {
    return this.raw(`.SS ${quoted(title)}`);
  }

  /** A paragraph of running text; the first of a section needs no mark. */
  paragraph(text: string): this {
    const last = this.lines.at(-1) ?? "";
    if (!/^\.S[HS] /.test(last)) this.raw(".PP");
    return this.text(inline(text));
  }

  /** `term`: with its markup. */
  item(term: string, ...texts: readonly string[]): this {
    this.raw(".TP", term);
    texts
      .filter((text) => text !== "")
      .forEach((text, index) => {
        if (index > 0) this.raw(".br");
        this.text(inline(text));
      });
    return this;
  }

  /** Lines as they are, such as a command with what it prints. */
  example(lines: readonly string[]): this {
    const last = this.lines.at(-1) ?? "";
    if (!/^\.S[HS] /.test(last)) this.raw(".PP");
    return this.raw(".RS 4", ".EX", ...lines.map((line) => guarded(escaped(line))), ".EE", ".RE");
  }

  /** Macros and lines that are markup already. */
  raw(...lines: readonly string[]): this {
    this.lines.push(...lines);
    return this;
  }

  get source(): string {
    return `${this.lines.join("\n")}\n`;
  }

  /** Escaped text, wrapped, each sentence on a line of its own. */
  text(text: string): this {
    for (const sentence of text.split(/(?<=[.?!]) (?=[A-Z\\(])/)) {
      let line = "";
      for (const word of sentence.split(/\s+/).filter(Boolean)) {
        if (line !== "" && line.length + 1 + word.length > WIDTH) {
          this.lines.push(guarded(line));
          line = word;
        } else line = line === "" ? word : `${line} ${word}`;
      }
      if (line !== "") this.lines.push(guarded(line));
    }
    return this;
  }
}

function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
