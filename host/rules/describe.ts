// The header of a rule as it was understood: what addresses and ports it is asked of, negations taken out.
// Apart from the parser because it writes what that reads. Always holds: a long set is cut, and says so.

import { ipv4Text, ipv6Text } from "../record/address.js";
import type { AddressRange, AddressSet, PortSet, Rule } from "./model.js";

const SHOWN_MAX = 8;

/** `alert tcp 10.0.0.0-10.255.255.255 any -> any 80,443` */
export function headerText(rule: Rule): string {
  const { action, protocol, source, sourcePorts, destination, destinationPorts, bidirectional } = rule;
  const from = `${addressesText(source)} ${portsText(sourcePorts)}`;
  const to = `${addressesText(destination)} ${portsText(destinationPorts)}`;
  return `${action} ${protocol} ${from} ${bidirectional ? "<>" : "->"} ${to}`;
}

function addressesText(set: AddressSet): string {
  return set === "any" ? "any" : listText(set.map(rangeText));
}

function portsText(set: PortSet): string {
  if (set === "any") return "any";
  return listText(set.map(([first, last]) => (first === last ? String(first) : `${first}:${last}`)));
}

function listText(texts: readonly string[]): string {
  const shown = texts.slice(0, SHOWN_MAX).join(",");
  return texts.length <= SHOWN_MAX ? shown : `${shown},... (${texts.length - SHOWN_MAX} more)`;
}

function rangeText({ family, first, last }: AddressRange): string {
  const text = (address: bigint): string => addressText(family, address);
  return first === last ? text(first) : `${text(first)}-${text(last)}`;
}

function addressText(family: 4 | 6, address: bigint): string {
  const size = family === 4 ? 4 : 16;
  const bytes = Uint8Array.from({ length: size }, (_, at) =>
    Number((address >> BigInt(8 * (size - 1 - at))) & 255n),
  );
  return family === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes, 0);
}
