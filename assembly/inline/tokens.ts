// How many packets may be made: tokens by packet time, up to those of one second.
// Apart from what is made for them. Always holds: no more than twice the rate in any second, whatever times come; a
// clock that goes back gives nothing.

import { inlineState } from "./state";

const SECOND_NS: u64 = 1000000000;

/** Takes a token, if there is one at that time (ns). */
export function takeToken(time: u64): bool {
  const s = inlineState();
  const rate = s.rejectRate;
  if (rate == 0) return false;
  refill(time, rate);
  const tokens = min(s.rejectTokens, rate);
  if (tokens == 0) return false;
  s.rejectTokens = tokens - 1;
  return true;
}

function refill(time: u64, rate: u32): void {
  const s = inlineState();
  const last = s.rejectTime;
  if (time < last) {
    // A small step back is another ring's frame; after a large one the clock is the new one.
    if (last - time > SECOND_NS) s.rejectTime = time;
    return;
  }
  const elapsed = time - last;
  if (elapsed >= SECOND_NS) {
    s.rejectTokens = rate;
    s.rejectTime = time;
    return;
  }
  const more = (elapsed * rate) / SECOND_NS;
  if (more == 0) return;
  s.rejectTokens = min<u32>(rate, s.rejectTokens + <u32>more);
  // What is left of a token is kept as time.
  s.rejectTime = last + (more * SECOND_NS) / rate;
}
