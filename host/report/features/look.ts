// What a feature looks at: a case's flows and packets, and what is known of addresses.
// Apart from the features so that each is a function of this alone.
// Always holds: flows and packets are in the order of time; packets are of these flows.

import type { FlowFacts } from "../../cause/facts.js";
import { type AddressState, endsOf } from "../../cause/questions.js";
import type { IncidentKind } from "../../incident/model.js";
import type { Feature } from "../model.js";
import type { PacketFacts } from "../packet-facts.js";

export interface Look {
  readonly kind: IncidentKind;
  readonly subject: string;
  /** The strange ones. */
  readonly flows: readonly FlowFacts[];
  /** Of all of them, where only some are here. */
  readonly all?: {
    readonly flows: number;
    readonly spanUs: number;
    readonly sources: number;
    readonly destinations: number;
    readonly ports: number;
  };
  readonly packets: readonly PacketFacts[];
  /** `packets` are all there are of the flows. */
  readonly isWhole: boolean;
  /** Some packets, where not all are there: they tell what an exception was, nothing of the others. */
  readonly kept?: readonly PacketFacts[];
  /** Where all was seen that is judged: "in this capture". */
  readonly place: string;
  /** What is known of an address by home networks, dark lists, findings. */
  readonly addressState: (address: string) => AddressState;
  /** It sent a packet, as far as was seen; undefined where that is not known. */
  readonly hasSpoken: (address: string) => boolean | undefined;
  /** Time of day, with the day where there are several. */
  readonly clock: (us: number) => string;
}

/** One thing that may be worth telling. */
export interface FeatureTest {
  readonly key: string;
  /** What it looks for: for the document. */
  readonly about: string;
  /** Undefined where it is not worth telling. */
  readonly tell: (look: Look) => Feature | undefined;
}

/** Packets of the end that is judged. */
export function sent({ packets }: Look): readonly PacketFacts[] {
  return packets.filter(({ isActor }) => isActor);
}

export function tcpSent(look: Look): readonly PacketFacts[] {
  return sent(look).filter(({ tcpFlags }) => tcpFlags >= 0);
}

/** Packets that the judged ends of the flows sent, by the flows' own counts. */
export function sentCount({ flows }: Look): number {
  return flows.reduce((sum, flow) => sum + endsOf(flow).acts.packets, 0);
}

export function actors({ flows }: Look): string[] {
  return [...new Set(flows.map((flow) => endsOf(flow).actor.address))];
}

export function targets({ flows }: Look): string[] {
  return [...new Set(flows.map((flow) => endsOf(flow).target.address))];
}
