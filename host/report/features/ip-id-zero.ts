// The IP ID field is 0. Apart: one feature.
// Always holds: IPv4 only; each packet with another ID is an exception, with its time where packets were looked at.

import type { FlowFacts } from "../../cause/facts.js";
import { endsOf } from "../../cause/questions.js";
import type { FeatureException } from "../model.js";
import { type FeatureTest, type Look, sent } from "./look.js";
import { feature, flowException, MOST, packetException, packets, share } from "./words.js";

const KEY = "ip-id-zero";
const LEAST = 2;
const WITH_DF = "0 with DF is ordinary for today's Linux (RFC 6864)";

export const ipIdZero: FeatureTest = {
  key: KEY,
  about: "IPv4 packets whose identification is 0",
  tell: (look) => (look.packets.length > 0 ? byPackets(look) : byFlows(look)),
};

function byPackets(look: Look) {
  const four = sent(look).filter(({ ipId }) => ipId >= 0);
  const zero = four.filter(({ ipId }) => ipId === 0);
  if (zero.length < LEAST || zero.length < four.length * MOST) return undefined;
  return feature({
    key: KEY,
    text: `the IP ID field is 0 in ${packets(look, zero.length, four.length)}`,
    holds: zero.length,
    of: four.length,
    unit: "packets",
    exceptions: four
      .filter(({ ipId }) => ipId !== 0)
      .map((packet) => packetException(look, packet, String(packet.ipId))),
    ordinary: zero.every(({ dontFragment }) => dontFragment) ? WITH_DF : undefined,
  });
}

/** Of packets only their sums are known, and the last ID that was not 0. */
function byFlows(look: Look) {
  const four = look.flows
    .filter(({ family }) => family === 4)
    .map((flow) => ({ flow, ...endsOf(flow).acts }));
  const all = four.reduce((sum, side) => sum + side.packets, 0);
  const zero = four.reduce((sum, { idZero }) => sum + idZero, 0);
  if (zero < LEAST || zero < all * MOST) return undefined;
  return feature({
    key: KEY,
    text: `the IP ID field is 0 in ${share(zero, all, "packet")}`,
    holds: zero,
    of: all,
    unit: "packets",
    exceptions: four
      .filter(({ idZero, packets: count }) => idZero < count)
      .map(({ flow, idLast }) => exception(look, flow, idLast)),
    ordinary: four.every(({ dontFragment, idZero }) => dontFragment >= idZero) ? WITH_DF : undefined,
  });
}

/** By a packet that was kept, else by what the flow remembers. */
function exception(look: Look, flow: FlowFacts, idLast: number | undefined): FeatureException {
  const kept = look.kept?.find((packet) => packet.flow === flow.id && packet.isActor && packet.ipId > 0);
  if (kept !== undefined) return packetException(look, kept, String(kept.ipId));
  return flowException(look, flow, idLast === undefined ? "another" : String(idLast));
}
