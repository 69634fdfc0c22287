// Known differences of IP headers: lengths that lie or cannot be, and what follows for application bytes.
// Apart from link layers because here argus knows that it is IP, and differs in what it believes of it.

import type { Flow } from "../canonical.js";
import type { Difference } from "../compare.js";
import type { Known } from "../differences.js";
import {
  addressOf,
  argusHas,
  EVERYTHING,
  hasMorePackets,
  hasNote,
  hasUndecoded,
  isAlone,
  isByMac,
  isIp6,
  strayHas,
  total,
} from "./evidence.js";

const LINK_COOKED = 113;
const ETHERNET_HEADER = 14;
const ETHERTYPE_IP = new Set([0x0800, 0x86dd]);
/** IPv6 and the fixed headers of TCP and UDP, with a VLAN tag and options: more is not header. */
const HEADERS_MAX = 140;

const IP_REASONS = [
  "ip4-truncated",
  "ip4-header",
  "ip-version",
  "ip6-truncated",
  "ip6-extension",
  "ip6-chain",
] as const;

/** An IP packet that argus knows by its MAC addresses only. */
function isIpByMac(flow: Flow): boolean {
  return isByMac(flow) && ETHERTYPE_IP.has(flow.proto);
}

/** All of the frames behind the headers was counted, whatever the IPv6 length field said. */
function isFrameLength(argus: Flow): boolean {
  return ([0, 1] as const).every((end) => {
    const headers = argus.bytes[end] - argus.appBytes[end];
    return headers >= 0 && headers <= HEADERS_MAX * argus.packets[end];
  });
}

export const IP_RULES: readonly Known[] = [
  {
    id: "cooked-ip6-appbytes",
    right: "stray",
    why: "in a Linux cooked capture argus takes 14 bytes off each IPv6 packet, as if Ethernet stood before it",
    aspects: ["appbytes"],
    isEvident: ({ argus, stray, capture }) =>
      capture.facts.links.has(LINK_COOKED) &&
      isIp6(stray) &&
      ([0, 1] as const).every((end) => {
        const less = stray!.appBytes[end] - argus!.appBytes[end];
        return less >= 0 && less <= ETHERNET_HEADER * stray!.packets[end];
      }),
  },
  {
    id: "ip6-length",
    right: "stray",
    why: "argus takes the length of an IPv6 packet from the frame, stray from the IPv6 header",
    aspects: ["appbytes"],
    isEvident: ({ argus, stray, capture }) =>
      isIp6(stray) &&
      isFrameLength(argus!) &&
      ([0, 1] as const).every(
        (end) =>
          argus!.appBytes[end] === stray!.appBytes[end] ||
          capture.facts.slack6.has(addressOf(stray!.ends[end])),
      ),
  },
  {
    id: "ip-length-0",
    right: "stray",
    why: "a packet whose IP length is 0 (left to the network card) is a flow of MAC addresses to argus; stray takes the length from the frame",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      (hasNote(d.stray, "offloaded") && argusHas(d, isIpByMac) && hasMorePackets(d)) ||
      isAlone(d, "argus", (flow) => isIpByMac(flow) && strayHas(d, (s) => hasNote(s, "offloaded"))),
  },
  {
    id: "ip-header-broken",
    right: "stray",
    why: "an IP header that is cut, or whose lengths cannot be, is a flow of MAC addresses (or of garbage) to argus; stray counts it as undecodable",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      isAlone(d, "argus", (flow) => hasUndecoded(d, total(flow.packets), ...IP_REASONS)) ||
      isMoreByUndecoded(d),
  },
];

/** argus adds packets to a flow that stray could not decode. */
function isMoreByUndecoded(d: Difference): boolean {
  if (!d.argus || !d.stray) return false;
  const more = total(d.argus.packets) - total(d.stray.packets);
  return more > 0 && hasUndecoded(d, more, ...IP_REASONS);
}
