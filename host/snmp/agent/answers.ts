// What a request is answered: GET, GETNEXT, GETBULK over a view, and SET refused (RFC 3416, section 4.2).
// Apart from messages and security: here is only what was asked, and what there is room and time for.
// Always holds: an answer fits its room; the work is bounded by NAMES_MAX, REPETITIONS_MAX, the room and TIME_MS.

import { END_OF_MIB_VIEW, emptyVarbind, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, varbind } from "../ber/varbind.js";
import type { Oid } from "../oid.js";
import type { InstanceView } from "../view.js";
import {
  type Answer,
  GENERAL_ERROR,
  GET,
  GET_BULK,
  GET_NEXT,
  NAMES_MAX,
  NOT_WRITABLE,
  type Request,
  SET,
  TOO_BIG,
} from "./pdu.js";

/** Of GETBULK; what fits into a datagram is fewer. */
const REPETITIONS_MAX = 1000;
/** For one request: a view that is slow holds up nobody for longer. */
export const TIME_MS = 20;

export interface Room {
  /** For the variable bindings of an answer, in bytes. */
  readonly bytes: number;
  /** The same for GETBULK. */
  readonly bulkBytes: number;
  readonly nowMs: () => number;
}

/** Undefined: not a request that an agent answers. */
export function answer(request: Request, view: InstanceView, room: Room): Answer | undefined {
  const { type, names } = request;
  if (type === SET) return error(names.length === 0 ? 0 : NOT_WRITABLE, names.length === 0 ? 0 : 1, names);
  if (type !== GET && type !== GET_NEXT && type !== GET_BULK) return undefined;
  if (names.length > NAMES_MAX) return error(TOO_BIG, 0, []);
  return type === GET_BULK ? bulk(request, view, room) : each(request, view, room);
}

function each({ type, names }: Request, view: InstanceView, { bytes, nowMs }: Room): Answer {
  const endMs = nowMs() + TIME_MS;
  const varbinds: Buffer[] = [];
  let rest = bytes;
  for (const name of names) {
    if (nowMs() > endMs) return error(GENERAL_ERROR, varbinds.length + 1, names);
    const found = type === GET ? got(name, view) : behind(name, view).bytes;
    rest -= found.length;
    // Section 4.2.1: then with no bindings at all.
    if (rest < 0) return error(TOO_BIG, 0, []);
    varbinds.push(found);
  }
  return { status: 0, index: 0, varbinds };
}

/** Section 4.2.3: as many as there are room and time for, one at least. */
function bulk(request: Request, view: InstanceView, { bulkBytes, nowMs }: Room): Answer {
  const { names } = request;
  const once = Math.min(Math.max(request.nonRepeaters, 0), names.length);
  const repetitions = Math.min(Math.max(request.maxRepetitions, 0), REPETITIONS_MAX);
  const endMs = nowMs() + TIME_MS;
  const varbinds: Buffer[] = [];
  let rest = bulkBytes;
  /** False: it does not fit any more. */
  const add = (found: Buffer): boolean => {
    rest -= found.length;
    if (rest >= 0) varbinds.push(found);
    return rest >= 0 && nowMs() <= endMs;
  };
  const done = (): Answer =>
    varbinds.length > 0 ? { status: 0, index: 0, varbinds } : error(TOO_BIG, 0, []);
  for (const name of names.slice(0, once)) if (!add(behind(name, view).bytes)) return done();
  let places = names.slice(once);
  if (places.length === 0 || repetitions === 0) return { status: 0, index: 0, varbinds };
  for (let round = 0; round < repetitions; round++) {
    let isOver = true;
    const next: Oid[] = [];
    for (const name of places) {
      const found = behind(name, view);
      if (!add(found.bytes)) return done();
      isOver &&= found.isLast;
      next.push(found.oid);
    }
    if (isOver) break;
    places = next;
  }
  return done();
}

function got(name: Oid, view: InstanceView): Buffer {
  const found = view.get(name);
  if (found === "noSuchObject") return emptyVarbind(name, NO_SUCH_OBJECT);
  return found === "noSuchInstance" ? emptyVarbind(name, NO_SUCH_INSTANCE) : varbind(found);
}

function behind(name: Oid, view: InstanceView): { bytes: Buffer; oid: Oid; isLast: boolean } {
  const found = view.next(name);
  return found === undefined
    ? { bytes: emptyVarbind(name, END_OF_MIB_VIEW), oid: name, isLast: true }
    : { bytes: varbind(found), oid: found.oid, isLast: false };
}

/** With the names that were asked for, as sections 4.2.1 and 4.2.5 want it. */
function error(status: number, index: number, names: readonly Oid[]): Answer {
  return { status, index, varbinds: names.slice(0, NAMES_MAX).map((name) => emptyVarbind(name)) };
}
