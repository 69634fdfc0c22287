// Overlays of a flow slot and of one direction in it. The picture of the six cache lines is in layout.ts.

import {
  CLASS_CLOSED,
  CLASS_ESTABLISHED,
  CLASS_HALF_OPEN,
  CLASS_ONE_WAY,
  CLASS_SINGLE,
  CLASS_TWO_WAY,
  DIR_BITS_OFFSET,
  DIR_LAST_SEQ_OFFSET,
  DIR_REPORTED_APP_BYTES_OFFSET,
  DIR_RETRANSMITS_OFFSET,
  DIR_SEQ_NEXT_OFFSET,
  DIR_WINDOW_OFFSET,
  FLOW_DIR_A_OFFSET,
  FLOW_DIR_B_OFFSET,
  FLOW_DIR_SIZE,
  FLOW_FIRST_FRAME_OFFSET,
  FLOW_FLAG_HANDSHAKE,
  FLOW_FLAG_INITIATOR_B,
  FLOW_FLAG_SEEN_A,
  FLOW_FLAG_SEEN_B,
  FLOW_FLAG_SEVERAL,
  FLOW_FLAGS_OFFSET,
  FLOW_LAST_OFFSET,
  FLOW_NOTES_OFFSET,
  FLOW_PORT_A_OFFSET,
  FLOW_SIZE,
  FLOW_START_OFFSET,
  FLOW_STATE_OFFSET,
  FLOW_SYNACK_US_OFFSET,
  TCP_STATE_CLOSED,
  TCP_STATE_CLOSING,
  TCP_STATE_ESTABLISHED,
  TCP_STATE_NONE,
  TCP_STATE_RESET,
  TCP_STATE_SYN_ACKED,
  TCP_STATE_SYN_SENT,
} from "../layout";
import { Config } from "../state";
import { PROTO_ICMP, PROTO_ICMP6, PROTO_UDP } from "../wire/transport";

@unmanaged
export class Direction {
  // Hot line.
  packets: u64;
  bytes: u64;
  appBytes: u64;
  seqNext: u32;
  ackHigh: u32;
  idZero: u32;
  idSame: u32;
  idUp: u32;
  df: u32;
  idLast: u16;
  tcpFlags: u16;
  ttlLow: u8;
  ttlHigh: u8;
  tosFirst: u8;
  tosLast: u8;
  window: u16;
  zeroWindows: u16;
  bits: u8;
  windowScale: u8;
  badChecksums: u16;
  // Cold line.
  macLow: u32;
  macHigh: u16;
  vlan: u16;
  seqFirst: u32;
  ackFirst: u32;
  holeStart: u32;
  holeEnd: u32;
  lastSeq: u32;
  lastSize: u16;
  lastSum: u16;
  retransmits: u32;
  ackAdvances: u32;
  outOfOrder: u16;
  overlaps: u16;
  gaps: u16;
  fragments: u16;
  reportedBytes: u64;
  reportedAppBytes: u64;

  has(bit: i32): bool {
    return (<i32>this.bits & bit) != 0;
  }

  mark(bit: i32): void {
    this.bits = <u8>(<i32>this.bits | bit);
  }
}

@unmanaged
export class Flow {
  addressA0: u64;
  addressA1: u64;
  addressB0: u64;
  addressB1: u64;
  portA: u16;
  portB: u16;
  proto: u8;
  kind: u8;
  extra: u16;
  last: u64;
  recordStart: u64;
  flags: u32;
  state: u8;
  dirReason: u8;
  flowClass: u8;
  icmpType: u8;
  findings: u64;
  start: u64;
  synTime: u64;
  synAckTime: u64;
  synAckUs: u32;
  ackDatUs: u32;
  icmpErrors: u16;
  statusCount: u16;
  notes: u32;
  reportedPacketsA: u32;
  reportedPacketsB: u32;
  firstFrame: u64;

  direction(fromB: bool): Direction {
    return changetype<Direction>(
      changetype<usize>(this) + <usize>FLOW_DIR_A_OFFSET + <usize>fromB * FLOW_DIR_SIZE,
    );
  }

  has(flag: i32): bool {
    return (this.flags & <u32>flag) != 0;
  }

  mark(flag: i32): void {
    this.flags |= <u32>flag;
  }

  get tcpState(): i32 {
    return <i32>this.state;
  }

  set tcpState(value: i32) {
    this.state = <u8>value;
  }

  get initiatorIsB(): bool {
    return (this.flags & <u32>FLOW_FLAG_INITIATOR_B) != 0;
  }

  set initiatorIsB(value: bool) {
    this.flags = value ? this.flags | <u32>FLOW_FLAG_INITIATOR_B : this.flags & ~(<u32>FLOW_FLAG_INITIATOR_B);
  }

  /** What the flow is worth keeping (CLASS_*), from its first line alone. */
  classify(): u32 {
    const state = this.tcpState;
    if (state != TCP_STATE_NONE) {
      if (state == TCP_STATE_CLOSED || state == TCP_STATE_RESET) return CLASS_CLOSED;
      const open = state == TCP_STATE_ESTABLISHED || state == TCP_STATE_CLOSING;
      if (open && this.has(FLOW_FLAG_HANDSHAKE)) return CLASS_ESTABLISHED;
      if (!this.has(FLOW_FLAG_SEVERAL)) return CLASS_SINGLE;
      if (state == TCP_STATE_SYN_SENT || state == TCP_STATE_SYN_ACKED) return CLASS_HALF_OPEN;
    } else if (!this.has(FLOW_FLAG_SEVERAL)) {
      return CLASS_SINGLE;
    }
    return this.has(FLOW_FLAG_SEEN_A) && this.has(FLOW_FLAG_SEEN_B) ? CLASS_TWO_WAY : CLASS_ONE_WAY;
  }

  /** Silence after which the flow is over, ns. */
  timeout(config: Config): u64 {
    const state = this.tcpState;
    if (state != TCP_STATE_NONE) {
      if (state == TCP_STATE_CLOSED || state == TCP_STATE_RESET) return config.tcpClosedNs;
      if (state == TCP_STATE_SYN_SENT || state == TCP_STATE_SYN_ACKED) return config.tcpOpeningNs;
      return config.tcpEstablishedNs;
    }
    const proto = <u32>this.proto;
    if (proto == PROTO_UDP) return config.udpNs;
    if (proto == PROTO_ICMP || proto == PROTO_ICMP6) return config.icmpNs;
    return config.otherNs;
  }
}

if (offsetof<Direction>("seqNext") != DIR_SEQ_NEXT_OFFSET) ERROR("Direction drifted from layout");
if (offsetof<Direction>("window") != DIR_WINDOW_OFFSET) ERROR("Direction drifted from layout");
if (offsetof<Direction>("lastSeq") != DIR_LAST_SEQ_OFFSET) ERROR("Direction drifted from layout");
if (offsetof<Direction>("retransmits") != DIR_RETRANSMITS_OFFSET) ERROR("Direction drifted from layout");
if (offsetof<Direction>("bits") != DIR_BITS_OFFSET) ERROR("Direction drifted from layout");
if (offsetof<Direction>("reportedAppBytes") != DIR_REPORTED_APP_BYTES_OFFSET)
  ERROR("Direction drifted from layout");
if (offsetof<Direction>() != FLOW_DIR_SIZE) ERROR("Direction drifted from layout");
if (offsetof<Flow>("portA") != FLOW_PORT_A_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("last") != FLOW_LAST_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("flags") != FLOW_FLAGS_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("state") != FLOW_STATE_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("start") != FLOW_START_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("synAckUs") != FLOW_SYNACK_US_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("notes") != FLOW_NOTES_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>("firstFrame") != FLOW_FIRST_FRAME_OFFSET) ERROR("Flow drifted from layout");
if (offsetof<Flow>() != FLOW_DIR_A_OFFSET) ERROR("Flow drifted from layout");
if (FLOW_DIR_A_OFFSET + FLOW_DIR_SIZE != FLOW_DIR_B_OFFSET) ERROR("Flow drifted from layout");
if (FLOW_DIR_B_OFFSET + FLOW_DIR_SIZE != FLOW_SIZE) ERROR("Flow drifted from layout");

/** One more of a 16-bit count that stays at its end. */
export function saturate16(value: u16): u16 {
  return value == 0xffff ? value : value + 1;
}

/** A 16-bit count and more, that stays at its end. */
export function addSaturated16(value: u16, more: u64): u16 {
  const sum = <u64>value + more;
  return sum > 0xffff ? 0xffff : <u16>sum;
}
