// What a capture file itself says: its link types, and whether its lengths can be.
// Apart because a rule that speaks of a link layer must see it in the file, by a reader that is not under test.
// Always holds: it stops quietly at the first damage.

import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { framesOf } from "../support/captures.js";

export interface CaptureFacts {
  links: ReadonlySet<number>;
  /** Some record claims fewer bytes on the wire than were captured. */
  isWireShort: boolean;
  /** Some frame holds what looks like ARP (RFC 826) with an operation other than 1 to 4. */
  hasOddArp: boolean;
}

const ARP_WITHIN = 160;
const ARP_OPERATION_MAX = 4;
const GZIP_MAGIC = 0x1f8b;

export async function factsOfCapture(path: string): Promise<CaptureFacts> {
  const file = await readFile(path);
  const bytes = file.length > 2 && file.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(file) : file;
  const frames = framesOf(new Uint8Array(bytes));
  return {
    links: new Set(frames.map(({ link }) => link)),
    hasOddArp: frames.some((frame) => isOddArp(frame.bytes)),
    isWireShort: frames.some((frame) => frame.bytes.length > frame.wire),
  };
}

/** Protocol type IPv4, six and four bytes of address: what stands before the operation. */
const ARP_MIDDLE = [0x08, 0x00, 0x06, 0x04] as const;

function isOddArp(bytes: Uint8Array): boolean {
  const end = Math.min(bytes.length, ARP_WITHIN) - ARP_MIDDLE.length - 2;
  for (let at = 0; at <= end; at++) {
    if (!ARP_MIDDLE.every((byte, index) => bytes[at + index] === byte)) continue;
    const operation = (bytes[at + 4]! << 8) | bytes[at + 5]!;
    if (operation === 0 || operation > ARP_OPERATION_MAX) return true;
  }
  return false;
}
