// One TCP window in all packets. Apart: one feature. Always holds: needs the packets; resets are left out.

import { TCP_RST } from "../../record/state.js";
import { type FeatureTest, tcpSent } from "./look.js";
import { commonest, feature, hex, MOST, packetException, packets } from "./words.js";

const KEY = "window";
const LEAST = 3;

export const window: FeatureTest = {
  key: KEY,
  about: "a TCP window that never changes",
  tell: (look) => {
    const all = tcpSent(look).filter((packet) => (packet.tcpFlags & TCP_RST) === 0);
    const best = commonest(all, (packet) => packet.window);
    if (best === undefined || best.holds < LEAST || best.holds < all.length * MOST) return undefined;
    return feature({
      key: KEY,
      text: `the TCP window is ${best.value} (${hex(Number(best.value))}) in ${packets(look, best.holds, all.length)}`,
      holds: best.holds,
      of: all.length,
      unit: "packets",
      exceptions: best.others.map((packet) => packetException(look, packet, String(packet.window))),
    });
  },
};
