// No SYN anywhere. Apart: one feature. Always holds: a SYN of either side is one.

import { isTcp } from "../../cause/questions.js";
import { TCP_SYN } from "../../record/state.js";
import type { FeatureTest } from "./look.js";
import { feature, flowException, HALF, plural, share } from "./words.js";

const KEY = "no-syn";

export const noSyn: FeatureTest = {
  key: KEY,
  about: "TCP without a SYN",
  tell: (look) => {
    const tcp = look.flows.filter(isTcp);
    const without = tcp.filter(({ orig, resp }) => ((orig.tcpFlags | resp.tcpFlags) & TCP_SYN) === 0);
    if (without.length === 0 || without.length < tcp.length * HALF) return undefined;
    const packets = without.reduce((sum, { orig, resp }) => sum + orig.packets + resp.packets, 0);
    const counted = `(${plural(packets, "packet")})`;
    return feature({
      key: KEY,
      text:
        without.length === tcp.length
          ? `there are no SYN packets: no flow has S in its flags ${counted}`
          : `${share(without.length, tcp.length, "TCP flow")} ${without.length === 1 ? "has no S in its" : "have no S in their"} flags ${counted}`,
      holds: without.length,
      of: tcp.length,
      unit: "flows",
      exceptions: tcp
        .filter((flow) => !without.includes(flow))
        .map((flow) => flowException(look, flow, "a SYN")),
    });
  },
};
