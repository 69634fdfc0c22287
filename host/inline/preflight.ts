// Whether two interfaces can be joined at all, asked before anything is opened.
// Apart from opening them because every refusal here is about the machine's set-up, and says what to change.
// Always holds: nothing is changed; what would deliver packets twice, or to nobody, is refused; the rest is a warning.

import { readFileSync } from "node:fs";
import { interfaceAddresses, interfaceState } from "../capture/live/interface.js";
import { unknownInterface } from "../capture/live/socket-options.js";
import { printable, StrayError } from "../errors.js";
import { linkFacts } from "../system/link-facts.js";

/** ARPHRD_ETHER of linux/if_arp.h. */
const ARPHRD_ETHER = 1;
const ADDRESSES_SHOWN = 4;

export interface PairSide {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** As rtnetlink calls it; empty for a card. */
  readonly kind: string;
}

/** What decides whether an interface takes in what is addressed to others. */
export interface FilterFacts extends Pick<PairSide, "name" | "kind"> {
  /** By its own setting. */
  readonly isPromiscuous: boolean;
}

export interface Pair {
  readonly sides: readonly [PairSide, PairSide];
  /** What an operator should know, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Looks at both interfaces in the calling thread's network namespace.
 * @throws StrayError PAIR_SAME, INTERFACE_UNKNOWN, PAIR_NOT_ETHERNET, PAIR_MEMBER, PAIR_FORWARDED.
 */
export function checkPair(names: readonly [string, string]): Pair {
  const [first, second] = names;
  if (first === second)
    throw new StrayError(
      "PAIR_SAME",
      `capture.interfaces names ${printable(first)} twice: name the two interfaces that traffic comes in and goes out by`,
      2,
    );
  const sides = [checkSide(first), checkSide(second)] as const;
  if (sides[0].index === sides[1].index)
    throw new StrayError(
      "PAIR_SAME",
      `${printable(first)} and ${printable(second)} are two names of one interface: name two interfaces in capture.interfaces`,
      2,
    );
  // Switches go by an interface's first name; the configuration may have another.
  refuseForwarding([nameOf(sides[0]), nameOf(sides[1])]);
  return {
    sides,
    warnings: [...names.flatMap(addressWarning), ...mtuWarning(sides)],
  };
}

function checkSide(name: string): PairSide {
  const state = interfaceState(name);
  if (state === undefined) throw unknownInterface(name);
  const shown = printable(name);
  if (state.arpType !== ARPHRD_ETHER)
    throw new StrayError(
      "PAIR_NOT_ETHERNET",
      `interface ${shown} is ${state.isLoopback ? "the loopback" : `no Ethernet (hardware type ${state.arpType})`}: only Ethernet interfaces can be joined; take another one in capture.interfaces`,
      2,
    );
  const facts = linkFacts(state.index);
  if (facts !== undefined && facts.master !== 0) {
    const master = linkFacts(facts.master)?.name ?? `interface ${facts.master}`;
    const kind = facts.masterKind === "" ? "another interface" : `a ${printable(facts.masterKind)}`;
    throw new StrayError(
      "PAIR_MEMBER",
      `interface ${shown} is a member of ${printable(master)}, ${kind}, which would deliver its packets a second time: take it out (ip link set dev ${shown} nomaster), or take another one in capture.interfaces`,
      2,
    );
  }
  const { index, mtu } = state;
  return { name, index, mtu, kind: facts?.kind ?? "" };
}

function nameOf({ name, index }: PairSide): string {
  return linkFacts(index)?.name ?? name;
}

/** Packets that the kernel routes between both would come out twice. One side that does not take part is enough. */
function refuseForwarding(names: readonly [string, string]): void {
  const label = names.every(forwards4) ? "IPv4" : names.every(forwards6) ? "IPv6" : undefined;
  if (label === undefined) return;
  const key = (name: string): string =>
    label === "IPv4"
      ? `net/ipv4/conf/${printable(name)}/forwarding=0`
      : `net/ipv6/conf/${printable(name)}/disable_ipv6=1`;
  throw new StrayError(
    "PAIR_FORWARDED",
    `the kernel itself forwards ${label} between ${names.map(printable).join(" and ")}, so packets would be delivered twice: switch that off for one of them (sysctl -w ${key(names[0])}, or ${key(names[1])})`,
    2,
  );
}

function forwards4(name: string): boolean {
  return isSet(`ipv4/conf/${name}/forwarding`);
}

/** IPv6 has one switch for all interfaces (an interface's own only makes it speak as a router), and since 6.17 one to force it. */
function forwards6(name: string): boolean {
  if (isSet(`ipv6/conf/${name}/disable_ipv6`)) return false;
  return isSet("ipv6/conf/all/forwarding") || isSet(`ipv6/conf/${name}/force_forwarding`);
}

/** Of the calling thread's network namespace. A switch that is not there is off. */
function isSet(key: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/${key}`, "latin1").trim() === "1";
  } catch {
    return false;
  }
}

function addressWarning(name: string): string[] {
  const addresses = interfaceAddresses(name);
  if (addresses.length === 0) return [];
  const more = addresses.length > ADDRESSES_SHOWN ? ` and ${addresses.length - ADDRESSES_SHOWN} more` : "";
  const shown = printable(name);
  return [
    `interface ${shown} has the address ${addresses.slice(0, ADDRESSES_SHOWN).join(", ")}${more}: this machine answers what is sent to it, and it is forwarded as well; an inline interface should have none (ip address flush dev ${shown})`,
  ];
}

/** To be asked once the switch stands, which makes the interfaces promiscuous where it can. A sentence each. */
export function filterWarnings(sides: readonly PairSide[]): string[] {
  return sides.flatMap(({ name, kind }) =>
    filterWarning({ name, kind, isPromiscuous: interfaceState(name)?.isPromiscuous ?? true }),
  );
}

/** Only a card leaves out by itself what is addressed to others. */
export function filterWarning({ name, kind, isPromiscuous }: FilterFacts): string[] {
  if (kind !== "" || isPromiscuous) return [];
  const shown = printable(name);
  return [
    `interface ${shown} is not promiscuous by its own setting: while no socket of strayd's is open there, the card takes only what is addressed to itself, and the kernel has nothing to carry (ip link set dev ${shown} promisc on)`,
  ];
}

function mtuWarning([first, second]: readonly [PairSide, PairSide]): string[] {
  if (first.mtu === second.mtu) return [];
  const [small, large] = first.mtu < second.mtu ? [first, second] : [second, first];
  return [
    `${printable(large.name)} has an MTU of ${large.mtu} bytes and ${printable(small.name)} one of ${small.mtu}: longer frames are lost there and counted; give both the same (ip link set dev ${printable(small.name)} mtu ${large.mtu})`,
  ];
}
