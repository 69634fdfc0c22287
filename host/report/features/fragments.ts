// Fragments. Apart: one feature. Always holds: by the flows' counts; nothing is told where there are none.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, sentCount } from "./look.js";
import { feature, plural, share } from "./words.js";

const KEY = "fragments";

export const fragments: FeatureTest = {
  key: KEY,
  about: "packets that are fragments of datagrams",
  tell: (look) => {
    const count = look.flows.reduce((sum, flow) => sum + endsOf(flow).acts.fragments, 0);
    const of = sentCount(look);
    if (count === 0) return undefined;
    const odd = look.flows.filter(({ findings }) =>
      findings.some((name) => name === "fragment-overlap" || name === "fragment-tiny"),
    ).length;
    return feature({
      key: KEY,
      text: `${share(count, of, "packet")} ${count === 1 ? "is a fragment" : "are fragments"}${odd === 0 ? "" : `, tiny or overlapping ones in ${plural(odd, "flow")}`}`,
      holds: count,
      of,
      unit: "packets",
    });
  },
};
