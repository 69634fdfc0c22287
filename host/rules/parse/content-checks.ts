// What only the whole of a content can show: modifiers that exclude each other, windows too small to hold it.
// Apart from the reading because modifiers come in any order.
// Always holds: a content given out can match some buffer.

import type { ContentOption, Operand } from "../model.js";
import type { ContentDraft } from "./draft.js";
import { cannot } from "./problems.js";

export function finishContent(draft: ContentDraft): ContentOption {
  const { bufferBy: _, ...content } = draft;
  const { offset, depth, distance, within } = content;
  const isAbsolute = offset !== undefined || depth !== undefined;
  const isRelative = distance !== undefined || within !== undefined;
  if (isAbsolute && isRelative) {
    cannot(
      "a content counts either from the buffer's beginning (offset, depth) or from the last match (distance, within)",
    );
  }
  if (content.startsWith && (isAbsolute || isRelative)) {
    cannot("startswith says where the content is; offset, depth, distance and within can't be added");
  }
  checkRoom("depth", depth, content.bytes.length);
  checkRoom("within", within, content.bytes.length);
  checkFastPattern(content);
  return content;
}

function checkRoom(name: string, room: Operand | undefined, length: number): void {
  if (typeof room !== "number" || room >= length) return;
  cannot(`${name}:${room} leaves no room for the content's ${length} bytes; write at least ${length}`);
}

function checkFastPattern({ fastPattern, bytes }: ContentOption): void {
  if (fastPattern === undefined || fastPattern === "whole") return;
  const { offset, length } = fastPattern;
  if (offset + length <= bytes.length) return;
  cannot(`fast_pattern:${offset},${length} reaches beyond the content's ${bytes.length} bytes`);
}
