// Findings are raised once a flow, and counted once a flow; how flows ended is counted once each.

import { describe, expect, it } from "vitest";
import * as L from "../../../assembly/layout.js";
import { ethernet, filler, ipv4, tcp, udp } from "../../../examples/frame.js";
import { Core } from "../../support/core.js";

const ends = { src: "10.0.0.1", dst: "10.0.0.2" };
const query = (sport: number, checksum?: number): Uint8Array =>
  ethernet(
    {},
    ipv4(ends, udp({ sport, dport: 53, ...(checksum === undefined ? {} : { checksum }) }, filler(20))),
  );
const bit = (finding: number): bigint => 1n << BigInt(finding);

function findings(core: Core): bigint[] {
  const all: bigint[] = [];
  core.exports.drain();
  core.exports.flush();
  core.take((record) => {
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    all.push(view.getBigUint64(L.RECORD_FLOW_OFFSET + L.FLOW_FINDINGS_OFFSET, true));
  });
  return all;
}

describe("findings", () => {
  it("are counted once a flow, however often they are seen", () => {
    const core = new Core();
    for (let times = 0; times < 5; times++) core.push(query(1, 0x1234));
    core.push(query(1));
    core.push(query(2));
    for (let times = 0; times < 5; times++) core.push(query(2, 0x1234));
    core.push(query(3));
    // Wrong throughout: nothing of the network's.
    for (let times = 0; times < 5; times++) core.push(query(4, 0x1234));
    expect(findings(core).toSorted()).toEqual([
      0n,
      0n,
      bit(L.FINDING_BAD_CHECKSUM),
      bit(L.FINDING_BAD_CHECKSUM),
    ]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_CHECKSUM)).toBe(2);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_HEADER)).toBe(0);
  });

  it("are counted again for a new flow of the same ends", () => {
    const core = new Core();
    for (const timeNs of [1_000_000_000n, 1000_000_000_000n]) {
      core.push(query(1, 0x1234), { timeNs });
      core.push(query(1), { timeNs });
    }
    expect(findings(core)).toEqual([bit(L.FINDING_BAD_CHECKSUM), bit(L.FINDING_BAD_CHECKSUM)]);
    expect(core.counter(L.COUNTER_FINDING_FIRST + L.FINDING_BAD_CHECKSUM)).toBe(2);
  });

  it("tell a TCP header that cannot be", () => {
    const core = new Core();
    const segment = tcp({ sport: 1, dport: 80, flags: "A" }, filler(8));
    segment[12] = 0x10; // a data offset of one word
    core.push(ethernet({}, ipv4(ends, segment)));
    expect(findings(core)).toEqual([bit(L.FINDING_BAD_HEADER)]);
  });
});

describe("how flows ended", () => {
  it("is counted once for each flow, intermediate records left out", () => {
    const core = new Core({ statusNs: 1_000_000_000n });
    core.push(query(1));
    for (let second = 1n; second < 6n; second++) core.push(query(2), { timeNs: second * 1_000_000_000n });
    core.finish();
    expect(core.counter(L.COUNTER_RECORDS_STATUS)).toBeGreaterThan(2);
    expect(core.counter(L.COUNTER_ENDED_SINGLE)).toBe(1);
    expect(core.counter(L.COUNTER_ENDED_ONE_WAY)).toBe(1);
    const ended = [L.CLASS_SINGLE, L.CLASS_CLOSED, L.CLASS_HALF_OPEN, L.CLASS_ONE_WAY, L.CLASS_TWO_WAY]
      .concat(L.CLASS_ESTABLISHED)
      .reduce((sum, flowClass) => sum + core.counter(L.COUNTER_ENDED_FIRST + flowClass), 0);
    expect(ended).toBe(2);
  });
});
