// The work of `stray status`.
// Apart from the page it prints, which is tested without a sensor.
// Always holds: the exit code is the same with and without --json.

import type { StatusOptions } from "../status-command.js";
import { jsonLine, visit } from "./session.js";
import { problemsOf, statusPage } from "./status-page.js";

export async function runStatus(options: StatusOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const report = await client.status();
    out.line(options.json ? jsonLine(report) : statusPage(report));
    return problemsOf(report).length > 0 ? 1 : 0;
  });
}
