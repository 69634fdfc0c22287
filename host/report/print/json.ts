// The report as JSON: the model itself.
// Apart because every form is a function of the report. Always holds: ASCII, one object, a line feed at its end.

import { asciiJson } from "../../export/eve-evidence.js";
import type { Report } from "../model.js";

export function reportJson(report: Report): string {
  return `${asciiJson(report)}\n`;
}
