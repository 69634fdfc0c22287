// How fast flows follow one another. Apart: one feature. Always holds: told where they are many or come by a clock.

import type { FeatureTest } from "./look.js";
import { feature, plural, span } from "./words.js";

const KEY = "pace";
const LEAST = 5;
/** As many a second, and nobody types them. */
const FAST = 5;
/** Distances that differ by no more than this share of their middle. */
const REGULAR = 0.1;

export const pace: FeatureTest = {
  key: KEY,
  about: "many flows a second, or flows at regular intervals",
  tell: (look) => {
    const { flows, all } = look;
    if (flows.length < LEAST) return undefined;
    if (all !== undefined) return fast(all.flows, all.spanUs);
    const gaps = flows.slice(1).map(({ startUs }, index) => startUs - flows[index]!.startUs);
    const total = flows.at(-1)!.startUs - flows[0]!.startUs;
    const sorted = [...gaps].sort((a, b) => a - b);
    const [low, middle, high] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
    const of = flows.length;
    if (middle > 0 && high - low <= middle * REGULAR) {
      const text = `a flow begins each ${span(middle)}, within ${span(high - low)}: by a clock`;
      return feature({ key: KEY, text, holds: of, of, unit: "flows" });
    }
    return fast(of, total);
  },
};

function fast(flows: number, spanUs: number) {
  const rate = spanUs === 0 ? Number.POSITIVE_INFINITY : (flows - 1) / (spanUs / 1e6);
  if (rate < FAST) return undefined;
  const speed = spanUs === 0 ? "at once" : `in ${span(spanUs)}, ${Math.round(rate)} a second`;
  const text = `${plural(flows, "flow")} begin ${speed}`;
  return feature({ key: KEY, text, holds: flows, of: flows, unit: "flows" });
}
