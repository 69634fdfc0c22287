// The one class of errors that stray shows to its user, and what makes text from outside fit to print.
// Apart from everything because every part of the host raises them and only the command line prints them.
// Always holds: `code` is stable and documented; the message is one line that says what was expected, what was
// found, where, and what to do; a StrayError is shown without its stack.

/** 1: the work was begun and something was damaged or lost; 2: it could not be begun (usage, missing file). */
export type ExitCode = 1 | 2;

export class StrayError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.exitCode = exitCode;
  }
}

// C0 and C1 controls, DEL, line and paragraph separators, marks that turn the writing direction, lone surrogates.
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Text of unknown origin (a file name, say) with everything escaped that could disturb a terminal or a log line. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** What anything thrown says of itself, as it is: printable() before it is shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node.js system error (`ENOENT`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
