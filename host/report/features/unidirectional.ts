// Traffic goes one way. Apart: one feature. Always holds: a flow in which anything came back is an exception.

import { endsOf, isOneSided } from "../../cause/questions.js";
import { actors, type FeatureTest } from "./look.js";
import { addresses, feature, flowException, HALF, plural, share } from "./words.js";

const KEY = "unidirectional";

export const unidirectional: FeatureTest = {
  key: KEY,
  about: "one side sent, and nothing came back",
  tell: (look) => {
    const silent = look.flows.filter(isOneSided);
    if (silent.length === 0 || silent.length < look.flows.length * HALF) return undefined;
    const packets = silent.reduce((sum, flow) => sum + endsOf(flow).acts.packets, 0);
    const errors = silent.reduce((sum, { icmpErrors }) => sum + icmpErrors, 0);
    const isAll = silent.length === look.flows.length;
    const where = isAll ? "" : ` in ${share(silent.length, look.flows.length, "flow")}`;
    const back = errors === 0 ? "none back" : `none back but ${plural(errors, "ICMP error")}`;
    return feature({
      key: KEY,
      text: `traffic is unidirectional${where}: ${plural(packets, "packet")} from ${addresses(actors({ ...look, flows: silent }))}, ${back}`,
      holds: silent.length,
      of: look.flows.length,
      unit: "flows",
      exceptions: look.flows
        .filter((flow) => !isOneSided(flow))
        .map((flow) => flowException(look, flow, `${plural(endsOf(flow).answers.packets, "packet")} back`)),
    });
  },
};
