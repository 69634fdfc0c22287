// The answer to what a master asks, from the view of the MIB.
// Apart from the session because here is nothing of sockets and time.
// Always holds: an answer has a bounded size whatever is asked; what is written to is refused; who asks in another context
// than the default one is told that there is none.

import { compareOids, type Oid } from "../oid.js";
import { ValueType } from "../values.js";
import type { Instance, InstanceView } from "../view.js";
import { ErrorStatus, type MasterPdu, type SearchRange, type VarBind } from "./protocol.js";
import type { ResponseWriter } from "./write.js";

/** No more repetitions than fit: the master asks for what is left (RFC 2741, section 7.2.3.3). */
const BULK_BYTES = 32_768;

type Request = Exclude<MasterPdu, { kind: "response" | "close" }>;

/** Undefined where there is nothing to say. */
export function answer(pdu: Request, view: InstanceView, response: ResponseWriter): Buffer | undefined {
  const respond = (error = 0, index = 0) => response.begin(pdu.header, error, index);
  switch (pdu.kind) {
    case "get":
      return all(respond(), pdu.ranges, (range) => got(view, range));
    case "getNext":
      return all(respond(), pdu.ranges, (range) => after(view, range));
    case "getBulk":
      return bulk(respond(), pdu, view);
    case "testSet":
      return respond(ErrorStatus.notWritable, 1).end();
    case "commitSet":
      return respond(ErrorStatus.commitFailed, 1).end();
    case "undoSet":
      return respond(ErrorStatus.undoFailed, 1).end();
    case "cleanupSet":
      return undefined;
    case "otherContext":
      return respond(ErrorStatus.unsupportedContext, 1).end();
  }
}

function all(
  response: ResponseWriter,
  ranges: readonly SearchRange[],
  find: (range: SearchRange) => VarBind,
): Buffer {
  for (const range of ranges) response.add(find(range));
  return response.end();
}

function got(view: InstanceView, { start }: SearchRange): VarBind {
  const found = view.get(start);
  if (found === "noSuchObject") return { oid: start, type: ValueType.NoSuchObject };
  if (found === "noSuchInstance") return { oid: start, type: ValueType.NoSuchInstance };
  return found;
}

function after(view: InstanceView, range: SearchRange): VarBind {
  return nextIn(view, range) ?? { oid: range.start, type: ValueType.EndOfMibView };
}

function nextIn(view: InstanceView, { start, include, end }: SearchRange): Instance | undefined {
  const here = include ? view.get(start) : undefined;
  const found = typeof here === "object" ? here : view.next(start);
  return found === undefined || (end.length > 0 && compareOids(found.oid, end) >= 0) ? undefined : found;
}

/** RFC 2741, section 7.2.3.3: names that are asked once, then rounds over the others. */
function bulk(
  response: ResponseWriter,
  { ranges, nonRepeaters, maxRepetitions }: Extract<MasterPdu, { kind: "getBulk" }>,
  view: InstanceView,
): Buffer {
  for (const range of ranges.slice(0, nonRepeaters)) response.add(after(view, range));
  let cursors = ranges.slice(nonRepeaters);
  for (let round = 0; round < maxRepetitions && cursors.length > 0; round++) {
    // A round is whole or not there: its places say which name an answer is for.
    if (round > 0 && response.size > BULK_BYTES) break;
    let hasMore = false;
    cursors = cursors.map((cursor) => {
      const found = nextIn(view, cursor);
      response.add(found ?? { oid: cursor.start, type: ValueType.EndOfMibView });
      if (found === undefined) return cursor;
      hasMore = true;
      return from(found.oid, cursor.end);
    });
    if (!hasMore) break;
  }
  return response.end();
}

function from(start: Oid, end: Oid): SearchRange {
  return { start, include: false, end };
}
