// One TTL, or many. Apart: one feature.
// Always holds: a number of hops is a guess from the values that stacks begin with, and said as one.

import { endsOf } from "../../cause/questions.js";
import { type FeatureTest, type Look, sent } from "./look.js";
import { commonest, feature, MOST, packetException, packets, share } from "./words.js";

const KEY = "ttl";
const LEAST = 2;
const BEGINNINGS = [64, 128, 255] as const;
/** So far apart no route's change brings them. */
const SCATTERED = 8;

export const ttl: FeatureTest = {
  key: KEY,
  about: "the TTL or hop limit: one in nearly all, or scattered",
  tell: (look) => (look.packets.length > 0 ? byPackets(look) : byFlows(look)),
};

function byPackets(look: Look) {
  const all = sent(look);
  const best = commonest(all, (packet) => packet.ttl);
  if (best === undefined || all.length < LEAST) return undefined;
  if (best.holds < all.length * MOST) {
    const values = all.map((packet) => packet.ttl);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return scattered(low, high, packets(look, all.length, all.length), all.length);
  }
  return feature({
    key: KEY,
    text: `TTL is ${best.value} in ${packets(look, best.holds, all.length)}${hops(Number(best.value))}`,
    holds: best.holds,
    of: all.length,
    unit: "packets",
    exceptions: best.others.map((packet) => packetException(look, packet, String(packet.ttl))),
  });
}

function byFlows(look: Look) {
  const sides = look.flows.map((flow) => endsOf(flow).acts).filter(({ ttlHigh }) => ttlHigh > 0);
  const count = sides.reduce((sum, side) => sum + side.packets, 0);
  if (count < LEAST) return undefined;
  const low = sides.reduce((least, { ttlLow }) => Math.min(least, ttlLow), 255);
  const high = sides.reduce((most, { ttlHigh }) => Math.max(most, ttlHigh), 0);
  if (low !== high) return scattered(low, high, share(count, count, "packet"), count);
  const text = `TTL is ${low} in ${share(count, count, "packet")}${hops(low)}`;
  return feature({ key: KEY, text, holds: count, of: count, unit: "packets" });
}

function scattered(low: number, high: number, among: string, count: number) {
  const why = high - low >= SCATTERED ? ": more than one sender, or forged addresses" : "";
  const text = `TTL lies between ${low} and ${high} in ${among}${why}`;
  return feature({ key: KEY, text, holds: count, of: count, unit: "packets" });
}

/** ` (27 hops, if it began at 128)` */
function hops(value: number): string {
  const begin = BEGINNINGS.find((one) => one >= value);
  if (begin === undefined || value === 0) return "";
  return begin === value
    ? " (no hop away, as it looks)"
    : ` (${begin - value} hops away, if it began at ${begin})`;
}
