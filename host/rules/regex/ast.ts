// What a regular expression means, as a tree, and what can be said of a tree before it runs.
// Apart because parser and generator meet here and nowhere else.
// Always holds: case and the flags are already in the sets and assertions; nodes never change.

import { ByteSet } from "./byte-set.js";

export type Assertion =
  | "text"
  | "line"
  | "end"
  | "last-line-end"
  | "line-end"
  | "word-edge"
  | "no-word-edge"
  | "from";

export type Node =
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "choice"; readonly items: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly item: Node;
      readonly least: number;
      /** Infinity without an upper bound. */
      readonly most: number;
      readonly lazy: boolean;
    }
  | { readonly kind: "group"; readonly number: number; readonly item: Node }
  | { readonly kind: "atomic"; readonly item: Node }
  | { readonly kind: "look"; readonly behind: boolean; readonly negated: boolean; readonly item: Node }
  | { readonly kind: "backreference"; readonly number: number; readonly anyCase: boolean }
  | { readonly kind: "assertion"; readonly assertion: Assertion };

/** A whole expression: its tree and the groups that it refers back to. */
export interface Regex {
  readonly root: Node;
  readonly referenced: ReadonlySet<number>;
}

export const EMPTY: Node = { kind: "sequence", items: [] };

/** The first byte of what a node takes; `open`: it may take none, so what follows it counts too. */
export interface First {
  readonly set: ByteSet;
  readonly open: boolean;
}

/** Bytes that a node takes. */
export interface Width {
  readonly least: number;
  readonly most: number;
}

/** Anything may follow, or nothing. */
export const ANYTHING: First = { set: ByteSet.all, open: true };
const NOTHING: First = { set: ByteSet.none, open: true };

export function followedBy(first: First, next: First): First {
  return first.open ? { set: first.set.or(next.set), open: next.open } : first;
}

export function either(a: First, b: First): First {
  return { set: a.set.or(b.set), open: a.open || b.open };
}

const firsts = new WeakMap<Node, First>();
const widths = new WeakMap<Node, Width>();

export function firstOf(node: Node): First {
  let first = firsts.get(node);
  if (first === undefined) {
    first = computeFirst(node);
    firsts.set(node, first);
  }
  return first;
}

function computeFirst(node: Node): First {
  switch (node.kind) {
    case "set":
      return { set: node.set, open: false };
    case "sequence":
      return node.items.reduce(
        (first, item) => (first.open ? followedBy(first, firstOf(item)) : first),
        NOTHING,
      );
    case "choice":
      return node.items.map(firstOf).reduce(either);
    case "repeat": {
      if (node.most === 0) return NOTHING;
      const { set, open } = firstOf(node.item);
      return { set, open: open || node.least === 0 };
    }
    case "group":
    case "atomic":
      return firstOf(node.item);
    case "backreference":
      return ANYTHING;
    default:
      return NOTHING;
  }
}

export function widthOf(node: Node): Width {
  let width = widths.get(node);
  if (width === undefined) {
    width = computeWidth(node);
    widths.set(node, width);
  }
  return width;
}

function computeWidth(node: Node): Width {
  switch (node.kind) {
    case "set":
      return { least: 1, most: 1 };
    case "sequence": {
      const parts = node.items.map(widthOf);
      return {
        least: parts.reduce((sum, { least }) => sum + least, 0),
        most: parts.reduce((sum, { most }) => sum + most, 0),
      };
    }
    case "choice": {
      const parts = node.items.map(widthOf);
      return {
        least: Math.min(...parts.map(({ least }) => least)),
        most: Math.max(...parts.map(({ most }) => most)),
      };
    }
    case "repeat": {
      const { least, most } = widthOf(node.item);
      return { least: least * node.least, most: most === 0 ? 0 : node.most === 0 ? 0 : most * node.most };
    }
    case "group":
    case "atomic":
      return widthOf(node.item);
    case "backreference":
      return { least: 0, most: Number.POSITIVE_INFINITY };
    default:
      return { least: 0, most: 0 };
  }
}

/** One node for several in a row, those inside other rows taken out of them. */
export function sequence(items: readonly Node[]): Node {
  const flat = items.flatMap((item) => (item.kind === "sequence" ? item.items : [item]));
  return flat.length === 1 ? flat[0]! : { kind: "sequence", items: flat };
}

/** One node for several to choose from, those inside other choices taken out of them; neighbours of one byte each become one set, which gives the same match. */
export function choice(items: readonly Node[]): Node {
  const joined: Node[] = [];
  for (const item of items.flatMap((given) => (given.kind === "choice" ? given.items : [given]))) {
    const last = joined.at(-1);
    if (last?.kind === "set" && item.kind === "set") {
      joined[joined.length - 1] = { kind: "set", set: last.set.or(item.set) };
    } else joined.push(item);
  }
  return joined.length === 1 ? joined[0]! : { kind: "choice", items: joined };
}
