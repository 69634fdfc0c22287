// The order of the flows that are live at the end, against a plain sort.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { liveSlots, orderedLiveSlots } from "../../../host/capture/live-flows.js";
import { createMemory } from "../../../host/wasm/memory.js";

interface Flow {
  slot: number;
  start: bigint;
  frame: bigint;
  flowClass: number;
}

const SETS = 8;
const memory = createMemory();

function place(flows: readonly Flow[]): void {
  memory.u8.fill(0, L.TAGS_BASE, L.TAGS_BASE + SETS * L.SET_SIZE);
  for (const { slot, start, frame, flowClass } of flows) {
    const flow = L.FLOWS_BASE + slot * L.FLOW_SIZE;
    memory.view.setBigUint64(flow + L.FLOW_RECORD_START_OFFSET, start, true);
    memory.view.setBigUint64(flow + L.FLOW_FIRST_FRAME_OFFSET, frame, true);
    const set = L.TAGS_BASE + Math.floor(slot / L.SET_WAYS) * L.SET_SIZE;
    const age = slot * 8;
    memory.view.setUint16(set + L.SET_META_OFFSET + (slot % L.SET_WAYS) * 2, age + flowClass, true);
  }
}

describe("live flows", () => {
  const wide = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 2n ** 40n), fc.bigInt(0n, 2n ** 64n - 1n));
  const flows = fc.uniqueArray(
    fc.record<Flow>({
      slot: fc.integer({ min: 0, max: SETS * L.SET_WAYS - 1 }),
      start: wide,
      frame: wide,
      flowClass: fc.integer({ min: 0, max: 7 }),
    }),
    { selector: ({ slot }) => slot, maxLength: SETS * L.SET_WAYS },
  );

  it("come by start, then by first packet, then by slot; the dead are left out", () => {
    fc.assert(
      fc.property(flows, (list) => {
        place(list);
        const live = list.filter(({ flowClass }) => flowClass >= L.CLASS_SINGLE);
        const order = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
        const expected = live
          .toSorted((a, b) => order(a.start, b.start) || order(a.frame, b.frame) || a.slot - b.slot)
          .map(({ slot }) => slot);
        expect([...orderedLiveSlots(memory, SETS)]).toEqual(expected);
        expect([...liveSlots(memory, SETS)]).toEqual(expected.toSorted((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });
});
