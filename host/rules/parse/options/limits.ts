// Options that hold alerts back or ask for more packets: threshold, detection_filter, tag.
// Apart because they act after a rule has matched.
// Always holds: at most one of each in a rule.

import type { RuleTag } from "../../model.js";
import type { RuleDraft } from "../draft.js";
import { parts } from "../lexer.js";
import { limitOf, limitWords } from "../limit-arguments.js";
import { wholeNumber } from "../numbers.js";
import { cannot, refuse, shown } from "../problems.js";
import type { OptionEntry } from "./entry.js";

const TAG_COUNT_MAX = 0x7fffffff;
const METRICS: readonly RuleTag["metric"][] = ["packets", "seconds", "bytes"];

export const LIMIT_OPTIONS: readonly OptionEntry[] = [
  {
    name: "threshold",
    form: "threshold:type limit, threshold or both, track TRACK, count N, seconds N",
    meaning:
      "The first N of each period, every Nth, or one after N. TRACK is `by_src`, `by_dst`, `by_both` or `by_rule`",
    value: "needed",
    once: true,
    read: (draft, value) => {
      const words = limitWords("threshold", value, ["type", "track", "count", "seconds"]);
      draft.limits.push(limitOf("threshold", words));
    },
  },
  {
    name: "detection_filter",
    form: "detection_filter:track TRACK, count N, seconds N",
    meaning: "The rule matches only beyond N matches in the period",
    value: "needed",
    once: true,
    read: (draft, value) => {
      const words = limitWords("detection_filter", value, ["track", "count", "seconds"]);
      draft.limits.push(limitOf("detection_filter", words));
    },
  },
  {
    name: "tag",
    form: "tag:session,N,packets, seconds or bytes",
    meaning: "Keeps what follows in the same flow. `tag:host` is refused: evidence is kept by flow",
    value: "needed",
    once: true,
    read: readTag,
  },
];

function readTag(draft: RuleDraft, value: string): void {
  const [type = "", count = "", metricText = "", ...more] = parts(value);
  if (type === "host") cannot("tag:host: stray keeps evidence by flow, not by host; write tag:session");
  const metric = METRICS.find((known) => known === metricText);
  if (type !== "session" || metric === undefined || more.length > 0) {
    refuse("tag:session,N,packets (or seconds, or bytes)", shown(value));
  }
  draft.tag = { type, metric, count: wholeNumber("tag's count", count, 1, TAG_COUNT_MAX) };
}
