// The evidence of what does not belong: answers without a question, questions in vain, impossible flags, a second sender.
// Apart from how a flow converses (conversation-evidence.ts).
// Always holds: no number of a test depends on another flow; a sentence names the number it rests on.

import { TCP_ACK, TCP_RST } from "../record/state.js";
import {
  carriesBack,
  type FlowTest,
  finding,
  flagsOf,
  has,
  isIcmp,
  isImpossible,
  isOneSender,
  isProbe,
  isResetAlone,
  isSwept,
  isSynFin,
  jitters,
  TTL_NARROW,
  test,
  totalOverlaps,
  ttlRange,
  ttlSpread,
} from "./flow-test.js";
import {
  carriesData,
  endsOf,
  isHalfOpen,
  isOneSided,
  isRefused,
  isSilent,
  isTcp,
  plainFlags,
} from "./questions.js";
import { times } from "./words.js";

export const ODDITY_TESTS: Readonly<Record<string, FlowTest>> = {
  // ---- Answers without a question -------------------------------------------------------------------------
  "synack-unasked": {
    measure: (flow) =>
      isTcp(flow) && flow.sawSynAck && !flow.sawSyn && isOneSided(flow) && !carriesData(flow)
        ? endsOf(flow).acts.packets
        : 0,
    tell: (count) => `SYN-ACK that no SYN asked for: ${count} ${count === 1 ? "packet" : "packets"}`,
  },
  "reset-unasked": {
    measure: (flow) => (isResetAlone(flow) ? endsOf(flow).acts.packets : 0),
    tell: (count) => `RST that nothing asked for: ${count} ${count === 1 ? "packet" : "packets"}`,
  },
  "icmp-unasked": {
    measure: (flow) => (isIcmp(flow) && has(flow, "backscatter") ? endsOf(flow).acts.packets : 0),
    tell: (count) => `ICMP errors about conversations that never passed here: ${count}`,
  },
  "backscatter-found": finding("backscatter", "the classifier found no question that it could answer"),
  "answer-repeated": {
    measure: (flow) =>
      flow.sawSynAck && !flow.sawSyn && isOneSided(flow) && endsOf(flow).acts.retransmits > 0
        ? endsOf(flow).acts.retransmits
        : 0,
    tell: (count) => `the SYN-ACK was repeated ${times(count)}: its ACK never came`,
  },

  // ---- Questions in vain ----------------------------------------------------------------------------------
  "asked-silent": test(
    (flow) => isSilent(flow) || (!isTcp(flow) && isOneSided(flow) && isSwept(flow) && flow.icmpErrors === 0),
    "asked, and nobody answered",
  ),
  "asked-refused": test(isRefused, "asked, and refused"),
  "half-open": test(isHalfOpen, "reset by the asker as soon as the port had proved open"),
  "syn-scan": finding("syn-scan", "the connection was asked for and given up, as a SYN scan does"),
  "port-sweep": finding("port-sweep", "its source asks many ports of this host"),
  "host-sweep": finding("host-sweep", "its source asks many hosts"),

  // ---- Impossible flags -----------------------------------------------------------------------------------
  "impossible-flags": {
    measure: (flow) => (isImpossible(flow) ? 1 : 0),
    tell: (_count, first) => `flags that no stack sends (${flagsOf(first)})`,
  },
  "null-scan": finding("null-scan", "TCP packets without any flag"),
  "fin-scan": finding("fin-scan", "FIN without ACK, and no conversation that it could end"),
  "xmas-scan": finding("xmas-scan", "FIN, PSH and URG together without ACK"),
  "syn-fin": test(isSynFin, "SYN and FIN in one packet"),
  "ack-scan": finding("ack-scan", "a bare ACK of nothing that was sent"),
  "probe-unanswered": test(
    (flow) =>
      isProbe(flow) &&
      !flow.sawSynAck &&
      carriesBack(flow) === 0 &&
      (plainFlags(endsOf(flow).answers) & ~(TCP_RST | TCP_ACK)) === 0 &&
      (isOneSided(flow) || (flow.resp.tcpFlags & TCP_RST) !== 0),
    "answered by silence or RST",
  ),

  // ---- A second sender ------------------------------------------------------------------------------------
  "overlap-conflict": finding(
    "overlap-conflict",
    "the same place in the stream was sent twice with other bytes",
  ),
  "fragment-overlap": finding("fragment-overlap", "fragments of one datagram overlap with other bytes"),
  "overlaps-counted": {
    measure: (flow) => (has(flow, "overlap-conflict") ? 0 : totalOverlaps(flow)),
    tell: (count) => `a segment was sent again with other bytes ${times(count)}`,
  },
  "rst-injected": finding("rst-injected", "a RST that does not fit the end it claims to come from"),
  land: finding("land", "source and destination are the same address and port"),
  "ttl-jitter": {
    measure: (flow) => (has(flow, "ttl-jitter") ? Math.max(1, ttlSpread(flow)) : 0),
    tell: (_count, first) => `TTL from ${ttlRange(first)} in one direction`,
  },
  "ip-id-jitter": finding("ip-id-jitter", "the IP IDs of one direction follow two counters"),
  "reset-with-jitter": test(
    (flow) => isTcp(flow) && jitters(flow) && ((flow.orig.tcpFlags | flow.resp.tcpFlags) & TCP_RST) !== 0,
    "signs of a second sender, and a RST",
  ),
  "conflict-with-jitter": test(
    (flow) => jitters(flow) && (has(flow, "overlap-conflict") || totalOverlaps(flow) > 0),
    "signs of a second sender, and bytes that differ",
  ),
  "one-sender": test(
    (flow) => isTcp(flow) && (isOneSender(flow.orig) || isOneSender(flow.resp)) && !jitters(flow),
    "the bytes that differ came with one TTL and IP IDs of one counter",
  ),
  "ttl-narrow": {
    measure: (flow) => (has(flow, "ttl-jitter") && ttlSpread(flow) <= TTL_NARROW ? 1 : 0),
    tell: (_count, first) => `the TTLs are near each other (${ttlRange(first)})`,
  },
  damaged: {
    measure: (flow) => flow.orig.badChecksums + flow.resp.badChecksums,
    tell: (count) => `${count} ${count === 1 ? "packet" : "packets"} with a wrong checksum`,
  },
};
