// The terminal as a page: another screen while we draw, the user's own back afterwards.
// Apart from what is drawn, because a terminal left in disorder is the worst that this command can do.
// Always holds: whichever way the process ends (key, signal, error of ours), cursor, screen and line mode come back;
// a page is written over the one before, line by line, so nothing flickers.

import { writeSync } from "node:fs";
import type { LineStyle, ScreenLine, ScreenSize } from "./top-page.js";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[H\u001b[2J";
const LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_REST = "\u001b[J";
const RESET = "\u001b[0m";
const STYLES: Readonly<Record<LineStyle, string>> = {
  plain: "",
  bold: "\u001b[1m",
  dim: "\u001b[2m",
  warning: "\u001b[33m",
  heading: "\u001b[7m",
};

const STDOUT = 1;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Of a terminal that doesn't tell its size. */
const USUAL_SIZE = { rows: 24, columns: 80 };

export type Key = "up" | "down" | "left" | "right" | "pageUp" | "pageDown" | "interrupt" | (string & {});

const SEQUENCES: Readonly<Record<string, Key>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  "5~": "pageUp",
  "6~": "pageDown",
};

/** The keys in what a terminal sent; a sequence that stands for none of ours is left out. */
export function keysOf(text: string): Key[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this looks for
  const tokens = text.match(/\u001b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu) ?? [];
  return tokens.flatMap((token): Key[] => {
    if (token === "\u0003" || token === "\u0004") return ["interrupt"];
    if (!token.startsWith("\u001b")) return [token];
    const key = SEQUENCES[token.slice(2)];
    return key === undefined ? [] : [key];
  });
}

export interface ScreenEvents {
  key(key: Key): void;
  /** The size has changed, or the screen must be drawn anew. */
  redraw(): void;
  /** A signal, or a terminal that has gone. */
  quit(): void;
}

export class Screen {
  private isEntered = false;
  private readonly undo: (() => void)[] = [];
  /** Line mode of the keyboard is ours to give back. */
  readonly hasKeys = process.stdin.isTTY === true;

  constructor(
    private readonly isColoured: boolean,
    private readonly events: ScreenEvents,
  ) {}

  get size(): ScreenSize {
    const { rows, columns } = process.stdout;
    return rows > 0 && columns > 0 ? { rows, columns } : USUAL_SIZE;
  }

  enter(): void {
    const { events } = this;
    // Every way out of the process passes here, an error of ours too.
    this.on(process, "exit", () => this.restore());
    for (const signal of SIGNALS) this.on(process, signal, () => events.quit());
    this.on(process, "SIGCONT", () => {
      this.takeTerminal();
      events.redraw();
    });
    this.on(process.stdout, "resize", () => events.redraw());
    this.on(process.stdout, "error", () => events.quit());
    if (this.hasKeys) {
      this.on(process.stdin, "data", (bytes) => {
        for (const key of keysOf(String(bytes))) events.key(key);
      });
      this.on(process.stdin, "end", () => events.quit());
      this.on(process.stdin, "error", () => events.quit());
    }
    this.takeTerminal();
  }

  draw(lines: readonly ScreenLine[]): void {
    // In the last column a terminal may be about to wrap, and clearing would take a character away.
    const width = this.size.columns - 1;
    const texts = lines.map(({ text, style }) => {
      const before = this.isColoured ? STYLES[style] : "";
      return `${before}${text.slice(0, width)}${before === "" ? "" : RESET}${CLEAR_LINE}`;
    });
    process.stdout.write(HOME + texts.join("\r\n") + CLEAR_REST);
  }

  leave(): void {
    this.restore();
    for (const undo of this.undo.splice(0)) undo();
    process.stdin.pause();
  }

  private takeTerminal(): void {
    this.isEntered = true;
    if (this.hasKeys) {
      process.stdin.setRawMode(true);
      process.stdin.resume();
    }
    process.stdout.write(ENTER);
  }

  private restore(): void {
    if (!this.isEntered) return;
    this.isEntered = false;
    try {
      // At once: at exit nothing that waits is written any more.
      writeSync(STDOUT, LEAVE);
      if (this.hasKeys) process.stdin.setRawMode(false);
    } catch {
      // The terminal itself has gone.
    }
  }

  private on(emitter: NodeJS.EventEmitter, event: string, listener: (value: unknown) => void): void {
    emitter.on(event, listener);
    this.undo.push(() => emitter.off(event, listener));
  }
}
