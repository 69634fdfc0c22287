// What is strange is told at once where there are intermediate records: a sensor's incidents need not wait for the end
// of a flow that may be an hour away. Apart from the findings themselves.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { letterFrames } from "../../../examples/letter.js";

import { findingNames } from "../../../host/record/findings.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { reasonName } from "../../../host/record/notes.js";
import { Core, type CoreLimits } from "../../support/core.js";

const ON: Partial<CoreLimits> = { detectFlags: L.DETECT_FLAG_ON, statusNs: 3_600_000_000_000n };

/** Of each record: why it was made, the packets that it tells, the findings so far. */
function told(limits: Partial<CoreLimits>, packets: number): string[] {
  const core = new Core(limits);
  const out: string[] = [];
  const take = (): void => {
    core.exports.drain();
    core.take((bytes) => {
      const record = new FlowRecord(bytes.slice().buffer).pointAt(0);
      const packets = record.packetsOfLife("orig") + record.packetsOfLife("resp");
      out.push(
        `${reasonName(record.reason)} ${packets} ${findingNames(record.findingsLow, record.findingsHigh).join(" ")}`,
      );
    });
  };
  for (const { frame, timeNs } of letterFrames().slice(0, packets)) {
    core.push(frame, { timeNs });
    take();
  }
  return out;
}

describe("a flow with a new finding", () => {
  it("is told with the packet that raised it", () => {
    expect(told(ON, 2)).toEqual([
      expect.stringMatching(
        /^status 2 midstream-data (one-way )?fin-with-data-no-handshake unanswered-retransmit/,
      ),
    ]);
  });

  it("is told once a finding, not once a packet", () => {
    expect(told(ON, 24).length).toBeLessThan(7 * 4);
    expect(told(ON, 24).length).toBeGreaterThanOrEqual(7);
  });

  it("is told at its end alone where there are no intermediate records, or no detection", () => {
    expect(told({ ...ON, statusNs: 0n }, 24)).toEqual([]);
    expect(told({ ...ON, detectFlags: 0 }, 24)).toEqual([]);
  });
});
