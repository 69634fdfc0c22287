// The evidence of how a flow converses: who is there, the handshake, data and acknowledgements.
// Apart from the odd things in it (oddity-evidence.ts), which are mostly findings.
// Always holds: no number of a test depends on another flow; a sentence names the number it rests on.

import { TCP_ACK, TCP_RST } from "../record/state.js";
import { absence, advances, bothSides, carriesBack, type FlowTest, finding, has, test } from "./flow-test.js";
import {
  answersOn,
  carriesData,
  completesAlone,
  endsOf,
  FIRST_WINDOW,
  handshakeAbsence,
  hearsUnseen,
  isNearStart,
  isOneSided,
  isTcp,
  plainFlags,
  sequenceSpan,
  targetState,
} from "./questions.js";
import { times } from "./words.js";

export const CONVERSATION_TESTS: Readonly<Record<string, FlowTest>> = {
  // ---- Who is there ---------------------------------------------------------------------------------------
  "one-sided": {
    measure: (flow) => (isTcp(flow) && isOneSided(flow) ? endsOf(flow).acts.packets : 0),
    tell: (count) =>
      `traffic is one-sided: ${count} ${count === 1 ? "packet" : "packets"}, and not one came back`,
  },
  "other-side-seen": {
    measure: (flow) => (bothSides(flow) ? endsOf(flow).answers.packets : 0),
    tell: (count) =>
      `both sides were seen: the other one sent ${count} ${count === 1 ? "packet" : "packets"}`,
  },
  "other-side-answers": {
    measure: (flow) =>
      bothSides(flow) && (plainFlags(endsOf(flow).answers) & ~(TCP_RST | TCP_ACK)) + carriesBack(flow) > 0
        ? endsOf(flow).answers.packets
        : 0,
    tell: (count) => `the other side takes part: ${count} ${count === 1 ? "packet" : "packets"} of its own`,
  },
  "answered-by-reset": test(
    (flow) =>
      isTcp(flow) &&
      bothSides(flow) &&
      carriesBack(flow) === 0 &&
      (plainFlags(endsOf(flow).answers) & ~TCP_ACK) === TCP_RST,
    "the other side only answered with RST, as a host does that knows of no such conversation",
  ),
  dark: {
    measure: (flow, context) => (targetState(flow, context) === "dark" ? 1 : 0),
    tell: (_count, first) => `${endsOf(first).target.address} is not in use`,
  },
  alive: {
    measure: (flow, context) => (targetState(flow, context) === "alive" ? 1 : 0),
    tell: (_count, first) => `${endsOf(first).target.address} is in use`,
  },
  "one-way-capture": test(
    (_flow, context) => context.isOneWayCapture === true,
    "only one direction of the traffic passes the sensor here",
  ),

  // ---- Handshake ------------------------------------------------------------------------------------------
  "handshake-never-passed": absence("never-passed"),
  "handshake-evicted": absence("evicted"),
  "handshake-before-start": absence("before-start"),
  "handshake-lost": absence("lost"),
  "syn-seen": test((flow) => flow.sawSyn, "its SYN was seen"),
  "synack-seen": test((flow) => flow.sawSynAck, "a SYN-ACK was seen"),
  "handshake-complete": test((flow) => flow.sawHandshake, "the handshake was completed"),
  midstream: test((flow) => isTcp(flow) && !flow.sawSyn, "no SYN was seen"),
  "near-start": test(
    (flow, context) =>
      !flow.sawSyn && handshakeAbsence(flow, context) === undefined && isNearStart(flow, context),
    "the sensor had only begun",
  ),
  "lost-then": test(
    (flow, context) =>
      handshakeAbsence(flow, context) === undefined &&
      (flow.notes.includes("loss") || context.lossAt?.(flow.startUs) === true),
    "frames were lost in capture at that time",
  ),
  "completes-alone": test(
    (flow) => isTcp(flow) && completesAlone(flow),
    "after its SYN it sent ACKs though no SYN-ACK passed here",
  ),
  "answers-on": test(
    (flow) => isTcp(flow) && answersOn(flow),
    "after its SYN-ACK it went on though no ACK passed here",
  ),

  // ---- Data and acknowledgements --------------------------------------------------------------------------
  "midstream-data": {
    measure: (flow) => (has(flow, "midstream-data") ? flow.orig.appBytes + flow.resp.appBytes : 0),
    tell: (count) => `${count} bytes of data, and no SYN before them`,
  },
  "fin-with-data": finding("fin-with-data-no-handshake", "a FIN came together with the data"),
  "unanswered-retransmit": {
    measure: (flow) => (has(flow, "unanswered-retransmit") ? Math.max(1, endsOf(flow).acts.retransmits) : 0),
    tell: (count) => `what had been sent was sent again ${times(count)}, and nothing acknowledged it`,
  },
  "not-repeated": test(
    (flow) => has(flow, "midstream-data") && isOneSided(flow) && endsOf(flow).acts.retransmits === 0,
    "nothing of it was sent again",
  ),
  "ack-stands-still": {
    measure: (flow) => {
      const { acts } = endsOf(flow);
      return isTcp(flow) && isOneSided(flow) && acts.ackSeen && acts.ackAdvances === 0 && acts.packets >= 2
        ? acts.packets
        : 0;
    },
    tell: (count) => `the acknowledgement number stands still over ${count} packets: the sender hears nobody`,
  },
  "ack-advances": {
    measure: (flow) => (advances(flow) >= 2 ? advances(flow) : 0),
    tell: (count, first) =>
      `the acknowledgement number went forward ${times(count)}: the other side is there` +
      (isOneSided(first) ? ", on another way" : ""),
  },
  "ack-advances-once": {
    measure: (flow) => (advances(flow) === 1 ? 1 : 0),
    tell: () => "the acknowledgement number went forward once",
  },
  "sends-on": {
    measure: (flow) => {
      const span = isTcp(flow) && isOneSided(flow) ? sequenceSpan(endsOf(flow).acts) : 0;
      // What jumps far without having been sent is no stream but numbers drawn at random.
      return span > FIRST_WINDOW && span <= endsOf(flow).acts.appBytes * 4 ? span : 0;
    },
    tell: (count) =>
      `it sent ${count} bytes of a stream, more than the ${FIRST_WINDOW} that may go unacknowledged at first`,
  },
  "data-unheard": {
    measure: (flow) => {
      const { acts } = endsOf(flow);
      const isUnheard = isTcp(flow) && carriesData(flow) && acts.packets >= 2 && !hearsUnseen(flow);
      return isUnheard && isOneSided(flow) && acts.ackAdvances === 0 && sequenceSpan(acts) <= FIRST_WINDOW
        ? acts.packets
        : 0;
    },
    tell: (count) => `in ${count} packets with data it acknowledged nothing new`,
  },
  "carries-data": {
    measure: (flow) => (carriesData(flow) ? flow.orig.appBytes + flow.resp.appBytes : 0),
    tell: (count) => `it carries data: ${count} bytes`,
  },
  "no-data": test((flow) => isTcp(flow) && !carriesData(flow), "it carries no data"),
  "hears-unseen": test(hearsUnseen, "it acknowledges what did not pass here: it converses on another way"),
};
