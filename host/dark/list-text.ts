// The text in which addresses are given to a sensor and taken from one: a line each, what it is and why.
// Apart from the lists because the command line, the daemon and a file read the same text.
// Always holds: whatever the text, reading ends with entries or with problems, each with its line; what is printed is
// read back as the same; nothing unprintable comes in.

import { ALIVE_HOW_SENT } from "../../assembly/detect/detect-layout.js";
import { printable } from "../errors.js";
import { ADDRESS_BITS, type Network, networkOf } from "./address.js";
import { type AliveEntry, howOf, howText } from "./alive-book.js";
import { USES, type Use } from "./networks.js";

/** Characters of a text: more than an export of the largest table has. */
export const LIST_TEXT_MAX = 8 << 20;
/** Lines of lists, `alive` aside. */
export const LIST_LINES_MAX = 20_000;
export const COMMENT_MAX = 200;
const PROBLEMS_MAX = 20;
const LINES_A_TURN = 256;
const SHOWN_MAX = 60;

export interface ListLine {
  readonly line: number;
  readonly network: Network;
  readonly use: Use;
  readonly comment: string;
}

/** What another sensor has heard. */
export interface AliveLine {
  readonly line: number;
  readonly network: Network;
  readonly entry: AliveEntry;
}

export interface ListProblem {
  /** From 1; 0: the text as a whole. */
  readonly line: number;
  readonly message: string;
}

export interface ListText {
  readonly lists: readonly ListLine[];
  readonly alive: readonly AliveLine[];
  readonly problems: readonly ListProblem[];
}

/** `nowMs`: no address was heard later; and when it is not said. */
export function parseList(text: string, nowMs: number): ListText {
  const reader = new ListReader(text, nowMs);
  while (reader.read(Number.POSITIVE_INFINITY)) {}
  return reader;
}

/** The same while others have their turn now and then. */
export async function parseListInTurns(text: string, nowMs: number): Promise<ListText> {
  const reader = new ListReader(text, nowMs);
  while (reader.read(LINES_A_TURN)) await new Promise(setImmediate);
  return reader;
}

class ListReader implements ListText {
  readonly lists: ListLine[] = [];
  readonly alive: AliveLine[] = [];
  readonly problems: ListProblem[] = [];
  private at = 0;
  private line = 0;

  constructor(
    private readonly text: string,
    private readonly nowMs: number,
  ) {
    if (text.length <= LIST_TEXT_MAX) return;
    this.refuse(0, `expected at most ${LIST_TEXT_MAX} characters, found ${text.length}`);
  }

  /** So many lines; false when there is nothing more to read. */
  read(lines: number): boolean {
    for (let count = 0; count < lines; count++) {
      if (this.at > this.text.length) return false;
      const end = this.text.indexOf("\n", this.at);
      const content = this.text.slice(this.at, end < 0 ? this.text.length : end).trim();
      this.at = end < 0 ? this.text.length + 1 : end + 1;
      this.line++;
      if (content !== "" && !content.startsWith("#")) this.take(content);
    }
    return true;
  }

  private take(content: string): void {
    const found = parseLine(content, this.line, this.nowMs);
    if (typeof found === "string") this.refuse(this.line, found);
    else if (!("use" in found)) this.alive.push(found);
    else if (this.lists.push(found) > LIST_LINES_MAX) {
      this.refuse(this.line, `expected at most ${LIST_LINES_MAX} lines of used and unused`);
      this.at = this.text.length + 1;
    }
  }

  private refuse(line: number, message: string): void {
    this.problems.push({ line, message });
    if (line === 0 || this.problems.length >= PROBLEMS_MAX) this.at = this.text.length + 1;
  }
}

/** The line, or what is wrong with it. */
function parseLine(content: string, line: number, nowMs: number): ListLine | AliveLine | string {
  const [where = "", what = "", ...rest] = content.split(/\s+/);
  const network = networkOf(where);
  if (network === undefined)
    return `expected an address or a network such as 192.0.2.0/24, found ${shown(where)}`;
  const comment = content.slice(where.length).trimStart().slice(what.length).trim();
  if (what === "alive") return parseAlive(network, rest, line, nowMs);
  if (!isUse(what)) {
    return `expected ${USES.join(", ")} or alive behind ${network.text}, found ${what === "" ? "nothing" : shown(what)}`;
  }
  if (printable(comment) !== comment) return "expected a comment without control characters";
  if (comment.length > COMMENT_MAX) {
    return `expected a comment of at most ${COMMENT_MAX} characters, found ${comment.length}`;
  }
  return { line, network, use: what, comment };
}

function parseAlive(
  network: Network,
  words: readonly string[],
  line: number,
  nowMs: number,
): AliveLine | string {
  if (network.prefix !== ADDRESS_BITS)
    return `expected one address with alive, found the network ${network.text}`;
  const found = { since: Number.NaN, last: Number.NaN, how: ALIVE_HOW_SENT };
  for (const word of words) {
    if (word.startsWith("#")) break;
    const [, key, value = ""] = /^(since|last|how)=(.+)$/.exec(word) ?? [];
    if (key === "how") {
      const how = howOf(value);
      if (how === undefined) return `expected how=sent,answered,arp,nd or some of it, found ${shown(word)}`;
      found.how = how;
    } else if (key === "since" || key === "last") {
      const ms = timeOf(value);
      if (ms === undefined)
        return `expected ${key}=2026-11-24T18:00:00Z or such a time, found ${shown(word)}`;
      found[key] = ms;
    } else {
      return `expected since=TIME, last=TIME or how=WORDS behind alive, found ${shown(word)}`;
    }
  }
  const lastMs = Math.min(Number.isNaN(found.last) ? nowMs : found.last, nowMs);
  const sinceMs = Math.min(Number.isNaN(found.since) ? lastMs : found.since, lastMs);
  return { line, network, entry: { sinceMs, lastMs, how: found.how } };
}

/** RFC 3339, UTC. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

export function listLine(network: string, use: Use, comment: string): string {
  return `${network} ${use}${comment === "" ? "" : ` ${comment}`}`;
}

export function aliveLine(address: string, { sinceMs, lastMs, how }: AliveEntry): string {
  return `${address} alive since=${timeText(sinceMs)} last=${timeText(lastMs)} how=${howText(how)}`;
}

function timeText(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

function isUse(word: string): word is Use {
  return USES.includes(word as Use);
}

function shown(word: string): string {
  return `"${printable(word.length > SHOWN_MAX ? `${word.slice(0, SHOWN_MAX)}...` : word)}"`;
}
