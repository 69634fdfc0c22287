// One IP ID in all packets, and not 0. Apart: one feature. Always holds: IPv4 only; needs the packets.

import { type FeatureTest, sent } from "./look.js";
import { commonest, feature, MOST, packetException, packets } from "./words.js";

const KEY = "ip-id-constant";
const LEAST = 4;

export const ipIdConstant: FeatureTest = {
  key: KEY,
  about: "IPv4 packets that have one identification, not 0",
  tell: (look) => {
    const four = sent(look).filter(({ ipId }) => ipId >= 0);
    const best = commonest(four, ({ ipId }) => ipId);
    if (best === undefined || best.value === 0) return undefined;
    if (best.holds < LEAST || best.holds < four.length * MOST) return undefined;
    return feature({
      key: KEY,
      text: `the IP ID field is ${best.value} in ${packets(look, best.holds, four.length)}: no stack numbers its packets so`,
      holds: best.holds,
      of: four.length,
      unit: "packets",
      exceptions: best.others.map((packet) => packetException(look, packet, String(packet.ipId))),
    });
  },
};
