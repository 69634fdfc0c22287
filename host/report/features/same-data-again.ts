// The same data is sent again. Apart: one feature.
// Always holds: data is the same when flow, sequence number, size and bytes are; a flow without a repeat is an exception.

import type { FlowFacts } from "../../cause/facts.js";
import { endsOf, isTcp } from "../../cause/questions.js";
import type { PacketFacts } from "../packet-facts.js";
import { type FeatureTest, type Look, tcpSent } from "./look.js";
import { feature, flowException, HALF, plural, share, span } from "./words.js";

const KEY = "same-data-again";

export const sameDataAgain: FeatureTest = {
  key: KEY,
  about: "data that was sent again",
  tell: (look) => {
    const data = look.flows.filter((flow) => isTcp(flow) && endsOf(flow).acts.appBytes > 0);
    const again = data.filter((flow) => endsOf(flow).acts.retransmits > 0);
    if (again.length === 0 || again.length < data.length * HALF) return undefined;
    const isStill = again.every((flow) => endsOf(flow).acts.ackSeen && endsOf(flow).acts.ackAdvances === 0);
    return feature({
      key: KEY,
      text:
        `the same data is sent again in ${share(again.length, data.length, "flow")} with data${delays(look, again)}` +
        (isStill ? ", and nobody acknowledges it: the acknowledgement number stands still" : ""),
      holds: again.length,
      of: data.length,
      unit: "flows",
      exceptions: data
        .filter((flow) => !again.includes(flow))
        .map((flow) => flowException(look, flow, "nothing again")),
    });
  },
};

/** ` (7 segments, 3.0 s later)`, where the packets are there. */
function delays(look: Look, again: readonly FlowFacts[]): string {
  const flows = new Set(again.map(({ id }) => id));
  const first = new Map<string, PacketFacts>();
  const times: number[] = [];
  for (const packet of tcpSent(look)) {
    if (packet.payloadSize === 0 || !flows.has(packet.flow)) continue;
    const key = `${packet.flow} ${packet.seq} ${packet.payloadSize} ${packet.payloadHash}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, packet);
    else times.push(packet.timeUs - before.timeUs);
  }
  if (times.length === 0) return "";
  const low = times.reduce((a, b) => Math.min(a, b));
  const high = times.reduce((a, b) => Math.max(a, b));
  const when = span(low) === span(high) ? span(low) : `${span(low)} to ${span(high)}`;
  return ` (${plural(times.length, "segment")}, ${when} later)`;
}
