// Known differences of direction, flags and application bytes in TCP, ICMP and ARP.
// Apart from decoding because here both read the same packets and conclude differently.

import type { Flow } from "../canonical.js";
import type { Difference } from "../compare.js";
import type { Known } from "../differences.js";
import { argusMisses, hasFlag, isAlone, isIp6, reasonOf, total } from "./evidence.js";

const TCP_HEADER_MIN = 20;
const TCP_HEADER_MAX = 60;
/** The ICMPv4 types that argus records; it passes over every other. */
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const ICMP6_KNOWN = new Set([1, 2, 3, 4, 128, 130, 133, 135, 137, 143]);
const ICMP_KNOWN = new Set([0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]);

/** The source's end in argus and in stray, as an index into ends, when both have the flow. */
function sources({ argus, stray }: Difference): { argus: 0 | 1; stray: 0 | 1 } | undefined {
  return argus && stray ? { argus: argus.source, stray: stray.source } : undefined;
}

export const TRANSPORT_RULES: readonly Known[] = [
  {
    id: "tcp6-never-turned",
    right: "stray",
    why: "argus turns a flow whose SYN was missed by its SYN+ACK over IPv4, but never over IPv6",
    aspects: ["source"],
    isEvident: (d) => d.group === "tcp" && isIp6(d.stray) && reasonOf(d.stray) === "synack",
  },
  {
    id: "turned-to-the-server",
    right: "stray",
    why: "argus turns against the first packet's sender whoever sent the SYN+ACK, so a client heard before the SYN+ACK becomes the destination",
    aspects: ["source"],
    isEvident: (d) => {
      const source = sources(d);
      if (!source || d.group !== "tcp" || reasonOf(d.stray) === "syn") return false;
      const stray = d.stray!;
      const isOddSyn = d.capture.facts.oddSyns.has(stray.ends[source.stray]);
      return hasFlag(stray, source.argus, "S") && (!hasFlag(stray, source.stray, "S") || isOddSyn);
    },
  },
  {
    id: "syn-into-midstream",
    right: "stray",
    why: "argus takes a SYN into a running conversation for a retransmission and keeps the first packet's sender as source; stray believes the SYN",
    aspects: ["source", "arrow"],
    isEvident: (d) => {
      const source = sources(d);
      if (!source || d.group !== "tcp" || reasonOf(d.stray) !== "syn") return false;
      return hasFlag(d.stray!, source.stray, "S") && (!d.argus!.opened || isIp6(d.stray));
    },
  },
  {
    id: "odd-handshake",
    right: "stray",
    why: "argus takes or passes over a SYN that carries other flags, or that comes into a flow it holds for closed, by the state it is in; to stray only a pure SYN or SYN+ACK opens, and always does",
    aspects: ["source", "arrow"],
    isEvident: ({ group, argus, stray, capture }) => {
      if (group !== "tcp" || !argus || !stray || argus.opened === stray.opened) return false;
      if (argus.ends.some((end) => capture.facts.oddSyns.has(end))) return true;
      const has = (letter: string): boolean => argus.flags.some((flags) => flags.includes(letter));
      return stray.opened && has("S") && (has("F") || has("R"));
    },
  },
  {
    id: "reuse-turned",
    right: "stray",
    why: "ports used again the other way round: racluster adds the second record to the first without turning its sides",
    aspects: ["packets", "bytes", "appbytes", "flags"],
    isEvident: ({ group, argus, stray }) => {
      if (group !== "tcp" || !argus || !stray) return false;
      const sources = new Set(stray.stray.map(({ saddr, sport }) => `${saddr} ${sport}`));
      return sources.size > 1 && total(argus.packets) === total(stray.packets);
    },
  },
  {
    id: "reset-first",
    right: "stray",
    why: "when a flow begins with a RST argus counts TCP headers as application bytes from then on, and credits flags to the wrong side or loses them",
    aspects: ["appbytes", "flags"],
    isEvident: ({ group, argus, stray, aspects, capture }) => {
      if (group !== "tcp" || !argus || !stray) return false;
      if (!capture.facts.resetFirst.has(stray.ends.join(" - "))) return false;
      const more = total(argus.appBytes) - total(stray.appBytes);
      if (!aspects.includes("appbytes")) return isFlagsMoved(argus, stray) || isFlagless(argus, stray);
      const packets = total(stray.packets);
      return more % 4 === 0 && more >= TCP_HEADER_MIN && more <= TCP_HEADER_MAX * packets;
    },
  },
  {
    id: "reset-then-turned",
    right: "stray",
    why: "when a SYN+ACK follows a RST argus begins another record and gives each side's counters to the other",
    aspects: ["source", "packets", "bytes", "appbytes", "flags"],
    isEvident: ({ group, argus, stray }) =>
      group === "tcp" &&
      argus !== undefined &&
      argus.argus.length > 1 &&
      argus.argus[0]!.state.includes("R") &&
      total(argus.bytes) === total(stray!.bytes),
  },
  {
    id: "icmp-answer-first",
    right: "stray",
    why: "of an answer whose question comes later, or (ICMPv6) never, argus makes its sender the source; stray the one who was answered",
    aspects: ["source", "arrow"],
    isEvident: ({ group, stray }) => (group === "icmp" || group === "icmp6") && reasonOf(stray) === "answer",
  },
  {
    id: "icmp-answer-alone",
    right: "stray",
    why: "argus shows a timestamp, information or mask answer without its question as an echo reply of identifier 0",
    aspects: ["alone"],
    isEvident: (d) =>
      isAlone(
        d,
        "stray",
        (flow) =>
          flow.group === "icmp" && [13, 15, 17].includes(flow.icmpType ?? -1) && reasonOf(flow) === "answer",
      ) ||
      isAlone(
        d,
        "argus",
        (flow) =>
          flow.group === "icmp" &&
          flow.argus.every(
            ({ sport, dport, proto }) => proto === "icmp" && sport === "0x0000" && dport === "0x0000",
          ),
      ),
  },
  {
    id: "icmp-error-cut",
    right: "stray",
    why: "argus makes no record of an ICMP error whose quoted packet the capture cut",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      isAlone(
        d,
        "stray",
        (flow) =>
          flow.group === "icmp" &&
          ICMP_ERRORS.has(flow.icmpType ?? -1) &&
          total(flow.packets) <= argusMisses(d),
      ),
  },
  {
    id: "icmp-type-unknown",
    right: "stray",
    why: "argus records no ICMP message of a type it does not know",
    outside: true,
    aspects: ["alone"],
    isEvident: (d) =>
      isAlone(d, "stray", ({ group, icmpType = -1 }) =>
        group === "icmp" ? !ICMP_KNOWN.has(icmpType) : group === "icmp6" && !ICMP6_KNOWN.has(icmpType),
      ),
  },
];

/** argus knows no flag of a side that sent, where stray does. */
function isFlagless(argus: Flow, stray: Flow): boolean {
  return ([0, 1] as const).some(
    (end) => argus.packets[end] > 0 && argus.flags[end] === "" && stray.flags[end] !== "",
  );
}

/** The union over both sides is the same, or lacks only R: the sides are what differs. */
function isFlagsMoved(argus: Flow, stray: Flow): boolean {
  const letters = (flow: Flow): string =>
    [...new Set(flow.flags.join(""))]
      .filter((f) => f !== "R")
      .sort()
      .join("");
  return letters(argus) === letters(stray);
}
