// Looks made by hand: flows and packets in few words, and a feature as a report says it.
// Apart so that each case of a test is a line or two. Always holds: what is not given is a plain TCP packet of the first
// flow's actor, a second after the one before.

import "../../../support/utc.js";
import type { FlowFacts } from "../../../../host/cause/facts.js";
import { endsOf } from "../../../../host/cause/questions.js";
import { makeClock } from "../../../../host/report/clock.js";
import type { FeatureTest, Look } from "../../../../host/report/features/look.js";
import type { Feature } from "../../../../host/report/model.js";
import type { PacketFacts } from "../../../../host/report/packet-facts.js";
import { featureText } from "../../../../host/report/print/sentences.js";
import { START_US } from "../../cause/flows.js";

export { flow, leak, START_US, syn, whole } from "../../cause/flows.js";

export type PacketSketch = Partial<Omit<PacketFacts, "timeUs">> & {
  /** Seconds behind the first. */
  readonly at?: number;
};

const FLAG_LETTERS = "FSRPAUEC";

export function flags(letters: string): number {
  return [...letters].reduce((bits, letter) => bits | (1 << FLAG_LETTERS.indexOf(letter)), 0);
}

function packetOf({ at, ...sketch }: PacketSketch, index: number, first: FlowFacts | undefined): PacketFacts {
  const ends = first === undefined ? undefined : endsOf(first);
  return {
    timeUs: START_US + Math.round((at ?? index) * 1e6),
    number: index + 1,
    flow: first?.id ?? "1",
    isActor: true,
    isLogged: false,
    source: ends?.actor.address ?? "192.0.2.1",
    sport: ends?.actor.port ?? 40_000,
    destination: ends?.target.address ?? "198.51.100.1",
    dport: ends?.target.port ?? 80,
    version: 4,
    proto: 6,
    ttl: 60,
    tos: 0,
    ipId: 100 + index * 7,
    dontFragment: true,
    isFragment: false,
    size: 40 + index,
    payloadSize: 0,
    payloadHash: 0,
    tcpFlags: flags("A"),
    seq: 1000 + index,
    ack: 5000,
    window: 1000 + index,
    optionsSize: 0,
    mac: "02:00:00:00:00:01",
    ...sketch,
  };
}

export interface LookSketch extends Partial<Omit<Look, "packets">> {
  readonly packets?: readonly PacketSketch[];
}

export function look({ flows = [], packets = [], ...rest }: LookSketch): Look {
  const all = packets.map((sketch, index) => packetOf(sketch, index, flows[0]));
  return {
    kind: "source",
    subject: flows[0] === undefined ? "192.0.2.1" : endsOf(flows[0]).actor.address,
    flows,
    packets: all,
    isWhole: all.length > 0,
    place: "in this capture",
    addressState: () => "unknown",
    hasSpoken: () => undefined,
    clock: makeClock(START_US, START_US + 60e6),
    ...rest,
  };
}

/** `count` sketches. */
export function many<Sketch>(count: number, sketch: (index: number) => Sketch): Sketch[] {
  return Array.from({ length: count }, (_, index) => sketch(index));
}

/** As it is printed, exceptions and all; undefined where nothing is told. */
export function told(test: FeatureTest, sketch: LookSketch): string | undefined {
  const feature = featureOf(test, sketch);
  return feature === undefined ? undefined : featureText(feature);
}

export function featureOf(test: FeatureTest, sketch: LookSketch): Feature | undefined {
  const feature = test.tell(look(sketch));
  if (feature !== undefined && feature.key !== test.key) throw new Error(`${feature.key} for ${test.key}`);
  return feature;
}
