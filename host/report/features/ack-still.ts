// The acknowledgement number stands still, where nothing was sent again. Apart: one feature.
// Always holds: told of one-sided flows of two packets or more; same-data-again tells it where data was repeated.

import { endsOf, isOneSided, isTcp } from "../../cause/questions.js";
import type { FeatureTest } from "./look.js";
import { feature, flowException, MOST, share } from "./words.js";

const KEY = "ack-still";

export const ackStill: FeatureTest = {
  key: KEY,
  about: "an acknowledgement number that never moves, without repeats",
  tell: (look) => {
    const heard = look.flows.filter((flow) => {
      const { acts } = endsOf(flow);
      return isTcp(flow) && isOneSided(flow) && acts.ackSeen && acts.packets >= 2 && acts.retransmits === 0;
    });
    const still = heard.filter((flow) => endsOf(flow).acts.ackAdvances === 0);
    if (still.length === 0 || still.length < heard.length * MOST) return undefined;
    return feature({
      key: KEY,
      text: `the acknowledgement number stands still in ${share(still.length, heard.length, "flow")}: the sender hears nobody`,
      holds: still.length,
      of: heard.length,
      unit: "flows",
      exceptions: heard
        .filter((flow) => !still.includes(flow))
        .map((flow) => flowException(look, flow, "it moves")),
    });
  },
};
