// The tricks in the request that one packet shows by itself: no stream, no session, no rules.
// Apart because it is run for every TCP segment with data, whatever is switched off: other payload is told in a few
// instructions. Always holds: only the packet's captured payload is read.

import { Flow } from "../flow/flow";
import { SCRATCH_HTTP_BASE } from "../layout";
import { Packet } from "../wire/packet";
import { httpFacts } from "./facts";
import { HTTP_URI_AREA_OFFSET, HTTP_URI_CAPACITY } from "./http-layout";
import { isMethodWord, LOOK_REQUEST, look, readRequestLine } from "./start-line";
import { findByte, LF } from "./text";
import { normaliseUri, raiseTricks } from "./uri";

const LINE_MAX: u32 = HTTP_URI_CAPACITY + 64;

/** Raises the findings of the packet's request line, when its payload begins with one. */
export function quickHttp(flow: Flow, p: Packet): void {
  if (p.payloadSize < 6) return;
  const at = <usize>p.payload;
  if (!isMethodWord(load<u32>(at))) return;
  const end = at + <usize>(p.payloadSize < LINE_MAX ? p.payloadSize : LINE_MAX);
  if (look(at, end) != LOOK_REQUEST) return;
  const facts = httpFacts();
  if (!readRequestLine(at, findByte(at, end, LF), facts, false)) return;
  normaliseUri(facts.uri, facts.uriSize, SCRATCH_HTTP_BASE + HTTP_URI_AREA_OFFSET, HTTP_URI_CAPACITY);
  raiseTricks(flow);
}
