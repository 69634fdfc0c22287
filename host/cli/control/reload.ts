// The work of `stray reload`.
// Apart from the command so that it is loaded only when it runs.
// Always holds: a refusal is exit code 1 whatever kind of fault the file has, since strayd itself goes on.

import { printable, StrayError } from "../../errors.js";
import type { ReloadReport } from "../../sensor/view.js";
import type { ReloadOptions } from "../reload-command.js";
import { jsonLine, visit } from "./session.js";

/** Sockets may have to be opened anew. */
const RELOAD_MS = 60_000;

export async function runReload(options: ReloadOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    let report: ReloadReport;
    try {
      report = await client.reload(RELOAD_MS);
    } catch (error) {
      throw refused(error);
    }
    out.line(options.json ? jsonLine(report) : reloadText(report));
    return 0;
  });
}

function refused(error: unknown): unknown {
  const isOurs = error instanceof StrayError && error.code.startsWith("CONTROL_");
  if (!(error instanceof StrayError) || isOurs) return error;
  return new StrayError(
    error.code,
    `the configuration was refused, the one before stays: ${error.message}`,
    1,
    {
      cause: error,
    },
  );
}

export function reloadText({ changed, restartedCapture, messages }: ReloadReport): string {
  const what =
    changed.length === 0
      ? "reloaded; no key has changed"
      : `reloaded; changed: ${changed.map(printable).join(", ")}`;
  const lines = [
    what,
    ...(restartedCapture ? ["capture was opened anew: packets that came meanwhile were not seen"] : []),
    ...messages.map(printable),
  ];
  return `${lines.join("\n")}\n`;
}
