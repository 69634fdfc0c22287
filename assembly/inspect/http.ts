// HTTP of a stream for the rules: each head and body that the parser finds, with its buffers scanned.
// Apart from the parser, which knows no rules. Always holds: EVENTS_MAX events a packet; a rule tells a message once.

import { Flow } from "../flow/flow";
import { HTTP_EVENT_NONE, HTTP_MESSAGE_OFFSET } from "../http/http-layout";
import { nextHttp } from "../http/next";
import { PACKET_BIT_SWAPPED } from "../layout";
import { beginScan } from "../match/candidates";
import { BUFFER_PAYLOAD, MATCH_BIT_HTTP, MATCHER_BUFFER } from "../match/rules-layout";
import { scan } from "../match/scan";
import { Stream } from "../stream/stream";
import { STREAM_HTTP_OFFSET } from "../stream/stream-layout";
import { Packet } from "../wire/packet";
import { isMatched, noteMatch } from "./outcome";
import {
  candidateAt,
  flagsOf,
  HTTP_RULES,
  holds,
  listedRule,
  listSize,
  matcherOf,
  plainListOf,
} from "./rules";
import { setStreamPayload } from "./segment";
import { bufferAddress, bufferLength, inspectState } from "./state";
import { isTold } from "./told";

/** More than the shortest requests that fill a window of 8 KiB: what lies behind them must not hide. */
const EVENTS_MAX: u32 = 2048;

/** Reads what is new as HTTP; with rules, looks at those that look into its buffers. */
export function lookAtHttp(
  image: usize,
  session: usize,
  stream: Stream,
  p: Packet,
  flow: Flow,
  toServer: bool,
  wantsBodies: bool,
): void {
  for (let events: u32 = 0; events < EVENTS_MAX; events++) {
    const event = nextHttp(stream, flow, toServer, wantsBodies);
    if (event == HTTP_EVENT_NONE) return;
    if (image != 0) lookAtMessage(image, session, stream, p, flow);
  }
}

function lookAtMessage(image: usize, session: usize, stream: Stream, p: Packet, flow: Flow): void {
  const s = inspectState();
  setStreamPayload(stream);
  const message = load<u32>(changetype<usize>(stream) + STREAM_HTTP_OFFSET, HTTP_MESSAGE_OFFSET);
  beginScan();
  let there = s.word & ~((<u32>1) << BUFFER_PAYLOAD);
  while (there != 0) {
    const buffer = ctz(there);
    there &= there - 1;
    const matcher = matcherOf(image, MATCHER_BUFFER + buffer);
    const start = bufferAddress(buffer);
    if (matcher != 0 && start != 0) scan(image, matcher, start, start, start + bufferLength(buffer));
  }
  for (let i: u32 = 0; i < s.candidates; i++) tryRule(image, candidateAt(i), message, session, p, flow);
  const list = plainListOf(image, p);
  const size = listSize(list);
  for (let i: u32 = 0; i < size; i++) {
    const index = listedRule(image, list, i);
    if ((<u32>flagsOf(image, index) & HTTP_RULES) != 0) tryRule(image, index, message, session, p, flow);
  }
}

/** `message`: where it begins, so that a message that is told several times gives one alert. */
function tryRule(image: usize, index: u32, message: u32, session: usize, p: Packet, flow: Flow): void {
  if (isMatched(index) || !holds(image, index, p, flow, session)) return;
  const fromB = p.has(PACKET_BIT_SWAPPED);
  if (!isTold(session, index, fromB, message)) noteMatch(image, index, MATCH_BIT_HTTP);
}
