// Standalone lines that hold alerts of other rules back: event_filter, threshold, suppress.
// Apart because they may stand in another file than the rules, before or behind them.
// Always holds: what names a rule wins over what names a group, and that over what names all; suppressions add up.

import type { RuleLimit, RulePlace } from "../model.js";
import { readAddresses } from "./addresses.js";
import { limitOf, limitWords, needed, trackOf } from "./limit-arguments.js";
import { wholeNumber } from "./numbers.js";
import { cannot, type Problems } from "./problems.js";
import type { Variables } from "./variables.js";

/** sid 0: every rule of the group; gid 0: of all groups. */
export interface Filter {
  readonly place: RulePlace;
  readonly gid: number;
  readonly sid: number;
  readonly limits: readonly RuleLimit[];
}

interface Limited {
  readonly place: RulePlace;
  readonly gid: number;
  readonly sid: number;
  readonly limits: readonly RuleLimit[];
}

const U32_MAX = 4_294_967_295;
const TARGET = ["gen_id", "sig_id"];

export function readEventFilter(name: string, text: string, place: RulePlace): Filter {
  const words = limitWords(name, text, [...TARGET, "type", "track", "count", "seconds"]);
  return { place, ...targetOf(name, words), limits: [limitOf(name, words)] };
}

export function readSuppression(text: string, place: RulePlace, variables: Variables): Filter {
  const words = limitWords("suppress", text, [...TARGET, "track", "ip"]);
  const track = words.get("track");
  const ip = words.get("ip");
  if ((track === undefined) !== (ip === undefined)) cannot("suppress has track and ip together, or neither");
  const suppression = { type: "suppress", count: 1, seconds: 1 } as const;
  if (track === undefined) {
    return { place, ...targetOf("suppress", words), limits: [{ ...suppression, track: "by_rule" }] };
  }
  const tracks = track === "by_either" ? (["by_src", "by_dst"] as const) : [trackOf("suppress", track)];
  if (track === "by_both" || track === "by_rule") cannot("suppress is track by_src, by_dst or by_either");
  const addresses = readAddresses(ip!, variables);
  const limits = tracks.map((each): RuleLimit => ({ ...suppression, track: each, addresses }));
  return { place, ...targetOf("suppress", words), limits };
}

function targetOf(name: string, words: ReadonlyMap<string, string>): { gid: number; sid: number } {
  const gid = wholeNumber(`${name}'s gen_id`, needed(name, words, "gen_id"), 0, U32_MAX);
  const sid = wholeNumber(`${name}'s sig_id`, needed(name, words, "sig_id"), 0, U32_MAX);
  if (gid === 0 && sid !== 0)
    cannot(`${name}: gen_id 0 means all rules and goes with sig_id 0; write gen_id 1`);
  return { gid, sid };
}

/** The limits of each rule with those of the filters, by the rule's place in `rules`. */
export function limitsWith(
  rules: readonly Limited[],
  filters: readonly Filter[],
  problems: Problems,
): RuleLimit[][] {
  const groups = new Set(rules.map(({ gid }) => gid));
  const loaded = new Set(rules.map(({ gid, sid }) => `${gid}:${sid}`));
  const byTarget = new Map<string, { event?: Filter; suppressions: RuleLimit[] }>();
  for (const filter of filters) {
    const { gid, sid, place } = filter;
    const key = `${gid}:${sid}`;
    const isOfSome = sid === 0 ? gid === 0 || groups.has(gid) : loaded.has(key);
    if (!isOfSome)
      problems.warning(
        place,
        `no rule with gid ${gid}${sid === 0 ? "" : ` and sid ${sid}`} is loaded`,
        sid === 0 ? {} : { sid },
      );
    const known = byTarget.get(key) ?? { suppressions: [] };
    byTarget.set(key, known);
    if (filter.limits[0]!.type === "suppress") known.suppressions.push(...filter.limits);
    else {
      if (known.event !== undefined)
        problems.warning(place, `replaces the filter of line ${known.event.place.line} for the same rules`);
      known.event = filter;
    }
  }
  return rules.map((rule) => limitsOf(rule, byTarget, problems));
}

function limitsOf(
  rule: Limited,
  byTarget: ReadonlyMap<string, { event?: Filter; suppressions: RuleLimit[] }>,
  problems: Problems,
): RuleLimit[] {
  const { gid, sid } = rule;
  const [own, group, all] = [`${gid}:${sid}`, `${gid}:0`, "0:0"].map((key) => byTarget.get(key));
  const suppressions = [own, group, all].flatMap((target) => target?.suppressions ?? []);
  const detection = rule.limits.filter(({ type }) => type === "detection");
  let thresholds = rule.limits.filter(({ type }) => type !== "detection");
  if (own?.event !== undefined) {
    if (thresholds.length > 0) {
      problems.warning(own.event.place, "replaces the threshold written in the rule itself", { sid });
    }
    thresholds = [...own.event.limits];
  } else if (thresholds.length === 0) {
    thresholds = [...((group?.event ?? all?.event)?.limits ?? [])];
  }
  return [...detection, ...thresholds, ...suppressions];
}
