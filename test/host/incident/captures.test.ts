// Incidents of whole captures, by the real classifier: the letter is one, each scenario that is strange gives one of
// whom it is about, and ordinary traffic gives none.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { letterFrames } from "../../../examples/letter.js";
import { SCENARIOS, scenario } from "../../../examples/scenarios/index.js";
import { LEARNT_US } from "../../../examples/scenarios/types.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { Core } from "../../support/core.js";
import { Rig } from "./rig.js";

interface Frame {
  readonly timeNs: bigint;
  readonly frame: Uint8Array;
}

/** Nothing is wrong there, or it is the sensor's own view: nobody is to be alarmed. */
const ORDINARY: ReadonlySet<string> = new Set([
  "asymmetric-route",
  "midstream-start",
  "browsing",
  "one-way-tap",
  "lossy-capture",
]);
/** One flow of them is enough. */
const CERTAIN: ReadonlySet<string> = new Set(["leaky-filter", "scan-fin", "scan-null", "scan-xmas"]);

const core = new Core();

function run(frames: readonly Frame[]): Rig {
  const rig = new Rig();
  core.reset({
    inspectFlags: L.INSPECT_FLAG_ON,
    detectFlags: L.DETECT_FLAG_ON,
    sourceLimit: 1024,
    targetLimit: 1024,
    aliveLimit: 1024,
    sessionLimit: 1024,
    streamWindowLimit: 512,
    learnNs: BigInt(LEARNT_US) * 1000n,
  });
  const record = new FlowRecord(core.memory.buffer);
  const take = () => core.take((bytes) => rig.engine.records.write(record.pointAt(bytes.byteOffset), 0));
  for (const { timeNs, frame } of frames) {
    rig.nowMs = Number(timeNs / 1_000_000n);
    core.push(frame, { timeNs });
    if (core.pending > 512) {
      take();
      rig.engine.records.pulse(rig.nowMs);
    }
  }
  core.exports.drain();
  take();
  for (let more = 1; more !== 0; ) {
    more = core.exports.flush();
    take();
  }
  return rig;
}

describe("captures", () => {
  it("the letter is one incident, with the letter's cause first", () => {
    const incident = run(letterFrames()).only();
    expect(incident).toMatchObject({
      subject: "217.29.131.130",
      flows: 7,
      packets: 24,
      destinationList: ["130.216.236.45"],
      portList: ["80"],
      cause: "leaky-filter",
    });
    expect(incident.facts).toHaveLength(7);
    expect(incident.causes[0]!.evidence.length).toBeGreaterThan(2);
    expect(incident.title).toBe(
      "217.29.131.130 leaks through a filter: data without a handshake to 130.216.236.45 port 80",
    );
  });

  it.each(SCENARIOS)("%s: whom it is about, and nobody else", (name) => {
    for (let seed = 1; seed <= 5; seed++) {
      const { frames, expected } = scenario(name, seed);
      const rig = run(frames);
      const all = rig.all();
      const where = `${name}, seed ${seed}`;
      const { source } = expected;
      if (ORDINARY.has(name)) {
        expect(
          all.filter(({ severity }) => severity !== "low").map(({ title }) => title),
          where,
        ).toEqual([]);
        continue;
      }
      if (CERTAIN.has(name)) expect(all.length, where).toBeGreaterThan(0);
      if (source === undefined) continue;
      for (const { subject, destinationList, title } of all) {
        expect([subject, ...destinationList], `${where}: ${title}`).toContain(source);
      }
    }
  });
});
