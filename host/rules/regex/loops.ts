// Writes the instructions of repeats and choices: the places where a program can go two ways.
// Apart from the generator because all that makes the engine fast is here: ways that the next byte rules out are left
// out, and where ways meet again the place is remembered, so that what lies behind is tried once for each position.
// Always holds: the order of the ways is Perl's. A turn of a loop that took nothing ends the loop.

import * as L from "../../../assembly/match/regex-layout.js";
import type { Label } from "./assembler.js";
import { either, type First, firstOf, followedBy, type Node } from "./ast.js";
import type { ByteSet } from "./byte-set.js";
import type { Context, Generator } from "./generator.js";

type Repeat = Node & { kind: "repeat" };

/** Whether what begins with `first` can't begin with what comes otherwise: the next byte alone decides. */
function decides(first: First, otherwise: First): boolean {
  return !first.open && !otherwise.open && !first.set.meets(otherwise.set);
}

export function generateChoice(g: Generator, items: readonly Node[], after: First, context: Context): void {
  const { assembler } = g;
  const join = assembler.label();
  let isDecided = true;
  const rests = restsOf(items);
  for (const [i, item] of items.slice(0, -1).entries()) {
    const first = firstOf(item);
    const next = assembler.label();
    if (!first.open) g.peek(first.set, next);
    if (!decides(first, followedBy(rests[i]!, after))) {
      isDecided = false;
      const here = assembler.label();
      assembler.emit(L.REGEX_SPLIT, here, next);
      assembler.place(here);
    }
    g.generate(item, after, context);
    assembler.emit(L.REGEX_JUMP, join);
    assembler.place(next);
  }
  g.generate(items.at(-1)!, after, context);
  assembler.place(join);
  if (!isDecided) g.memo(context);
}

/** What the items behind each but the last begin with. */
function restsOf(items: readonly Node[]): First[] {
  const rests: First[] = [];
  for (const item of items.slice(1).toReversed()) {
    const rest = rests.at(-1);
    rests.push(rest === undefined ? firstOf(item) : either(firstOf(item), rest));
  }
  return rests.reverse();
}

export function generateRepeat(g: Generator, node: Repeat, after: First, context: Context): void {
  if (node.item.kind === "set") {
    repeatSet(g, node, node.item.set, after, context);
    return;
  }
  const { item, least, most } = node;
  const again = followedBy(firstOf(item), after);
  if (most === Number.POSITIVE_INFINITY) {
    for (let i = 1; i < least; i++) g.generate(item, again, context);
    if (least === 0) generateStar(g, node, after, context);
    else generatePlus(g, node, after, context);
    return;
  }
  for (let i = 0; i < least; i++) g.generate(item, i + 1 < most ? either(again, after) : after, context);
  if (most > least) generateOptional(g, node, most - least, after, context);
}

/** Goes on into another turn or to `exit`, as the next byte allows; true when no other way is left open. */
function turnOrExit(g: Generator, node: Repeat, turn: Label, exit: Label, after: First): boolean {
  const first = firstOf(node.item);
  if (!first.open) g.peek(first.set, exit);
  if (decides(first, after)) return true;
  if (node.lazy) g.assembler.emit(L.REGEX_SPLIT, exit, turn);
  else g.assembler.emit(L.REGEX_SPLIT, turn, exit);
  return false;
}

/** One turn of a loop; one that took nothing goes to `exit`. */
function generateTurn(g: Generator, node: Repeat, exit: Label, after: First, context: Context): void {
  const { item } = node;
  const inside = either(followedBy(firstOf(item), after), after);
  if (!firstOf(item).open) {
    g.generate(item, inside, context);
    return;
  }
  const register = g.registerOf(node);
  g.assembler.emit(L.REGEX_SAVE, register);
  g.generate(item, inside, { memo: context.memo, loop: register });
  g.assembler.emit(L.REGEX_EMPTY, register, exit);
}

function generateStar(g: Generator, node: Repeat, after: First, context: Context): void {
  const { assembler } = g;
  const [head, turn, exit] = [assembler.label(), assembler.label(), assembler.label()];
  assembler.place(head);
  g.memo(context);
  turnOrExit(g, node, turn, exit, after);
  assembler.place(turn);
  generateTurn(g, node, exit, after, context);
  assembler.emit(L.REGEX_JUMP, head);
  assembler.place(exit);
  if (firstOf(node.item).open) g.memo(context);
}

function generatePlus(g: Generator, node: Repeat, after: First, context: Context): void {
  const { assembler } = g;
  const [head, exit] = [assembler.label(), assembler.label()];
  assembler.place(head);
  g.memo(context);
  generateTurn(g, node, exit, after, context);
  if (turnOrExit(g, node, head, exit, after)) assembler.emit(L.REGEX_JUMP, head);
  assembler.place(exit);
  if (firstOf(node.item).open) g.memo(context);
}

/** Up to `count` turns, each written out. */
function generateOptional(g: Generator, node: Repeat, count: number, after: First, context: Context): void {
  const { assembler } = g;
  const exit = assembler.label();
  let isDecided = true;
  for (let i = 0; i < count; i++) {
    const turn = assembler.label();
    isDecided = turnOrExit(g, node, turn, exit, after) && isDecided;
    assembler.place(turn);
    const inside = i + 1 < count ? either(followedBy(firstOf(node.item), after), after) : after;
    g.generate(node.item, inside, context);
  }
  assembler.place(exit);
  if (!isDecided) g.memo(context);
}

/** Repeats of one byte are counted by the engine, not written out. */
function repeatSet(g: Generator, node: Repeat, set: ByteSet, after: First, context: Context): void {
  const { assembler } = g;
  const { least, most, lazy } = node;
  if (least === most || (!after.open && !set.meets(after.set))) {
    g.span(set, least, most);
    return;
  }
  if (least === 1) g.set(set);
  else if (least > 1) g.span(set, least, least);
  const isStar = most === Number.POSITIVE_INFINITY;
  const row = g.newRow(context);
  if (isStar) assembler.emit(lazy ? L.REGEX_STAR_LAZY : L.REGEX_STAR, set, assembler.runOf(set));
  else assembler.emit(lazy ? L.REGEX_UPTO_LAZY : L.REGEX_UPTO, set, assembler.runOf(set));
  assembler.pushWay(row, followOf(after), context.loop);
  if (isStar) return;
  assembler.push(most - least);
  g.memo(context, row);
}

/** The bytes of which one must come, undefined when none must. */
function followOf(after: First): ByteSet | undefined {
  return after.open || after.set.size === 256 ? undefined : after.set;
}
