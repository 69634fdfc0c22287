// The rules in force with what all workers have counted of each.
// Apart from the keeper because it is asked for, not kept. Counts begin when the rules came into force.

import type { RuleLine } from "../control/rule-methods.js";
import type { RuleInWords } from "./rule-words.js";
import type { WorkerHandle } from "./worker-handle.js";

export function ruleList(
  rules: readonly RuleInWords[],
  workers: readonly WorkerHandle[],
): readonly RuleLine[] {
  const counts = workers.map((worker) => worker.ruleCounts);
  return rules.map(({ gid, sid, rev, action, message, priority, place: { file, line } }, index) => {
    const total = { matches: 0, alerts: 0, limited: 0, filtered: 0 };
    for (const each of counts) {
      const count = each[index];
      if (count === undefined) continue;
      total.matches += count.matches;
      total.alerts += count.alerts;
      total.limited += count.limited;
      total.filtered += count.filtered;
    }
    return { gid, sid, rev, action, message, priority, file, line, ...total };
  });
}
