// What is known of addresses as the text of dark.state: a line each, and a last one that vouches for all before it.
// Apart from the file so that what is damaged is told from what is whole without a disk.
// Always holds: a text without its last line, or with another sum, is damaged as a whole; times are ms since 1970.

import { createHash } from "node:crypto";
import { printable } from "../errors.js";
import { ADDRESS_BITS, networkOf } from "./address.js";
import { type AliveEntry, howOf, howText } from "./alive-book.js";
import { COMMENT_MAX } from "./list-text.js";
import { type ListEntry, USES, type Use } from "./networks.js";

const HEAD = "stray dark state 1";
const SUM_LENGTH = 16;

export interface SavedHome {
  readonly network: string;
  readonly from: string;
  /** Learning that was still to come. */
  readonly learnLeftMs: number;
}

export interface SavedState {
  readonly savedMs: number;
  readonly aliveMs: number;
  readonly hasConversed: boolean;
  readonly homes: readonly SavedHome[];
  readonly lists: readonly ListEntry[];
  /** By text of the address; gone through once. */
  readonly alive: Iterable<readonly [address: string, entry: AliveEntry]>;
}

/** The text line by line, each with its line feed, so that others have a turn in between. */
export function* stateLines(state: SavedState): Generator<string> {
  const sum = createHash("sha256");
  let lines = 0;
  const line = (text: string): string => {
    lines++;
    sum.update(`${text}\n`);
    return `${text}\n`;
  };
  yield line(HEAD);
  yield line(`saved ${state.savedMs}`);
  yield line(`alive-for ${state.aliveMs}`);
  yield line(`conversed ${state.hasConversed ? 1 : 0}`);
  for (const { network, from, learnLeftMs } of state.homes)
    yield line(`home ${network} ${learnLeftMs} ${from}`);
  for (const { network, use, origin, comment } of state.lists) {
    yield line(`list ${network.text} ${use} ${origin} ${comment}`.trimEnd());
  }
  for (const [address, { sinceMs, lastMs, how }] of state.alive) {
    yield line(`alive ${address} ${sinceMs} ${lastMs} ${howText(how)}`);
  }
  yield `end ${lines} ${sum.digest("hex").slice(0, SUM_LENGTH)}\n`;
}

/** The state, or why it is none. */
export function parseState(text: string): SavedState | string {
  const lines = text.split("\n");
  if (lines[0] !== HEAD) return `it does not begin with "${HEAD}"`;
  if (lines.pop() !== "") return "its last line is cut short";
  const content = lines.slice(0, -1);
  const sum = createHash("sha256")
    .update(`${content.join("\n")}\n`)
    .digest("hex")
    .slice(0, SUM_LENGTH);
  if (lines.at(-1) !== `end ${content.length} ${sum}`)
    return "its last line does not fit the lines before it";
  const plain = { saved: 0, "alive-for": 0, conversed: 0 };
  const homes: SavedHome[] = [];
  const lists: ListEntry[] = [];
  const alive: [string, AliveEntry][] = [];
  for (const [index, line] of content.slice(1).entries()) {
    const [what = "", ...words] = line.split(" ");
    const [first = ""] = words;
    const wrong = `its line ${index + 2} is none of ours`;
    if (what === "saved" || what === "alive-for" || what === "conversed") {
      const value = numberOf(first);
      if (value === undefined) return wrong;
      plain[what] = value;
    } else if (what === "home") {
      const home = homeOf(words);
      if (home === undefined) return wrong;
      homes.push(home);
    } else if (what === "list") {
      const list = listOf(words);
      if (list === undefined) return wrong;
      lists.push(list);
    } else if (what === "alive") {
      const entry = aliveOf(words);
      if (entry === undefined) return wrong;
      alive.push([first, entry]);
    } else return wrong;
  }
  const hasConversed = plain.conversed === 1;
  return { savedMs: plain.saved, aliveMs: plain["alive-for"], hasConversed, homes, lists, alive };
}

function homeOf([network = "", left = "", ...from]: readonly string[]): SavedHome | undefined {
  const learnLeftMs = numberOf(left);
  if (networkOf(network) === undefined || learnLeftMs === undefined) return undefined;
  return { network, learnLeftMs, from: from.join(" ") };
}

function listOf([where = "", use, origin, ...rest]: readonly string[]): ListEntry | undefined {
  const network = networkOf(where);
  const comment = rest.join(" ");
  if (network === undefined || !USES.includes(use as Use)) return undefined;
  if (comment.length > COMMENT_MAX || printable(comment) !== comment) return undefined;
  if (origin !== "imported" && origin !== "configured") return undefined;
  return { network, use: use as Use, origin, comment };
}

function aliveOf([address = "", since = "", last = "", how = ""]: readonly string[]): AliveEntry | undefined {
  const [sinceMs, lastMs, ways] = [numberOf(since), numberOf(last), howOf(how)];
  if (sinceMs === undefined || lastMs === undefined || ways === undefined) return undefined;
  return networkOf(address)?.prefix === ADDRESS_BITS ? { sinceMs, lastMs, how: ways } : undefined;
}

function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
