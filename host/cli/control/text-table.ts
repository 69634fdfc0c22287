// Small tables of text whose columns are as wide as what they hold.
// Apart from the table of flow records, whose columns are fixed and are streamed.
// Always holds: no line has blanks at its end; columns never touch.

export interface TextColumn<Row> {
  readonly header: string;
  readonly text: (row: Row) => string;
  /** Numbers stand right. */
  readonly isRight?: boolean;
}

/** Header first; no lines at all without rows. */
export function textTable<Row>(
  columns: readonly TextColumn<Row>[],
  rows: readonly Row[],
  gap = "  ",
): string[] {
  if (rows.length === 0) return [];
  const lines = [
    columns.map(({ header }) => header),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]!.length)));
  return lines.map((cells) =>
    cells
      .map((cell, index) =>
        columns[index]!.isRight ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!),
      )
      .join(gap)
      .trimEnd(),
  );
}
