// Facts of flows as the real classifier finds them in frames.
// Apart because the letter and the real captures are weighed alike. Always holds: facts are merged, one a flow.

import { type FlowFacts, factsOf, mergeFacts } from "../../../host/cause/facts.js";
import { FlowRecord } from "../../../host/record/flow-record.js";
import { Core, type CoreLimits } from "../../support/core.js";

export interface Frame {
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  readonly wire?: number;
  readonly link?: number;
}

export function classified(frames: readonly Frame[], limits: Partial<CoreLimits> = {}): FlowFacts[] {
  const core = new Core(limits);
  const record = new FlowRecord(core.memory.buffer);
  const facts: FlowFacts[] = [];
  const take = (): void => {
    core.take((bytes) => facts.push(factsOf(record.pointAt(bytes.byteOffset))));
  };
  for (const { timeNs, bytes, wire = bytes.length, link = 1 } of frames) {
    core.push(bytes, { timeNs, wire, link });
    if (core.pending > 1024) take();
  }
  core.exports.drain();
  take();
  for (let more = 1; more !== 0; ) {
    more = core.exports.flush();
    take();
  }
  return mergeFacts(facts);
}

/** Flows by the address that is judged: the only one that sent, else the initiator. */
export function bySource(flows: readonly FlowFacts[]): Map<string, FlowFacts[]> {
  const groups = new Map<string, FlowFacts[]>();
  for (const flow of flows) {
    const isTurned = flow.orig.packets === 0;
    const { address } = isTurned ? flow.destination : flow.source;
    groups.set(address, [...(groups.get(address) ?? []), flow]);
  }
  return groups;
}
