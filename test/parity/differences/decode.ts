// Known differences of fragments, tunnels and cut transport headers.
// Apart from the transport's because most of these are captures that argus cannot decode.

import type { Flow } from "../canonical.js";
import type { Known } from "../differences.js";
import {
  argusHas,
  COUNTERS,
  EVERYTHING,
  hasNote,
  isAlone,
  isFragmentRecord,
  isIp6,
  isSamePair,
  isWrapped,
  strayHas,
  total,
} from "./evidence.js";

const IP_IN_IP = new Set([4, 41, 94]);
const VXLAN_PORT = 4789;

const GRE = 47;
const UDP_HEADER = 8;

function hasNoPorts(flow: Flow | undefined): boolean {
  return flow?.ends.every((end) => end.endsWith(" 0")) ?? false;
}

function hasPort(flow: Flow | undefined, port: number): boolean {
  return flow?.ends.some((end) => end.endsWith(` ${port}`)) ?? false;
}

function isCutTunnel(flow: Flow | undefined): boolean {
  return hasNote(flow, "truncated") && hasNote(flow, "gre", "ipip", "vxlan");
}

function hasHeadersCounted(argus: Flow, stray: Flow): boolean {
  return ([0, 1] as const).every(
    (end) => argus.appBytes[end] - stray.appBytes[end] === UDP_HEADER * stray.packets[end],
  );
}

export const DECODE_RULES: readonly Known[] = [
  {
    id: "fragment-appbytes",
    right: "stray",
    why: "argus counts only the first fragment's payload (less 8) as application bytes; stray counts the whole datagram",
    aspects: ["appbytes"],
    isEvident: ({ argus, stray }) =>
      hasNote(stray, "fragment") && argus !== undefined && total(argus.appBytes) < total(stray!.appBytes),
  },
  {
    id: "ip6-fragments",
    right: "stray",
    why: "argus makes a flow of its own of later IPv6 fragments, with halves of the fragment id for ports; stray ties them to their flow",
    aspects: ["alone", ...COUNTERS],
    isEvident: (d) =>
      isAlone(d, "argus", (flow) => isIp6(flow) && isFragmentRecord(flow)) ||
      (isIp6(d.stray) &&
        hasNote(d.stray, "fragment") &&
        argusHas(d, (flow) => isFragmentRecord(flow) && isSamePair(flow, d.stray!))),
  },
  {
    id: "late-fragments",
    right: "stray",
    why: "argus forgets a datagram once it is whole and makes a flow without ports of a fragment that comes again; stray adds it to its flow",
    aspects: ["alone", ...COUNTERS],
    isEvident: (d) =>
      isAlone(
        d,
        "argus",
        (flow) => isFragmentRecord(flow) && strayHas(d, (s) => hasNote(s, "fragment") && isSamePair(s, flow)),
      ) ||
      (hasNote(d.stray, "fragment") &&
        argusHas(d, (flow) => isFragmentRecord(flow) && isSamePair(flow, d.stray!))),
  },
  {
    id: "fragment-flags",
    right: "stray",
    why: "argus reads TCP flags from the middle of a segment when it has only its later fragments",
    aspects: ["source", "arrow", "flags"],
    isEvident: ({ group, argus, stray }) =>
      group === "tcp" && hasNoPorts(argus) && hasNote(stray, "fragment"),
  },
  {
    id: "gre-key-ip6",
    right: "stray",
    why: "in IPv6 behind a GRE header with a key argus counts the UDP header as application bytes",
    aspects: ["appbytes"],
    isEvident: ({ group, argus, stray }) =>
      group === "udp" && hasNote(stray, "gre") && isIp6(stray) && hasHeadersCounted(argus!, stray!),
  },
  {
    id: "tunnel-cut",
    right: "stray",
    why: "where the capture ends inside a tunnel's inner headers argus reads on into bytes left over from other frames; stray shows the outer packet",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      isCutTunnel(d.stray) || isAlone(d, "argus", (flow) => isWrapped(flow) && strayHas(d, isCutTunnel)),
  },
  {
    id: "gre-payload",
    right: "stray",
    why: "of GRE packets whose payload is neither IP nor ARP argus shows the outer packet, or bytes taken for addresses; stray the inner MAC addresses or protocol",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      d.group === "other" &&
      (isAlone(d, "stray", (flow) => flow.proto === GRE || hasNote(flow, "gre")) ||
        isAlone(
          d,
          "argus",
          (flow) => isWrapped(flow) && strayHas(d, (s) => s.proto === GRE || hasNote(s, "gre")),
        )),
  },
  {
    id: "tunnel-not-entered",
    right: "stray",
    why: "argus shows the outer packet of IP-in-IP, 6in4, 4in6 and VXLAN; stray the conversation inside",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      hasNote(d.stray, "ipip", "vxlan") ||
      (IP_IN_IP.has(d.argus?.proto ?? 0) && strayHas(d, (s) => hasNote(s, "ipip"))) ||
      (hasPort(d.argus, VXLAN_PORT) && strayHas(d, (s) => hasNote(s, "vxlan"))),
  },
  {
    id: "authentication-header",
    right: "stray",
    why: "behind an IPsec authentication header argus finds the protocol but reads no ports and flags",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      hasNote(d.stray, "ah") ||
      isAlone(d, "argus", (flow) => strayHas(d, (s) => hasNote(s, "ah") && isSamePair(s, flow))),
  },
  {
    id: "appbytes-wrapped",
    right: "stray",
    why: "argus keeps a side's counters in as few bytes as its wire length needs, so application bytes that a lying IP length claims beyond that lose their high bits",
    aspects: ["appbytes"],
    isEvident: ({ argus, stray }) =>
      ([0, 1] as const).every((end) => {
        const lost = stray!.appBytes[end] - argus!.appBytes[end];
        return lost === 0 || (lost > 0 && lost % 256 === 0 && stray!.appBytes[end] > stray!.bytes[end]);
      }),
  },
  {
    id: "header-cut",
    right: "stray",
    why: "where the capture or the packet ends inside the transport header argus reads garbage flags, or no ports; stray what is there",
    outside: true,
    aspects: EVERYTHING,
    isEvident: (d) =>
      hasNote(d.stray, "truncated", "fragment-tiny", "bad-header") ||
      (hasNoPorts(d.argus) &&
        strayHas(d, (s) => hasNote(s, "truncated", "bad-header") && isSamePair(s, d.argus!))) ||
      isAlone(d, "argus", (flow) =>
        strayHas(d, (s) => hasNote(s, "truncated", "fragment-tiny", "bad-header") && isSamePair(s, flow)),
      ),
  },
];
