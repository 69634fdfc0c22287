// A problem of a rule as a line.
// Apart from loading because whoever tells of problems need not load parser and compiler.

import type { RuleProblem } from "./model.js";

/** `file:line: sid 1000001: refused: reason` */
export function problemText({ level, place, sid, reason }: RuleProblem): string {
  const rule = sid === undefined ? "" : ` sid ${sid}:`;
  return `${place.file}:${place.line}:${rule} ${level === "error" ? "refused" : "warning"}: ${reason}`;
}
