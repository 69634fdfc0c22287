// A flow that has a finding, as one line (or one object): enough to find it in the capture and to judge it.
// Apart from the totals because these are for a person who looks at one flow after the other.
// Always holds: the display filter finds all packets of the flow (Wireshark's syntax), and few others.

import { type FlowFacts, inTime } from "../../host/cause/facts.js";
import { endsOf } from "../../host/cause/questions.js";
import { printable } from "../../host/errors.js";
import type { FindingName } from "../../host/record/findings.js";
import type { CaptureFindings, FoundFlow } from "./read-capture.js";
import { accuses } from "./totals.js";
import { firstText, Weighed } from "./weighed.js";

export interface ListedFlow {
  readonly capture: string;
  /** Number of the flow's first frame, from 1. */
  readonly frame: number;
  /** Seconds from the first packet of any flow of the capture: a conversation near 0 may be older than the capture. */
  readonly afterStart: number;
  readonly proto: string;
  readonly source: string;
  readonly destination: string;
  /** As `stray read -Z b` prints it. */
  readonly state: string;
  readonly packets: readonly [number, number];
  readonly appBytes: readonly [number, number];
  readonly findings: readonly FindingName[];
  readonly sids: readonly number[];
  /** The heaviest cause of the flow by itself, and of all that its source did in the capture: `name score`. */
  readonly flowCause: string;
  readonly sourceCause: string;
  readonly filter: string;
}

/** Flows with that finding, or with any that accuses. */
export function listedFlows(capture: CaptureFindings, finding: FindingName | undefined): ListedFlow[] {
  const weighed = new Weighed(capture);
  const startUs = capture.flows.reduce(
    (first, { facts }) => Math.min(first, facts.startUs),
    Number.POSITIVE_INFINITY,
  );
  return capture.flows
    .filter(({ facts: { findings } }) =>
      finding === undefined ? findings.some(accuses) : findings.includes(finding),
    )
    .sort((a, b) => inTime(a.facts, b.facts))
    .map((flow) => ({
      ...described(capture.name, flow, startUs),
      flowCause: firstText(weighed.flow(flow.facts)),
      sourceCause: firstText(weighed.source(endsOf(flow.facts).actor.address)),
    }));
}

function described(
  capture: string,
  flow: FoundFlow,
  startUs: number,
): Omit<ListedFlow, "flowCause" | "sourceCause"> {
  const { facts, proto, sids } = flow;
  return {
    capture,
    frame: facts.firstFrame,
    afterStart: (facts.startUs - startUs) / 1e6,
    proto,
    source: endText(facts.source),
    destination: endText(facts.destination),
    state: facts.stateText,
    packets: [facts.orig.packets, facts.resp.packets],
    appBytes: [facts.orig.appBytes, facts.resp.appBytes],
    findings: facts.findings,
    sids,
    filter: displayFilter(flow),
  };
}

function endText({ address, port }: FlowFacts["source"]): string {
  if (port < 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

const PORT_FIELDS: ReadonlyMap<string, string> = new Map([
  ["tcp", "tcp.port"],
  ["udp", "udp.port"],
  ["sctp", "sctp.port"],
  ["dccp", "dccp.port"],
]);
const FILTER_NAMES: ReadonlyMap<string, string> = new Map([
  ["icmp", "icmp"],
  ["ipv6-icmp", "icmpv6"],
  ["arp", "arp"],
]);

/** For `tshark -Y`: both addresses and both ports, where there are any. */
function displayFilter({ facts, proto, isIp }: FoundFlow): string {
  const { source, destination, family } = facts;
  const ends = [source, destination];
  const ports = PORT_FIELDS.get(proto);
  const terms = new Set<string>();
  if (isIp) {
    const field = family === 6 ? "ipv6.addr" : "ip.addr";
    for (const { address } of ends) terms.add(`${field}==${address}`);
    if (ports !== undefined) for (const { port } of ends) terms.add(`${ports}==${port}`);
  } else if (proto !== "arp") {
    for (const { address } of ends) terms.add(`eth.addr==${address}`);
  }
  const name = FILTER_NAMES.get(proto);
  if (name !== undefined) terms.add(name);
  return [...terms].join(" && ");
}

/** One line; what comes from outside (the file's name) is escaped. */
export function listedText(flow: ListedFlow): string {
  const { capture, frame, proto, source, destination, state, packets, appBytes, findings, sids } = flow;
  const rules = sids.length === 0 ? "" : ` (${sids.join(" ")})`;
  return [
    printable(capture),
    `#${frame} +${flow.afterStart.toFixed(3)} s`,
    `${proto} ${source} -> ${destination} ${state}`,
    `packets ${packets.join("/")} app ${appBytes.join("/")}`,
    `${findings.join(" ")}${rules}`,
    `flow: ${flow.flowCause}, source: ${flow.sourceCause}`,
    `-Y '${flow.filter}'`,
  ].join(" | ");
}
