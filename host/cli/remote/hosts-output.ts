// The answers of several sensors on one standard output.
// Apart from asking them, because order and marks are a matter of text alone.
// Always holds: answers that end come whole and in the order of the hosts, what goes on comes line by line as it comes;
// of a host that waits for its turn little more than HELD_MAX characters are held: it is asked no more meanwhile.

import type { Output } from "../output/output.js";
import type { OutputWriter } from "../output/writer.js";
import type { Remote } from "./remote.js";

const HELD_MAX = 262_144;
const WARNINGS_MAX = 100;

type Style = Pick<Remote, "form" | "hasHeader" | "isStream">;

/** What the outputs of a command's hosts share. */
export class HostsOutput {
  readonly outputs: readonly HostOutput[];
  hasHeader = false;
  private turn = 0;
  private hasText = false;

  constructor(
    names: readonly string[],
    readonly style: Style,
    private readonly out: Pick<OutputWriter, "line" | "flush">,
    private readonly complain: (text: string) => void,
  ) {
    this.outputs = names.map((name, place) => new HostOutput(this, place, name));
  }

  isTurnOf(place: number): boolean {
    return this.turn >= place;
  }

  write(text: string): void {
    this.hasText = true;
    this.out.line(text);
  }

  heading(name: string): void {
    this.write(`${this.hasText ? "\n" : ""}=== ${name} ===\n`);
  }

  flush(): void {
    this.out.flush();
  }

  warn(text: string): void {
    this.out.flush();
    this.complain(text);
  }

  /** After a host has ended: everybody whose turn has come. */
  advance(): void {
    for (let next = this.outputs[this.turn]; next?.hasEnded; next = this.outputs[this.turn]) {
      next.conclude();
      this.turn++;
      this.outputs[this.turn]?.begin();
    }
  }
}

export class HostOutput implements Output {
  readonly isMarked = true;
  hasEnded = false;
  private readonly held: string[] = [];
  private heldCharacters = 0;
  private hasHeading = false;
  private hasLine = false;
  private readonly warnings: string[] = [];
  private release: () => void = () => undefined;
  private readonly begun = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  constructor(
    private readonly all: HostsOutput,
    private readonly place: number,
    readonly name: string,
  ) {}

  line(text: string): void {
    if (text === "") return;
    if (this.all.style.isStream) {
      this.all.write(this.marked(text));
      return;
    }
    this.held.push(text);
    this.heldCharacters += text.length;
    if (this.isFull && this.all.isTurnOf(this.place)) this.pour();
  }

  flush(): void {
    if (this.all.style.isStream) this.all.flush();
  }

  warn(text: string): void {
    const sentence = text.startsWith(`${this.name}: `) ? text : `${this.name}: ${text}`;
    if (this.all.style.isStream) this.all.warn(sentence);
    else if (this.warnings.length < WARNINGS_MAX) this.warnings.push(sentence);
  }

  /** Resolves when there is room for an answer. */
  async mayAsk(): Promise<void> {
    if (!this.isFull || this.all.isTurnOf(this.place)) return;
    await this.begun;
    this.pour();
  }

  begin(): void {
    this.release();
  }

  end(): void {
    this.hasEnded = true;
    this.all.advance();
  }

  /** Its turn has come, and it has said everything. */
  conclude(): void {
    const text = this.held.join("");
    const isOneLine = text.indexOf("\n") === text.length - 1;
    if (!this.hasHeading && isOneLine && this.all.style.form === "text")
      this.pourText(prefixed(this.name, text));
    else this.pour();
    for (const warning of this.warnings) this.all.warn(warning);
  }

  private get isFull(): boolean {
    return this.heldCharacters > HELD_MAX;
  }

  private pour(): void {
    const texts = this.held.splice(0);
    this.heldCharacters = 0;
    if (texts.length === 0) return;
    if (this.all.style.form !== "text") {
      for (const text of texts) this.all.write(this.marked(text));
      return;
    }
    if (!this.hasHeading) this.all.heading(this.name);
    this.hasHeading = true;
    for (const text of texts) this.all.write(text);
  }

  private pourText(text: string): void {
    this.held.length = 0;
    if (text !== "") this.all.write(text);
  }

  private marked(text: string): string {
    const { form } = this.all.style;
    if (form === "json") return withHost(this.name, text);
    return form === "csv" ? this.csv(text) : prefixed(this.name, text);
  }

  /** A name of a host has nothing that CSV would quote. The header is printed once for all. */
  private csv(text: string): string {
    const isHeader = !this.hasLine && this.all.style.hasHeader;
    this.hasLine = true;
    if (!isHeader) return `${this.name},${text}`;
    if (this.all.hasHeader) return "";
    this.all.hasHeader = true;
    return `host,${text}`;
  }
}

/** Each line of the text behind the host's name. */
function prefixed(name: string, text: string): string {
  if (text === "") return "";
  const lines = text.replace(/\n$/, "").split("\n");
  return `${lines.map((line) => (line === "" ? `${name}:` : `${name}: ${line}`)).join("\n")}\n`;
}

/** One JSON object a line, with the host as its first member. */
export function withHost(name: string, line: string): string {
  const rest = line.slice(1);
  return `{"host":${JSON.stringify(name)}${rest.startsWith("}") ? "" : ","}${rest}`;
}
