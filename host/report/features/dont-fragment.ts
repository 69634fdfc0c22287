// Don't-fragment is set, or is not. Apart: one feature. Always holds: IPv4 only.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, sent } from "./look.js";
import { feature, MOST, packetException, packets, share } from "./words.js";

const KEY = "dont-fragment";
const LEAST = 2;
const ORDINARY = "as path MTU discovery asks (RFC 1191)";

export const dontFragment: FeatureTest = {
  key: KEY,
  about: "IPv4's DF bit: in nearly all packets, or in some",
  tell: (look) => {
    const four = sent(look).filter(({ version }) => version === 4);
    const sides = look.flows.filter(({ family }) => family === 4).map((flow) => endsOf(flow).acts);
    const isByPackets = look.packets.length > 0;
    const of = isByPackets ? four.length : sides.reduce((sum, side) => sum + side.packets, 0);
    const set = four.filter((packet) => packet.dontFragment);
    const holds = isByPackets ? set.length : sides.reduce((sum, side) => sum + side.dontFragment, 0);
    if (of < LEAST || holds === 0) return undefined;
    const isMost = holds >= of * MOST;
    return feature({
      key: KEY,
      text: `DF is set in ${isByPackets ? packets(look, holds, of) : share(holds, of, "packet")}`,
      holds,
      of,
      unit: "packets",
      exceptions: isMost
        ? four.filter((packet) => !packet.dontFragment).map((packet) => packetException(look, packet, "not"))
        : [],
      ordinary: holds === of ? ORDINARY : undefined,
    });
  },
};
