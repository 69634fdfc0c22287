// One flow of the reference model: what a record must say, gathered from descriptions of packets by the rules of
// layout.ts. Apart from the table's rules (model.ts). Always holds: plain numbers and objects, sides named by who sent,
// nothing of the module's canonical order until a record is compared.

import { ID_UP_MIN } from "../../assembly/detect/detect-layout.js";
import * as L from "../../assembly/layout.js";
import type { Described } from "./described.js";
import { TcpSide, TcpTalk } from "./tcp-model.js";

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
  private isApart = false;

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
      const isUp = step > 0 && step <= L.IP_ID_STEP_MAX;
      if (isUp) this.idUp++;
      // Cards that cut segments number them in the other half.
      const isFar = [0, 32_768, 65_536].every((usual) => Math.abs(step - usual) > L.IP_ID_STEP_MAX);
      const isSteady = this.idUp >= ID_UP_MIN && this.idUp * 4 >= this.packets * 3;
      if (isFar && id !== 0 && isSteady && !this.isApart) {
        // One ID far from a steady counter: the next is measured from the counter.
        this.isApart = true;
        return;
      }
      this.isApart = false;
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
