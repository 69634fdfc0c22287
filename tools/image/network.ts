// How the image's interfaces are set up, as systemd.network(5) reads it.
// Apart because a test holds it without building an image. Always holds: the two that stand in the wire have no address and
// say nothing of their own; only the third one has a way to the machine.

import type { ImageBoard } from "./board.js";

export interface NetworkOptions {
  /** With its prefix length; DHCP without. */
  readonly address: string | undefined;
  readonly gateway: string | undefined;
}

export function wireNetwork({ inline }: ImageBoard): string {
  return `# The two in the wire: up, and silent.
[Match]
Name=${inline.join(" ")}

[Link]
RequiredForOnline=no
ActivationPolicy=always-up
ARP=no
# When strayd is killed, a card that only took what is addressed to it would starve the kernel's switch. strayd sees to that
# itself; here it is the machine's own setting, which no stop of strayd takes back.
Promiscuous=yes

[Network]
LinkLocalAddressing=no
IPv6AcceptRA=no
LLDP=no
EmitLLDP=no
ConfigureWithoutCarrier=yes
`;
}

export function managementNetwork({ management }: ImageBoard, { address, gateway }: NetworkOptions): string {
  const way =
    address === undefined
      ? ["DHCP=yes", "", "[DHCPv4]", "ClientIdentifier=mac", "UseDomains=no"]
      : [`Address=${address}`, ...(gateway === undefined ? [] : [`Gateway=${gateway}`])];
  return `# To reach the machine by.
[Match]
Name=${management}

[Network]
LinkLocalAddressing=no
${way.join("\n")}
`;
}
