// The size and fingerprint of a flow record's layout.
// Apart because server and client compare it: a raw record read by another layout's offsets would be nonsense.
// Always holds: any change of an offset or code that a record is read by changes the fingerprint.

import * as L from "../../assembly/layout.js";
import type { RecordLayout } from "./protocol.js";

/** What a reader of records goes by. Sizes of tables and regions may differ from one build to another. */
const READ_BY = /^(?:RECORD|FLOW|DIR|KIND|NOTE|TCP|VLAN|WINDOW_SCALE)_/;
const NOT_READ_BY = /_(?:BASE|CAPACITY|REGION_SIZE)$|^RECORD_CAPTURED_MAX$/;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

let known: RecordLayout | undefined;

/** FNV-1a, 32 bits, over the names and values in the order of names. */
export function recordLayout(): RecordLayout {
  if (known !== undefined) return known;
  const constants = Object.entries(L)
    .filter(([name]) => READ_BY.test(name) && !NOT_READ_BY.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(constants.join("\n"), "latin1")) {
    hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  }
  known = { size: L.RECORD_SIZE, layout: hash.toString(16).padStart(8, "0") };
  return known;
}
