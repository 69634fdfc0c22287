// What changed between two looks at the sensor, as rates.
// Apart from how it is drawn, and from when it is looked at.
// Always holds: a rate that can't be known (first look, counting begun anew, flow not seen before) is undefined, not
// 0; flows are compared over their whole life, whatever intermediate records say.

import * as L from "../../../assembly/layout.js";
import type { FlowRecords } from "../../control/client.js";
import type { CountersAnswer } from "../../control/protocol.js";
import { FlowRecord } from "../../record/flow-record.js";
import type { InterfaceReport, StatusReport } from "../../sensor/view.js";
import type { TopSort } from "../top-command.js";

/** One look. */
export interface TopSample {
  readonly status: StatusReport;
  readonly counters: CountersAnswer;
  readonly flows: FlowRecords;
}

export interface TopFlow {
  readonly record: FlowRecord;
  /** Per second. */
  readonly bits: number | undefined;
  readonly packets: number | undefined;
}

export interface TopInterface {
  readonly report: InterfaceReport;
  /** Per second. */
  readonly packets: number | undefined;
  readonly drops: number | undefined;
}

export interface TopFinding {
  readonly name: string;
  readonly count: number;
}

export interface TopPicture {
  readonly status: StatusReport;
  readonly nowMs: number;
  /** All per second. */
  readonly packets: number | undefined;
  readonly bits: number | undefined;
  readonly newFlows: number | undefined;
  readonly records: number | undefined;
  readonly drops: number | undefined;
  readonly liveFlows: number;
  readonly flowsMax: number;
  readonly interfaces: readonly TopInterface[];
  readonly flows: readonly TopFlow[];
  readonly findings: readonly TopFinding[];
}

type Rate = (after: number | undefined, before: number | undefined) => number | undefined;

export function topPicture(before: TopSample | undefined, after: TopSample, sort: TopSort): TopPicture {
  const { status, counters } = after;
  const rate = rateBetween(before, after);
  const total = (name: string, factor = 1) => {
    const perSecond = rate(counters.total[name], before?.counters.total[name]);
    return perSecond === undefined ? undefined : perSecond * factor;
  };
  const interfaces = interfacePictures(before, after, rate);
  const flows = flowPictures(before, after, rate);
  if (sort === "rate") flows.sort((a, b) => (b.bits ?? -1) - (a.bits ?? -1));
  return {
    status,
    nowMs: counters.nowMs,
    packets: total("packets"),
    bits: total("wire-bytes", 8),
    newFlows: total("flows-created"),
    records: total("records"),
    drops: sumKnown(interfaces.map(({ drops }) => drops)),
    liveFlows: after.flows.live,
    flowsMax: status.workers.reduce((sum, { flowsMax }) => sum + flowsMax, 0),
    interfaces,
    flows,
    findings: findingCounts(counters),
  };
}

/** Of two counts at the two looks. */
function rateBetween(before: TopSample | undefined, after: TopSample): Rate {
  const seconds = before === undefined ? 0 : (after.counters.nowMs - before.counters.nowMs) / 1000;
  const isSameCounting = before?.counters.resetMs === after.counters.resetMs && seconds > 0;
  return (now, then) =>
    !isSameCounting || now === undefined || then === undefined || now < then
      ? undefined
      : (now - then) / seconds;
}

function interfacePictures(before: TopSample | undefined, after: TopSample, rate: Rate): TopInterface[] {
  return after.status.interfaces.map((report) => {
    const then = before?.status.interfaces.find(
      ({ name, worker }) => name === report.name && worker === report.worker,
    );
    return { report, packets: rate(report.packets, then?.packets), drops: rate(report.drops, then?.drops) };
  });
}

function flowPictures(before: TopSample | undefined, after: TopSample, rate: Rate): TopFlow[] {
  const known = new Map(
    before === undefined ? [] : recordsOf(before.flows).map((record) => [flowKey(record), record]),
  );
  const beforeUs = (before?.counters.nowMs ?? 0) * 1000;
  return recordsOf(after.flows).map((record) => {
    const then = known.get(flowKey(record));
    // All that a flow has is news if it began since.
    const isNew = then === undefined && before !== undefined && lifeStartUs(record) >= beforeUs;
    const bytesThen = then === undefined ? (isNew ? 0 : undefined) : bytesOfLife(then);
    const packetsThen = then === undefined ? (isNew ? 0 : undefined) : packetsOfLife(then);
    const bytes = rate(bytesOfLife(record), bytesThen);
    return {
      record,
      bits: bytes === undefined ? undefined : bytes * 8,
      packets: rate(packetsOfLife(record), packetsThen),
    };
  });
}

function recordsOf({ bytes, count }: FlowRecords): FlowRecord[] {
  return Array.from({ length: count }, (_, index) =>
    new FlowRecord(bytes.buffer).pointAt(bytes.byteOffset + index * L.RECORD_SIZE),
  );
}

/** Key and start: the same ports used again are another flow. */
function flowKey({ bytes, flow, view }: FlowRecord): string {
  const part = (offset: number, size: number) =>
    bytes.subarray(flow + offset, flow + offset + size).join(".");
  return [
    part(L.FLOW_ADDRESS_A_OFFSET, 16),
    part(L.FLOW_ADDRESS_B_OFFSET, 16),
    view.getUint16(flow + L.FLOW_PORT_A_OFFSET, true),
    view.getUint16(flow + L.FLOW_PORT_B_OFFSET, true),
    bytes[flow + L.FLOW_PROTO_OFFSET],
    bytes[flow + L.FLOW_KIND_OFFSET],
    view.getUint16(flow + L.FLOW_EXTRA_OFFSET, true),
    part(L.FLOW_START_OFFSET, 8),
  ].join("/");
}

function lifeStartUs(record: FlowRecord): number {
  return record.u64(record.flow + L.FLOW_START_OFFSET) / 1000;
}

export function bytesOfLife(record: FlowRecord): number {
  const bytes = (end: "orig" | "resp") => record.u64(record.direction(end) + L.DIR_BYTES_OFFSET);
  return bytes("orig") + bytes("resp");
}

export function packetsOfLife(record: FlowRecord): number {
  return record.packetsOfLife("orig") + record.packetsOfLife("resp");
}

function sumKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

/** Counters named finding-NAME or findings-NAME, most first. */
function findingCounts({ total }: CountersAnswer): TopFinding[] {
  return Object.entries(total)
    .flatMap(([counter, count]) => {
      const name = /^findings?-(.+)$/.exec(counter)?.[1];
      return name !== undefined && count > 0 ? [{ name, count }] : [];
    })
    .sort((a, b) => b.count - a.count);
}
