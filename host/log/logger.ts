// The daemon's log: lines of JSON or text on standard error, made by pino.
// Apart from what logs because level, form, repeats and a stuck reader are settled here once.
// Always holds: a call never throws, never waits and never grows anything; what is not said is counted.

import { type Logger as Pino, pino } from "pino";
import type { LogLevel } from "../config/types.js";
import { jsonLine, textLine } from "./format.js";
import { isJournal } from "./journal.js";
import { isAtLeast, journalPrefix } from "./levels.js";
import { LineOutput, type LineOutputOptions } from "./line-output.js";
import { plainData, plainText } from "./plain.js";
import { RepeatLimit } from "./repeats.js";

const STDERR = 2;
/** How long the end waits for a slow reader. */
const CLOSE_WAIT_MS = 500;

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly form: "json" | "text";
  /** Default: standard error. */
  readonly fd?: number;
  /** For tests. */
  readonly now?: () => number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly output?: LineOutputOptions;
}

/** What all loggers of a process share. */
class LogCore {
  readonly output: LineOutput;
  readonly repeats: RepeatLimit;
  readonly pino: Pino;
  level: LogLevel;
  held = 0;
  /** Of the line being made, for journald. */
  private current: LogLevel = "info";

  constructor(options: LoggerOptions) {
    const { fd = STDERR, now = Date.now, environment = process.env } = options;
    this.level = options.level;
    this.output = new LineOutput(fd, {
      ...options.output,
      onRecovered: (dropped) =>
        this.say(this.pino, "warn", "log lines were dropped: nobody read them", { dropped }),
    });
    this.repeats = new RepeatLimit(now);
    const isJournalled = isJournal(fd, environment);
    const isText = options.form === "text";
    const write = (line: string): void => {
      const text = isText ? textLine(line, !isJournalled) : jsonLine(line);
      this.output.write(`${isJournalled ? journalPrefix(this.current) : ""}${text}\n`);
    };
    this.pino = pino(
      {
        // Levels are looked at here, once for all components.
        level: "debug",
        base: null,
        timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
        // Errors are plain before pino sees them.
        serializers: { err: (value: unknown) => value },
        formatters: { level: (level) => ({ level }) },
      },
      { write },
    );
  }

  say(line: Pino, level: LogLevel, message: string, data: object): void {
    this.current = level;
    line[level](plainData(data), plainText(message));
  }
}

export class Logger {
  private constructor(
    private readonly core: LogCore,
    private readonly pino: Pino,
    private readonly component: string,
  ) {}

  static create(options: LoggerOptions): Logger {
    const core = new LogCore(options);
    return new Logger(core, core.pino, "");
  }

  debug(message: string, data?: object): void {
    this.at("debug", message, data);
  }

  info(message: string, data?: object): void {
    this.at("info", message, data);
  }

  warn(message: string, data?: object): void {
    this.at("warn", message, data);
  }

  error(message: string, data?: object): void {
    this.at("error", message, data);
  }

  /** Several of one kind (level, component, message) in a minute are held back and counted. */
  at(level: LogLevel, message: string, data: object = {}): void {
    const { core } = this;
    if (!isAtLeast(level, core.level)) return;
    const tell = (held: number): void =>
      core.say(this.pino, level, `${message} (${held} more in the last minute)`, data);
    if (core.repeats.admit(`${level} ${this.component} ${plainText(message)}`, tell)) {
      core.say(this.pino, level, message, data);
    } else {
      core.held++;
    }
  }

  /** A logger whose lines bear `component`; level, output and repeats are shared. */
  child({ component }: { readonly component: string }): Logger {
    return new Logger(this.core, this.core.pino.child({ component: plainText(component) }), component);
  }

  get level(): LogLevel {
    return this.core.level;
  }

  /** For all components at once. */
  setLevel(level: LogLevel): void {
    this.core.level = level;
  }

  isEnabled(level: LogLevel): boolean {
    return isAtLeast(level, this.core.level);
  }

  /** `log-dropped`: lines that a stuck reader cost; `log-held`: repeats that were only counted. */
  counters(): Readonly<Record<"log-dropped" | "log-held", number>> {
    return { "log-dropped": this.core.output.dropped, "log-held": this.core.held };
  }

  /** Tells what was held back and writes what waits, for half a second at most. */
  close(): void {
    this.core.repeats.end();
    this.core.output.flush(CLOSE_WAIT_MS);
  }
}
