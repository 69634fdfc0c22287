// Which TCP flags the packets have. Apart: one feature. Always holds: at most COMBINATIONS_MAX combinations are named.

import { tcpFlagsText } from "../../record/state.js";
import { type FeatureTest, tcpSent } from "./look.js";
import { feature, packets, plural } from "./words.js";

const KEY = "tcp-flags";
const COMBINATIONS_MAX = 4;

export const tcpFlags: FeatureTest = {
  key: KEY,
  about: "the combinations of TCP flags, where they are few",
  tell: (look) => {
    const tcp = tcpSent(look);
    const counts = new Map<string, number>();
    for (const { tcpFlags: flags } of tcp) {
      const text = tcpFlagsText(flags);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    if (tcp.length === 0 || counts.size > COMBINATIONS_MAX) return undefined;
    const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const [first] = sorted;
    const isOne = sorted.length === 1;
    return feature({
      key: KEY,
      text: isOne
        ? `TCP flags are ${named(first![0])} in ${packets(look, tcp.length, tcp.length)}`
        : `TCP flags are ${sorted.map(([flags, count]) => `${named(flags)} in ${plural(count, "packet")}`).join(", ")}`,
      holds: isOne ? tcp.length : first![1],
      of: tcp.length,
      unit: "packets",
    });
  },
};

function named(flags: string): string {
  return flags === "" ? "none at all" : flags;
}
