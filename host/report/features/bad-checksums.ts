// Wrong checksums. Apart: one feature. Always holds: by the flows' counts; nothing is told where there are none.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, sentCount } from "./look.js";
import { feature, share } from "./words.js";

const KEY = "bad-checksums";

export const badChecksums: FeatureTest = {
  key: KEY,
  about: "packets whose checksum is wrong",
  tell: (look) => {
    const bad = look.flows.reduce((sum, flow) => sum + endsOf(flow).acts.badChecksums, 0);
    const of = sentCount(look);
    if (bad === 0) return undefined;
    return feature({
      key: KEY,
      text: `checksums are wrong in ${share(bad, of, "packet")}: no host takes them in`,
      holds: bad,
      of,
      unit: "packets",
    });
  },
};
