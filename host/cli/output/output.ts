// Where a command's answer goes, and what it has to say beside it.
// Apart from the writer because the answers of several sensors go through one that marks them.
// Always holds: a text ends with a line feed; texts of several sensors are never mixed within a line.

export interface Output {
  /** The lines share standard output with those of other sensors: nothing may be drawn. */
  readonly isMarked: boolean;
  /** One line or more, each with its line feed. */
  line(text: string): void;
  flush(): void;
  /** A sentence on standard error. */
  warn(text: string): void;
}
