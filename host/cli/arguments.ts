// Splits a command's words before the option parser sees them: options and files here, the filter there.
// Apart because ra's `-` that begins a filter is also the name of standard input, and an option parser knows neither.
// Always holds: a `-` or `--` behind at least one FILE begins the filter; a first `-` is standard input; a word
// that is an option's value is never taken for either.

export interface OptionShape {
  /** `-c`, without the dash, or undefined. */
  short: string | undefined;
  long: string | undefined;
  takesValue: boolean;
}

export interface SplitArguments {
  /** For the option parser. */
  words: string[];
  /** What followed the separator, joined by blanks; undefined without a separator. */
  filter: string | undefined;
}

export function splitFilter(argv: readonly string[], options: readonly OptionShape[]): SplitArguments {
  let files = 0;
  let onlyFiles = false;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    const isSeparator = word === "-" || word === "--";
    if (isSeparator && files > 0) {
      return { words: argv.slice(0, index), filter: argv.slice(index + 1).join(" ") };
    }
    if (onlyFiles || word === "-" || !word.startsWith("-")) files++;
    else if (word === "--") onlyFiles = true;
    else if (swallowsNext(word, options)) index++;
  }
  return { words: [...argv], filter: undefined };
}

/** The option's value is the next word. */
function swallowsNext(word: string, options: readonly OptionShape[]): boolean {
  if (word.startsWith("--")) {
    return options.some((option) => option.takesValue && option.long === word.slice(2));
  }
  for (let at = 1; at < word.length; at++) {
    const option = options.find(({ short }) => short === word[at]);
    if (option?.takesValue) return at === word.length - 1;
  }
  return false;
}
