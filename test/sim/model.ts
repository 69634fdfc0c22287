// The reference flow table: a Map, unbounded, no hash. It is told each packet and the records that packet caused, in
// order, and holds the module to them: every record equals what the model has, every ending has its reason, nothing
// ends that should not, nothing is left that should have ended. Which set a key belongs to is learnt from the records
// of an earlier run over the same traffic, so the hash stays the module's own affair.

import * as L from "../../assembly/layout.js";
import type { CoreLimits } from "../support/core.js";
import type { FlowRecord } from "../support/record.js";
import { differences } from "./compare.js";
import { Datagrams } from "./datagrams.js";
import { type Described, keyOfRecord } from "./described.js";
import { evictionFault, refusalFault } from "./eviction.js";
import { FlowModel, type Orientation } from "./flow-model.js";
import { isPureSyn, startsHandshake } from "./tcp-model.js";

const JUMP_NS = BigInt(L.CLOCK_JUMP_SECONDS) * 1_000_000_000n;

/** What remains of a finished flow: who its initiator was, by end. */
interface Memory {
  initiatorEnd: string | undefined;
  untilNs: bigint;
  lastNs: bigint;
}

export class Model {
  readonly live = new Map<string, FlowModel>();
  readonly reasons = new Map<number, number>();
  clockNs = 0n;
  frames = 0;
  undecoded = 0;
  packetsInRecords = 0;
  created = 0;
  quoted = 0;
  unmatched = 0;
  private readonly bySet = new Map<number, Set<FlowModel>>();
  private readonly datagrams: Datagrams;
  private readonly memories = new Map<string, Memory>();

  /** `sets` tells the set of every key that the traffic will bring. */
  constructor(
    private readonly limits: CoreLimits,
    private readonly sets: ReadonlyMap<string, number>,
  ) {
    this.datagrams = new Datagrams(limits.fragmentNs);
  }

  get held(): number {
    return this.datagrams.held;
  }

  /** One packet, and the records made while it was processed. @throws Error when they do not fit. */
  packet(packet: Described, records: readonly FlowRecord[]): void {
    this.frames++;
    this.advanceClock(packet.timeNs);
    const refused: FlowRecord[] = [];
    const status: FlowRecord[] = [];
    const newKey = packet.undecoded ? undefined : this.datagrams.keyOf(packet);
    for (const record of records) {
      if (record.timeNs !== this.clockNs)
        this.fail(record, `made at ${record.timeNs}, the clock says ${this.clockNs}`);
      if (record.reason === L.RECORD_REASON_REFUSED) refused.push(record);
      else if (record.reason === L.RECORD_REASON_STATUS) {
        status.push(record);
        this.status(record, packet);
      } else this.final(record, newKey, packet);
    }
    if (packet.undecoded) this.undecoded++;
    else if (newKey !== undefined) this.credit(packet, newKey, refused);
    if (refused.length > 0)
      throw new Error(`frame ${this.frames}: ${refused.length} refusals more than the packet explains`);
    if (status.length > 1)
      throw new Error(`frame ${this.frames}: ${status.length} status records for one packet`);
  }

  /** Records of flush(): every live flow, once. */
  flushed(records: readonly FlowRecord[]): void {
    for (const record of records) {
      if (record.reason !== L.RECORD_REASON_FLUSH) this.fail(record, `reason ${record.reason} in a flush`);
      this.remove(record);
    }
    if (this.live.size > 0)
      throw new Error(`${this.live.size} flows were not flushed, one is ${[...this.live.keys()][0]}`);
  }

  /** Flows that should long have ended: idle for more than their timeout and two turns of the sweep. */
  overdue(): FlowModel[] {
    const slackNs = this.limits.sweepNs * 2n + 3_000_000_000n;
    return [...this.live.values()].filter(
      (flow) => this.clockNs - flow.lastNs > flow.timeoutNs({ ...this.limits }) + slackNs,
    );
  }

  private advanceClock(timeNs: bigint): void {
    if (this.frames === 1 || timeNs >= this.clockNs || this.clockNs - timeNs > JUMP_NS) this.clockNs = timeNs;
  }

  private credit(packet: Described, key: string, refused: FlowRecord[]): void {
    if (packet.fragment === undefined) {
      this.creditOne(packet, key, this.frames, refused, []);
      if (packet.quoted !== undefined) this.tie(packet.quoted);
      return;
    }
    const datagram = this.datagrams.of(packet);
    datagram.lastNs = packet.timeNs;
    if (packet.fragment.later) {
      const { sport, dport } = datagram;
      this.creditOne({ ...packet, sport, dport }, key, this.frames, refused, []);
      return;
    }
    datagram.known = true;
    datagram.sport = packet.sport;
    datagram.dport = packet.dport;
    this.creditOne(packet, key, this.frames, refused, []);
    const waiting = datagram.held.splice(0);
    const [first, ...rest] = waiting;
    if (first === undefined) return;
    const { sport, dport } = packet;
    const withPorts = rest.map((one) => ({ ...one.packet, sport, dport }));
    // They count from the earliest of them.
    let { timeNs } = first.packet;
    for (const one of waiting) if (one.packet.timeNs < timeNs) timeNs = one.packet.timeNs;
    this.creditOne({ ...first.packet, timeNs, sport, dport }, key, first.frame, refused, withPorts);
  }

  /** Adds a packet (and the held ones that come with it) to its flow, or checks the record of its refusal. */
  private creditOne(
    packet: Described,
    key: string,
    frame: number,
    refused: FlowRecord[],
    more: Described[],
  ): void {
    let flow = this.live.get(key);
    const isNew = flow === undefined;
    flow ??= this.begin(packet, key, frame);
    const held = frame !== this.frames;
    if (!isNew) this.mustGoOn(flow, packet, held);
    if (frame < flow.firstFrame) flow.firstFrame = frame;
    flow.add(packet);
    for (const one of more) flow.add({ ...one, timeNs: packet.timeNs });
    if (!isNew) return;
    const record = refused[0];
    if (record === undefined || keyOfRecord(record) !== key) {
      this.insert(flow);
      return;
    }
    refused.shift();
    flow.learnt = undefined;
    flow.mustBeLearnt = false;
    if (packet.tcp !== undefined && !startsHandshake(packet.tcp.flags)) flow.notes |= L.NOTE_EVICTED_BEFORE;
    this.compare(record, flow);
    this.fits(record, refusalFault(this.waysOf(record), this.clockNs, this.limits));
    this.count(record);
  }

  private begin(packet: Described, key: string, frame: number): FlowModel {
    this.created++;
    const flow = new FlowModel(key, packet, frame);
    const memory = this.memories.get(key);
    this.memories.delete(key);
    if (memory !== undefined && packet.timeNs <= memory.untilNs && memory.initiatorEnd !== undefined) {
      const initiator = memory.initiatorEnd === flow.firstEnd ? 0 : 1;
      flow.learnt = { initiator, reason: L.DIR_REASON_LEARNT } satisfies Orientation;
      // A record made just now, for this packet, left its place to this flow.
      flow.mustBeLearnt = this.endedNow === key;
    }
    return flow;
  }
  private endedNow: string | undefined;

  private insert(flow: FlowModel): void {
    const set = this.sets.get(flow.key);
    if (set === undefined)
      throw new Error(`frame ${this.frames}: ${flow.key} never came out of the first run`);
    flow.set = set;
    this.live.set(flow.key, flow);
    const ways = this.bySet.get(set) ?? new Set();
    this.bySet.set(set, ways.add(flow));
    if (ways.size > L.SET_WAYS) throw new Error(`frame ${this.frames}: set ${set} holds ${ways.size} flows`);
  }

  /** A packet joins a flow only when that flow has not ended and owes no record. */
  private mustGoOn(flow: FlowModel, packet: Described, held: boolean): void {
    const where = `frame ${this.frames}: ${flow.key}`;
    if (packet.timeNs - flow.lastNs > flow.timeoutNs({ ...this.limits }))
      throw new Error(`${where} was idle and goes on`);
    const reopened =
      packet.tcp !== undefined && isPureSyn(packet.tcp.flags) && flow.state >= L.TCP_STATE_CLOSING;
    if (reopened) throw new Error(`${where} was closed, a SYN came, and it goes on`);
    const { statusNs } = this.limits;
    if (statusNs > 0n && !held && packet.timeNs - flow.recordStartNs >= statusNs)
      throw new Error(`${where} owes a status record`);
  }

  private status(record: FlowRecord, packet: Described): void {
    const flow = this.find(record);
    this.compare(record, flow);
    const { statusNs } = this.limits;
    if (statusNs === 0n || packet.timeNs - flow.recordStartNs < statusNs)
      this.fail(record, "a status record before its time");
    flow.status(packet.timeNs);
    this.count(record);
  }

  private final(record: FlowRecord, newKey: string | undefined, packet: Described): void {
    const flow = this.find(record);
    const sameKey = newKey === flow.key;
    if (record.reason === L.RECORD_REASON_IDLE) {
      const idleNs = (sameKey && packet.timeNs > this.clockNs ? packet.timeNs : this.clockNs) - flow.lastNs;
      if (idleNs <= flow.timeoutNs({ ...this.limits })) this.fail(record, `idle for ${idleNs} ns only`);
    } else if (record.reason === L.RECORD_REASON_REUSED) {
      const syn = packet.tcp !== undefined && isPureSyn(packet.tcp.flags);
      if (!sameKey || !syn || flow.state < L.TCP_STATE_CLOSING)
        this.fail(record, "reused without a SYN after its end");
    } else if (record.reason === L.RECORD_REASON_EVICTED) {
      if (newKey === undefined || this.live.has(newKey)) this.fail(record, "evicted for no newcomer");
      if (this.sets.get(newKey ?? "") !== record.set)
        this.fail(record, "evicted for a newcomer of another set");
      this.fits(record, evictionFault(flow, this.waysOf(record), this.clockNs, this.limits));
    } else this.fail(record, `reason ${record.reason} between packets`);
    this.remove(record);
    this.endedNow = flow.key;
    if (record.reason === L.RECORD_REASON_IDLE) this.remember(record, flow);
  }

  private remember(record: FlowRecord, flow: FlowModel): void {
    const timeoutNs = flow.timeoutNs({ ...this.limits });
    const portsFollow = record.proto === 6 || record.proto === 17;
    const isB = (record.flags & L.FLOW_FLAG_INITIATOR_B) !== 0;
    const [address, port] = isB ? [record.addressB, record.portB] : [record.addressA, record.portA];
    this.memories.set(flow.key, {
      initiatorEnd: portsFollow ? `${address}:${port}` : address,
      untilNs: flow.lastNs + timeoutNs + this.limits.ghostNs,
      lastNs: flow.lastNs,
    });
  }

  private fits(record: FlowRecord, fault: string | undefined): void {
    if (fault !== undefined) this.fail(record, fault);
  }

  private waysOf(record: FlowRecord): FlowModel[] {
    return [...(this.bySet.get(record.set) ?? [])];
  }

  private tie({ key, error }: NonNullable<Described["quoted"]>): void {
    const flow = this.live.get(key);
    if (flow === undefined) {
      this.unmatched++;
      return;
    }
    this.quoted++;
    flow.icmpErrors++;
    flow.flags |= error === "exceeded" ? L.FLOW_FLAG_ICMP_TIME_EXCEEDED : L.FLOW_FLAG_ICMP_UNREACHABLE;
  }

  private find(record: FlowRecord): FlowModel {
    const flow = this.live.get(keyOfRecord(record));
    if (flow === undefined) this.fail(record, "no such flow is live");
    return flow as FlowModel;
  }

  private remove(record: FlowRecord): void {
    const flow = this.find(record);
    this.compare(record, flow);
    this.live.delete(flow.key);
    this.bySet.get(flow.set)?.delete(flow);
    this.memories.delete(flow.key);
    this.count(record);
  }

  private compare(record: FlowRecord, flow: FlowModel): void {
    const wrong = differences(record, flow);
    const set = this.sets.get(flow.key);
    if (set !== record.set) wrong.push(`set: found ${record.set}, was ${set}`);
    if (wrong.length > 0) this.fail(record, wrong.join("\n    "));
  }

  private count(record: FlowRecord): void {
    this.reasons.set(record.reason, (this.reasons.get(record.reason) ?? 0) + 1);
    if (record.reason !== L.RECORD_REASON_STATUS) this.packetsInRecords += record.packets;
  }

  private fail(record: FlowRecord, why: string): never {
    throw new Error(
      `frame ${this.frames}, record ${record.sequence} (reason ${record.reason}) of ${keyOfRecord(record)}:\n    ${why}`,
    );
  }

  /** To be called before each packet's records. */
  beginPacket(packet: Described): void {
    this.endedNow = undefined;
    if (packet.fragment?.later) this.datagrams.hold(packet, this.frames + 1);
  }
}
