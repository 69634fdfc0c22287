// What is known of addresses as plain data: networks, stretches of addresses, one address with its reasons, lines to
// give to another sensor.
// Apart from the control socket because what is read from dark.state without a sensor is told alike.
// Always holds: numbers are exact, or null where they are more than a number holds (IPv6).

import { type Address, addressText, isIpv4, type Network } from "./address.js";
import { type AliveEntry, HOW_WORDS } from "./alive-book.js";
import type { DarkState, Judge, Reason } from "./judge.js";
import { aliveLine, listLine } from "./list-text.js";
import { effectiveLists, type ListEntry, type Use } from "./networks.js";
import { outermost, type Stretch, stretches, tallies } from "./ranges.js";

export interface HeardReport {
  /** ms since 1970: first, and latest. */
  readonly sinceMs: number;
  readonly lastMs: number;
  /** `sent`, `answered`, `arp`, `nd` */
  readonly how: readonly string[];
}

export interface ListReport {
  readonly network: string;
  readonly use: Use;
  readonly origin: "configured" | "imported";
  readonly comment: string;
}

export interface NetworkReport {
  readonly network: string;
  /** How it is known: `sensor.home`, `guessed from eth0`. */
  readonly from: string;
  readonly alive: number;
  /** null: not counted (IPv6). */
  readonly dark: number | null;
  readonly unknown: number | null;
  /** ms since 1970, null when learning is over. */
  readonly learningUntilMs: number | null;
}

export interface RangeReport {
  readonly first: string;
  readonly last: string;
  /** null: more than a number holds. */
  readonly count: number | null;
  readonly state: DarkState;
  readonly reason: Reason;
  readonly heard: HeardReport | null;
  readonly list: ListReport | null;
}

export interface AddressReport {
  readonly address: string;
  readonly state: DarkState;
  readonly reason: Reason;
  /** The home network that it lies in. */
  readonly network: string | null;
  readonly from: string | null;
  readonly list: ListReport | null;
  readonly heard: HeardReport | null;
  readonly learningUntilMs: number | null;
  /** How long an address counts as alive after it was last heard, 0: for ever. */
  readonly aliveMs: number;
  readonly nowMs: number;
}

export interface RangePage {
  readonly ranges: readonly RangeReport[];
  /** The last address told, where there are more. */
  readonly next: string | null;
}

/** Of `within`, or of all home networks and lists: those in these states. `after`: behind that address. */
export function rangePage(
  judge: Judge,
  states: readonly DarkState[],
  within: Network | undefined,
  after: Address | undefined,
  limit: number,
): RangePage {
  const ranges: RangeReport[] = [];
  let told: Address | undefined;
  const { homes, lists } = judge.view;
  const networks =
    within === undefined ? outermost([...homes, ...lists].map(({ network }) => network)) : [within];
  for (const network of networks) {
    for (const stretch of stretches(judge, network, after, within !== undefined)) {
      if (!states.includes(stretch.state)) continue;
      if (ranges.length === limit) return { ranges, next: addressText(told!) };
      ranges.push(rangeOf(stretch));
      told = stretch.last;
    }
  }
  return { ranges, next: null };
}

function rangeOf({ first, last, state, reason, list, entry }: Stretch): RangeReport {
  return {
    first: addressText(first),
    last: addressText(last),
    count: numberOf(last - first + 1n),
    state,
    reason,
    heard: heardOf(entry),
    list: listOf(list),
  };
}

export function networkReports(judge: Judge): NetworkReport[] {
  const { homes, nowMs } = judge.view;
  const counts = tallies(
    judge,
    homes.map(({ network }) => network),
  );
  return homes.map(({ network, from, learnUntilMs }, index) => {
    const { alive, dark, unknown } = counts[index]!;
    const isCounted = isIpv4(network.first);
    return {
      network: network.text,
      from,
      alive: Number(alive),
      dark: isCounted ? Number(dark) : null,
      unknown: isCounted ? Number(unknown) : null,
      learningUntilMs: learnUntilMs > nowMs ? learnUntilMs : null,
    };
  });
}

export function addressReport(judge: Judge, address: Address): AddressReport {
  const { state, reason, home, list, entry } = judge.judge(address);
  const { aliveMs, nowMs } = judge.view;
  const until = home?.learnUntilMs ?? 0;
  return {
    address: addressText(address),
    state,
    reason,
    network: home?.network.text ?? null,
    from: home?.from ?? null,
    list: listOf(list),
    heard: heardOf(entry),
    learningUntilMs: until > nowMs ? until : null,
    aliveMs,
    nowMs,
  };
}

export interface LinePage {
  readonly lines: readonly string[];
  /** Place behind the last line told, where there are more. */
  readonly next: number | null;
}

/** Lists, then the living, as `stray dark import` takes them. `after`: places passed over. */
export function linePage(judge: Judge, after: number, limit: number): LinePage {
  const { view } = judge;
  const lists = effectiveLists(view.lists);
  const lines = lists
    .slice(after, after + limit)
    .map(({ network, use, comment }) => listLine(network.text, use, comment));
  let place = after + lines.length;
  if (place < lists.length) return { lines, next: place };
  let index = lists.length;
  for (const address of view.alive.sorted()) {
    if (index++ < place) continue;
    if (lines.length === limit) return { lines, next: place };
    place++;
    const { reason, entry } = judge.judge(address);
    if (reason === "heard" && entry !== undefined) lines.push(aliveLine(addressText(address), entry));
  }
  return { lines, next: null };
}

function heardOf(entry: AliveEntry | undefined): HeardReport | null {
  if (entry === undefined) return null;
  const { sinceMs, lastMs, how } = entry;
  return { sinceMs, lastMs, how: HOW_WORDS.flatMap(([word, bit]) => ((how & bit) === 0 ? [] : [word])) };
}

function listOf(list: ListEntry | undefined): ListReport | null {
  if (list === undefined) return null;
  const { network, use, origin, comment } = list;
  return { network: network.text, use, origin, comment };
}

function numberOf(value: bigint): number | null {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}
