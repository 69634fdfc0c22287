// What is known of an address, and why: the rule of assembly/detect/alive.ts, said with its reasons.
// Apart from the module because explanations, lists and what is read without a sensor need the reason, not the answer
// alone. Always holds: where both know the same, both answer the same (held by a test).

import { ADDRESS_BITS, type Address, hasAddress, IPV4_PREFIX, type Network } from "./address.js";
import type { AliveBook, AliveEntry } from "./alive-book.js";
import { effectiveLists, type HomeNetwork, type ListEntry } from "./networks.js";

export const DARK_STATES = ["dark", "alive", "unknown", "foreign", "group"] as const;
export type DarkState = (typeof DARK_STATES)[number];

/** An IPv4 network with fewer addresses than four has no broadcast (RFC 3021). */
const BROADCAST_PREFIX_MAX = IPV4_PREFIX + 30;

export interface DarkView {
  readonly homes: readonly HomeNetwork[];
  readonly lists: readonly ListEntry[];
  readonly alive: AliveBook;
  /** How long an address counts as alive after it was last heard, 0 = for ever. */
  readonly aliveMs: number;
  /** A conversation of one of ours passed, both sides of it. */
  readonly hasConversed: boolean;
  readonly nowMs: number;
}

export type Reason = "outside" | "list" | "heard" | "edge" | "one-way" | "learning" | "silent";

export interface Verdict {
  readonly state: DarkState;
  readonly reason: Reason;
  readonly home: HomeNetwork | undefined;
  readonly list: ListEntry | undefined;
  /** What was heard of it, whether that still counts or not. */
  readonly entry: AliveEntry | undefined;
}

export class Judge {
  /** Lists may name thousands of single addresses, of networks hardly more than a few. */
  private readonly single = new Map<Address, ListEntry>();
  private readonly wide: ListEntry[] = [];

  /** `view`: its homes and lists stay as they are; the rest may change. */
  constructor(readonly view: DarkView) {
    for (const entry of effectiveLists(view.lists)) {
      if (entry.network.prefix === ADDRESS_BITS) this.single.set(entry.network.first, entry);
      else this.wide.push(entry);
    }
  }

  /** `entry`: what was heard of it, if that is at hand. */
  judge(address: Address, entry = this.view.alive.get(address)): Verdict {
    return this.judgeHeard(address, entry);
  }

  /** As if nothing had been heard of it. */
  judgeUnheard(address: Address): Verdict {
    return this.judgeHeard(address, undefined);
  }

  private judgeHeard(address: Address, entry: AliveEntry | undefined): Verdict {
    const { view } = this;
    const home = mostExact(view.homes, address);
    const list = this.single.get(address) ?? mostExact(this.wide, address);
    const say = (state: DarkState, reason: Reason): Verdict => ({ state, reason, home, list, entry });
    // Of two alike the list counts.
    if (list !== undefined && (home === undefined || list.network.prefix >= home.network.prefix)) {
      return say(list.use === "used" ? "alive" : "dark", "list");
    }
    if (home === undefined) return say("foreign", "outside");
    if (entry !== undefined && !this.isExpired(entry)) return say("alive", "heard");
    if (isEdge(home.network, address)) return say("group", "edge");
    if (!view.hasConversed) return say("unknown", "one-way");
    if (view.nowMs < home.learnUntilMs) return say("unknown", "learning");
    return say("dark", "silent");
  }

  private isExpired({ lastMs }: AliveEntry): boolean {
    const { aliveMs, nowMs } = this.view;
    return aliveMs !== 0 && nowMs > lastMs && nowMs - lastMs > aliveMs;
  }
}

/** Of two alike the later one. */
function mostExact<T extends { readonly network: Network }>(all: readonly T[], address: Address) {
  let best: T | undefined;
  for (const one of all) {
    if (!hasAddress(one.network, address)) continue;
    if (best === undefined || one.network.prefix >= best.network.prefix) best = one;
  }
  return best;
}

/** The first or last address of an IPv4 network (RFC 1122 3.2.1.3). */
export function isEdge({ first, last, prefix }: Network, address: Address): boolean {
  if (prefix < IPV4_PREFIX || prefix > BROADCAST_PREFIX_MAX) return false;
  return address === first || address === last;
}
