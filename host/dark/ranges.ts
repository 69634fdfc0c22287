// The home networks cut into stretches of addresses of which the same is known.
// Apart from the judging because an IPv4 network has up to 2^32 addresses, and is told of in as many lines as change.
// Always holds: the work is bounded by what is known (addresses heard, lists, networks), never by the addresses there
// are; an IPv6 network is not cut up, only what is alive in it is told, unless it was asked for.

import { ADDRESS_BITS, type Address, byAddress, isIpv4, isWithin, type Network } from "./address.js";
import type { AliveBook, AliveEntry } from "./alive-book.js";
import { type DarkState, isEdge, type Judge, type Reason, type Verdict } from "./judge.js";
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
  let first = steps.next().value ?? from;
  for (let isLast = false; !isLast; ) {
    const { value: next } = steps.next();
    isLast = next === undefined;
    const last = (next ?? within.last + 1n) - 1n;
    const found = isWhole || isIpv4(first) ? judge.judge(first) : judgeKnown(judge, first);
    const stretch = found === undefined ? undefined : stretchOf(first, last, found);
    if (open !== undefined && stretch !== undefined && isSame(open, stretch)) open = { ...open, last };
    else {
      if (open !== undefined) yield open;
      open = stretch;
    }
    first = last + 1n;
  }
  if (open !== undefined) yield open;
}

/** Undefined where it is one of those that an IPv6 network has too many of. */
function judgeKnown(judge: Judge, address: Address): Verdict | undefined {
  const found = judge.judge(address);
  return found.reason === "heard" || found.reason === "list" ? found : undefined;
}

function stretchOf(first: Address, last: Address, { state, reason, list, entry }: Verdict): Stretch {
  const base = { first, last, state, reason, ...(list === undefined ? {} : { list }) };
  const isOne = reason === "heard" || first === last;
  return isOne && entry !== undefined ? { ...base, entry } : base;
}

/** What was heard stands alone. */
function isSame(open: Stretch, next: Stretch): boolean {
  const isPlain = open.entry === undefined && next.entry === undefined;
  return isPlain && open.state === next.state && open.reason === next.reason && open.list === next.list;
}

/** Where what is known may change, from `from` on, which comes first. */
function* stepsOf({ view }: Judge, within: Network, from: Address): Generator<Address, undefined> {
  const told = new Set<Address>([from]);
  const add = (address: Address): void => {
    if (address > from && address <= within.last) told.add(address);
  };
  for (const { network } of [...view.homes, ...view.lists]) {
    add(network.first);
    add(network.last + 1n);
    if (network.prefix === ADDRESS_BITS || !isEdge(network, network.first)) continue;
    add(network.first + 1n);
    add(network.last);
  }
  yield* merged([...told].sort(byAddress), heardSteps(view.alive, within, from));
  return undefined;
}

/** Each address heard, and the one behind it. */
function* heardSteps(alive: AliveBook, within: Network, from: Address): Generator<Address> {
  let behind: Address | undefined;
  for (const address of alive.sorted(from)) {
    if (address > within.last) break;
    if (behind !== undefined && behind < address) yield behind;
    yield address;
    behind = address + 1n;
  }
  if (behind !== undefined && behind <= within.last) yield behind;
}

/** Two rising sequences as one, without what comes twice. */
function* merged(one: readonly Address[], other: Iterator<Address>): Generator<Address> {
  let head = other.next();
  for (const address of one) {
    for (; !head.done && head.value < address; head = other.next()) yield head.value;
    if (!head.done && head.value === address) head = other.next();
    yield address;
  }
  for (; !head.done; head = other.next()) yield head.value;
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
