// The same data in flow after flow. Apart: one feature. Always holds: the first data of each flow is compared.

import type { PacketFacts } from "../packet-facts.js";
import { type FeatureTest, sent } from "./look.js";
import { commonest, feature, MOST, packetException, share } from "./words.js";

const KEY = "same-payload";
const LEAST = 3;

export const samePayload: FeatureTest = {
  key: KEY,
  about: "flows whose first data are the same bytes",
  tell: (look) => {
    const first = new Map<string, PacketFacts>();
    for (const packet of sent(look)) {
      if (packet.payloadSize > 0 && !first.has(packet.flow)) first.set(packet.flow, packet);
    }
    const all = [...first.values()];
    const best = commonest(all, ({ payloadSize, payloadHash }) => `${payloadSize} ${payloadHash}`);
    if (best === undefined || best.holds < LEAST || best.holds < all.length * MOST) return undefined;
    const size = String(best.value).split(" ")[0];
    return feature({
      key: KEY,
      text: `the same ${size} bytes of data begin ${share(best.holds, all.length, "flow")} that have any`,
      holds: best.holds,
      of: all.length,
      unit: "flows",
      exceptions: best.others.map((packet) =>
        packetException(look, packet, `${packet.payloadSize} other bytes`),
      ),
    });
  },
};
