// Known differences of link layers, and of what is not IP.
// Apart from fragments and tunnels because these are told by the link type, the ethertype or stray's own count of
// what it could not decode.

import type { Flow } from "../canonical.js";
import type { Known } from "../differences.js";
import {
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
const OUTER_TAGS = new Set([0x88a8, 0x9100, 0x9200]);
const PPPOE_SESSION = 0x8864;
const GRE = 47;
const LLC = 0;
const ISIS = "isis";

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
