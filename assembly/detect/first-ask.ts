// What a source asked for first: it waits in the source's own line until the source asks again or something else is said
// of it, and only then takes trackers. Apart from the trackers because most sources ask once, and then three lines of
// memory stay untouched. Always holds: what is known of a source is the same as if its trackers had it from the start.

import { hostKey, portBit, portKey } from "./ask-keys";
import {
  SOURCE_FIRST_FAILED,
  SOURCE_FIRST_OPENED,
  SOURCE_FIRST_PORT_MASK,
  SOURCE_FIRST_WAITS,
  SOURCE_FIRST_WAY_SHIFT,
  SOURCE_FIRST_WHAT_MASK,
} from "./detect-layout";
import { Source } from "./sources";
import { bitOf, hostFor, portFor } from "./trackers";

const WAY_MASK: u32 = 0xff;

/** Keeps it when nothing is kept of the source; else the trackers have to take it. `host` the addressHash(). */
export function keepFirst(source: Source, way: u32, host: u64, port: u32): bool {
  if (source.first != 0 || source.tracks != 0) return false;
  source.first = whatOf(way, port) | SOURCE_FIRST_WAITS;
  source.firstHost = host;
  return true;
}

function whatOf(way: u32, port: u32): u32 {
  return (way << SOURCE_FIRST_WAY_SHIFT) | (port & SOURCE_FIRST_PORT_MASK);
}

/** The source's first ask, which still waits here, was for that. */
export function isFirst(source: Source, way: u32, host: u64, port: u32): bool {
  const first = source.first;
  return first != 0 && (first & SOURCE_FIRST_WHAT_MASK) == whatOf(way, port) && source.firstHost == host;
}

/** What came of it: SOURCE_FIRST_FAILED or SOURCE_FIRST_OPENED. */
export function settleFirst(source: Source, result: u32): void {
  source.first = (source.first & SOURCE_FIRST_WHAT_MASK) | result;
}

/** The trackers take what waits here. */
export function unfold(source: Source): void {
  const first = source.first;
  if (first == 0) return;
  source.first = 0;
  const way = (first >> SOURCE_FIRST_WAY_SHIFT) & WAY_MASK;
  const port = first & SOURCE_FIRST_PORT_MASK;
  const hosts = hostFor(source, hostKey(way, source.firstHost))!;
  const ports = portFor(source, portKey(way, port))!;
  const atHost = portBit(port);
  const atPort = bitOf(source.firstHost);
  if ((first & SOURCE_FIRST_FAILED) != 0) {
    hosts.fail(atHost);
    ports.fail(atPort);
    return;
  }
  hosts.ask(atHost);
  ports.ask(atPort);
  if ((first & SOURCE_FIRST_OPENED) == 0) return;
  hosts.open(atHost);
  ports.open(atPort);
}
