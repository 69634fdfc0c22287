// Which MAC address the frames came from. Apart: one feature. Always holds: Ethernet only.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, type Look, sent } from "./look.js";
import { commonest, feature, packetException, packets, share } from "./words.js";

const KEY = "first-hop";
const WHO = "the last router before the sensor, or the sender itself";

export const firstHop: FeatureTest = {
  key: KEY,
  about: "the MAC addresses that the frames came from",
  tell: (look) => (look.packets.length > 0 ? byPackets(look) : byFlows(look)),
};

function byPackets(look: Look) {
  const all = sent(look).filter(({ mac }) => mac !== "");
  const best = commonest(all, ({ mac }) => mac);
  if (best === undefined) return undefined;
  return feature({
    key: KEY,
    text: `${packets(look, best.holds, all.length)} came from ${best.value}: ${WHO}`,
    holds: best.holds,
    of: all.length,
    unit: "packets",
    exceptions: best.others.map((packet) => packetException(look, packet, packet.mac)),
  });
}

/** Flows keep the address of their first packet. */
function byFlows(look: Look) {
  const flows = look.flows.filter((flow) => endsOf(flow).acts.mac !== undefined);
  const best = commonest(flows, (flow) => endsOf(flow).acts.mac ?? "");
  if (best === undefined) return undefined;
  return feature({
    key: KEY,
    text: `the first packet of ${share(best.holds, flows.length, "flow")} came from ${best.value}: ${WHO}`,
    holds: best.holds,
    of: flows.length,
    unit: "flows",
    exceptions: best.others.map((flow) => ({
      text: `${endsOf(flow).acts.mac} in the flow of ${look.clock(flow.startUs)}`,
      timeUs: flow.startUs,
      flow: flow.id,
    })),
  });
}
