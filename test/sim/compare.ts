// Holds a record against the model's flow, field by field. Apart from the flow because it is the only place that knows
// the module's canonical ends. Always holds: every field that the layout gives a meaning is compared.

import * as L from "../../assembly/layout.js";
import type { FlowRecord, FlowSide } from "../support/record.js";
import type { FlowModel, Orientation, Side } from "./flow-model.js";

/** What differs between the record and the model: "field: found X, expected Y". */
export function differences(record: FlowRecord, flow: FlowModel): string[] {
  const portsFollow = record.proto === 6 || record.proto === 17;
  const endA = portsFollow ? `${record.addressA}:${record.portA}` : record.addressA;
  const firstIsA = endA === flow.firstEnd;
  const out: string[] = [];
  const check = (name: string, found: unknown, expected: unknown): void => {
    if (found !== expected) out.push(`${name}: found ${found}, expected ${expected}`);
  };
  check("start", record.startNs, flow.startNs);
  check("last", record.lastNs, flow.lastNs);
  check("recordStart", record.recordStartNs, flow.recordStartNs);
  check("firstFrame", record.firstFrame, flow.firstFrame);
  check("state", record.state, flow.state);
  check("class", record.class, flow.class);
  check("victimClass", record.victimClass, flow.class);
  check("icmpType", record.icmpType, flow.icmpType);
  check("icmpErrors", record.icmpErrors, flow.icmpErrors);
  check("statusCount", record.statusCount, flow.statusCount);
  check("notes", record.notes, flow.notes);
  check("synackUs", record.synackUs, flow.talk?.synackUs ?? 0);
  check("ackdatUs", record.ackdatUs, flow.talk?.ackdatUs ?? 0);
  const [sideOfFirst, sideOfOther] = firstIsA ? [record.a, record.b] : [record.b, record.a];
  const reported = [record.reportedPacketsA, record.reportedPacketsB];
  if (!firstIsA) reported.reverse();
  check("reportedPackets of first", reported[0], flow.sides[0].reportedPackets);
  check("reportedPackets of other", reported[1], flow.sides[1].reportedPackets);
  out.push(...sideDifferences("first", sideOfFirst, flow.sides[0], flow.talk !== undefined));
  out.push(...sideDifferences("other", sideOfOther, flow.sides[1], flow.talk !== undefined));
  out.push(...orientationDifferences(record, flow, firstIsA));
  return out;
}

const KNOWN_FLAGS =
  L.FLOW_FLAG_SYN |
  L.FLOW_FLAG_SYNACK |
  L.FLOW_FLAG_HANDSHAKE |
  L.FLOW_FLAG_ACKED |
  L.FLOW_FLAG_FRAGMENTS_ONLY |
  L.FLOW_FLAG_ICMP_UNREACHABLE |
  L.FLOW_FLAG_ICMP_TIME_EXCEEDED |
  L.FLOW_FLAG_ICMP_REDIRECT |
  L.FLOW_FLAG_ICMP_OTHER;

function orientationDifferences(record: FlowRecord, flow: FlowModel, firstIsA: boolean): string[] {
  const out: string[] = [];
  const bit = (flag: number): boolean => (record.flags & flag) !== 0;
  const isB = (side: 0 | 1): boolean => (side === 0) !== firstIsA;
  const initiatorIsB = bit(L.FLOW_FLAG_INITIATOR_B);
  const fits = (orientation: Orientation | undefined): boolean =>
    orientation !== undefined &&
    isB(orientation.initiator) === initiatorIsB &&
    orientation.reason === record.dirReason;
  if (!(fits(flow.learnt) || (!flow.mustBeLearnt && fits(flow.natural)))) {
    const wanted = JSON.stringify({ natural: flow.natural, learnt: flow.learnt, must: flow.mustBeLearnt });
    out.push(
      `orientation: found initiator ${initiatorIsB === isB(0) ? 0 : 1}, reason ${record.dirReason}, expected ${wanted}`,
    );
  }
  if (bit(L.FLOW_FLAG_FIRST_B) !== isB(0)) out.push("FIRST_B is wrong");
  if (bit(L.FLOW_FLAG_TURNED) !== (initiatorIsB !== isB(0))) out.push("TURNED is wrong");
  const { talk } = flow;
  const expected = flow.flags | (talk?.flags ?? 0);
  if ((record.flags & KNOWN_FLAGS) !== expected) {
    out.push(`flags: found ${(record.flags & KNOWN_FLAGS).toString(2)}, expected ${expected.toString(2)}`);
  }
  if (talk !== undefined) {
    const fins = [bit(L.FLOW_FLAG_FIN_A), bit(L.FLOW_FLAG_FIN_B)];
    if (!firstIsA) fins.reverse();
    if (fins[0] !== talk.fin[0] || fins[1] !== talk.fin[1])
      out.push(`fins: found ${fins}, expected ${talk.fin}`);
    if (talk.synackFrom !== undefined && bit(L.FLOW_FLAG_SYNACK_B) !== isB(talk.synackFrom))
      out.push("SYNACK_B is wrong");
  }
  return out;
}

const SIDE_FIELDS = [
  "packets",
  "bytes",
  "appBytes",
  "idZero",
  "idSame",
  "idUp",
  "df",
  "fragments",
  "ttlLow",
  "ttlHigh",
  "tosFirst",
  "tosLast",
  "reportedBytes",
  "reportedAppBytes",
] as const;
const TCP_FIELDS = [
  "flags",
  "seqFirst",
  "seqNext",
  "ackFirst",
  "ackHigh",
  "ackAdvances",
  "window",
  "windowScale",
  "zeroWindows",
  "retransmits",
  "outOfOrder",
  "overlaps",
  "gaps",
] as const;

function sideDifferences(name: string, found: FlowSide, expected: Side, tcp: boolean): string[] {
  const out: string[] = [];
  for (const field of SIDE_FIELDS) {
    if (found[field] !== expected[field])
      out.push(`${name} ${field}: found ${found[field]}, expected ${expected[field]}`);
  }
  if (expected.packets > 0 && found.mac !== expected.mac)
    out.push(`${name} mac: found ${found.mac}, expected ${expected.mac}`);
  if (expected.packets > 0 && found.vlan !== expected.vlan)
    out.push(`${name} vlan: found ${found.vlan}, expected ${expected.vlan}`);
  if (found.badChecksums !== 0) out.push(`${name} badChecksums: found ${found.badChecksums}`);
  for (const field of tcp ? TCP_FIELDS : []) {
    if (found[field] !== expected.tcp[field])
      out.push(`${name} ${field}: found ${found[field]}, expected ${expected.tcp[field]}`);
  }
  return out;
}
