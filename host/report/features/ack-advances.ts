// One side is seen, and it hears the other. Apart: one feature. Always holds: what moves by two steps or more counts.

import { endsOf, hearsUnseen, isOneSided, isTcp } from "../../cause/questions.js";
import type { FeatureTest } from "./look.js";
import { feature, flowException, HALF, share } from "./words.js";

const KEY = "ack-advances";

export const ackAdvances: FeatureTest = {
  key: KEY,
  about: "one side alone that acknowledges what did not pass here",
  tell: (look) => {
    const alone = look.flows.filter((flow) => isTcp(flow) && isOneSided(flow));
    const hearing = alone.filter(hearsUnseen);
    if (hearing.length === 0 || hearing.length < alone.length * HALF) return undefined;
    const steps = hearing.reduce((sum, flow) => sum + endsOf(flow).acts.ackAdvances, 0);
    return feature({
      key: KEY,
      text:
        `the sender hears somebody who is not seen here, in ${share(hearing.length, alone.length, "one-sided flow")}` +
        (steps === 0 ? "" : `: its acknowledgement number moved ${steps} times`),
      holds: hearing.length,
      of: alone.length,
      unit: "flows",
      exceptions: alone
        .filter((flow) => !hearing.includes(flow))
        .map((flow) => flowException(look, flow, "it hears nobody")),
    });
  },
};
