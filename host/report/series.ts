// What a plot of a case needs: packets against time by finding, sequence numbers against time.
// Apart from the plots, which are HTML's. Always holds: bounded whatever the case holds; what was left out is counted.

import type { FlowFacts } from "../cause/facts.js";
import { sampledInTime } from "../hidden/sample.js";
import { FINDING_NAMES, type FindingName } from "../record/findings.js";
import { TCP_FIN, TCP_SYN } from "../record/state.js";
import type { Look } from "./features/look.js";
import type { PacketsByFinding, SequencePoint, SequenceSeries, Series } from "./model.js";
import type { PacketFacts } from "./packet-facts.js";

const BUCKETS = 60;
const SEQUENCES_MAX = 12;
const POINTS_MAX = 400;
const FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"] as const;

export function seriesOf(look: Look): Series {
  const { all, leftOut } = sequences(look);
  return { packetsByFinding: packetsByFinding(look), sequences: all, sequencesLeftOut: leftOut };
}

function packetsByFinding({ flows, packets }: Look): PacketsByFinding {
  const basis = packets.length > 0 ? "packets" : "flows";
  const findings = new Map(flows.map((flow) => [flow.id, flow.findings]));
  const points =
    basis === "packets"
      ? packets.map(({ timeUs, flow }) => ({ timeUs, flow, count: 1 }))
      : flows.map((flow) => ({
          timeUs: flow.startUs,
          flow: flow.id,
          count: flow.orig.packets + flow.resp.packets,
        }));
  const startUs = points[0]?.timeUs ?? 0;
  const spanUs = (points.at(-1)?.timeUs ?? 0) - startUs;
  const bucketUs = Math.max(1, Math.ceil((spanUs + 1) / BUCKETS));
  const buckets = Math.floor(spanUs / bucketUs) + 1;
  const counts = new Map<FindingName | "none", number[]>();
  for (const { timeUs, flow, count } of points) {
    const names = findings.get(flow) ?? [];
    for (const name of names.length === 0 ? (["none"] as const) : names) {
      const row = counts.get(name) ?? new Array<number>(buckets).fill(0);
      counts.set(name, row);
      const bucket = Math.min(buckets - 1, Math.max(0, Math.floor((timeUs - startUs) / bucketUs)));
      row[bucket] = row[bucket]! + count;
    }
  }
  const order = [...FINDING_NAMES, "none"] as const;
  const series = order.flatMap((finding) => {
    const row = counts.get(finding);
    return row === undefined ? [] : [{ finding, counts: row }];
  });
  return { basis, startUs, bucketUs, buckets, series };
}

function sequences({ flows, packets }: Look): { all: SequenceSeries[]; leftOut: number } {
  const sides = new Map<string, PacketFacts[]>();
  for (const packet of packets) {
    if (packet.tcpFlags < 0) continue;
    const key = `${packet.flow} ${packet.source} ${packet.sport}`;
    const side = sides.get(key);
    if (side === undefined) sides.set(key, [packet]);
    else side.push(packet);
  }
  const place = new Map(flows.map((flow: FlowFacts, index) => [flow.id, index]));
  const dataOf = (side: readonly PacketFacts[]): number =>
    side.filter(({ payloadSize }) => payloadSize > 0).length;
  const chosen = [...sides.values()]
    .filter((side) => side.length > 1)
    .sort((a, b) => dataOf(b) - dataOf(a) || a[0]!.timeUs - b[0]!.timeUs)
    .slice(0, SEQUENCES_MAX)
    .sort(
      (a, b) => (place.get(a[0]!.flow) ?? 0) - (place.get(b[0]!.flow) ?? 0) || a[0]!.timeUs - b[0]!.timeUs,
    );
  return { all: chosen.map(sequence), leftOut: sides.size - chosen.length };
}

function sequence(side: readonly PacketFacts[]): SequenceSeries {
  const first = side[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  const points = side.map((packet): SequencePoint => {
    const { timeUs, payloadSize: size, tcpFlags } = packet;
    const offset = (packet.seq - first.seq) | 0;
    // SYN and FIN take a number each.
    const length = size + ((tcpFlags & TCP_SYN) === 0 ? 0 : 1) + ((tcpFlags & TCP_FIN) === 0 ? 0 : 1);
    const isAgain = length > 0 && offset + length <= highest;
    highest = Math.max(highest, offset + length);
    return { timeUs, offset, size, flags: flagNames(tcpFlags), isAgain };
  });
  const kept = sampledInTime(points, POINTS_MAX);
  return {
    flow: first.flow,
    label: `${first.source}.${first.sport} -> ${first.destination}.${first.dport}`,
    base: first.seq,
    points: kept,
    pointsLeftOut: points.length - kept.length,
  };
}

function flagNames(flags: number): string {
  return FLAG_NAMES.filter((_name, bit) => (flags >> bit) & 1).join(",");
}
