// Every frame cut at every length, as a snap length would: no trap, nothing lost, and either a reason or a flow.
// The cut frame also stands at the very end of the memory, where one byte too many is a trap.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { Core } from "../../support/core.js";
import { bitNames, START, talkOf, undecodedReasons } from "../../support/read.js";
import type { FlowRecord } from "../../support/record.js";
import { SHAPES, type Shape } from "../../support/shapes.js";

const core = new Core();

interface Cut {
  record: FlowRecord | undefined;
  reasons: string[];
}

function readCut({ frame, link }: Shape, size: number): Cut {
  core.reset({ flowSets: 1, fragmentSets: 1 });
  const address = L.MEMORY_SIZE - size;
  core.bytes.set(frame.subarray(0, size), address);
  core.exports.pushFrame(address, size, frame.length, START, link);
  const records = core.finish();
  expect(core.counter(L.COUNTER_PACKETS)).toBe(1);
  expect(core.counter(L.COUNTER_FLOW_PACKETS) + core.counter(L.COUNTER_UNDECODED)).toBe(1);
  expect(core.counter(L.COUNTER_WIRE_BYTES)).toBe(frame.length);
  expect(core.counter(L.COUNTER_CAPTURED_BYTES)).toBe(size);
  return { record: records[0], reasons: undecodedReasons(core) };
}

describe.each(SHAPES)("$name", (shape) => {
  const whole = readCut(shape, shape.frame.length).record;

  it("has one reason or one flow at every length", () => {
    for (let size = 0; size < shape.frame.length; size++) {
      const { record, reasons } = readCut(shape, size);
      if (record === undefined) {
        expect(reasons.length, `reasons at ${size} bytes`).toBe(1);
        continue;
      }
      expect(reasons, `reasons at ${size} bytes`).toEqual([]);
      expect(record.packets).toBe(1);
      // The length on the wire counts, whatever was captured.
      expect(record.orig.bytes, `bytes at ${size}`).toBe(whole?.orig.bytes);
      expect(record.orig.badChecksums, `checksums at ${size}`).toBe(0);
      if (talkOf(record) !== shape.talk || record.proto !== shape.proto) {
        expect(bitNames("NOTE_", record.notes), `notes at ${size}`).toContain("TRUNCATED");
      }
    }
  });

  it("never becomes a flow again with fewer bytes than it was undecoded with", () => {
    let decoded = false;
    for (let size = 0; size <= shape.frame.length; size++) {
      const { record } = readCut(shape, size);
      if (decoded) expect(record, `a flow at ${size} bytes`).toBeDefined();
      decoded ||= record !== undefined;
    }
  });

  it("is counted as empty when nothing was captured", () => {
    expect(readCut(shape, 0).reasons).toEqual(["EMPTY"]);
  });
});
