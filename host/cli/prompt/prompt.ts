// The interactive prompt: a line, the command it asks for, the next line.
// Apart from `stray shell`, which says what may be run; the same commands run here as on the command line.
// Always holds: the program is built anew for each line, so that nothing is left of the one before; a command that fails,
// or is interrupted, ends nothing but itself; the terminal is in line mode whenever no line is being typed.

import { createInterface, type Interface } from "node:readline";
import type { Command } from "commander";
import { printable, StrayError } from "../../errors.js";
import type { SetExitCode } from "../control/socket-option.js";
import { isColourWelcome } from "../control/terminal.js";
import { tellError } from "../tell-error.js";
import { complete } from "./complete.js";
import { History, historyPath } from "./history.js";
import { SensorValues } from "./values.js";

export interface PromptOptions {
  /** The program, cut down already where it is to be. */
  readonly build: (setExitCode: SetExitCode) => Command;
  /** The words of a line. @throws StrayError where it can't be read. */
  readonly split: (line: string) => readonly string[];
  /** May throw a StrayError that says why not. */
  readonly isAllowed: (words: readonly string[]) => boolean;
  /** Whom to ask for values. */
  readonly socket: string;
  /** Undefined: the usual place; null: none. */
  readonly historyFile?: string | null;
}

const PROMPT = "stray> ";
const BOLD = "\u001b[1m";
const RESET = "\u001b[0m";
const ENDS = ["exit", "quit"];
const HELP = ["help", "?"];
const HELP_TEXT = `
At this prompt:
  help [command]   this, or how a command is used
  exit, Ctrl-D     end
  Tab              complete: commands, options, incidents
  up, down         lines that were typed before
  Ctrl-C           clear the line, or interrupt the command that runs
`;
const EXIT_HANGUP = 129;
const EXIT_TERMINATED = 143;

/** Until the user ends it; answers the exit code. */
export async function runPrompt(options: PromptOptions): Promise<number> {
  return await new Prompt(options).run();
}

class Prompt {
  private readonly history: History;
  private readonly values: SensorValues;
  private readonly isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  /** Lines that came with one that was being run, and what was typed behind them. */
  private readonly waiting: string[] = [];
  private begun = "";
  private lines: Interface | undefined;
  /** Interrupts the command that runs. */
  private running: AbortController | undefined;
  private exitCode: number | undefined;

  constructor(private readonly options: PromptOptions) {
    const { historyFile = historyPath(), socket } = options;
    this.history = new History(this.isTerminal ? (historyFile ?? undefined) : undefined);
    this.values = new SensorValues(socket);
  }

  async run(): Promise<number> {
    const hangUp = () => this.end(EXIT_HANGUP);
    const terminate = () => this.end(EXIT_TERMINATED);
    const interrupt = () => this.running?.abort();
    process.on("SIGHUP", hangUp).on("SIGTERM", terminate).on("SIGINT", interrupt);
    try {
      if (this.isTerminal) await this.talk();
      else await this.readAll();
    } finally {
      process.off("SIGHUP", hangUp).off("SIGTERM", terminate).off("SIGINT", interrupt);
      this.history.close();
    }
    return this.exitCode ?? 0;
  }

  private async talk(): Promise<void> {
    if (process.stdout.isTTY)
      process.stdout.write('stray: "help" lists commands, Tab completes, Ctrl-D ends\n');
    while (this.exitCode === undefined) {
      const line = this.waiting.shift() ?? (await this.ask());
      if (line === undefined) {
        if (this.exitCode === undefined) process.stdout.write("\n");
        return;
      }
      this.history.add(line.trim());
      await this.runLine(line);
    }
  }

  /** Lines of a pipe or a file, without a prompt. */
  private async readAll(): Promise<void> {
    for await (const line of createInterface({ input: process.stdin })) {
      await this.runLine(line);
      if (this.exitCode !== undefined) return;
    }
  }

  private end(exitCode: number): void {
    this.exitCode ??= exitCode;
    this.running?.abort();
    this.lines?.close();
  }

  /** The next line; undefined at the end. */
  private ask(): Promise<string | undefined> {
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      prompt: isColourWelcome() ? `${BOLD}${PROMPT}${RESET}` : PROMPT,
      history: [...this.history.lines],
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        void this.completion(line).then((result) => done(null, result));
      },
    });
    this.lines = lines;
    return new Promise((resolve) => {
      const taken: string[] = [];
      lines.on("line", (line) => {
        taken.push(line);
        // Lines that were pasted come at once: behind the first the others are taken too.
        if (taken.length === 1) setImmediate(() => lines.close());
      });
      lines.on("SIGINT", () => {
        process.stdout.write("^C\n");
        clear(lines);
        lines.prompt();
      });
      lines.on("close", () => {
        this.lines = undefined;
        this.begun = taken.length > 0 ? lines.line : "";
        const [first, ...rest] = taken;
        this.waiting.push(...rest);
        resolve(first);
      });
      lines.prompt();
      if (this.begun !== "") lines.write(this.begun);
    });
  }

  private async completion(line: string): Promise<[string[], string]> {
    try {
      const { build, isAllowed } = this.options;
      const isOffered = (words: readonly string[]) => {
        try {
          return isAllowed(words);
        } catch {
          return false;
        }
      };
      const program = build(() => undefined);
      const [candidates, word] = await complete(line, program, this.values, isOffered, ["exit", "help"]);
      // A blank behind the only one: the next word can follow.
      const [only] = candidates;
      return [candidates.length === 1 && only !== undefined ? [`${only} `] : [...candidates], word];
    } catch {
      return [[], line];
    }
  }

  private async runLine(line: string): Promise<void> {
    try {
      const all = this.options.split(line);
      const words = all[0] === "stray" ? all.slice(1) : all;
      const [first] = words;
      if (first === undefined) return;
      if (ENDS.includes(first)) this.exitCode = 0;
      else if (HELP.includes(first) && words.length === 1) this.help();
      else await this.runWords(words);
    } catch (error) {
      tellError(error);
    }
  }

  private help(): void {
    process.stdout.write(this.options.build(() => undefined).helpInformation() + HELP_TEXT);
  }

  private async runWords(words: readonly string[]): Promise<void> {
    const { build, isAllowed } = this.options;
    if (words[0] !== "help" && !isAllowed(words)) {
      const name = printable(words.slice(0, 2).join(" "));
      throw new StrayError(
        "PROMPT_REFUSED",
        `"${name}" can't be asked for here; "help" lists what can be`,
        2,
      );
    }
    const running = new AbortController();
    this.running = running;
    const { signal } = running;
    const program = build(() => undefined);
    program.hook("preAction", (_program, action) => {
      action.setOptionValue("signal", signal);
    });
    const interrupted = new Promise<"interrupted">((resolve) => {
      signal.addEventListener("abort", () => resolve("interrupted"), { once: true });
    });
    const work = program.parseAsync([...words], { from: "user" });
    // Of one that was interrupted nobody waits for the end.
    work.catch(() => undefined);
    try {
      const outcome = await Promise.race([work, interrupted]);
      if (outcome === "interrupted") process.stdout.write("\n");
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.running = undefined;
    }
  }
}

/** Takes away what was typed so far, wherever the cursor is. */
function clear(lines: Interface): void {
  lines.write(null, { ctrl: true, name: "e" });
  lines.write(null, { ctrl: true, name: "u" });
}
