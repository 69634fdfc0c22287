// Walks in memory: V8 compiles what answers a walk soon after the start, and not in a poller's first walks, each of which
// would cost three times as much.
// Apart from the session because no master takes part.
// Always holds: the answers go nowhere and are counted nowhere; it gives way to the event loop every few requests, and ends
// by itself.

import { setImmediate } from "node:timers/promises";
import type { Oid } from "../oid.js";
import type { InstanceView } from "../view.js";
import { answer } from "./answer.js";
import { Framer } from "./read.js";
import { getNextPdu, ResponseWriter } from "./write.js";

/** Enough for V8 to have compiled it all: with fewer, later walks go on compiling. */
const REQUESTS = 12_000;
/** Less than a millisecond of work. */
const SLICE = 32;

/** They stay: V8 throws compiled code away with an object that it was made for. */
const framer = new Framer();
const response = new ResponseWriter();

/** Asks for everything below `arc`, over and over, as a master does; until `isWanted` says no. */
export async function warmUp(view: InstanceView, arc: Oid, isWanted: () => boolean): Promise<void> {
  const end = [...arc.slice(0, -1), (arc.at(-1) ?? 0) + 1];
  let at: Oid = arc;
  for (let packet = 1; packet <= REQUESTS && isWanted(); packet++) {
    framer.take(getNextPdu({ session: 1, packet, transaction: packet }, at, end), (pdu) => {
      if (pdu.kind === "getNext") answer(pdu, view, response);
      return true;
    });
    at = view.next(at)?.oid ?? arc;
    if (packet % SLICE === 0) await setImmediate();
  }
}
