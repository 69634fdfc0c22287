// Known differences of link layers, of what is not IP, and of IP headers that cannot be.
// Apart from fragments and tunnels because these are told by the link type, the ethertype or stray's own count of
// what it could not decode.

import type { Flow } from "../canonical.js";
import type { Difference } from "../compare.js";
import type { Known } from "../differences.js";
import {
  addressOf,
  argusHas,
  argusMisses,
  COUNTERS,
  EVERYTHING,
  hasMorePackets,
  hasNote,
  hasUndecoded,
  isAlone,
  isByMac,
  isIp6,
  isSamePair,
  strayHas,
  total,
} from "./evidence.js";

const LINK_ETHERNET = 1;
const LINK_COOKED = 113;
const NO_MAC = "00:00:00:00:00:00";
const ETHERNET_HEADER = 14;
const OUTER_TAGS = new Set([0x88a8, 0x9100, 0x9200]);
const ETHERTYPE_IP = new Set([0x0800, 0x86dd]);
const PPPOE_SESSION = 0x8864;
const GRE = 47;
const LLC = 0;
const ISIS = "isis";
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

function isOuterTag(flow: Flow): boolean {
  return isByMac(flow) && OUTER_TAGS.has(flow.proto);
}

/** argus' own address family for IS-IS, which is neither IP nor MAC. */
function isIsis(flow: Flow): boolean {
  return flow.argus.some(({ proto }) => proto === ISIS);
}

function isControlOfPpp(flow: Flow): boolean {
  return isByMac(flow) && hasNote(flow, "pppoe", "ppp");
}

/** IPv6 that is no IPv6: argus read it from a wrong place. */
function isGarbage6(flow: Flow): boolean {
  return isIp6(flow) && flow.argus.some(({ flgs }) => /[ps]/.test(flgs));
}

function isWithoutMac(flow: Flow): boolean {
  return flow.ends.every((end) => end === NO_MAC);
}

/** The same ethertype, one MAC address the same, the other unknown to stray. */
function isHalfOf(stray: Flow, argus: Flow): boolean {
  return (
    isByMac(stray) &&
    isByMac(argus) &&
    stray.proto === argus.proto &&
    stray.ends.includes(NO_MAC) &&
    stray.ends.some((end) => argus.ends.includes(end))
  );
}

/** All of the frames behind the headers was counted, whatever the IPv6 length field said. */
function isFrameLength(argus: Flow): boolean {
  return ([0, 1] as const).every((end) => {
    const headers = argus.bytes[end] - argus.appBytes[end];
    return headers >= 0 && headers <= HEADERS_MAX * argus.packets[end];
  });
}

export const LINK_RULES: readonly Known[] = [
  {
    id: "outer-service-tag",
    right: "stray",
    why: "argus does not read behind an outer 0x88a8 or 0x9100 tag: it shows a flow of MAC addresses",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      isAlone(d, "argus", isOuterTag) || (hasNote(d.stray, "vlan", "qinq") && argusHas(d, isOuterTag)),
  },
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
    id: "cooked-mac",
    right: "stray",
    why: "a cooked frame has one MAC address: argus prints bytes left over from elsewhere for the other, stray zeros",
    aspects: ["alone"],
    isEvident: (d) =>
      d.capture.facts.links.has(LINK_COOKED) &&
      (isAlone(d, "argus", (flow) => strayHas(d, (s) => isHalfOf(s, flow))) ||
        isAlone(d, "stray", (flow) => argusHas(d, (a) => isHalfOf(flow, a)))),
  },
  {
    id: "link-protocol-ignored",
    right: "stray",
    why: "on link layers without addresses argus reads IP whatever the protocol field says",
    aspects: ["alone", "packets", "bytes", "appbytes"],
    isEvident: (d) =>
      !d.capture.facts.links.has(LINK_ETHERNET) &&
      (isAlone(d, "stray", isWithoutMac) ||
        (strayHas(d, isWithoutMac) && d.argus !== undefined && !hasMorePackets(d))),
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
    id: "ppp-control",
    right: "stray",
    why: "argus shows what PPP carries beside IP (LCP, PAP ...) as PPPoE or GRE; stray under the PPP protocol",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      isAlone(d, "stray", isControlOfPpp) ||
      isAlone(
        d,
        "argus",
        (flow) =>
          ((isByMac(flow) && flow.proto === PPPOE_SESSION) || flow.proto === GRE) &&
          strayHas(d, isControlOfPpp),
      ),
  },
  {
    id: "ppp-ip6",
    right: "stray",
    why: "argus prints wrong addresses for IPv6 and MPLS over PPP",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      (hasNote(d.stray, "ppp") && (isIp6(d.stray) || hasNote(d.stray, "mpls"))) ||
      isAlone(
        d,
        "argus",
        (flow) =>
          isGarbage6(flow) && strayHas(d, (s) => hasNote(s, "ppp") && (isIp6(s) || hasNote(s, "mpls"))),
      ),
  },
  {
    id: "mac-names",
    right: "both",
    why: "frames that are not IP: argus shows LLC as llc, IS-IS by system ids, ISL by what it carries; stray by MAC addresses, DSAP, SNAP protocol id or the inner ethertype",
    outside: true,
    aspects: ["alone", ...COUNTERS],
    isEvident: (d) =>
      d.group === "other" &&
      (isAlone(
        d,
        "stray",
        (flow) => isByMac(flow) && argusHas(d, (a) => isIsis(a) || isOtherNameOf(a, flow)),
      ) ||
        isAlone(d, "argus", (flow) => isIsis(flow) || strayHas(d, (s) => isOtherNameOf(flow, s)))),
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
  {
    id: "link-broken",
    right: "stray",
    why: "argus makes a flow of frames whose link layer is cut or cannot be; stray counts them as undecodable",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      d.group === "other" &&
      isAlone(d, "argus", (flow) => hasUndecoded(d, total(flow.packets)) && !hasUndecoded(d, 1, "linktype")),
  },
  {
    id: "link-type-unknown",
    right: "argus",
    why: "a link type that argus reads and stray does not",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) => isAlone(d, "argus", (flow) => hasUndecoded(d, total(flow.packets), "linktype")),
  },
  {
    id: "not-recorded",
    right: "stray",
    why: "argus makes no record at all of some frames that are not IP",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      d.group === "other" &&
      isAlone(d, "stray", (flow) => !isIp6(flow) && total(flow.packets) <= argusMisses(d)),
  },
  {
    id: "arp-operation-unknown",
    right: "stray",
    why: "argus passes over ARP operations it does not know, or takes one for an answer; stray takes them for questions",
    outside: true,
    aspects: ["alone", "source", ...COUNTERS],
    isEvident: ({ group, capture }) => group === "arp" && capture.facts.hasOddArp,
  },
  {
    id: "wire-length-short",
    right: "stray",
    why: "where a capture claims fewer bytes on the wire than it holds, stray counts those it holds",
    aspects: ["bytes", "appbytes"],
    isEvident: ({ argus, stray, capture }) =>
      capture.facts.isWireShort && stray !== undefined && total(argus!.bytes) < total(stray.bytes),
  },
];

/** The same two stations, or (LLC) one of them, under another ethertype. */
function isOtherNameOf(argus: Flow, stray: Flow): boolean {
  if (!isByMac(argus) || !isByMac(stray)) return false;
  if (isSamePair(argus, stray)) return argus.proto !== stray.proto;
  return argus.proto === LLC && argus.ends.some((end) => stray.ends.includes(end));
}

/** argus adds packets to a flow that stray could not decode. */
function isMoreByUndecoded(d: Difference): boolean {
  if (!d.argus || !d.stray) return false;
  const more = total(d.argus.packets) - total(d.stray.packets);
  return more > 0 && hasUndecoded(d, more, ...IP_REASONS);
}
