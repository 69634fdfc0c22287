// Rules looked at: those whose pattern a scan found, and those without a pattern.
// Apart from the streams because datagrams, streams and HTTP buffers are scanned alike.

import { Flow } from "../flow/flow";
import { hasHttp } from "../http/next";
import { COUNTER_EVALUATIONS, PACKET_BIT_SWAPPED, SCRATCH_CANDIDATES_BASE } from "../layout";
import { beginScan } from "../match/candidates";
import { evaluate } from "../match/evaluate";
import { headerMatches, portClass, protoGroup } from "../match/groups";
import {
  BUFFER_PAYLOAD,
  IMAGE_MATCHERS_OFFSET,
  IMAGE_PLAIN_OFFSET,
  IMAGE_PLAIN_RULES_OFFSET,
  IMAGE_PORT_CLASS_COUNT_OFFSET,
  MATCHER_PAYLOAD,
  OP_CONTENT,
  PROTO_GROUP_TCP,
  PROTO_GROUP_UDP,
  RULE_BUFFERS_OFFSET,
  RULE_FLAG_HTTP_PROTO,
  RULE_FLAG_HTTP_REQUEST,
  RULE_FLAG_HTTP_RESPONSE,
  RULE_FLAG_STREAM_ONLY,
  RULE_FLAGS_OFFSET,
  RULE_STATE_STEPS_OFFSET,
} from "../match/rules-layout";
import { scan } from "../match/scan";
import { count } from "../state";
import { streamOf } from "../stream/session";
import { Packet } from "../wire/packet";
import { isMatched, noteMatch, ruleAt, ruleStateAt } from "./outcome";
import { payloadOf, payloadSizeOf } from "./payload";
import { bufferAddress, bufferLength, inspectState, setPayload } from "./state";

/** Flags of rules that look into a buffer of HTTP. */
export const HTTP_RULES: u32 = RULE_FLAG_HTTP_REQUEST | RULE_FLAG_HTTP_RESPONSE;

/** Address of the image's matcher of that number, 0 when it has no pattern. */
export function matcherOf(image: usize, number: u32): usize {
  const offset = load<u32>(image + ((<usize>number) << 2), IMAGE_MATCHERS_OFFSET);
  return offset == 0 ? 0 : image + offset;
}

/** The rule at that place of the list of candidates. */
export function candidateAt(place: u32): u32 {
  return load<u32>(<usize>SCRATCH_CANDIDATES_BASE + ((<usize>place) << 2));
}

/** Makes the packet's own payload the buffer that contents look into. */
export function setPacketPayload(p: Packet): void {
  setPayload(payloadOf(p), payloadSizeOf(p), 0);
}

/** Scans the packet's own payload, which becomes the buffer; its rules are the list of candidates. */
export function scanPayload(image: usize, p: Packet): void {
  setPacketPayload(p);
  beginScan();
  const matcher = matcherOf(image, MATCHER_PAYLOAD + protoGroup(<u32>p.proto));
  const start = bufferAddress(BUFFER_PAYLOAD);
  const size = bufferLength(BUFFER_PAYLOAD);
  if (matcher != 0 && start != 0 && size != 0) scan(image, matcher, start, start, start + size);
}

/** Patterns in the packet's own payload, and the rules they belong to. */
export function lookAtPayload(image: usize, p: Packet, flow: Flow, session: usize): void {
  scanPayload(image, p);
  const s = inspectState();
  for (let i: u32 = 0; i < s.candidates; i++) {
    const index = candidateAt(i);
    if (!isStreamOnly(image, index) && holds(image, index, p, flow, session)) noteMatch(image, index, 0);
  }
}

export function flagsOf(image: usize, index: u32): i32 {
  return <i32>load<u16>(ruleAt(image, index), RULE_FLAGS_OFFSET);
}

export function isStreamOnly(image: usize, index: u32): bool {
  return (flagsOf(image, index) & RULE_FLAG_STREAM_ONLY) != 0;
}

/** Wants the bytes of a stream, in order, and no buffer of HTTP. */
export function isOfStream(image: usize, index: u32): bool {
  return (flagsOf(image, index) & (RULE_FLAG_STREAM_ONLY | <i32>HTTP_RULES)) == RULE_FLAG_STREAM_ONLY;
}

/** The list of rules without a pattern that the packet's protocol and destination port choose. */
export function plainListOf(image: usize, p: Packet): usize {
  const port = <u32>(p.has(PACKET_BIT_SWAPPED) ? p.portA : p.portB);
  const group = protoGroup(<u32>p.proto);
  const hasPorts = group == PROTO_GROUP_TCP || group == PROTO_GROUP_UDP;
  const place =
    group * load<u32>(image, IMAGE_PORT_CLASS_COUNT_OFFSET) + portClass(image, hasPorts ? port : 0);
  return image + load<u32>(image, IMAGE_PLAIN_OFFSET) + ((<usize>place) << 3);
}

/** How many rules a list has: {first, count} into PLAIN_RULES lies at `list`. */
export function listSize(list: usize): u32 {
  return load<u32>(list, 4);
}

/** The rule at that place of a list. */
export function listedRule(image: usize, list: usize, place: u32): u32 {
  const rules = image + load<u32>(image, IMAGE_PLAIN_RULES_OFFSET);
  return load<u32>(rules + ((<usize>(load<u32>(list) + place)) << 2));
}

/** Rules without a pattern, in the packet; those of HTTP's messages and of streams are asked where these are. */
export function lookAtPlain(image: usize, p: Packet, flow: Flow, session: usize): void {
  const list = plainListOf(image, p);
  const size = listSize(list);
  if (size == 0) return;
  setPacketPayload(p);
  for (let i: u32 = 0; i < size; i++) {
    const index = listedRule(image, list, i);
    if ((<u32>flagsOf(image, index) & (HTTP_RULES | RULE_FLAG_STREAM_ONLY)) != 0) continue;
    if (!isMatched(index) && holds(image, index, p, flow, session)) noteMatch(image, index, 0);
  }
}

/** Whether header, buffers and program of the rule hold; PAYLOAD is what the caller set. */
export function holds(image: usize, index: u32, p: Packet, flow: Flow, session: usize): bool {
  const rule = ruleAt(image, index);
  const s = inspectState();
  s.failed = 0;
  s.fell = 0;
  if ((load<u32>(rule, RULE_BUFFERS_OFFSET) & ~s.word) != 0) return false;
  if (!headerMatches(image, rule, p)) return false;
  const wantsHttp = (flagsOf(image, index) & RULE_FLAG_HTTP_PROTO) != 0;
  if (wantsHttp && !isHttp(session, p)) {
    s.fell = <u16>OP_CONTENT; // what is still to come may show that it is HTTP
    return false;
  }
  count(COUNTER_EVALUATIONS);
  const before = s.budget;
  const held = evaluate(image, rule, p, flow, session);
  const steps = ruleStateAt(image, index) + RULE_STATE_STEPS_OFFSET;
  store<u64>(steps, load<u64>(steps) + <u64>(before - s.budget));
  return held;
}

/** The sender's stream was recognised as HTTP. */
function isHttp(session: usize, p: Packet): bool {
  return session != 0 && hasHttp(streamOf(session, p.has(PACKET_BIT_SWAPPED)));
}
