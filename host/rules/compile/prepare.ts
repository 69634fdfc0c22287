// What one rule comes to by itself: its program, what it looks into, and when it is asked.
// Apart from the tables because a rule is either taken whole or refused, and a refused one must leave no trace.
// Always holds: nothing that is shared between rules is changed here.

import { FINDING_CAPACITY } from "../../../assembly/layout.js";
import * as L from "../../../assembly/match/rules-layout.js";
import { type ContentOption, type RegexOption, type Rule, type RuleOption, RuleRefusal } from "../model.js";
import { bufferNumber, bufferOf, bufferSide, holdsWithoutBuffer, type Side } from "./buffers.js";
import { chooseFastPattern, type FastPattern } from "./fast-pattern.js";
import type { Op } from "./op.js";
import { isPinned } from "./payload-ops.js";
import { programOf } from "./program.js";

export interface PreparedRule {
  readonly rule: Rule;
  readonly ops: readonly Op[];
  /** PROTO_GROUP_* or RULE_PROTO_IP. */
  readonly proto: number;
  /** PROTO_GROUP_* of the packets it can match. */
  readonly groups: readonly number[];
  readonly flags: number;
  /** Bits of the buffers that must be there. */
  readonly buffers: number;
  /** Undefined for a rule that is asked at a finding, or of every packet. */
  readonly pattern: FastPattern | undefined;
  /** Findings at which it is asked, and ASKS_CAUSE where a new cause is; undefined for other rules. */
  readonly findings: readonly number[] | undefined;
  readonly flowbits: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

const ALL_GROUPS = [L.PROTO_GROUP_TCP, L.PROTO_GROUP_UDP, L.PROTO_GROUP_ICMP, L.PROTO_GROUP_OTHER];
const GROUPS_BY_PROTO: ReadonlyMap<number, number> = new Map([
  [1, L.PROTO_GROUP_ICMP],
  [6, L.PROTO_GROUP_TCP],
  [17, L.PROTO_GROUP_UDP],
  [58, L.PROTO_GROUP_ICMP],
]);
// What is different in each packet of a stream, so that it can't speak of bytes of several.
const OF_ONE_PACKET: ReadonlySet<RuleOption["kind"]> = new Set([
  "ack",
  "seq",
  "window",
  "id",
  "fragbits",
  "fragoffset",
  "ipopts",
]);

/** Throws RuleRefusal with the reason. */
export function prepareRule(
  rule: Rule,
  compileRegex: (pattern: string, flags: string) => Uint8Array,
): PreparedRule {
  const ops = programOf(rule.options, compileRegex);
  const warnings: string[] = [];
  const side = sideOf(rule, warnings);
  const flags = flagsOf(rule, side);
  checkStream(flags);
  const findings = findingsOf(rule.options, ops);
  const buffers = buffersOf(rule.options, side);
  return {
    rule,
    ops,
    proto: protoOf(rule),
    groups: groupsOf(rule),
    flags: findings === undefined ? flags : flags | L.RULE_FLAG_FINDING,
    buffers,
    pattern: findings === undefined ? usablePattern(rule.options, buffers) : undefined,
    findings,
    flowbits: new Set(ops.flatMap(({ names }) => names ?? [])),
    warnings,
  };
}

function protoOf({ protocol }: Rule): number {
  if (protocol === "ip") return L.RULE_PROTO_IP;
  if (protocol === "udp") return L.PROTO_GROUP_UDP;
  return protocol === "icmp" ? L.PROTO_GROUP_ICMP : L.PROTO_GROUP_TCP;
}

function groupsOf(rule: Rule): readonly number[] {
  const proto = protoOf(rule);
  if (proto !== L.RULE_PROTO_IP) return [proto];
  if (rule.options.some((option) => sideOfOption(option) !== undefined)) return [L.PROTO_GROUP_TCP];
  for (const option of rule.options) {
    if (option.kind !== "ip_proto" || option.negated || option.least !== option.most) continue;
    return [GROUPS_BY_PROTO.get(option.least) ?? L.PROTO_GROUP_OTHER];
  }
  return ALL_GROUPS;
}

function sideOfOption(option: RuleOption): Side | undefined {
  const buffer = bufferOf(option);
  return buffer === undefined ? undefined : bufferSide(buffer);
}

/** Of which side of HTTP the rule's buffers are; undefined when it has none. */
function sideOf({ options, protocol }: Rule, warnings: string[]): "request" | "response" | undefined {
  const first = (side: Side) => options.find((option) => sideOfOption(option) === side);
  const [request, response, either] = [first("request"), first("response"), first("either")];
  if (!request && !response && !either) return undefined;
  if (protocol === "udp" || protocol === "icmp") {
    throw new RuleRefusal(
      `${bufferOf((request ?? response ?? either)!)} is of HTTP, and the rule of ${protocol}`,
    );
  }
  if (request && response) {
    throw new RuleRefusal(
      `${bufferOf(request)} is of a request and ${bufferOf(response)} of a response, which no packet has both of: ` +
        "make two rules, joined by flowbits",
    );
  }
  const toClient = options.some((option) => option.kind === "flow" && option.direction === "to_client");
  const toServer = options.some((option) => option.kind === "flow" && option.direction === "to_server");
  if (request && toClient) {
    warnings.push(`${bufferOf(request)} is of a request, which never goes to_client: this rule can't match`);
  }
  if (response && toServer) {
    warnings.push(
      `${bufferOf(response)} is of a response, which never goes to_server: this rule can't match`,
    );
  }
  if (request) return "request";
  return response || toClient ? "response" : "request";
}

function flagsOf({ options, bidirectional, noAlert, protocol }: Rule, side: Side | undefined): number {
  const content = options.some((option) => bufferOf(option) === "payload");
  const noStream = options.some((option) => option.kind === "flow" && option.stream === "no");
  const onlyStream = options.some((option) => option.kind === "flow" && option.stream === "only");
  const ofOnePacket =
    noStream ||
    options.some(({ kind }) => kind === "dsize") ||
    (content && options.some(({ kind }) => OF_ONE_PACKET.has(kind)));
  return (
    (bidirectional ? L.RULE_FLAG_BIDIRECTIONAL : 0) |
    (noAlert ? L.RULE_FLAG_NO_ALERT : 0) |
    (ofOnePacket ? L.RULE_FLAG_PACKET_ONLY : 0) |
    (onlyStream ? L.RULE_FLAG_STREAM_ONLY : 0) |
    (side === "request" ? L.RULE_FLAG_HTTP_REQUEST : 0) |
    (side === "response" ? L.RULE_FLAG_HTTP_RESPONSE : 0) |
    (content ? L.RULE_FLAG_CONTENT : 0) |
    (content && !ofOnePacket && options.every(floats) ? L.RULE_FLAG_FLOATING : 0) |
    (protocol === "http" ? L.RULE_FLAG_HTTP_PROTO : 0)
  );
}

/** Holds in every text that has one where it holds inside. */
function floats(option: RuleOption): boolean {
  // A rule that changes flow bits is looked at once, not in the stream and then in the packet.
  if (option.kind === "flowbits") return option.action === "isset" || option.action === "isnotset";
  if (bufferOf(option) !== "payload") return true;
  switch (option.kind) {
    case "content":
      if (option.negated || option.startsWith || option.endsWith) return false;
      return option.offset === undefined && option.depth === undefined && !isNamed(option);
    case "pcre":
      return !option.negated && (option.relative || !isPinned(option)) && !looksAtEnd(option);
    case "isdataat":
      return option.relative && !option.negated && typeof option.at === "number";
    default:
      return false;
  }
}

/** It says something of the text's end, or of what follows the match. */
function looksAtEnd({ pattern }: RegexOption): boolean {
  return /\$|\\[zZ]|\(\?[=!]/.test(pattern);
}

/** A place comes from the bytes. */
function isNamed({ distance, within }: ContentOption): boolean {
  return typeof distance === "object" || typeof within === "object";
}

function checkStream(flags: number): void {
  if ((flags & L.RULE_FLAG_STREAM_ONLY) === 0 || (flags & L.RULE_FLAG_PACKET_ONLY) === 0) return;
  throw new RuleRefusal(
    "flow:only_stream wants bytes of a stream, another option (dsize, no_stream, seq ...) those of one packet: " +
      "leave out either",
  );
}

/**
 * Buffers without which the rule can't hold. What must not be in a head wants a head there, or it would hold in every
 * packet that is no HTTP; what must not be in a body wants the body, which comes later than the head.
 */
function buffersOf(options: readonly RuleOption[], side: "request" | "response" | undefined): number {
  let bits = 0;
  let wantsHead = false;
  for (const option of options) {
    const buffer = bufferOf(option);
    if (buffer === undefined || buffer === "payload") continue;
    const isBody = buffer === "http_client_body" || buffer === "file_data";
    if (isBody || !holdsWithoutBuffer(option)) bits |= 1 << bufferNumber(buffer);
    else wantsHead = true;
  }
  if (!wantsHead) return bits;
  return bits | (1 << (side === "response" ? L.BUFFER_HTTP_STAT_CODE : L.BUFFER_HTTP_METHOD));
}

/**
 * A rule that looks into HTTP buffers is asked when those are there, and a pattern of the payload would lead to it at
 * other times: without a content in those buffers it is asked of every message.
 */
function usablePattern(options: readonly RuleOption[], buffers: number): FastPattern | undefined {
  const pattern = chooseFastPattern(options);
  return pattern?.buffer === "payload" && buffers !== 0 ? undefined : pattern;
}

/** Only rules that look into no bytes are asked at a finding; others are asked where their bytes are. */
/** No finding has the last number: it stands for a cause that changed. */
const ASKS_CAUSE = FINDING_CAPACITY - 1;

function findingsOf(options: readonly RuleOption[], ops: readonly Op[]): readonly number[] | undefined {
  if (options.some((option) => bufferOf(option) !== undefined)) return undefined;
  const asked = ops.filter(({ flags }) => (flags & L.OP_FLAG_NEGATED) === 0);
  const findings = asked.filter(({ code }) => code === L.OP_FINDING).map(({ a }) => a);
  if (asked.some(({ code }) => code === L.OP_CAUSE)) findings.push(ASKS_CAUSE);
  return findings.length > 0 ? [...new Set(findings)].sort((a, b) => a - b) : undefined;
}
