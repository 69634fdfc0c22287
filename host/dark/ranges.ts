// The home networks cut into stretches of addresses of which the same is known.
// Apart from the judging because an IPv4 network has up to 2^32 addresses, and is told of in as many lines as change.
// Always holds: the work is bounded by what is known (addresses heard, lists, networks), never by the addresses there
// are; an IPv6 network is not cut up, only what is alive in it is told, unless it was asked for.

import {
  ADDRESS_BITS,
  type Address,
  byAddress,
  hasAddress,
  isIpv4,
  isWithin,
  type Network,
} from "./address.js";
import type { AliveEntry } from "./alive-book.js";
import { type DarkState, isEdge, type Judge, type Reason } from "./judge.js";
import type { ListEntry } from "./networks.js";

export interface Stretch {
  readonly first: Address;
  readonly last: Address;
  readonly state: DarkState;
  readonly reason: Reason;
  readonly list?: ListEntry;
  /** Only of a single address. */
  readonly entry?: AliveEntry;
}

/** Networks that lie in no other one, by address. */
export function outermost(networks: readonly Network[]): Network[] {
  return networks
    .filter((one, index) =>
      networks.every(
        (other, place) =>
          place === index || !isWithin(one, other) || (one.text === other.text && index < place),
      ),
    )
    .sort((a, b) => byAddress(a.first, b.first));
}

/**
 * Stretches of `within` in the order of addresses, of those behind `after`. `isWhole`: also what nobody was heard of in
 * IPv6 networks.
 */
export function* stretches(
  judge: Judge,
  within: Network,
  after: Address | undefined,
  isWhole: boolean,
): Generator<Stretch> {
  const from = after === undefined || after < within.first ? within.first : after + 1n;
  if (from > within.last) return;
  const steps = stepsOf(judge, within, from);
  let open: Stretch | undefined;
  for (const [index, first] of steps.entries()) {
    const last = (steps[index + 1] ?? within.last + 1n) - 1n;
    const { state, reason, list, entry } = judge.judge(first);
    if (!isWhole && !isIpv4(first) && reason !== "heard" && reason !== "list") {
      if (open !== undefined) yield open;
      open = undefined;
      continue;
    }
    const isOne = reason === "heard" || (entry !== undefined && first === last);
    const same =
      open?.state === state && open.reason === reason && open.list === list && open.last + 1n === first;
    if (open !== undefined && same && !isOne && open.entry === undefined) {
      open = { ...open, last };
      continue;
    }
    if (open !== undefined) yield open;
    const base = { first, last, state, reason, ...(list === undefined ? {} : { list }) };
    open = isOne && entry !== undefined ? { ...base, entry } : base;
  }
  if (open !== undefined) yield open;
}

/** Where what is known may change, from `from` on, which comes first. */
function stepsOf({ view }: Judge, within: Network, from: Address): Address[] {
  const steps = new Set<Address>([from]);
  const add = (address: Address): void => {
    if (address >= from && address <= within.last) steps.add(address);
  };
  for (const [address] of view.alive.all()) {
    if (!hasAddress(within, address)) continue;
    add(address);
    add(address + 1n);
  }
  for (const { network } of [...view.homes, ...view.lists]) {
    add(network.first);
    add(network.last + 1n);
    if (network.prefix === ADDRESS_BITS || !isEdge(network, network.first)) continue;
    add(network.first + 1n);
    add(network.last);
  }
  return [...steps].sort(byAddress);
}

export interface Tally {
  readonly dark: bigint;
  readonly alive: bigint;
  readonly unknown: bigint;
}

/** How many addresses of the network are in each state; those that mean a group are in none. */
export function tally(judge: Judge, network: Network): Tally {
  const counts = { dark: 0n, alive: 0n, unknown: 0n };
  for (const { first, last, state } of stretches(judge, network, undefined, true)) {
    if (state === "dark" || state === "alive" || state === "unknown") counts[state] += last - first + 1n;
  }
  return counts;
}
