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
function* stepsOf(judge: Judge, within: Network, from: Address): Generator<Address, undefined> {
  yield* merged([from, ...fixedSteps(judge, within, from)], heardSteps(judge.view.alive, within, from));
  return undefined;
}

/** Where networks and lists begin and end, behind `from`. */
function fixedSteps({ view }: Judge, within: Network, from: Address): Address[] {
  const steps = new Set<Address>();
  const put = (address: Address): void => {
    if (address > from && address <= within.last) steps.add(address);
  };
  for (const { network } of [...view.homes, ...view.lists]) {
    put(network.first);
    put(network.last + 1n);
    if (network.prefix === ADDRESS_BITS || !isEdge(network, network.first)) continue;
    put(network.first + 1n);
    put(network.last);
  }
  return [...steps].sort(byAddress);
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
  dark: bigint;
  alive: bigint;
  unknown: bigint;
}

/**
 * How many addresses of each network are in each state, those that mean a group in none. Of an IPv6 network `alive` counts
 * single addresses only, since lists may name more than anybody can count.
 */
export function tallies(judge: Judge, networks: readonly Network[]): Tally[] {
  const counts = networks.map((network) => unheardTally(judge, network));
  for (const [address, entry] of judge.view.alive.all()) {
    const now = judge.judge(address, entry).state;
    const before = judge.judgeUnheard(address).state;
    if (now === before) continue;
    for (const [index, network] of networks.entries()) {
      if (!hasAddress(network, address)) continue;
      add(counts[index]!, before, -1n);
      add(counts[index]!, now, 1n);
    }
  }
  return counts;
}

/** As if nobody had been heard: stretches change where networks and lists do. */
function unheardTally(judge: Judge, network: Network): Tally {
  const counts: Tally = { dark: 0n, alive: 0n, unknown: 0n };
  const steps = [network.first, ...fixedSteps(judge, network, network.first)];
  for (const [index, first] of steps.entries()) {
    const last = (steps[index + 1] ?? network.last + 1n) - 1n;
    if (isIpv4(network.first) || first === last)
      add(counts, judge.judgeUnheard(first).state, last - first + 1n);
  }
  return counts;
}

function add(counts: Tally, state: DarkState, by: bigint): void {
  if (state === "dark" || state === "alive" || state === "unknown") counts[state] += by;
}
