// Makes a tree smaller that means the same: groups that nothing refers to are taken out, repeats of repeats become one.
// Apart from the parser because only a whole pattern says which groups are referred to.
// Always holds: the simpler tree finds the same match, begin and end, as the one it came from.

import { choice, firstOf, type Node, sequence, widthOf } from "./ast.js";

type Repeat = Node & { kind: "repeat" };

const COUNT_MAX = 0x7fff_ffff;

export function simplify(node: Node, referenced: ReadonlySet<number>): Node {
  const inner = (item: Node): Node => simplify(item, referenced);
  switch (node.kind) {
    case "sequence":
      return sequence(node.items.map(inner));
    case "choice":
      return choice(node.items.map(inner));
    case "group":
      return referenced.has(node.number) ? { ...node, item: inner(node.item) } : inner(node.item);
    case "repeat":
      return simplerRepeat({ ...node, item: inner(node.item) });
    case "atomic":
    case "look":
      return { ...node, item: inner(node.item) };
    default:
      return node;
  }
}

function simplerRepeat(outer: Repeat): Node {
  const { item, least, most } = outer;
  // What takes no byte does so any number of times.
  if (widthOf(item).most === 0) return once(outer);
  if (item.kind !== "repeat" || item.lazy || outer.lazy) return outer;
  const isEndless = item.most === Number.POSITIVE_INFINITY && most === Number.POSITIVE_INFINITY;
  // All numbers between come about in either, the largest first.
  const isGapless = item.least <= 1 && (item.item.kind === "set" || (isEndless && least <= 1));
  const isExact = item.item.kind === "set" && item.least === item.most && least === most;
  if (firstOf(item.item).open || (!isGapless && !isExact)) return outer;
  const joined = { least: item.least * least, most: item.most * most };
  const isLarge =
    joined.least > COUNT_MAX || (joined.most > COUNT_MAX && joined.most !== Number.POSITIVE_INFINITY);
  return isLarge ? outer : { ...item, ...joined };
}

function once(repeat: Repeat): Node {
  return repeat.least > 0 ? repeat.item : { ...repeat, most: 1 };
}
