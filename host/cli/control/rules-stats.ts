// The work of `stray rules stats`: what the rules in force have done.
// Apart from the rules of files, which need no sensor.
// Always holds: rules come page by page, however many there are; their words are printed with control characters escaped.

import type { ControlClient } from "../../control/client.js";
import type { RuleLine } from "../../control/rule-methods.js";
import { printable } from "../../errors.js";
import type { RulesStatsOptions } from "../rules-command.js";
import { jsonLine, visit } from "./session.js";
import { type TextColumn, textTable } from "./text-table.js";
import { countText } from "./units.js";

const COLUMNS: readonly TextColumn<RuleLine>[] = [
  { header: "SID", text: ({ gid, sid, rev }) => `${gid}:${sid}:${rev}` },
  { header: "ACTION", text: ({ action }) => printable(action) },
  { header: "MATCHES", text: ({ matches }) => countText(matches), isRight: true },
  { header: "ALERTS", text: ({ alerts }) => countText(alerts), isRight: true },
  { header: "LIMITED", text: ({ limited }) => countText(limited), isRight: true },
  { header: "FILTERED", text: ({ filtered }) => countText(filtered), isRight: true },
  { header: "MESSAGE", text: ({ message }) => printable(message) },
];

export async function runRulesStats(options: RulesStatsOptions): Promise<number> {
  return await visit(options, async (client, out) => {
    const { count, rules } = await allRules(client, options.all !== true);
    const shown = rules
      .toSorted((a, b) => b.matches - a.matches)
      .slice(0, options.top ?? Number.POSITIVE_INFINITY);
    if (options.json) out.line(jsonLine({ count, rules: shown }));
    else for (const line of statsLines(count, shown)) out.line(`${line}\n`);
    return 0;
  });
}

async function allRules(
  client: ControlClient,
  matched: boolean,
): Promise<{ count: number; rules: RuleLine[] }> {
  const rules: RuleLine[] = [];
  for (let after = 0; ; ) {
    const page = await client.call("v1.rules.list", { after, matched });
    rules.push(...page.rules);
    if (page.next === null) return { count: page.count, rules };
    after = page.next;
  }
}

export function statsLines(count: number, shown: readonly RuleLine[]): readonly string[] {
  if (count === 0) return ["no rules are in force"];
  if (shown.length === 0) {
    return [
      count === 1
        ? "the one rule in force has not matched yet"
        : `none of ${countText(count)} rules has matched yet`,
    ];
  }
  return textTable(COLUMNS, shown);
}
