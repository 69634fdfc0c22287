// The State column: argus' words, TCP flags by side (-Z), and the TCP history (-z).
// Apart because these are argus' rules, found by experiment, and not stray's own.
// Always holds: flags are printed in the order F S R P A U E C; both sides are unions over the flow's life.

import * as L from "../../assembly/layout.js";
import { isMidstream } from "./direction.js";
import type { End, FlowRecord } from "./flow-record.js";
import { icmpState } from "./icmp.js";

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_PSH = 8;
export const TCP_ACK = 16;

/** How the State column is to be printed. */
export type StateStyle = "word" | "history" | "flags-both" | "flags-orig" | "flags-resp";

const FLAG_LETTERS = "FSRPAUEC";
const FLAG_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  [...FLAG_LETTERS].filter((_letter, bit) => (flags >> bit) & 1).join(""),
);

export function tcpFlagsText(flags: number): string {
  return FLAG_TEXTS[flags & 0xff]!;
}

export function stateText(record: FlowRecord, style: StateStyle = "word"): string {
  if (record.isTcp) {
    switch (style) {
      case "word":
        return tcpWord(record);
      case "history":
        return tcpHistory(record);
      case "flags-orig":
        return tcpFlagsText(record.tcpFlags("orig"));
      case "flags-resp":
        return tcpFlagsText(record.tcpFlags("resp"));
      default:
        return `${tcpFlagsText(record.tcpFlags("orig"))}_${tcpFlagsText(record.tcpFlags("resp"))}`;
    }
  }
  if (record.isIcmp) return icmpState(record);
  return pairWord(record);
}

/** RST or FIN of either side, else CON when the conversation runs, ACC when it was accepted, REQ when asked for. */
function tcpWord(record: FlowRecord): string {
  const flags = record.tcpFlagsBoth;
  if ((flags & TCP_RST) !== 0) return "RST";
  if ((flags & TCP_FIN) !== 0) return "FIN";
  if (record.tcpState === L.TCP_STATE_SYN_SENT) return "REQ";
  if (record.tcpState === L.TCP_STATE_SYN_ACKED) return "ACC";
  return "CON";
}

/** `s` SYN, `S` SYN-ACK, `E` established or running, `f` FIN, `F` FIN acknowledged, `R` reset. */
function tcpHistory(record: FlowRecord): string {
  let text = "";
  if ((record.flags & L.FLOW_FLAG_SYN) !== 0) text += "s";
  if ((record.flags & L.FLOW_FLAG_SYNACK) !== 0) text += "S";
  if (isEstablished(record) || isRunningMidstream(record)) text += "E";
  const flags = record.tcpFlagsBoth;
  if ((flags & TCP_FIN) !== 0) {
    text +=
      isFinAcknowledged(record, "orig", "resp") || isFinAcknowledged(record, "resp", "orig") ? "fF" : "f";
  }
  if ((flags & TCP_RST) !== 0) text += "R";
  return text;
}

/** `other` acknowledged all that `end` sent, its FIN (which takes a sequence number) included. */
function isFinAcknowledged(record: FlowRecord, end: End, other: End): boolean {
  if ((record.tcpFlags(end) & TCP_FIN) === 0 || (record.dirBits(other) & L.DIR_BIT_ACK) === 0) return false;
  const ahead = record.dirU32(other, L.DIR_ACK_HIGH_OFFSET) - record.dirU32(end, L.DIR_SEQ_NEXT_OFFSET);
  return (ahead | 0) >= 0;
}

/** The handshake was seen to its end, or its SYN-ACK was followed by something other than a reset. */
export function isEstablished(record: FlowRecord): boolean {
  return (record.flags & (L.FLOW_FLAG_HANDSHAKE | L.FLOW_FLAG_ACKED)) !== 0;
}

function isRunningMidstream(record: FlowRecord): boolean {
  const flags = record.tcpFlagsBoth;
  if (!isMidstream(record) || (flags & TCP_ACK) === 0) return false;
  return (flags & (TCP_FIN | TCP_RST)) === 0 || (flags & TCP_PSH) !== 0;
}

/** CON when both sides sent, INT one side in a first record, REQ or RSP one side in a later one. */
function pairWord(record: FlowRecord): string {
  const hasOrig = record.packets("orig") > 0;
  const hasResp = record.packets("resp") > 0;
  if (hasOrig && hasResp) return "CON";
  if (record.isLater) return hasResp ? "RSP" : "REQ";
  return hasResp ? "RSP" : "INT";
}
