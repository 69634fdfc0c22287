// Packets of one size. Apart: one feature. Always holds: needs the packets.

import { type FeatureTest, sent } from "./look.js";
import { commonest, feature, MOST, packetException, packets } from "./words.js";

const KEY = "sizes";
const LEAST = 5;

export const sizes: FeatureTest = {
  key: KEY,
  about: "packets that have one size",
  tell: (look) => {
    const all = sent(look).filter(({ size }) => size > 0);
    const best = commonest(all, ({ size }) => size);
    if (best === undefined || best.holds < LEAST || best.holds < all.length * MOST) return undefined;
    const isEmpty = all.every(({ payloadSize }) => payloadSize === 0);
    return feature({
      key: KEY,
      text: `${packets(look, best.holds, all.length)} are ${best.value} bytes long${isEmpty ? ", without data" : ""}`,
      holds: best.holds,
      of: all.length,
      unit: "packets",
      exceptions: best.others.map((packet) => packetException(look, packet, `${packet.size} bytes`)),
    });
  },
};
