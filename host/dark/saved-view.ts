// A dark.state as something that can be asked, without a sensor.
// Apart because only the command line reads one so. Always holds: it is judged as of the moment it was written: what
// has been heard since, nobody knows.

import { addressOf, networkOf } from "./address.js";
import { AliveBook } from "./alive-book.js";
import { Judge } from "./judge.js";
import type { SavedState } from "./state-text.js";

export function judgeOf({ savedMs, aliveMs, hasConversed, homes, lists, alive }: SavedState): Judge {
  const heard = [...alive];
  const book = new AliveBook(heard.length);
  for (const [address, entry] of heard) {
    const key = addressOf(address);
    if (key !== undefined) book.hear(key, entry);
  }
  return new Judge({
    homes: homes.flatMap(({ network, from, learnLeftMs }) => {
      const found = networkOf(network);
      const learnUntilMs = learnLeftMs === 0 ? 0 : savedMs + learnLeftMs;
      return found === undefined ? [] : [{ network: found, from, learnUntilMs }];
    }),
    lists,
    alive: book,
    aliveMs,
    hasConversed,
    nowMs: savedMs,
  });
}
