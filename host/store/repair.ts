// The torn end of a file whose writer was killed: cut at the last whole message, so that any IPFIX reader reads it.
// Apart from writing because it happens once, at the start, to files that nobody writes any more.
// Always holds: only an end that can't be a message is cut, never more than a message's worth that is not zeros; a file
// damaged further in is left as it is.

import { join } from "node:path";
import { messageLength } from "../ipfix/decoder.js";
import { LENGTH_OFFSET, MESSAGE_HEADER_SIZE, MESSAGE_SIZE_MAX, SET_HEADER_SIZE } from "../ipfix/wire.js";
import type { StoreFs, StoreHandle } from "./store-fs.js";

export interface Repair {
  readonly name: string;
  /** Bytes cut off; when all were, the file is gone. */
  readonly cut: number;
  /** Where it is damaged beyond repair, if it is: what is before can be read. */
  readonly damagedAt?: number;
}

const ZEROS_PIECE = 65536;
/** No message of the store has so many zeros in a row: its records are shorter than that, and begin with a time. */
const HOLE_SIZE = 128;

/** Looks at the file and cuts its torn end, if it has one. Fails with a system error. */
export async function repairFile(fs: StoreFs, directory: string, name: string): Promise<Repair> {
  const path = join(directory, name);
  const handle = await fs.openExisting(path);
  let whole = 0;
  let size = 0;
  try {
    ({ size } = await handle.stat());
    whole = await wholeMessages(handle, size);
    if (whole === size) return { name, cut: 0 };
    const isTail = size - whole <= MESSAGE_SIZE_MAX || (await isZeros(handle, whole, size));
    if (!isTail) return { name, cut: 0, damagedAt: whole };
    if (whole > 0) {
      await handle.truncate(whole);
      await handle.sync();
    }
  } finally {
    await handle.close();
  }
  if (whole === 0) await fs.remove(path);
  return { name, cut: size - whole };
}

/** Where the last whole message ends. */
async function wholeMessages(handle: StoreHandle, size: number): Promise<number> {
  const bytes = new Uint8Array(MESSAGE_SIZE_MAX);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let last = 0;
  while (at + MESSAGE_HEADER_SIZE <= size) {
    if ((await handle.read(bytes, 0, MESSAGE_HEADER_SIZE, at)) < MESSAGE_HEADER_SIZE) break;
    const length = messageLength(view, 0);
    if (typeof length === "string" || at + length > size) break;
    last = at;
    at += length;
  }
  // The last one's beginning may have reached the disk without the rest of it.
  if (at > last && !(await isWhole(handle, bytes, last, at - last))) return last;
  return at;
}

async function isWhole(
  handle: StoreHandle,
  bytes: Uint8Array,
  start: number,
  length: number,
): Promise<boolean> {
  if ((await handle.read(bytes, 0, length, start)) < length) return false;
  return hasWholeSets(bytes, length) && !hasHole(bytes.subarray(0, length));
}

function hasWholeSets(bytes: Uint8Array, length: number): boolean {
  const view = new DataView(bytes.buffer);
  let at = MESSAGE_HEADER_SIZE;
  while (at < length) {
    if (at + SET_HEADER_SIZE > length) return false;
    const size = view.getUint16(at + LENGTH_OFFSET);
    if (size < SET_HEADER_SIZE || at + size > length) return false;
    at += size;
  }
  return true;
}

function hasHole(bytes: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of bytes) {
    zeros = byte === 0 ? zeros + 1 : 0;
    if (zeros === HOLE_SIZE) return true;
  }
  return false;
}

/** Blocks that the file system gave the file, but whose contents it never got. */
async function isZeros(handle: StoreHandle, start: number, end: number): Promise<boolean> {
  const bytes = new Uint8Array(ZEROS_PIECE);
  for (let at = start; at < end; ) {
    const read = await handle.read(bytes, 0, Math.min(ZEROS_PIECE, end - at), at);
    if (read === 0 || bytes.subarray(0, read).some((byte) => byte !== 0)) return false;
    at += read;
  }
  return true;
}
