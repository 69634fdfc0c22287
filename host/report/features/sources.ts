// Many senders. Apart: one feature. Always holds: told only where there are several.

import { endsOf } from "../../cause/questions.js";
import { actors, type FeatureTest } from "./look.js";
import { feature, plural } from "./words.js";

const KEY = "sources";
const LEAST = 2;

export const sources: FeatureTest = {
  key: KEY,
  about: "several senders, and how many spoke only once",
  tell: (look) => {
    const all = actors(look);
    const count = look.all?.sources ?? all.length;
    if (count > all.length) {
      const text = `about ${plural(count, "source address")}`;
      return feature({ key: KEY, text, holds: count, of: count, unit: "addresses" });
    }
    if (all.length < LEAST) return undefined;
    const packets = new Map<string, number>();
    for (const flow of look.flows) {
      const { actor, acts } = endsOf(flow);
      packets.set(actor.address, (packets.get(actor.address) ?? 0) + acts.packets);
    }
    const once = [...packets.values()].filter((count) => count === 1).length;
    const alone =
      once === 0 ? "" : `, ${once === all.length ? "each" : `${once} of them`} with one packet only`;
    return feature({
      key: KEY,
      text: `${plural(all.length, "source address")}${alone}`,
      holds: all.length,
      of: all.length,
      unit: "addresses",
    });
  },
};
