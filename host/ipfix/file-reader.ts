// Reads a file (or pipe) of IPFIX messages through a decoder: the framing, and what can be wrong with it.
// Apart from the decoder, which is given one whole message at a time.
// Always holds: memory is one buffer, whatever the file's size; reading stops at the first damage, and what came before
// it was given out.

import { CaptureProblem, type ProblemCode } from "../capture/problem.js";
import type { ByteSource } from "../capture/source.js";
import { exportTime, type IpfixDecoder, messageLength } from "./decoder.js";
import { MESSAGE_HEADER_SIZE, MESSAGE_SIZE_MAX } from "./wire.js";

/** Several messages of the largest size. */
const BUFFER_SIZE = 4 * (MESSAGE_SIZE_MAX + 1);

export interface ReadIpfixOptions {
  /** Whether flows are wanted of a message of that export time (s since 1970); all are without it. */
  readonly wantsFlows?: (exportSeconds: number) => boolean;
  /** Asked after each message. */
  readonly isStopped?: () => boolean;
}

/** Whether a file that begins with these bytes is IPFIX: version 10, and a length that can be. */
export function isIpfix(head: Uint8Array): boolean {
  if (head.length < 4) return false;
  const length = head[2]! * 256 + head[3]!;
  return head[0] === 0 && head[1] === 10 && length >= MESSAGE_HEADER_SIZE;
}

/** Reads to the end; what is wrong with the file, if anything. The source stays open. */
export async function readIpfix(
  file: string,
  source: ByteSource,
  decoder: IpfixDecoder,
  options: ReadIpfixOptions = {},
): Promise<CaptureProblem | undefined> {
  const bytes = new Uint8Array(BUFFER_SIZE);
  const view = new DataView(bytes.buffer);
  /** Of the buffer: where the next message begins, and where the bytes end. */
  let at = 0;
  let end = 0;
  /** Offset in the file of the buffer's first byte. */
  let base = 0;
  const problem = (code: ProblemCode, offset: number, reason: string): CaptureProblem => {
    const place = source.compressed ? " (of the decompressed data)" : "";
    const rest = offset === 0 ? "" : "; what came before it was read";
    return new CaptureProblem(code, file, `${reason}${place}${rest}`, offset);
  };
  for (;;) {
    while (end - at >= MESSAGE_HEADER_SIZE) {
      const length = messageLength(view, at);
      if (typeof length === "string") {
        return problem(base + at === 0 ? "INPUT_NOT_CAPTURE" : "INPUT_DAMAGED", base + at, length);
      }
      if (end - at < length) break;
      const wantsFlows = options.wantsFlows?.(exportTime(view, at)) ?? true;
      const damage = decoder.decode(bytes, at, length, wantsFlows);
      if (damage) return problem("INPUT_DAMAGED", base + at + damage.offset, damage.reason);
      if (options.isStopped?.()) return undefined;
      at += length;
    }
    bytes.copyWithin(0, at, end);
    base += at;
    end -= at;
    at = 0;
    let size: number;
    try {
      size = await source.read(bytes.subarray(end));
    } catch (error) {
      if (error instanceof CaptureProblem) return error;
      throw error;
    }
    if (size > 0) end += size;
    else if (end === 0 && base > 0) return undefined;
    else if (end === 0) return problem("INPUT_EMPTY", 0, "the file is empty, an IPFIX message was expected");
    else
      return problem("INPUT_CUT", base, `the file ends within a message: only ${end} bytes of it are there`);
  }
}
