// A table of the page, in a frame that scrolls by itself where the page is too narrow for it.
// Apart because log, findings and the plots' values are tables alike.
// Always holds: a head that names each column; the frame can be reached and scrolled by the keyboard.

import { html, type Markup, type Piece } from "./markup.js";

export interface Column {
  readonly header: string;
  /** Aligned to the right. */
  readonly isNumber?: boolean;
  readonly isCentred?: boolean;
}

export interface TableRow {
  readonly className: string;
  readonly cells: readonly Piece[];
}

export function tableOf(
  columns: readonly Column[],
  rows: readonly (readonly Piece[] | TableRow)[],
  label: string,
  className = "",
): Markup {
  const kind = (i: number): string =>
    columns[i]?.isNumber === true ? "number" : columns[i]?.isCentred === true ? "centred" : "text";
  return html`<div class="scrolls" role="region" aria-label="${label}" tabindex="0"><table class="${className}">
<thead><tr>${columns.map(({ header }, i) => html`<th scope="col" class="${kind(i)}">${header}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => {
  const { className: name, cells } = "cells" in row ? row : { className: "", cells: row };
  return html`<tr class="${name}">${cells.map((cell, i) => html`<td class="${kind(i)}">${cell}</td>`)}</tr>\n`;
})}</tbody></table></div>`;
}
