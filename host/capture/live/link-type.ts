// From the kernel's hardware types (linux/if_arp.h) to the link types of captures (LINKTYPE_, www.tcpdump.org).
// Apart because the socket, the filter compiler and a check of the configuration ask for it.
// Always holds: a hardware type that is not here is refused by name, never read as something else.

import { printable, StrayError } from "../../errors.js";

export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;

const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [1, LINKTYPE_ETHERNET], // ETHER
  [772, LINKTYPE_ETHERNET], // LOOPBACK: zero MAC addresses
  [512, LINKTYPE_RAW], // PPP: the driver takes its header off before a packet socket sees the frame
  [519, LINKTYPE_RAW], // RAWIP
  [768, LINKTYPE_RAW], // TUNNEL, IP in IP
  [769, LINKTYPE_RAW], // TUNNEL6
  [776, LINKTYPE_RAW], // SIT, IPv6 in IPv4
  [0xfffe, LINKTYPE_RAW], // NONE: tun, WireGuard
]);

const REFUSED: ReadonlyMap<number, string> = new Map([
  [6, "IEEE 802.2"],
  [24, "IEEE 1394"],
  [32, "InfiniBand"],
  [280, "CAN"],
  [778, "GRE over IP"],
  [783, "IrDA"],
  [801, "IEEE 802.11"],
  [802, "IEEE 802.11 with Prism headers"],
  [803, "IEEE 802.11 with radiotap headers"],
  [804, "IEEE 802.15.4"],
  [805, "IEEE 802.15.4 monitor"],
  [823, "GRE over IPv6"],
  [824, "netlink monitor"],
  [826, "vsock monitor"],
]);

/**
 * The link type of frames from an interface of hardware type `arpType`.
 * @throws StrayError LINK_TYPE_UNSUPPORTED for all but Ethernet, loopback and plain IP.
 */
export function linkTypeOf(interfaceName: string, arpType: number): number {
  const linkType = LINK_TYPES.get(arpType);
  if (linkType !== undefined) return linkType;
  const known = REFUSED.get(arpType);
  const what = known === undefined ? `hardware type ${arpType}` : `${known} (hardware type ${arpType})`;
  throw new StrayError(
    "LINK_TYPE_UNSUPPORTED",
    `interface ${printable(interfaceName)} is ${what}, expected Ethernet, loopback or plain IP (tun, PPP): take another one in capture.interfaces`,
    2,
  );
}
