// Hands the bytes of a capture file to the core through an input's window, as the host does, in pieces of any size.
// Apart from host/capture so that the core can be tried without it, and with pieces no file would give.
// Always holds: bytes behind INPUT_END are not touched, so whatever stood there stays.

import * as L from "../../assembly/layout.js";
import type { Core } from "./core.js";

export interface FeedOptions {
  input?: number;
  /** Bytes handed over at once, at most WINDOW_DATA_SIZE. */
  piece?: number;
  budget?: number;
  /** Called whenever the ring wants emptying, and once at the end. */
  onRecords: () => void;
}

export interface FeedResult {
  ended: "ended" | "damaged";
  errorCode: number;
  errorValue: number;
  errorOffset: number;
  packets: number;
  calls: number;
}

/** @throws Error when the core asks again and again without getting on. */
export function feed(core: Core, file: Uint8Array, options: FeedOptions): FeedResult {
  const { input = 0, piece = L.WINDOW_DATA_SIZE, budget = 4096, onRecords } = options;
  const header = L.INPUTS_BASE + input * L.INPUT_SIZE;
  const window = L.WINDOWS_BASE + input * L.WINDOW_SIZE;
  const field = (offset: number): number => core.view.getUint32(header + offset, true);
  const set = (offset: number, value: number): void => core.view.setUint32(header + offset, value, true);
  const field64 = (offset: number): number => Number(core.view.getBigUint64(header + offset, true));

  core.exports.openInput(input);
  let half = 0;
  let given = 0;
  const refill = (first: boolean): void => {
    const cursor = first ? 0 : field(L.INPUT_CURSOR_OFFSET);
    const end = first ? 0 : field(L.INPUT_END_OFFSET);
    half = 1 - half;
    const data = window + half * L.WINDOW_PART_SIZE + L.WINDOW_CARRY_SIZE;
    core.bytes.copyWithin(data - (end - cursor), cursor, end);
    const size = Math.min(piece, L.WINDOW_DATA_SIZE, file.length - given);
    core.bytes.set(file.subarray(given, given + size), data);
    given += size;
    set(L.INPUT_CURSOR_OFFSET, data - (end - cursor));
    set(L.INPUT_END_OFFSET, data + size);
    if (given === file.length) set(L.INPUT_EOF_OFFSET, 1);
  };
  refill(true);
  const most = 1000 + Math.ceil(file.length / piece) * 2 + file.length / 8;
  for (let calls = 1; ; calls++) {
    if (calls > most) throw new Error(`run() was called ${calls} times and the input has not ended`);
    const answer = core.exports.run(budget);
    if (answer === L.RUN_RECORDS_FULL) onRecords();
    else if (answer === L.RUN_NEED_INPUT) refill(false);
    else if (answer !== L.RUN_MORE) {
      const result: FeedResult = {
        ended: answer === L.RUN_INPUT_DAMAGED ? "damaged" : "ended",
        errorCode: field(L.INPUT_ERROR_CODE_OFFSET),
        errorValue: field(L.INPUT_ERROR_VALUE_OFFSET),
        errorOffset: field64(L.INPUT_ERROR_OFFSET_OFFSET),
        packets: field64(L.INPUT_PACKETS_OFFSET),
        calls,
      };
      core.exports.closeInput(input);
      core.exports.drain();
      onRecords();
      return result;
    }
  }
}
