// One sequence number in all SYNs. Apart: one feature. Always holds: the first SYN of each flow is counted.

import { TCP_ACK, TCP_SYN } from "../../record/state.js";
import type { PacketFacts } from "../packet-facts.js";
import { type FeatureTest, tcpSent } from "./look.js";
import { commonest, feature, hex, MOST, packetException, share } from "./words.js";

const KEY = "sequence-numbers";
const LEAST = 3;

export const sequenceNumbers: FeatureTest = {
  key: KEY,
  about: "flows that begin with one sequence number",
  tell: (look) => {
    const first = new Map<string, PacketFacts>();
    for (const packet of tcpSent(look)) {
      const isSyn = (packet.tcpFlags & (TCP_SYN | TCP_ACK)) === TCP_SYN;
      if (isSyn && !first.has(packet.flow)) first.set(packet.flow, packet);
    }
    const all = [...first.values()];
    const best = commonest(all, ({ seq }) => seq);
    if (best === undefined || best.holds < LEAST || best.holds < all.length * MOST) return undefined;
    return feature({
      key: KEY,
      text: `the SYNs of ${share(best.holds, all.length, "flow")} have one sequence number, ${hex(Number(best.value), 8)}: stacks choose it anew (RFC 6528)`,
      holds: best.holds,
      of: all.length,
      unit: "flows",
      exceptions: best.others.map((packet) => packetException(look, packet, hex(packet.seq, 8))),
    });
  },
};
