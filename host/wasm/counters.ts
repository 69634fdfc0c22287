// The module's counters by name: one table for the summary, for metrics and for documents.
// Apart from the layout because names and words are the host's; the numbers are the layout's.
// Always holds: every COUNTER_ of the layout is here once (a test holds them together); names never change.

import * as L from "../../assembly/layout.js";
import { FINDING_NAMES } from "../record/findings.js";
import { readCount, type SensorMemory } from "./memory.js";

export interface Counter {
  /** Place in the module's array. */
  readonly index: number;
  /** Stable, for metrics and scripts. */
  readonly name: string;
  readonly help: string;
}

export const COUNTERS: readonly Counter[] = [
  { index: L.COUNTER_PACKETS, name: "packets", help: "packets taken in" },
  { index: L.COUNTER_WIRE_BYTES, name: "wire-bytes", help: "their bytes on the wire" },
  { index: L.COUNTER_CAPTURED_BYTES, name: "captured-bytes", help: "their bytes in the capture" },
  { index: L.COUNTER_FLOW_PACKETS, name: "flow-packets", help: "packets credited to a flow" },
  {
    index: L.COUNTER_UNDECODED,
    name: "undecoded",
    help: "packets in no flow, for one of the undecoded reasons",
  },
  { index: L.COUNTER_FLOWS_CREATED, name: "flows-created", help: "flows that began" },
  {
    index: L.COUNTER_FLOWS_EVICTED,
    name: "flows-evicted",
    help: "flows recorded early because their place was needed",
  },
  {
    index: L.COUNTER_FLOWS_REFUSED,
    name: "flows-refused",
    help: "packets recorded alone because the table had no place worth taking",
  },
  { index: L.COUNTER_FLOWS_IDLE, name: "flows-idle", help: "flows that ended by their idle timeout" },
  {
    index: L.COUNTER_FLOWS_REUSED,
    name: "flows-reused",
    help: "flows that ended because a new connection took their ports",
  },
  {
    index: L.COUNTER_FLOWS_FLUSHED,
    name: "flows-flushed",
    help: "flows that were live when the input ended",
  },
  { index: L.COUNTER_RECORDS, name: "records", help: "flow records made" },
  {
    index: L.COUNTER_RECORDS_STATUS,
    name: "records-status",
    help: "of these, intermediate ones of flows that went on",
  },
  {
    index: L.COUNTER_RECORDS_LOST,
    name: "records-lost",
    help: "records lost because nobody took them out in time",
  },
  {
    index: L.COUNTER_EVICTED_ESTABLISHED,
    name: "evicted-established",
    help: "of the evicted flows, established connections",
  },
  {
    index: L.COUNTER_CLOCK_BACK,
    name: "clock-back",
    help: "packets with a time before that of an earlier packet",
  },
  { index: L.COUNTER_CLOCK_JUMP, name: "clock-jump", help: "leaps of the packets' clock, either way" },
  { index: L.COUNTER_FRAGMENTS, name: "fragments", help: "packets that are part of a fragmented datagram" },
  {
    index: L.COUNTER_FRAGMENTS_HELD,
    name: "fragments-held",
    help: "later fragments that came before the first",
  },
  {
    index: L.COUNTER_FRAGMENTS_ORPHANED,
    name: "fragments-orphaned",
    help: "of these, ones whose first fragment never came",
  },
  {
    index: L.COUNTER_FRAGMENT_EVICTED,
    name: "fragments-evicted",
    help: "datagrams forgotten because their place was needed",
  },
  { index: L.COUNTER_ICMP_QUOTED, name: "icmp-quoted", help: "ICMP errors tied to the flow they speak of" },
  {
    index: L.COUNTER_ICMP_UNMATCHED,
    name: "icmp-unmatched",
    help: "ICMP errors that speak of a flow not in the table",
  },
  { index: L.COUNTER_BAD_IP_CHECKSUM, name: "bad-ip-checksum", help: "IPv4 headers with a wrong checksum" },
  { index: L.COUNTER_BAD_L4_CHECKSUM, name: "bad-l4-checksum", help: "transport checksums that are wrong" },
  { index: L.COUNTER_OFFLOADED, name: "offloaded", help: "checksums left to the network card" },
  {
    index: L.COUNTER_TRUNCATED,
    name: "truncated",
    help: "packets in a flow, with a header cut by the capture",
  },
  {
    index: L.COUNTER_BAD_HEADER,
    name: "bad-header",
    help: "packets in a flow, with a header field that cannot be",
  },
  { index: L.COUNTER_LENGTH_LIES, name: "length-lies", help: "IP lengths that go beyond the frame" },
  {
    index: L.COUNTER_TUNNEL_DEPTH,
    name: "tunnel-depth",
    help: "packets with more tunnels than are followed",
  },
  {
    index: L.COUNTER_LENGTH_ODD,
    name: "length-odd",
    help: "packets with more captured bytes than the wire length claims",
  },
  { index: L.COUNTER_BLOCKS_SKIPPED, name: "blocks-skipped", help: "pcapng blocks that carry no packet" },
  {
    index: L.COUNTER_FRAGMENTS_KNOWN,
    name: "fragments-known",
    help: "later fragments tied to their flow at once",
  },
  {
    index: L.COUNTER_MERGED_FRAMES,
    name: "merged-frames",
    help: "frames that stood for several packets (GRO, segmentation offload)",
  },
  {
    index: L.COUNTER_MERGED_PACKETS,
    name: "merged-packets",
    help: "the packets, besides one a frame, that they stood for",
  },
  { index: L.COUNTER_RING_BLOCKS, name: "ring-blocks", help: "blocks taken from the kernel's packet rings" },
  {
    index: L.COUNTER_RING_DAMAGED,
    name: "ring-damaged",
    help: "blocks left unfinished because an offset led outside",
  },
  {
    index: L.COUNTER_VLAN_RESTORED,
    name: "vlan-restored",
    help: "VLAN tags that the card took out, put back",
  },
  { index: L.COUNTER_UNDECODED_LINKTYPE, name: "undecoded-linktype", help: "link type not known" },
  {
    index: L.COUNTER_UNDECODED_LINK_TRUNCATED,
    name: "undecoded-link-truncated",
    help: "link header cut by the capture",
  },
  { index: L.COUNTER_UNDECODED_VLAN_TRUNCATED, name: "undecoded-vlan-truncated", help: "VLAN tag cut" },
  { index: L.COUNTER_UNDECODED_MPLS_TRUNCATED, name: "undecoded-mpls-truncated", help: "MPLS label cut" },
  {
    index: L.COUNTER_UNDECODED_MPLS_DEPTH,
    name: "undecoded-mpls-depth",
    help: "more MPLS labels than are followed",
  },
  {
    index: L.COUNTER_UNDECODED_PPP_TRUNCATED,
    name: "undecoded-ppp-truncated",
    help: "PPP or PPPoE header cut",
  },
  { index: L.COUNTER_UNDECODED_IP4_TRUNCATED, name: "undecoded-ip4-truncated", help: "IPv4 header cut" },
  {
    index: L.COUNTER_UNDECODED_IP4_HEADER,
    name: "undecoded-ip4-header",
    help: "IPv4 header length that cannot be",
  },
  { index: L.COUNTER_UNDECODED_IP_VERSION, name: "undecoded-ip-version", help: "IP version neither 4 nor 6" },
  { index: L.COUNTER_UNDECODED_IP6_TRUNCATED, name: "undecoded-ip6-truncated", help: "IPv6 header cut" },
  {
    index: L.COUNTER_UNDECODED_IP6_EXTENSION,
    name: "undecoded-ip6-extension",
    help: "IPv6 extension header cut",
  },
  {
    index: L.COUNTER_UNDECODED_IP6_CHAIN,
    name: "undecoded-ip6-chain",
    help: "more IPv6 extension headers than are followed",
  },
  { index: L.COUNTER_UNDECODED_ARP_TRUNCATED, name: "undecoded-arp-truncated", help: "ARP packet cut" },
  {
    index: L.COUNTER_UNDECODED_ARP_FORMAT,
    name: "undecoded-arp-format",
    help: "ARP for something else than IPv4 over Ethernet",
  },
  { index: L.COUNTER_UNDECODED_LAYERS, name: "undecoded-layers", help: "more headers than are followed" },
  { index: L.COUNTER_UNDECODED_WIFI, name: "undecoded-wifi", help: "802.11 frame without readable data" },
  { index: L.COUNTER_UNDECODED_LLC_TRUNCATED, name: "undecoded-llc-truncated", help: "LLC header cut" },
  { index: L.COUNTER_UNDECODED_EMPTY, name: "undecoded-empty", help: "no byte captured" },
  {
    index: L.COUNTER_UNDECODED_LINK_FORMAT,
    name: "undecoded-link-format",
    help: "link header field that cannot be",
  },
  { index: L.COUNTER_IP4, name: "ip4", help: "packets whose innermost header is IPv4" },
  { index: L.COUNTER_IP6, name: "ip6", help: "IPv6" },
  { index: L.COUNTER_ARP, name: "arp", help: "ARP or RARP" },
  { index: L.COUNTER_NON_IP, name: "non-ip", help: "neither IP nor ARP" },
  { index: L.COUNTER_TCP, name: "tcp", help: "TCP packets" },
  { index: L.COUNTER_UDP, name: "udp", help: "UDP packets" },
  { index: L.COUNTER_ICMP, name: "icmp", help: "ICMP packets" },
  { index: L.COUNTER_ICMP6, name: "icmp6", help: "ICMPv6 packets" },
  { index: L.COUNTER_SCTP, name: "sctp", help: "SCTP packets" },
  { index: L.COUNTER_IP_OTHER, name: "ip-other", help: "packets of other IP protocols" },
  { index: L.COUNTER_SESSIONS, name: "sessions", help: "sessions begun" },
  {
    index: L.COUNTER_SESSIONS_EVICTED,
    name: "sessions-evicted",
    help: "sessions forgotten because their place was needed",
  },
  {
    index: L.COUNTER_WINDOWS_EVICTED,
    name: "windows-evicted",
    help: "stream windows taken from one stream for another",
  },
  { index: L.COUNTER_STREAM_BYTES, name: "stream-bytes", help: "bytes put in order" },
  { index: L.COUNTER_STREAM_DUPLICATE, name: "stream-duplicate", help: "segments that brought nothing new" },
  { index: L.COUNTER_STREAM_HELD, name: "stream-held", help: "segments that came before their turn" },
  {
    index: L.COUNTER_STREAM_GAPS,
    name: "stream-gaps",
    help: "holes passed over: the bytes never came, or not in time",
  },
  {
    index: L.COUNTER_STREAM_RANGES,
    name: "stream-ranges",
    help: "holes passed over because there were more than are tracked",
  },
  {
    index: L.COUNTER_STREAM_DEPTH,
    name: "stream-depth",
    help: "segments not inspected because their stream is past its depth",
  },
  {
    index: L.COUNTER_STREAM_CONFLICTS,
    name: "stream-conflicts",
    help: "segments with other bytes than came before",
  },
  { index: L.COUNTER_DATAGRAMS, name: "datagrams", help: "datagrams put together" },
  {
    index: L.COUNTER_DATAGRAMS_EVICTED,
    name: "datagrams-evicted",
    help: "given up because their place was needed",
  },
  {
    index: L.COUNTER_DATAGRAMS_CUT,
    name: "datagrams-cut",
    help: "larger than is kept: inspected up to there",
  },
  {
    index: L.COUNTER_DATAGRAMS_OVERLAP,
    name: "datagrams-overlap",
    help: "fragments with other bytes than came before",
  },
  { index: L.COUNTER_HTTP_REQUESTS, name: "http-requests", help: "HTTP request heads" },
  { index: L.COUNTER_HTTP_RESPONSES, name: "http-responses", help: "HTTP response heads" },
  {
    index: L.COUNTER_HTTP_HEADER_LIMIT,
    name: "http-header-limit",
    help: "heads longer than is kept: inspected up to there",
  },
  { index: L.COUNTER_HTTP_URI_LIMIT, name: "http-uri-limit", help: "URIs longer than is normalised" },
  { index: L.COUNTER_HTTP_BODY_LIMIT, name: "http-body-limit", help: "bodies longer than is inspected" },
  {
    index: L.COUNTER_HTTP_DECODE_FAILED,
    name: "http-decode-failed",
    help: "compressed or chunked bodies that are damaged, inspected up to there",
  },
  { index: L.COUNTER_PATTERNS, name: "patterns", help: "patterns of rules seen in the traffic" },
  { index: L.COUNTER_EVALUATIONS, name: "evaluations", help: "rules looked at beyond their pattern" },
  {
    index: L.COUNTER_CANDIDATES_LOST,
    name: "candidates-lost",
    help: "rules not looked at because one packet had too many",
  },
  {
    index: L.COUNTER_PENDING_LOST,
    name: "pending-lost",
    help: "rules not looked at again when a stream went on, since too many waited",
  },
  {
    index: L.COUNTER_BUDGET,
    name: "inspection-budget",
    help: "packets whose rules were broken off after too many steps",
  },
  { index: L.COUNTER_REGEX_RUNS, name: "regex-runs", help: "runs of regular expressions" },
  {
    index: L.COUNTER_REGEX_LIMIT,
    name: "regex-limit",
    help: "regular expressions broken off after too many steps, taken as no match",
  },
  { index: L.COUNTER_ALERTS, name: "alerts", help: "alerts given" },
  { index: L.COUNTER_ALERTS_LIMITED, name: "alerts-limited", help: "alerts held back by the rate of a rule" },
  {
    index: L.COUNTER_ALERTS_FILTERED,
    name: "alerts-filtered",
    help: "alerts held back by a threshold, detection or event filter",
  },
  {
    index: L.COUNTER_ALERTS_SUPPRESSED,
    name: "alerts-suppressed",
    help: "alerts held back by a suppression",
  },
  {
    index: L.COUNTER_ALERTS_PASSED,
    name: "alerts-passed",
    help: "matches held back because a pass rule matched the packet",
  },
  {
    index: L.COUNTER_ALERTS_LOST,
    name: "alerts-lost",
    help: "alerts lost because nobody took them out in time",
  },
  {
    index: L.COUNTER_ALERTS_OVER,
    name: "alerts-over",
    help: "matches beyond ALERTS_A_PACKET_MAX of one packet",
  },
  { index: L.COUNTER_ALERTS_CUT, name: "alerts-cut", help: "alerts whose frame is longer than is kept" },
  {
    index: L.COUNTER_THRESHOLDS_EVICTED,
    name: "thresholds-evicted",
    help: "counts of a rule and an address given up for others",
  },
  { index: L.COUNTER_RULES_SWAPPED, name: "rules-swapped", help: "times new rules came into force" },
  { index: L.COUNTER_TAGGED, name: "tagged", help: "packets kept because of a tag" },
  {
    index: L.COUNTER_NO_SESSION,
    name: "no-session",
    help: "flow bits and tags that found no session to be kept in",
  },
  {
    index: L.COUNTER_NO_HANDSHAKE_NEVER,
    name: "no-handshake-never-passed",
    help: "TCP flows begun without a handshake though the sensor had no reason to miss it",
  },
  {
    index: L.COUNTER_NO_HANDSHAKE_EVICTED,
    name: "no-handshake-evicted",
    help: "TCP flows begun without a handshake whose conversation had lost its place in the table",
  },
  {
    index: L.COUNTER_NO_HANDSHAKE_START,
    name: "no-handshake-before-start",
    help: "TCP flows begun without a handshake that may be older than the sensor",
  },
  {
    index: L.COUNTER_NO_HANDSHAKE_LOST,
    name: "no-handshake-lost",
    help: "TCP flows begun without a handshake while frames were lost in capture",
  },
  { index: L.COUNTER_ASKED, name: "asked", help: "flows that asked for a connection or an answer" },
  {
    index: L.COUNTER_ASKED_IN_VAIN,
    name: "asked-in-vain",
    help: "of these, ones refused, given up or never answered",
  },
  {
    index: L.COUNTER_ASKED_LOST,
    name: "asked-lost",
    help: "of these, ones whose flow ended before an answer had its time",
  },
  {
    index: L.COUNTER_SOURCES_EVICTED,
    name: "sources-evicted",
    help: "sources forgotten because their place was needed",
  },
  {
    index: L.COUNTER_TARGETS_EVICTED,
    name: "targets-evicted",
    help: "targets forgotten because their place was needed",
  },
  {
    index: L.COUNTER_ALIVES_EVICTED,
    name: "alives-evicted",
    help: "addresses known alive, forgotten (or not kept) because the table was full",
  },
  {
    index: L.COUNTER_RECENTS_REPLACED,
    name: "recents-replaced",
    help: "conversations that had lost their place, forgotten for others",
  },
  { index: L.COUNTER_ENDED_SINGLE, name: "ended-single", help: "flows of one packet, at their end" },
  {
    index: L.COUNTER_ENDED_CLOSED,
    name: "ended-closed",
    help: "TCP connections closed or reset, at their end",
  },
  {
    index: L.COUNTER_ENDED_HALF_OPEN,
    name: "ended-half-open",
    help: "TCP without an answer, or whose handshake was not finished, at their end",
  },
  {
    index: L.COUNTER_ENDED_ONE_WAY,
    name: "ended-one-way",
    help: "flows in which one side spoke, at their end",
  },
  {
    index: L.COUNTER_ENDED_TWO_WAY,
    name: "ended-two-way",
    help: "flows both ways without a handshake to judge by, at their end",
  },
  {
    index: L.COUNTER_ENDED_ESTABLISHED,
    name: "ended-established",
    help: "TCP connections that were established, at their end",
  },
  {
    index: L.COUNTER_INLINE_TAKEN,
    name: "inline-taken",
    help: "frames taken out of the receiving rings of the inline path: each is forwarded, dropped, oversize, damaged, or had no room",
  },
  {
    index: L.COUNTER_INLINE_FORWARDED,
    name: "inline-forwarded",
    help: "frames handed to the other interface",
  },
  {
    index: L.COUNTER_INLINE_FORWARDED_BYTES,
    name: "inline-forwarded-bytes",
    help: "bytes of them",
  },
  {
    index: L.COUNTER_INLINE_DROPPED,
    name: "inline-dropped",
    help: "frames dropped by a verdict; the sum of the three that follow",
  },
  {
    index: L.COUNTER_INLINE_DROPPED_RULE,
    name: "inline-dropped-rule",
    help: "frames that a rule dropped or rejected",
  },
  {
    index: L.COUNTER_INLINE_DROPPED_FINDING,
    name: "inline-dropped-finding",
    help: "frames dropped or rejected by the policy of a finding",
  },
  {
    index: L.COUNTER_INLINE_DROPPED_FLOW,
    name: "inline-dropped-flow",
    help: "frames of a flow that had been dropped before",
  },
  {
    index: L.COUNTER_INLINE_WOULD_DROP,
    name: "inline-would-drop",
    help: "frames that passed in a simulation, and would be dropped; the sum of the three that follow",
  },
  {
    index: L.COUNTER_INLINE_WOULD_DROP_RULE,
    name: "inline-would-drop-rule",
    help: "of these, ones that a rule would drop or reject",
  },
  {
    index: L.COUNTER_INLINE_WOULD_DROP_FINDING,
    name: "inline-would-drop-finding",
    help: "of these, ones that the policy of a finding would drop or reject",
  },
  {
    index: L.COUNTER_INLINE_WOULD_DROP_FLOW,
    name: "inline-would-drop-flow",
    help: "of these, ones of a flow that would have been dropped before",
  },
  {
    index: L.COUNTER_INLINE_ALLOWED,
    name: "inline-allowed",
    help: "frames that the allow list alone saved",
  },
  {
    index: L.COUNTER_INLINE_JOINED,
    name: "inline-joined",
    help: "of those forwarded, segments handed to the kernel in one piece with the one before them",
  },
  {
    index: L.COUNTER_INLINE_TX_FULL,
    name: "inline-tx-full",
    help: "frames lost because the sending ring had no room for long",
  },
  {
    index: L.COUNTER_INLINE_OVERSIZE,
    name: "inline-oversize",
    help: "frames lost because they are larger than a ring's slot, or than the other interface takes",
  },
  {
    index: L.COUNTER_INLINE_DAMAGED,
    name: "inline-damaged",
    help: "frames whose slot's fields lead outside it or that can't be sent again: the kernel gave them damaged",
  },
  {
    index: L.COUNTER_INLINE_STALE,
    name: "inline-stale",
    help: "frames given back unread after a stall: the kernel had carried later ones",
  },
  {
    index: L.COUNTER_INLINE_TX_WRONG,
    name: "inline-tx-wrong",
    help: "slots of a sending ring that the kernel refused",
  },
  {
    index: L.COUNTER_INLINE_REJECTS,
    name: "inline-rejects",
    help: "packets made to reject: resets and unreachables",
  },
  {
    index: L.COUNTER_INLINE_REJECTS_LIMITED,
    name: "inline-rejects-limited",
    help: "packets to reject that their rate held back",
  },
  {
    index: L.COUNTER_INLINE_REJECTS_FULL,
    name: "inline-rejects-full",
    help: "packets to reject that found no room in a sending ring",
  },
  {
    index: L.COUNTER_INLINE_REJECTS_NONE,
    name: "inline-rejects-none",
    help: "packets dropped without an answer, though rejected: ones that must not, or can not, be answered",
  },
  {
    index: L.COUNTER_INLINE_THINNED_HIGH,
    name: "inline-thinned-high",
    help: "packets not inspected because a quarter of a receiving ring waited",
  },
  {
    index: L.COUNTER_INLINE_THINNED_FULL,
    name: "inline-thinned-full",
    help: "packets not inspected because half of a receiving ring waited",
  },
  ...FINDING_NAMES.map((name, bit) => ({
    index: L.COUNTER_FINDING_FIRST + bit,
    name: `finding-${name}`,
    help: `flows with the finding ${name}`,
  })),
];

/** Why a packet is in no flow: the counters whose sum is `undecoded`. */
export const UNDECODED_REASONS: readonly Counter[] = COUNTERS.filter(
  ({ index }) => index >= L.COUNTER_UNDECODED_FIRST && index < L.COUNTER_UNDECODED_LAST,
);

/** The counter of that index (COUNTER_*), exact below 2^53. */
export function readCounter(memory: SensorMemory, index: number): number {
  return readCount(memory, L.COUNTERS_BASE + index * 8);
}

export interface CounterValue extends Counter {
  readonly value: number;
}

/** All of these counters that are not 0, largest first. */
export function countersSet(
  memory: SensorMemory,
  counters: readonly Counter[] = COUNTERS,
): readonly CounterValue[] {
  return counters
    .map((counter) => ({ ...counter, value: readCounter(memory, counter.index) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value || a.index - b.index);
}

/** Every counter by name. */
export function readCounters(memory: SensorMemory): Readonly<Record<string, number>> {
  return Object.fromEntries(COUNTERS.map(({ name, index }) => [name, readCounter(memory, index)]));
}
