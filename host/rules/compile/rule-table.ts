// The entries of the table of rules, and of the limits that they point to.
// Apart from the rest of the image because it is where all other tables come together.
// Always holds: orders are all different; a rule that is told first has the lowest.

import * as L from "../../../assembly/match/rules-layout.js";
import { type Rule, type RuleAction, type RuleLimit, RuleRefusal, type Track } from "../model.js";
import type { PreparedRule } from "./prepare.js";

/** A rule that was taken: what it is by itself, and its numbers in the tables of all. */
export interface PlacedRule extends PreparedRule {
  readonly sets: {
    readonly source: number;
    readonly destination: number;
    readonly sourcePorts: number;
    readonly destinationPorts: number;
  };
  /** Of the first op, counted over all rules. */
  readonly firstOp: number;
  /** Of the first limit, counted over all rules. */
  readonly firstLimit: number;
  readonly limits: readonly PlacedLimit[];
}

export interface PlacedLimit {
  readonly limit: RuleLimit;
  readonly set: number;
}

const ACTIONS: Readonly<Record<RuleAction, { readonly number: number; readonly rank: number }>> = {
  pass: { number: L.ACTION_PASS, rank: 0 },
  drop: { number: L.ACTION_DROP, rank: 1 },
  sdrop: { number: L.ACTION_SDROP, rank: 2 },
  reject: { number: L.ACTION_REJECT, rank: 3 },
  rejectdst: { number: L.ACTION_REJECT_DST, rank: 3 },
  rejectboth: { number: L.ACTION_REJECT_BOTH, rank: 3 },
  alert: { number: L.ACTION_ALERT, rank: 4 },
  log: { number: L.ACTION_LOG, rank: 5 },
};

const LIMIT_TYPES: Readonly<Record<RuleLimit["type"], number>> = {
  detection: L.LIMIT_DETECTION,
  limit: L.LIMIT_LIMIT,
  threshold: L.LIMIT_THRESHOLD,
  both: L.LIMIT_BOTH,
  suppress: L.LIMIT_SUPPRESS,
};

const TRACKS: Readonly<Record<Track, number>> = {
  by_src: L.TRACK_SOURCE,
  by_dst: L.TRACK_DESTINATION,
  by_both: L.TRACK_BOTH,
  by_rule: L.TRACK_RULE,
};

const TAG_METRICS = {
  packets: L.TAG_METRIC_PACKETS,
  seconds: L.TAG_METRIC_SECONDS,
  bytes: L.TAG_METRIC_BYTES,
} as const;

export function actionNumber(action: RuleAction): number {
  return ACTIONS[action].number;
}

/** Place of each rule when all are put in order: by action, then priority, then place in the files. */
export function ordersOf(rules: readonly Rule[]): Uint32Array {
  const indexes = rules.map((_, index) => index);
  indexes.sort((a, b) => {
    const [left, right] = [rules[a]!, rules[b]!];
    return ACTIONS[left.action].rank - ACTIONS[right.action].rank || left.priority - right.priority || a - b;
  });
  const orders = new Uint32Array(rules.length);
  for (const [order, index] of indexes.entries()) orders[index] = order;
  return orders;
}

/** Throws RuleRefusal for a number that has no room in the table. */
export function checkNumbers({ sid, gid, rev, limits, tag }: Rule): void {
  check("sid", sid);
  check("gid", gid);
  check("rev", rev);
  for (const limit of limits) {
    check("count", limit.count);
    check("seconds", limit.seconds);
  }
  if (tag) check("the count of tag", tag.count);
}

function check(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return;
  throw new RuleRefusal(`expected ${what} from 0 to 4294967295, found ${value}`);
}

export function writeRule(
  view: DataView,
  at: number,
  placed: PlacedRule,
  order: number,
  programs: number,
  limits: number,
): void {
  const { rule, sets } = placed;
  view.setUint8(at + L.RULE_ACTION_OFFSET, ACTIONS[rule.action].number);
  view.setUint8(at + L.RULE_PROTO_OFFSET, placed.proto);
  view.setUint16(at + L.RULE_FLAGS_OFFSET, placed.flags, true);
  view.setUint16(at + L.RULE_SOURCE_OFFSET, sets.source, true);
  view.setUint16(at + L.RULE_DESTINATION_OFFSET, sets.destination, true);
  view.setUint16(at + L.RULE_SOURCE_PORTS_OFFSET, sets.sourcePorts, true);
  view.setUint16(at + L.RULE_DESTINATION_PORTS_OFFSET, sets.destinationPorts, true);
  view.setUint32(at + L.RULE_PROGRAM_OFFSET, programs + placed.firstOp * L.OP_SIZE, true);
  view.setUint32(at + L.RULE_OPS_OFFSET, placed.ops.length, true);
  view.setUint32(at + L.RULE_BUFFERS_OFFSET, placed.buffers, true);
  view.setUint32(at + L.RULE_SID_OFFSET, rule.sid, true);
  view.setUint32(at + L.RULE_GID_OFFSET, rule.gid, true);
  view.setUint32(at + L.RULE_REV_OFFSET, rule.rev, true);
  view.setUint32(at + L.RULE_ORDER_OFFSET, order, true);
  const hasLimits = placed.limits.length > 0;
  view.setUint32(at + L.RULE_LIMITS_OFFSET, hasLimits ? limits + placed.firstLimit * L.LIMIT_SIZE : 0, true);
  view.setUint32(at + L.RULE_LIMIT_COUNT_OFFSET, placed.limits.length, true);
  if (!rule.tag) return;
  view.setUint8(at + L.RULE_TAG_TYPE_OFFSET, L.TAG_SESSION);
  view.setUint8(at + L.RULE_TAG_METRIC_OFFSET, TAG_METRICS[rule.tag.metric]);
  view.setUint32(at + L.RULE_TAG_COUNT_OFFSET, rule.tag.count, true);
}

export function writeLimit(view: DataView, at: number, { limit, set }: PlacedLimit): void {
  view.setUint8(at + L.LIMIT_TYPE_OFFSET, LIMIT_TYPES[limit.type]);
  view.setUint8(at + L.LIMIT_TRACK_OFFSET, TRACKS[limit.track]);
  view.setUint16(at + L.LIMIT_SET_OFFSET, set, true);
  view.setUint32(at + L.LIMIT_COUNT_OFFSET, limit.count, true);
  view.setUint32(at + L.LIMIT_SECONDS_OFFSET, limit.seconds, true);
}
