// TOS is not 0, or changes. Apart: one feature. Always holds: nothing is told where it is 0 throughout.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, sent } from "./look.js";
import { commonest, feature, hex, MOST, packetException, packets, plural } from "./words.js";

const KEY = "tos";

export const tos: FeatureTest = {
  key: KEY,
  about: "a TOS or traffic class that is not 0, or not one",
  tell: (look) => {
    if (look.packets.length === 0) {
      const values = new Set(look.flows.map((flow) => endsOf(flow).acts.tos).filter((value) => value !== 0));
      if (values.size === 0) return undefined;
      const text = `TOS is ${[...values].map((value) => hex(value)).join(", ")} in last packets of flows`;
      const of = look.flows.length;
      return feature({ key: KEY, text, holds: of, of, unit: "flows" });
    }
    const all = sent(look);
    const best = commonest(all, (packet) => packet.tos);
    if (best === undefined || (best.value === 0 && best.others.length === 0)) return undefined;
    const isMost = best.holds >= all.length * MOST;
    const values = new Set(all.map((packet) => packet.tos));
    return feature({
      key: KEY,
      text: isMost
        ? `TOS is ${hex(Number(best.value))} in ${packets(look, best.holds, all.length)}`
        : `TOS has ${plural(values.size, "value")} in ${packets(look, all.length, all.length)}`,
      holds: best.holds,
      of: all.length,
      unit: "packets",
      exceptions: isMost ? best.others.map((packet) => packetException(look, packet, hex(packet.tos))) : [],
    });
  },
};
