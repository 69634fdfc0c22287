// Facts made by hand: a flow as a table would tell it, in few words.
// Apart so that each case of a test is a line or two. Always holds: what is not given is a plain TCP flow of one
// packet from 192.0.2.1 to 198.51.100.1 port 80.

import { TCP_STATE_MIDSTREAM, TCP_STATE_NONE } from "../../../assembly/layout.js";
import type { FlowFacts, SideFacts } from "../../../host/cause/facts.js";

const FLAG_LETTERS = "FSRPAUEC";
export const START_US = 1_003_318_266_000_000;

export interface SideSketch extends Partial<Omit<SideFacts, "tcpFlags">> {
  readonly flags?: string;
}

export interface FlowSketch extends Partial<Omit<FlowFacts, "orig" | "resp" | "source" | "destination">> {
  readonly source?: string;
  readonly sport?: number;
  readonly destination?: string;
  readonly dport?: number;
  readonly orig?: SideSketch;
  readonly resp?: SideSketch;
  /** Seconds behind the first. */
  readonly at?: number;
}

export function flow(sketch: FlowSketch = {}): FlowFacts {
  const {
    source = "192.0.2.1",
    sport = 40_000,
    destination = "198.51.100.1",
    dport = 80,
    orig,
    resp,
    at = 0,
  } = sketch;
  const startUs = START_US + at * 1e6;
  const { source: _s, sport: _p, destination: _d, dport: _q, orig: _o, resp: _r, at: _a, ...rest } = sketch;
  return {
    id: `${source}:${sport} ${destination}:${dport} ${startUs}`,
    family: 4,
    proto: 6,
    source: { address: source, port: sport },
    destination: { address: destination, port: dport },
    startUs,
    endUs: startUs + 1e6,
    state: (rest.proto ?? 6) === 6 ? TCP_STATE_MIDSTREAM : TCP_STATE_NONE,
    stateText: "",
    sawSyn: false,
    sawSynAck: false,
    sawHandshake: false,
    dirReason: "first-packet",
    notes: [],
    findings: [],
    firstFrame: 1,
    icmpErrors: 0,
    ...rest,
    orig: side({ packets: 1, ...orig }),
    resp: side(resp ?? {}),
  };
}

function side({ flags = "", ...given }: SideSketch): SideFacts {
  const tcpFlags = [...flags].reduce((bits, letter) => bits | (1 << FLAG_LETTERS.indexOf(letter)), 0);
  const packets = given.packets ?? 0;
  return {
    packets,
    bytes: packets * 60,
    appBytes: 0,
    tcpFlags,
    seqSeen: packets > 0,
    ackSeen: flags.includes("A"),
    seqFirst: 1000,
    seqNext: 1000 + (given.appBytes ?? 0),
    ackFirst: 5000,
    ackHigh: 5000,
    ackAdvances: 0,
    retransmits: 0,
    outOfOrder: 0,
    overlaps: 0,
    gaps: 0,
    zeroWindows: 0,
    idZero: 0,
    idSame: 0,
    idUp: 0,
    dontFragment: packets,
    ttlLow: packets > 0 ? 60 : 0,
    ttlHigh: packets > 0 ? 60 : 0,
    tos: 0,
    badChecksums: 0,
    fragments: 0,
    ...given,
  };
}

/** A conversation as it should be. */
export function whole(sketch: FlowSketch = {}): FlowFacts {
  return flow({
    sawSyn: true,
    sawSynAck: true,
    sawHandshake: true,
    dirReason: "syn",
    orig: { packets: 8, appBytes: 500, flags: "SFPA", ackAdvances: 4 },
    resp: { packets: 9, appBytes: 9000, flags: "SFPA", ackAdvances: 2 },
    ...sketch,
  });
}

/** As the letter's: data and FIN, sent again, nothing acknowledged, no SYN. */
export function leak(sketch: FlowSketch = {}): FlowFacts {
  return flow({
    findings: ["midstream-data", "fin-with-data-no-handshake", "unanswered-retransmit"],
    orig: { packets: 4, appBytes: 194, flags: "FPA", retransmits: 3 },
    ...sketch,
  });
}

/** Client's side of a conversation whose answers take another way. */
export function halfSeen(sketch: FlowSketch = {}): FlowFacts {
  return flow({
    sawSyn: true,
    dirReason: "syn",
    findings: ["one-way"],
    orig: { packets: 12, appBytes: 700, flags: "SFPA", ackAdvances: 7 },
    ...sketch,
  });
}

export function syn(sketch: FlowSketch = {}): FlowFacts {
  return flow({ sawSyn: true, dirReason: "syn", orig: { packets: 1, flags: "S" }, ...sketch });
}

export function refused(sketch: FlowSketch = {}): FlowFacts {
  return syn({ resp: { packets: 1, flags: "RA" }, ...sketch });
}

/** A flood's victim answers an address that never asked: the initiator is whom the SYN-ACK asks. */
export function unaskedSynAck(sketch: FlowSketch = {}): FlowFacts {
  return flow({
    sawSynAck: true,
    dirReason: "synack",
    findings: ["backscatter"],
    orig: { packets: 0 },
    resp: { packets: 3, flags: "SA", retransmits: 2 },
    ...sketch,
  });
}
