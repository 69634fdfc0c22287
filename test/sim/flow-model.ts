// One flow of the reference model: what a record must say, gathered from descriptions of packets by the rules of
// layout.ts. Apart from the table's rules (model.ts). Always holds: plain numbers and objects, sides named by who sent,
// nothing of the module's canonical order until a record is compared.

import * as L from "../../assembly/layout.js";
import type { FlowRecord, FlowSide } from "../support/record.js";
import { TcpSide, TcpTalk } from "./tcp-model.js";
import type { Described } from "./traffic.js";

/** Who the initiator is (0 the first packet's sender) and why. */
export interface Orientation {
  initiator: 0 | 1;
  reason: number;
}

export class Side {
  packets = 0;
  bytes = 0;
  appBytes = 0;
  idZero = 0;
  idSame = 0;
  idUp = 0;
  df = 0;
  fragments = 0;
  ttlLow = 0;
  ttlHigh = 0;
  tosFirst = 0;
  tosLast = 0;
  mac = "000000000000";
  vlan = 0;
  reportedBytes = 0;
  reportedAppBytes = 0;
  reportedPackets = 0;
  readonly tcp = new TcpSide();
  private lastId: number | undefined;

  add(packet: Described): void {
    if (this.packets === 0) {
      this.mac = packet.mac
        .split(":")
        .map((part) => part.padStart(2, "0"))
        .join("");
      this.vlan = packet.vlan;
      this.ttlLow = packet.ttl;
      this.ttlHigh = packet.ttl;
      this.tosFirst = packet.tos;
    }
    this.packets++;
    this.bytes += packet.bytes.length;
    this.appBytes += packet.appBytes;
    if (packet.kind === L.KIND_ARP) return;
    this.ttlLow = Math.min(this.ttlLow, packet.ttl);
    this.ttlHigh = Math.max(this.ttlHigh, packet.ttl);
    this.tosLast = packet.tos;
    if (packet.df) this.df++;
    if (packet.fragment !== undefined) this.fragments++;
    // Fragments of one datagram share its identification: only the first one counts.
    if (packet.id !== undefined && !packet.fragment?.later) this.addId(packet.id);
  }

  private addId(id: number): void {
    if (id === 0) this.idZero++;
    if (this.lastId !== undefined) {
      const step = (id - this.lastId) & 0xffff;
      if (step === 0 && id !== 0) this.idSame++;
      if (step > 0 && step <= L.IP_ID_STEP_MAX) this.idUp++;
    }
    this.lastId = id;
  }
}

export class FlowModel {
  readonly sides: [Side, Side] = [new Side(), new Side()];
  /** `addr:port` (or `addr`) of the first packet's sender. */
  readonly firstEnd: string;
  firstFrame: number;
  readonly icmpType: number;
  startNs: bigint;
  lastNs: bigint;
  recordStartNs: bigint;
  statusCount = 0;
  icmpErrors = 0;
  flags = 0;
  notes = 0;
  talk: TcpTalk | undefined;
  /** As this flow alone tells, and (when it may go on from a finished one) as remembered. */
  natural: Orientation;
  learnt: Orientation | undefined;
  /** When an earlier record was made in this very place: nothing but `learnt` will do. */
  mustBeLearnt = false;
  set = -1;

  constructor(
    readonly key: string,
    packet: Described,
    frame: number,
  ) {
    this.firstEnd = endOf(packet);
    this.firstFrame = frame;
    this.icmpType = packet.fragment?.later ? 0 : packet.icmpType;
    this.startNs = packet.timeNs;
    this.lastNs = packet.timeNs;
    this.recordStartNs = packet.timeNs;
    this.natural = packet.answer
      ? { initiator: 1, reason: L.DIR_REASON_ANSWER }
      : { initiator: 0, reason: L.DIR_REASON_FIRST_PACKET };
  }

  get packets(): number {
    return this.sides[0].packets + this.sides[1].packets;
  }

  get state(): number {
    return this.talk?.state ?? L.TCP_STATE_NONE;
  }

  add(packet: Described): void {
    const from = endOf(packet) === this.firstEnd ? 0 : 1;
    const side = this.sides[from];
    if (packet.timeNs > this.lastNs) this.lastNs = packet.timeNs;
    if (packet.timeNs < this.startNs) this.startNs = packet.timeNs;
    if (packet.timeNs < this.recordStartNs) this.recordStartNs = packet.timeNs;
    side.add(packet);
    if (packet.vlan !== L.VLAN_NONE) this.notes |= L.NOTE_VLAN;
    if (packet.fragment !== undefined)
      this.notes |= L.NOTE_FRAGMENT | (packet.kind === 6 ? L.NOTE_IP_OPTIONS : 0);
    if (packet.tcp === undefined) return;
    this.talk ??= new TcpTalk();
    const turned = this.talk.add(packet.tcp, packet.timeNs, from, this.initiators());
    if (turned !== undefined) {
      this.natural = turned;
      if (this.learnt !== undefined) this.learnt = turned;
    }
    side.tcp.add(packet.tcp);
  }

  private initiators(): 0 | 1 {
    return this.natural.initiator;
  }

  status(nowNs: bigint): void {
    this.recordStartNs = nowNs;
    this.statusCount++;
    for (const side of this.sides) {
      side.reportedBytes = side.bytes;
      side.reportedAppBytes = side.appBytes;
      side.reportedPackets = side.packets;
    }
  }

  timeoutNs(limits: { [name: string]: unknown }): bigint {
    const pick = (name: string): bigint => limits[name] as bigint;
    const { state } = this;
    if (state === L.TCP_STATE_CLOSED || state === L.TCP_STATE_RESET) return pick("tcpClosedNs");
    if (state === L.TCP_STATE_SYN_SENT || state === L.TCP_STATE_SYN_ACKED) return pick("tcpOpeningNs");
    if (state !== L.TCP_STATE_NONE) return pick("tcpEstablishedNs");
    const proto = Number(this.key.split("/")[1]);
    if (proto === 17) return pick("udpNs");
    return proto === 1 || proto === 58 ? pick("icmpNs") : pick("otherNs");
  }

  get class(): number {
    const { state, talk } = this;
    if (state === L.TCP_STATE_CLOSED || state === L.TCP_STATE_RESET) return L.CLASS_CLOSED;
    const open = state === L.TCP_STATE_ESTABLISHED || state === L.TCP_STATE_CLOSING;
    if (open && talk?.handshake) return L.CLASS_ESTABLISHED;
    if (this.packets === 1) return L.CLASS_SINGLE;
    if (state === L.TCP_STATE_SYN_SENT || state === L.TCP_STATE_SYN_ACKED) return L.CLASS_HALF_OPEN;
    return this.sides.every(({ packets }) => packets > 0) ? L.CLASS_TWO_WAY : L.CLASS_ONE_WAY;
  }
}

export function endOf(packet: { proto: number; src: string; sport: number }): string {
  return packet.proto === 6 || packet.proto === 17 ? `${packet.src}:${packet.sport}` : packet.src;
}

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
