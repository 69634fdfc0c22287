// Packets that another one sent in somebody's name. Apart: one feature.
// Always holds: compared with the other packets of the same end of the same flow; two hops more or less are a route.

import { tcpFlagsText } from "../../record/state.js";
import type { PacketFacts } from "../packet-facts.js";
import type { FeatureTest, Look } from "./look.js";
import { commonest, feature, plural } from "./words.js";

const KEY = "second-sender";
const LEAST = 3;
const APART = 4;
const LISTED_MAX = 3;

export const secondSender: FeatureTest = {
  key: KEY,
  about: "packets whose TTL is not that of the others of their side",
  tell: (look) => {
    const odd = [...sides(look).values()].flatMap(oddOnes);
    if (odd.length === 0) return undefined;
    const listed = odd
      .slice(0, LISTED_MAX)
      .map(({ packet, usual }) => {
        const flags = packet.tcpFlags < 0 ? "" : ` (${tcpFlagsText(packet.tcpFlags) || "no flags"})`;
        return `TTL ${packet.ttl} where others of ${packet.source} have ${usual}, in the packet of ${look.clock(packet.timeUs)}${flags}`;
      })
      .join("; ");
    const more = odd.length > LISTED_MAX ? `; and ${odd.length - LISTED_MAX} more` : "";
    return feature({
      key: KEY,
      text: `${plural(odd.length, "packet")} of ${look.packets.length} came another way than the others of their side: ${listed}${more}`,
      holds: odd.length,
      of: look.packets.length,
      unit: "packets",
    });
  },
};

function sides({ packets }: Look): ReadonlyMap<string, readonly PacketFacts[]> {
  const found = new Map<string, PacketFacts[]>();
  for (const packet of packets) {
    const key = `${packet.flow} ${packet.source} ${packet.sport}`;
    const side = found.get(key);
    if (side === undefined) found.set(key, [packet]);
    else side.push(packet);
  }
  return found;
}

function oddOnes(side: readonly PacketFacts[]) {
  const best = side.length < LEAST ? undefined : commonest(side, ({ ttl }) => ttl);
  if (best === undefined || best.holds <= side.length / 2) return [];
  const usual = Number(best.value);
  return best.others.filter(({ ttl }) => Math.abs(ttl - usual) >= APART).map((packet) => ({ packet, usual }));
}
