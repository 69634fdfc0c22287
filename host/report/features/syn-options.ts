// SYNs without TCP options. Apart: one feature. Always holds: needs the packets.

import { TCP_ACK, TCP_SYN } from "../../record/state.js";
import { type FeatureTest, tcpSent } from "./look.js";
import { feature, MOST, packetException, share } from "./words.js";

const KEY = "syn-options";
const LEAST = 3;

export const synOptions: FeatureTest = {
  key: KEY,
  about: "SYNs without any TCP option",
  tell: (look) => {
    const syns = tcpSent(look).filter((packet) => (packet.tcpFlags & (TCP_SYN | TCP_ACK)) === TCP_SYN);
    const bare = syns.filter(({ optionsSize }) => optionsSize === 0);
    if (bare.length < LEAST || bare.length < syns.length * MOST) return undefined;
    return feature({
      key: KEY,
      text: `${share(bare.length, syns.length, "SYN")}${look.isWhole ? "" : " looked at"} have no TCP option: today's stacks send some, hand-made packets often none`,
      holds: bare.length,
      of: syns.length,
      unit: "packets",
      exceptions: syns
        .filter(({ optionsSize }) => optionsSize > 0)
        .map((packet) => packetException(look, packet, `${packet.optionsSize} bytes of options`)),
    });
  },
};
