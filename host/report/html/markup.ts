// HTML made of templates in which every value is escaped, unless it is HTML made the same way.
// Apart because the page holds what came from packets, rules and people, and one place must keep it text.
// Always holds: a value can't leave the text or the quoted attribute that it stands in, and holds no control
// character and no mark that turns the writing direction: they are shown as \x1b, \u202e.

import { printable } from "../../errors.js";

/** HTML that needs no more escaping. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template; null and false leave nothing. */
export type Piece = string | number | Markup | null | false | readonly Piece[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Marks that print nothing and are no control characters: Arabic letter mark, widths of none, byte order mark. */
const INVISIBLE = /[\u061c\u00ad\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]/g;

/** Text as it is safe to show: everything that prints nothing, or turns what follows, is written out. */
export function visible(text: string): string {
  return printable(text).replace(
    INVISIBLE,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** html`<p class="${name}">${text}</p>`: attributes are to be quoted. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let text = parts[0]!;
  pieces.forEach((piece, i) => {
    text += written(piece) + parts[i + 1]!;
  });
  return new Markup(text);
}

function written(piece: Piece): string {
  if (piece === null || piece === false) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "object") return piece.map(written).join("");
  return escapeText(String(piece));
}

/** JSON that may stand in a script element: nothing in it can end the element or begin a comment. */
export function scriptJson(value: unknown): Markup {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "string" ? visible(part) : part,
  );
  return new Markup(
    text.replace(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
