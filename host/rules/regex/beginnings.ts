// Where a match of a tree can begin: what the engine looks for before it tries anything.
// Apart from the generator because it only saves work: without it every position would be tried.
// Always holds: no beginning is ruled out at which the tree could match.

import * as L from "../../../assembly/match/regex-layout.js";
import type { Header } from "./assembler.js";
import { type Assertion, firstOf, type Node } from "./ast.js";
import { type ByteSet, type Char, charOf } from "./byte-set.js";

const MASK_SHIFT = 8;
const SECOND_SHIFT = 16;

export function beginningOf(root: Node, hasReferences: boolean): Pick<Header, "start" | "head" | "lead"> {
  // With references to groups it matters where a group began, so a later beginning can do what an earlier one did not.
  const lead = hasReferences ? undefined : leadOf(root);
  return { ...placeOf(root), ...(lead !== undefined && { lead }) };
}

function placeOf(root: Node): Pick<Header, "start" | "head"> {
  if (beginsAt(root, "text")) return { start: L.REGEX_START_TEXT, head: 0 };
  if (beginsAt(root, "from")) return { start: L.REGEX_START_FROM, head: 0 };
  if (beginsAt(root, "line")) return { start: L.REGEX_START_LINE, head: 0 };
  const [first, second] = headOf(root).chars;
  if (first !== undefined) {
    const head = first.byte | (first.mask << MASK_SHIFT);
    if (second === undefined) return { start: L.REGEX_START_BYTE, head };
    return {
      start: L.REGEX_START_PAIR,
      head: head | ((second.byte | (second.mask << MASK_SHIFT)) << SECOND_SHIFT),
    };
  }
  const { set, open } = firstOf(root);
  return open || set.size === 256
    ? { start: L.REGEX_START_ANY, head: 0 }
    : { start: L.REGEX_START_SET, head: set };
}

/** Whether every match begins with this assertion. */
function beginsAt(node: Node, assertion: Assertion): boolean {
  switch (node.kind) {
    case "assertion":
      return node.assertion === assertion;
    case "sequence": {
      const [first] = node.items;
      return first !== undefined && beginsAt(first, assertion);
    }
    case "choice":
      return node.items.every((item) => beginsAt(item, assertion));
    case "group":
    case "atomic":
      return beginsAt(node.item, assertion);
    case "repeat":
      return node.least > 0 && beginsAt(node.item, assertion);
    default:
      return false;
  }
}

interface Head {
  readonly chars: readonly Char[];
  /** These characters are the whole node, so what follows them goes on. */
  readonly whole: boolean;
}

/** The characters, two at most, that every match begins with. */
function headOf(node: Node): Head {
  switch (node.kind) {
    case "set": {
      const char = charOf(node.set);
      return char === undefined ? { chars: [], whole: false } : { chars: [char], whole: true };
    }
    case "sequence": {
      const chars: Char[] = [];
      for (const item of node.items) {
        const head = headOf(item);
        chars.push(...head.chars);
        if (chars.length >= 2 || !head.whole) return { chars: chars.slice(0, 2), whole: false };
      }
      return { chars, whole: true };
    }
    case "group":
    case "atomic":
      return headOf(node.item);
    case "repeat": {
      if (node.least === 0) return { chars: [], whole: false };
      const { chars, whole } = headOf(node.item);
      if (node.least === 1 || !whole) return { chars, whole: false };
      return { chars: [...chars, ...chars].slice(0, 2), whole: false };
    }
    case "assertion":
    case "look":
      return { chars: [], whole: true };
    default:
      return { chars: [], whole: false };
  }
}

/** The set of which the tree begins with any number; `greedy`: within a group that is not gone back into. */
function leadOf(node: Node, greedy = false): ByteSet | undefined {
  switch (node.kind) {
    case "repeat":
      if (node.item.kind !== "set" || node.most !== Number.POSITIVE_INFINITY || (greedy && node.lazy)) {
        return undefined;
      }
      return node.item.set;
    case "sequence": {
      const [first] = node.items;
      return first === undefined ? undefined : leadOf(first, greedy);
    }
    case "group":
      return leadOf(node.item, greedy);
    case "atomic":
      // The first end that goes well is kept, so a lazy repeat has others from a later beginning.
      return leadOf(node.item, true);
    default:
      return undefined;
  }
}
