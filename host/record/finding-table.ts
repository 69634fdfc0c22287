// Every finding, as the classifier raises it: what it needs, what excludes it, at how much, where, what is kept of it,
// where it comes from, and what to do. docs/findings.md is made from this table (finding-reference.ts).
// Apart from the names (findings.ts), which the hot places import. Always holds: one entry a name, in their order;
// numbers come from the classifier's own constants (assembly/detect/detect-layout.ts) and are never written again here.

import * as D from "../../assembly/detect/detect-layout.js";
import type { FindingName } from "./findings.js";

/** What must be switched on: nothing, `detection.enabled`, or `inspection.enabled` (and rules). */
export type FindingNeeds = "nothing" | "detection" | "inspection" | "rules";
/** Where it is raised: by a packet in its flow, by the flow's end, by what a source or a target did in several flows. */
export type FindingPlace = "packet" | "silence" | "flow's end" | "source" | "target";
export type ThresholdName = Exclude<keyof typeof D, `${string}_OFFSET` | `${string}_SIZE`>;
export const THRESHOLDS: Readonly<Record<ThresholdName, number>> = { ...D };

export interface FindingEntry {
  readonly name: FindingName;
  /** One sentence. */
  readonly meaning: string;
  readonly needs: FindingNeeds;
  readonly places: readonly FindingPlace[];
  /** All of it must hold. */
  readonly required: readonly string[];
  /** None of it may. */
  readonly excluded: readonly string[];
  readonly thresholds: readonly (readonly [name: ThresholdName, unit: string, what: string])[];
  /** Fields of the flow's record (docs/record-fields.md); s and d stand for both sides. */
  readonly evidence: readonly string[];
  readonly origin: readonly string[];
  /** What to do about it, in a sentence. */
  readonly advice: string;
}

const KNOWN =
  "The conversation is known: a record of it was made before (direction `learnt`), the table pushed it out or had no " +
  "place for it (note `evicted-before`).";
const DAMAGED = "The header cannot be (note `bad-header`): what the packet seems to carry may be nothing.";
const MISSED =
  "The beginning may have been missed: the sensor had just begun (note `pickup`), or frames were lost then (note `loss`).";
const NO_HANDSHAKE = "No SYN and no SYN-ACK was seen in the flow.";
const ONE_DIRECTION =
  "Only one direction of conversations passes the sensor, as far as the traffic shows: no more flows were heard from " +
  "both sides than from one that hears the other.";
const SILENT_OTHER = "The other side sent nothing.";
const IN_PIECES = "Without inspection: a request line in several packets, or behind another request.";

const TURN: FindingEntry["thresholds"][number] = [
  "TURN_COARSE",
  "s",
  "(about) before silence counts, told at the source's next ask; at a flow's end it counts when the flow is idle or as old as `SILENCE_MS`",
];
const WINDOW: FindingEntry["thresholds"][number] = [
  "SOURCE_WINDOW_S",
  "s",
  "a source's window; what is older does not count, connections opened before count half each window",
];

const IN_VAIN =
  "In vain is what was refused (RST, ICMP unreachable), given up at the SYN-ACK by the asker's RST, or not answered.";
const ASKS =
  "Asks are the first packets of flows: a SYN; a probe, which has no SYN, RST or data, and ACK alone or not at all; a " +
  "datagram that does not look like an answer (from a port above 1023, or to one below 1024); an echo request. Each way " +
  "is counted apart.";
const NO_ASK: readonly string[] = [
  "Answered: a handshake acknowledged, any datagram or echo reply, anything but a RST to a probe; late answers are taken back.",
  "Heard out of sight: an ACK behind the SYN, an acknowledgement that goes forward, as many packets as `ASK_PACKETS_MAX`.",
  "Datagrams with so few hops left that they ask for the way (traceroute), and asks of groups.",
  "Probes of conversations that are known, or may have been missed.",
  "As many or more of the source's asks were opened, over all ports and hosts.",
  `${ONE_DIRECTION} Then only SYNs count, and what goes to addresses known to be unused.`,
];
const ASK_THRESHOLDS: FindingEntry["thresholds"] = [
  TURN,
  ["SILENCE_MS", "ms", "age from which a flow that ends early counts as silent"],
  WINDOW,
  ["ASK_PACKETS_MAX", "packets", "who sends as many alone is heard"],
  ["TRACE_TTL_MAX", "hops", "left in a datagram that asks for the way, at most"],
];

function flagScan(name: FindingName, flags: string, nmap: string): FindingEntry {
  return {
    name,
    meaning: `A TCP packet with ${flags}, which no stack sends: a probe that simple filters let through.`,
    needs: "nothing",
    places: ["packet"],
    required: [
      `Exactly ${flags}, ECE and CWR aside.`,
      NO_HANDSHAKE,
      "It is its sender's first, but for others like it.",
    ],
    excluded: [
      KNOWN,
      DAMAGED,
      "It carries data, its sender sent data or an ACK before, or it is a fragment.",
    ],
    thresholds: [],
    evidence: ["sflags", "dflags", "state"],
    origin: [`${nmap}`, "RFC 9293 3.10.7.1 (what a closed port answers)"],
    advice:
      "See what else the source probed (`stray flows` by its address), and whether an open port answered nothing.",
  };
}

const SWEEP_ADVICE = "Ask who runs it; if nobody does, block the source, and look at what answered it.";

export const FINDING_TABLE: readonly FindingEntry[] = [
  {
    name: "midstream-data",
    meaning: "Data in a TCP flow whose handshake nobody saw, and that nobody answers.",
    needs: "nothing",
    places: ["packet"],
    required: [
      NO_HANDSHAKE,
      "One side sent data.",
      "The other side sent nothing, or RSTs only, as a host answers that knows of no such conversation.",
      "The side with the data sends a packet, so long after the flow's first that an answer would have come.",
    ],
    excluded: [KNOWN, MISSED, DAMAGED],
    thresholds: [
      ["DATA_MIN", "bytes", "of data, since one may be a keep-alive"],
      ["END_SILENCE_MS", "ms", "from the flow's first packet to the one that raises it"],
    ],
    evidence: ["sappbytes", "dappbytes", "sflags", "dflags", "sackadv", "dackadv", "notes", "dir_reason"],
    origin: [
      "RFC 9293 3.5 (a connection begins with a SYN) and 3.5.2 (resets)",
      "RFC 9293 3.8.4 (keep-alives)",
    ],
    advice:
      "Look at its cause: a leaky filter, an asymmetric route and a forger each leave other evidence (docs/causes.md).",
  },
  {
    name: "one-way",
    meaning: "The other side never spoke.",
    needs: "detection",
    places: ["silence", "flow's end"],
    required: [
      "TCP, UDP, SCTP, or an ICMP echo; IPv4 or IPv6.",
      "One side only was heard: for longer than `SILENCE_MS` at one of its packets, or until the flow's end, which is its timeout or comes when it is as old as `END_SILENCE_MS`.",
    ],
    excluded: [
      "The flow began with a packet to a group, or to all: by address or by MAC.",
      "Fragments whose first one never came.",
    ],
    thresholds: [
      ["SILENCE_MS", "ms", "at a packet, more than"],
      ["END_SILENCE_MS", "ms", "at an end that is no timeout"],
    ],
    evidence: ["spkts", "dpkts", "dir", "sackadv", "dackadv", "icmp_errors"],
    origin: ["RFC 6298 2.1 (a SYN is repeated after a second)", "argus (`->` of a flow)"],
    advice: "By itself it is nothing: hosts are down every day. It tells with what else the flow shows.",
  },
  {
    name: "dark-destination",
    meaning: "A flow that nobody answered went to an address of ours that nobody uses.",
    needs: "detection",
    places: ["silence", "flow's end"],
    required: ["`one-way` is raised.", "At that moment the address is dark: see docs/dark.md."],
    excluded: [
      "The address is in use by configuration, was heard, or is the first or last of its network.",
      "Its network is still being learnt, or nobody of ours was heard to converse; not asked where the configuration says that it is unused.",
      `${ONE_DIRECTION} Not asked where the configuration says that it is unused.`,
    ],
    thresholds: [
      ["SILENCE_MS", "ms", "as `one-way`"],
      ["END_SILENCE_MS", "ms", "as `one-way`"],
    ],
    evidence: ["daddr", "spkts", "dpkts"],
    origin: ["Moore, Shannon, Voelker and Savage 2004, Network Telescopes"],
    advice:
      "`stray dark explain ADDRESS` says why it counts as unused; if it is used, add it to the list of used ones.",
  },
  {
    name: "ip-id-zero",
    meaning:
      "IPv4 identifications of 0 in packets that routers may cut into fragments, which could then not be told apart.",
    needs: "detection",
    places: ["packet"],
    required: [
      "TCP or UDP over IPv4.",
      "Several packets of one side with an ID of 0, the latest without DF.",
    ],
    excluded: [
      "Any packet of that side had DF: an ID of 0 with DF is ordinary for today's stacks.",
      "The packet is a fragment; the flow began with a packet to a group.",
    ],
    thresholds: [["ZERO_IDS_MIN", "packets", "of one side"]],
    evidence: ["sipid_zero", "dipid_zero", "sdf", "ddf", "sipid_kind", "dipid_kind"],
    origin: ["RFC 6864 4.1", "RFC 791 3.2"],
    advice: "Find the stack, or the device on the way that writes headers anew.",
  },
  {
    name: "fin-with-data-no-handshake",
    meaning: "A whole exchange's last segment, data and FIN together, without a beginning.",
    needs: "nothing",
    places: ["packet"],
    required: ["`midstream-data` is raised.", "A segment with FIN and data passed in the flow."],
    excluded: [KNOWN, MISSED, DAMAGED],
    thresholds: [["DATA_MIN", "bytes", "with the FIN"]],
    evidence: ["sflags", "dflags", "sappbytes", "dappbytes"],
    origin: ["RFC 9293 3.6 (closing)"],
    advice: "As `midstream-data`: it is what a filter lets escape that stops SYNs only.",
  },
  {
    name: "unanswered-retransmit",
    meaning: "The same data again from its first byte, the acknowledgement standing still, and nobody there.",
    needs: "nothing",
    places: ["packet", "flow's end"],
    required: [
      NO_HANDSHAKE,
      SILENT_OTHER,
      "The side's acknowledgement number never went forward.",
      "A segment with data that begins where the side's first one began, and brings nothing new.",
      "It comes late enough: `REPEAT_MS` after the flow's first packet where it has FIN too, `LATE_MS` where it has not; or it is the last data of a flow that ended after `REPEAT_MS`.",
    ],
    excluded: [KNOWN, DAMAGED, "A keep-alive, and a mirror port's copy, which comes at once."],
    thresholds: [
      ["DATA_MIN", "bytes", "in the segment"],
      ["REPEAT_MS", "ms", "with FIN, or at the flow's end"],
      ["LATE_MS", "ms", "otherwise"],
      [
        "LEAK_WINDOWS",
        "windows",
        "of `SOURCE_WINDOW_S` in which a second such flow of the source is company, which causes ask for",
      ],
    ],
    evidence: ["sretrans", "dretrans", "sackadv", "dackadv", "spkts", "dpkts"],
    origin: ["RFC 6298 2 and 5 (a sender repeats what nobody acknowledges)"],
    advice: "Nobody hears the sender: look at its cause, and at what stands between the two.",
  },
  flagScan("null-scan", "no flag at all", "nmap -sN"),
  flagScan("fin-scan", "FIN alone", "nmap -sF"),
  flagScan("xmas-scan", "FIN, PSH and URG, without ACK", "nmap -sX"),
  {
    name: "ack-scan",
    meaning: "Bare ACKs to several places, all in vain: a search for what a filter lets through.",
    needs: "detection",
    places: ["source"],
    required: [
      "Flows of which the asker sent nothing but ACKs without data, refused or unanswered.",
      "Several places (host and port) of one source in one window; raised in the flow that makes it too many, and in each further one.",
    ],
    excluded: [
      "The conversation is known, or may have been missed (notes `evicted-before`, `pickup`, `loss`; direction `learnt`).",
      "Any answer but a RST; an acknowledgement that goes forward; as many packets as `ASK_PACKETS_MAX`.",
      "As many or more of the source's asks were opened.",
      `${ONE_DIRECTION} Not asked of addresses known to be unused.`,
    ],
    thresholds: [["ACK_SCAN_MIN", "places", "of 64 bits, so never fewer in truth"], WINDOW],
    evidence: ["sflags", "dflags", "state", "sappbytes"],
    origin: ["nmap -sA", "RFC 9293 3.10.7.1"],
    advice: "See which of the places answered with RST: those are not filtered.",
  },
  {
    name: "syn-scan",
    meaning: "A sweep by SYNs of a source of whose asks none became a connection: it only looks.",
    needs: "detection",
    places: ["source"],
    required: [
      "A port or host sweep by SYNs is raised.",
      "Of the source's asks none was opened in the window.",
    ],
    excluded: NO_ASK,
    thresholds: [
      ["PORT_SWEEP_MIN", "ports", "or"],
      ["HOST_SWEEP_MIN", "hosts", "as the sweeps"],
      ...ASK_THRESHOLDS,
    ],
    evidence: ["state", "sflags", "dflags", "icmp_errors"],
    origin: ["nmap -sS", "RFC 9293 3.10.7"],
    advice: SWEEP_ADVICE,
  },
  {
    name: "port-sweep",
    meaning: "One source asked one host for many ports in vain.",
    needs: "detection",
    places: ["source"],
    required: [
      "So many ports of one host, in one way of asking, within a window; raised once a window, in the flow that makes it too many.",
      ASKS,
      IN_VAIN,
    ],
    excluded: NO_ASK,
    thresholds: [
      ["PORT_SWEEP_MIN", "ports", "of `TRACKER_BITS` bits, so never fewer in truth"],
      ["TRACKER_BITS", "bits", "of a sketch: ports that share one count once"],
      ["SOURCE_TRACKERS", "hosts", "asked most in vain, whose ports are known; others take their places"],
      ["TRACKER_GAIN", "asks", "of other hosts that one ask outweighs before its host is forgotten"],
      ["TRACKER_WEIGHT_MAX", "asks", "outweighed at most"],
      ...ASK_THRESHOLDS,
    ],
    evidence: ["dport", "state", "sflags", "dflags", "icmp_errors"],
    origin: ["Whang, Vander-Zanden and Taylor 1990 (linear counting)", "nmap's port scans"],
    advice: SWEEP_ADVICE,
  },
  {
    name: "host-sweep",
    meaning: "One source asked many hosts for one port in vain.",
    needs: "detection",
    places: ["source"],
    required: [
      "So many hosts for one port, in one way of asking, within a window; raised once a window, in the flow that makes it too many. All echo requests are one port.",
      ASKS,
      IN_VAIN,
    ],
    excluded: NO_ASK,
    thresholds: [
      ["HOST_SWEEP_MIN", "hosts", "of `TRACKER_BITS` bits, so never fewer in truth"],
      ["SOURCE_TRACKERS", "ports", "asked most in vain, whose hosts are known"],
      ...ASK_THRESHOLDS,
    ],
    evidence: ["daddr", "dport", "state", "icmp_errors"],
    origin: ["Whang, Vander-Zanden and Taylor 1990 (linear counting)", "nmap -sn and its like"],
    advice: SWEEP_ADVICE,
  },
  {
    name: "syn-flood",
    meaning: "An address and port are asked for far more connections than are opened.",
    needs: "detection",
    places: ["target"],
    required: [
      "So many SYNs of flows to one address and port within a window that were neither opened, refused, given up nor repeated, each at least about `TURN_COARSE` seconds old.",
      "At least `SYN_FLOOD_SHARE` times as many as were opened. Raised once a window, in the flow of the SYN that shows it.",
    ],
    excluded: [
      "The same SYN again, after `RETRY_MS` or later: forgers do not repeat, stacks do.",
      "A mirror port's copy, which comes sooner, is no repeat and no second SYN.",
    ],
    thresholds: [
      ["SYN_FLOOD_MIN", "SYNs", "in a window"],
      ["SYN_FLOOD_SHARE", "times", "as many as opened"],
      ["TARGET_WINDOW_S", "s", "(about) a target's window"],
      ["TURN_COARSE", "s", "(about) before a SYN counts"],
      ["RETRY_MS", "ms", "from which on the same SYN is a repeat"],
    ],
    evidence: ["daddr", "dport", "state"],
    origin: ["RFC 4987 (SYN flooding)", "RFC 6298 2.1"],
    advice:
      "Switch on SYN cookies at the target, and have the provider filter; the sources are likely forged.",
  },
  {
    name: "backscatter",
    meaning:
      "Answers that nobody here asked for: SYN-ACKs, RSTs or ICMP errors, as a flood's victim sends to forged addresses.",
    needs: "detection",
    places: ["flow's end", "packet"],
    required: [
      "A flow begun by a SYN-ACK of which nothing else came, or that its receiver reset; or of RSTs alone, from one side; or an ICMP error about a conversation that is not in the table.",
      "RSTs and ICMP errors: their sender answered several addresses so within a window, or the address is dark.",
    ],
    excluded: [
      "The question passed: it is in the table, or the address is known to have asked that host, or others for that port.",
      KNOWN,
      "The question may have been missed: soon after the sensor began, or at a time when frames were lost.",
      DAMAGED,
      "Any data, FIN, PSH or URG; the SYN-ACK was acknowledged.",
      "ICMP redirects, and errors to groups.",
      `${ONE_DIRECTION} Not asked where a receiver's RST says it, nor of addresses known to be unused.`,
    ],
    thresholds: [
      ["UNASKED_MIN", "addresses", "of 64 bits, so never fewer in truth; for RSTs and ICMP errors"],
      WINDOW,
    ],
    evidence: ["sflags", "dflags", "state", "dir"],
    origin: [
      "Moore, Voelker and Savage 2001, Inferring Internet Denial-of-Service Activity",
      "RFC 9293 3.5.2",
    ],
    advice: "The sender is a victim, not an attacker: do not block or report it as one.",
  },
  {
    name: "land",
    meaning: "A SYN whose source and destination are the same.",
    needs: "nothing",
    places: ["packet"],
    required: ["A SYN; both addresses and both ports the same."],
    excluded: ["Loopback addresses, where a connection may meet itself.", "A SYN-ACK was seen in the flow."],
    thresholds: [],
    evidence: ["saddr", "daddr", "sport", "dport"],
    origin: ["CERT CA-1997-28 (land)", "RFC 9293 3.5"],
    advice: "The source is forged: filter at the border what comes in from addresses of ours (RFC 2827).",
  },
  {
    name: "martian-source",
    meaning: "A source address that no packet on a wire can have.",
    needs: "detection",
    places: ["packet"],
    required: [
      "The first packet of a side comes from 0.0.0.0/8, 127.0.0.0/8, a group or 240.0.0.0/4; or from ::, ::1 or a group.",
    ],
    excluded: [
      "Who asks for an address has none yet: BOOTP and DHCP, IGMP, ICMPv6 (neighbour discovery, MLD).",
      "Loopback to loopback, as a host's own capture shows it.",
    ],
    thresholds: [],
    evidence: ["saddr", "smac"],
    origin: ["RFC 1122 3.2.1.3", "RFC 1812 5.3.7", "RFC 4291 2.5 to 2.7"],
    advice: "`smac` tells the device that put it on the wire.",
  },
  {
    name: "bad-checksum",
    meaning: "Some packets of a side have wrong checksums, and others right ones.",
    needs: "nothing",
    places: ["packet"],
    required: ["A wrong checksum of IPv4, TCP, UDP or ICMP in a side that has packets without one."],
    excluded: [
      "All of the side's are wrong: addresses rewritten in the capture, or sums left to a card.",
      "The sum was left to a card (note `offloaded`), the packet was not captured whole, or checksums are not verified.",
    ],
    thresholds: [],
    evidence: ["sbadsum", "dbadsum", "notes"],
    origin: ["RFC 1071", "Ptacek and Newsham 1998 (packets that a sensor takes and a host does not)"],
    advice: "Look for damaged memory or lines; next to signs of a second sender it is one.",
  },
  {
    name: "bad-header",
    meaning: "A header with a length that cannot be.",
    needs: "nothing",
    places: ["packet"],
    required: [
      "A TCP header shorter than 20 bytes or longer than its datagram, a UDP length that cannot be, or a datagram too short for its transport header.",
    ],
    excluded: ["The capture cut the header (note `truncated`)."],
    thresholds: [],
    evidence: ["notes"],
    origin: ["RFC 9293 3.1", "RFC 768"],
    advice: "A broken sender, or one that tries what parsers do: look at its other packets.",
  },
  {
    name: "fragment-overlap",
    meaning: "Fragments of one datagram with other bytes for the same place, or beyond its end.",
    needs: "inspection",
    places: ["packet"],
    required: ["A fragment that lies over another with different bytes, or behind the last."],
    excluded: ["The same bytes again."],
    thresholds: [],
    evidence: ["notes", "sfrag", "dfrag"],
    origin: ["RFC 5722", "RFC 8200 4.5", "RFC 1858 4 (overlapping fragments)"],
    advice: "No stack sends it: somebody tries to have a filter and a host read different datagrams.",
  },
  {
    name: "fragment-tiny",
    meaning: "A first fragment too short for its transport header, so that filters cannot read it.",
    needs: "nothing",
    places: ["packet"],
    required: ["A first fragment that ends within the header of TCP, UDP, ICMP or SCTP."],
    excluded: ["The capture cut the header (note `truncated`)."],
    thresholds: [],
    evidence: ["notes", "sfrag", "dfrag"],
    origin: ["RFC 1858 3 (tiny fragments)", "RFC 3128"],
    advice: "No ordinary line makes such fragments: have filters drop them.",
  },
  {
    name: "ttl-jitter",
    meaning: "Packets of one side of a TCP conversation came over two very different ways in turn.",
    needs: "detection",
    places: ["packet"],
    required: [
      "The handshake was acknowledged.",
      "Another TTL, so many hops from the usual one, and then the usual one again.",
    ],
    excluded: [
      "SYN, RST or FIN in the packet that returns.",
      "No usual TTL: the side's second packet had another than its first (a proxy answered the SYN), or a third one took its place (a route changed).",
    ],
    thresholds: [
      ["TTL_JITTER_MIN", "hops", "apart"],
      ["JITTER_PACKETS_MIN", "packets", "of the side by then"],
    ],
    evidence: ["sttl", "sttl_high", "dttl", "dttl_high"],
    origin: ["RFC 791 3.2 (time to live)", "Weaver, Sommer and Paxson 2009 (forged resets)"],
    advice:
      "With another sign of a second sender it is an injection; alone, look for a proxy or a balanced route.",
  },
  {
    name: "ip-id-jitter",
    meaning: "Two counters number the packets of one side of a TCP conversation.",
    needs: "detection",
    places: ["packet"],
    required: [
      "The handshake was acknowledged.",
      "At least `ID_UP_MIN` steps of a side's IPv4 IDs went up by 1 to 1024, and three quarters of its packets.",
      "One ID further away than that in both directions, and the next a little above the counter again.",
    ],
    excluded: [
      "An ID of 0, or about half of the numbers away, where cards begin that cut segments themselves.",
    ],
    thresholds: [["ID_UP_MIN", "steps", "upwards before"]],
    evidence: ["sipid_up", "dipid_up", "sipid_kind", "dipid_kind"],
    origin: ["RFC 6864 4", "Bellovin 2002, A Technique for Counting NATted Hosts"],
    advice: "As `ttl-jitter`.",
  },
  {
    name: "overlap-conflict",
    meaning: "The same sequence numbers with other bytes.",
    needs: "inspection",
    places: ["packet"],
    required: [
      "Bytes of a TCP stream that differ from those that came before for the same place, and are still kept.",
    ],
    excluded: [
      "The one byte of a keep-alive.",
      "Segments whose checksum is wrong, where it is not the card's.",
    ],
    thresholds: [],
    evidence: ["soverlap", "doverlap", "sretrans", "dretrans"],
    origin: ["Ptacek and Newsham 1998", "RFC 9293 3.10.7.4", "RFC 9293 3.8.4 (keep-alives)"],
    advice:
      "Somebody speaks into the conversation, or wants sensor and host to read different bytes: compare both.",
  },
  {
    name: "rst-injected",
    meaning: "A reset in the name of an end that shows no sign of having sent it.",
    needs: "detection",
    places: ["packet"],
    required: [
      "The SYN-ACK was acknowledged.",
      "A RST whose TTL is so far from the one that all packets of its side had, in the middle of the conversation; or bytes of that side behind a RST that fitted where its bytes had come to.",
    ],
    excluded: [
      "For the TTL: the side sent too little to know its habit, had several TTLs, a FIN was seen, or the difference is one between initial TTLs (32, 64, 128, 255), as hosts reset with one of their own.",
      "For the bytes: a packet that was captured late; a new connection on the ports.",
    ],
    thresholds: [
      ["TTL_JITTER_MIN", "hops", "apart"],
      ["JITTER_PACKETS_MIN", "packets", "of the side before the RST"],
    ],
    evidence: ["sttl", "sttl_high", "dttl", "dttl_high", "sflags", "dflags"],
    origin: ["Weaver, Sommer and Paxson 2009, Detecting Forged TCP Reset Packets", "RFC 5961 3"],
    advice: "A device on the way ends conversations: a firewall or balancer of ours, or somebody else's.",
  },
  {
    name: "http-traversal",
    meaning: "A request whose path leads out of where it began, or hides that it might.",
    needs: "nothing",
    places: ["packet"],
    required: [
      "In the path, a `..` segment that climbs above its beginning; or one with a dot or a slash beside it that came by an escape or as a backslash; or `..;` in front of parameters.",
    ],
    excluded: ["Plain `..` inside the path, and the query.", IN_PIECES],
    thresholds: [],
    evidence: ["sappbytes"],
    origin: ["RFC 3986 5.2.4", "CWE-22"],
    advice: "See what the server answered, and whether it gives files away.",
  },
  {
    name: "http-overlong-utf8",
    meaning: "A character in more bytes than it needs, which some servers read after they checked the path.",
    needs: "nothing",
    places: ["packet"],
    required: [
      "In the path, UTF-8 that is longer than an ASCII character needs, or a two-byte form of `.`, `/`, `\\`, `%`, `:` or NUL, or %uXXXX for an ASCII or full-width character; in the query, a slash made so behind `..`.",
    ],
    excluded: [IN_PIECES],
    thresholds: [],
    evidence: ["sappbytes"],
    origin: ["RFC 3629 3 and 10", "Microsoft MS00-078"],
    advice: "As `http-traversal`: it is a way to hide one.",
  },
  {
    name: "http-double-encode",
    meaning: "A path whose escapes are escaped again.",
    needs: "nothing",
    places: ["packet"],
    required: [
      "In the path, once escapes are undone, an escape that was not there before, for a character that needs none or that steers a path.",
    ],
    excluded: [IN_PIECES],
    thresholds: [],
    evidence: ["sappbytes"],
    origin: ["RFC 3986 2.4", "Microsoft MS01-026"],
    advice: "As `http-traversal`: it is a way to hide one.",
  },
  {
    name: "signature",
    meaning: "A rule matched.",
    needs: "rules",
    places: ["packet"],
    required: ["A rule that tells of its matches holds for a packet of the flow, its filters included."],
    excluded: ["Rules with `noalert`, and what a pass rule lets through."],
    thresholds: [],
    evidence: ["findings"],
    origin: ["the rule's own references"],
    advice: "`stray alerts` has the rule, the packet and the cause.",
  },
];
