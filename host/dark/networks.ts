// Home networks, and the lists of what is in use and what is not: how they are held, and how they go into the module.
// Apart from the judging so that reading a list needs no table of the living.
// Always holds: the same network stands once in the lists, as it was told last; neighbours of one kind are joined
// before they are counted against what the module can tell apart.

import { HOME_CAPACITY } from "../../assembly/layout.js";
import { StrayError } from "../errors.js";
import type { Home } from "../wasm/homes.js";
import { ADDRESS_BITS, type Address, byAddress, isWithin, type Network, networkAt } from "./address.js";

export const USES = ["used", "unused"] as const;
export type Use = (typeof USES)[number];

export interface HomeNetwork {
  readonly network: Network;
  /** How it is known: `sensor.home`, `guessed from eth0`. */
  readonly from: string;
  /** Until then none of its addresses is called dark, ms since 1970; 0: learning is over. */
  readonly learnUntilMs: number;
}

export interface ListEntry {
  readonly network: Network;
  readonly use: Use;
  readonly origin: "configured" | "imported";
  readonly comment: string;
}

/** Of the same network the later entry counts. */
export function effectiveLists(entries: readonly ListEntry[]): ListEntry[] {
  const byText = new Map<string, ListEntry>();
  for (const entry of entries) {
    byText.delete(entry.network.text);
    byText.set(entry.network.text, entry);
  }
  return [...byText.values()];
}

export interface Placed {
  /** For the module's HOMES, in its order. */
  readonly homes: readonly Home[];
  /** Single addresses in use: places of the table of the living that never expire. */
  readonly given: readonly Address[];
}

/**
 * Where each goes in the module. `givenMax` of the table of the living may be taken by lists.
 * @throws StrayError HOMES_TOO_MANY, LIST_TOO_LONG
 */
export function placeNetworks(
  homes: readonly HomeNetwork[],
  lists: readonly ListEntry[],
  givenMax: number,
): Placed {
  const effective = effectiveLists(lists);
  const isSingle = ({ network, use }: ListEntry) => use === "used" && network.prefix === ADDRESS_BITS;
  const unused = effective.filter(({ use }) => use === "unused").map(({ network }) => network);
  const wide = effective.filter((entry) => entry.use === "used" && !isSingle(entry));
  const around = [...homes.map(({ network }) => network), ...wide.map(({ network }) => network)];
  const given: Address[] = [];
  const exact: Network[] = [];
  for (const { network } of effective.filter(isSingle)) {
    // The table of the living is asked behind the networks: one that says otherwise would have its say first.
    const isOurs = around.some((outer) => isWithin(network, outer));
    if (isOurs && !unused.some((outer) => isWithin(network, outer))) given.push(network.first);
    else exact.push(network);
  }
  const ours = homes.map(({ network }) => network);
  const used = [...wide.map(({ network }) => network), ...exact];
  const placed: Home[] = [
    ...homes.map(({ network, learnUntilMs }) => ({
      network: network.text,
      kind: "ours" as const,
      learnUntilMs,
    })),
    ...joinNeighbours(used, unused, ours).map(({ text }) => ({ network: text, kind: "used" as const })),
    ...joinNeighbours(unused, used, ours).map(({ text }) => ({ network: text, kind: "unused" as const })),
  ];
  if (placed.length > HOME_CAPACITY) {
    throw new StrayError(
      "HOMES_TOO_MANY",
      `${placed.length} networks, neighbours joined: at most ${HOME_CAPACITY} can be told apart; list larger networks`,
      2,
    );
  }
  if (given.length > givenMax) {
    throw new StrayError(
      "LIST_TOO_LONG",
      `${given.length} single addresses in use: at most ${givenMax} with this profile; list networks, or choose a larger profile`,
      2,
    );
  }
  return { homes: placed, given };
}

/**
 * Two halves become their whole, as often as it goes, but where `others` say otherwise of the whole, or one of `ours` is a
 * half itself: it would be more exact than the whole.
 */
export function joinNeighbours(
  networks: readonly Network[],
  others: readonly Network[],
  ours: readonly Network[],
): Network[] {
  const taken = new Set(others.map(({ text }) => text));
  const fixed = new Set(ours.map(({ text }) => text));
  const all = new Map(networks.map((network) => [network.text, network]));
  for (let prefix = ADDRESS_BITS; prefix > 0; prefix--) {
    for (const network of [...all.values()]) {
      if (network.prefix !== prefix) continue;
      const whole = networkAt(network.first, prefix - 1);
      const other = networkAt(network.first === whole.first ? network.last + 1n : whole.first, prefix);
      if (!all.has(other.text) || !all.has(network.text)) continue;
      if (taken.has(whole.text) || fixed.has(network.text) || fixed.has(other.text)) continue;
      all.delete(network.text);
      all.delete(other.text);
      all.set(whole.text, whole);
    }
  }
  return [...all.values()].sort((a, b) => byAddress(a.first, b.first) || a.prefix - b.prefix);
}
