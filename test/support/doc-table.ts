// Tables of a Markdown page, for tests that hold a page against the code.
// Apart because every such test reads tables alike. Always holds: a heading that is not there fails the test.

import { expect } from "vitest";

/** Lines of the table with this heading line, without the heading and its rule. */
export function tableLines(page: string, heading: string): string[] {
  const lines = page.split("\n");
  const start = lines.indexOf(heading) + 2;
  expect(start, heading).toBeGreaterThan(1);
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith("|"));
  return lines.slice(start, end < 0 ? undefined : end);
}

/** The same, cell by cell. */
export function tableRows(page: string, heading: string): string[][] {
  return tableLines(page, heading).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
