// Home networks where the configuration names none: those that the capture interfaces themselves have addresses in.
// Apart because it is a guess, and said to be one.
// Always holds: loopback and link-local addresses make no home network; an interface without addresses (a tap, a mirror
// port) gives none, which is said too.

import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { hasAddress, type Network, networkOf } from "./address.js";

export type SystemInterfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

export interface Guess {
  readonly network: Network;
  readonly interface: string;
}

/** Nobody's own: this network, loopback, link-local, groups (RFC 6890). */
const LEFT_OUT = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "::/127",
  "fe80::/10",
  "ff00::/8",
].map((text) => networkOf(text)!);

/** This machine's, in the network namespace of the process; none where the kernel may not be asked. */
export function systemInterfaces(): SystemInterfaces {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}

/** Of several interfaces in one network the first is named. */
export function guessHomes(interfaces: readonly string[], system: SystemInterfaces): Guess[] {
  const found = new Map<string, Guess>();
  for (const name of interfaces) {
    for (const { cidr, internal } of system[name] ?? []) {
      const network = internal || cidr === null ? undefined : networkOf(cidr);
      if (network === undefined || LEFT_OUT.some((one) => hasAddress(one, network.first))) continue;
      if (!found.has(network.text)) found.set(network.text, { network, interface: name });
    }
  }
  return [...found.values()];
}
