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
}

const GZIP_MAGIC = 0x1f8b;

export async function factsOfCapture(path: string): Promise<CaptureFacts> {
  const file = await readFile(path);
  const bytes = file.length > 2 && file.readUInt16BE(0) === GZIP_MAGIC ? gunzipSync(file) : file;
  const frames = framesOf(new Uint8Array(bytes));
  return {
    links: new Set(frames.map(({ link }) => link)),
    isWireShort: frames.some((frame) => frame.bytes.length > frame.wire),
  };
}
