// Series for plots: sums are kept, bounds hold, what is sent again is marked.

import { describe, expect, it } from "vitest";
import { seriesOf } from "../../../host/report/series.js";
import { flags, flow, type LookSketch, look, many } from "./features/rig.js";

const series = (sketch: LookSketch) => seriesOf(look(sketch));
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

describe("packets by finding", () => {
  const strange = flow({ findings: ["midstream-data", "one-way"] });
  const plain = flow({ at: 5, sport: 7 });

  it("count a packet for each finding of its flow", () => {
    const packets = [
      ...many(9, () => ({ flow: strange.id })),
      ...many(3, (n) => ({ flow: plain.id, at: 20 + n })),
    ];
    const { packetsByFinding: found } = series({ flows: [strange, plain], packets });
    expect(found).toMatchObject({ basis: "packets", startUs: strange.startUs });
    expect(found.series.map(({ finding, counts }) => [finding, sum(counts)])).toEqual([
      ["midstream-data", 9],
      ["one-way", 9],
      ["none", 3],
    ]);
    for (const { counts } of found.series) expect(counts).toHaveLength(found.buckets);
    expect(found.buckets).toBeLessThanOrEqual(60);
    expect(found.bucketUs * found.buckets).toBeGreaterThanOrEqual(22e6);
  });

  it("go by the flows where packets are not there", () => {
    const { packetsByFinding: found } = series({ flows: [strange, plain] });
    expect(found.basis).toBe("flows");
    expect(found.series.map(({ finding, counts }) => [finding, sum(counts)])).toEqual([
      ["midstream-data", 1],
      ["one-way", 1],
      ["none", 1],
    ]);
  });

  it("are one bucket of one moment, and none of nothing", () => {
    expect(series({ flows: [plain], packets: [{}] }).packetsByFinding).toMatchObject({
      buckets: 1,
      bucketUs: 1,
    });
    expect(series({}).packetsByFinding.series).toEqual([]);
  });
});

describe("sequence numbers", () => {
  it("are bytes from the first that was seen, and mark what was sent before", () => {
    const packets = [
      { seq: 0xffffffff, payloadSize: 10, tcpFlags: flags("PA") },
      { seq: 9, payloadSize: 5, tcpFlags: flags("FPA") },
      { seq: 9, payloadSize: 5, tcpFlags: flags("FPA") },
      { seq: 14, tcpFlags: flags("FA") },
      { seq: 15, tcpFlags: flags("A") },
    ];
    const { sequences } = series({ flows: [flow()], packets });
    expect(sequences).toHaveLength(1);
    expect(sequences[0]).toMatchObject({
      base: 0xffffffff,
      label: "192.0.2.1.40000 -> 198.51.100.1.80",
      pointsLeftOut: 0,
    });
    expect(
      sequences[0]!.points.map(({ offset, size, flags: names, isAgain }) => [offset, size, names, isAgain]),
    ).toEqual([
      [0, 10, "PSH,ACK", false],
      [10, 5, "FIN,PSH,ACK", false],
      [10, 5, "FIN,PSH,ACK", true],
      [15, 0, "FIN,ACK", true],
      [16, 0, "ACK", false],
    ]);
  });

  it("are of both ends, of those with most data, and bounded", () => {
    const packets = many(40, (n) => ({
      flow: String(n >> 1),
      payloadSize: n < 4 ? 10 : 0,
      sport: 1000 + (n >> 1),
    }));
    const found = series({ flows: [flow()], packets });
    expect(found.sequences).toHaveLength(12);
    expect(found.sequencesLeftOut).toBe(8);
    expect(found.sequences.slice(0, 2).map((one) => one.flow)).toEqual(["0", "1"]);
    const long = series({ flows: [flow()], packets: many(1000, (n) => ({ seq: n, at: n / 10 })) });
    expect(long.sequences[0]!.points).toHaveLength(400);
    expect(long.sequences[0]!.pointsLeftOut).toBe(600);
    const ends = [{}, {}, ...many(2, () => ({ source: "198.51.100.1", sport: 80, isActor: false }))];
    expect(series({ flows: [flow()], packets: ends }).sequences).toHaveLength(2);
  });

  it("are none of what is not TCP", () => {
    expect(series({ flows: [flow()], packets: many(4, () => ({ tcpFlags: -1 })) }).sequences).toEqual([]);
  });
});
