// A view over one place of the alert ring, with what its rule says.
// Apart from the forms it is told in, so that sinks and filters read numbers without making strings.
// Always holds: pointing it at another place allocates nothing; offsets into the frame never lead outside of what is
// kept of it, whatever the place holds; a rule that is not known leaves its numbers.

import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import { ipv4Text, ipv6Text } from "../record/address.js";
import type { Rule } from "../rules/model.js";

const TWO_TO_32 = 4294967296;
/** What is kept of a frame at most. */
export const ALERT_FRAME_MAX = L.ALERT_SIZE - R.ALERT_FRAME_OFFSET;

/** What is told of a rule. */
export type RuleWords = Pick<
  Rule,
  "message" | "classtype" | "classification" | "priority" | "references" | "metadata"
>;

/** The rule at that place of the rules that came into force as number `generation`. */
export type RuleLookup = (generation: number, index: number) => RuleWords | undefined;

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
/** For rules whose text is not known: a priority that a rule without one has. */
const NO_PRIORITY = 3;

export class Alert {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Address of the place. */
  at = 0;
  private words: RuleWords | undefined;
  private isLookedUp = false;

  constructor(
    buffer: ArrayBufferLike,
    private readonly lookup: RuleLookup,
  ) {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  pointAt(address: number): this {
    this.at = address;
    this.isLookedUp = false;
    this.words = undefined;
    return this;
  }

  // ---- The rule -------------------------------------------------------------------------------------------

  get rule(): RuleWords | undefined {
    if (!this.isLookedUp) {
      this.isLookedUp = true;
      this.words = this.lookup(this.u32(R.ALERT_GENERATION_OFFSET), this.u32(R.ALERT_RULE_OFFSET));
    }
    return this.words;
  }

  get gid(): number {
    return this.u32(R.ALERT_GID_OFFSET);
  }

  get sid(): number {
    return this.u32(R.ALERT_SID_OFFSET);
  }

  get rev(): number {
    return this.u32(R.ALERT_REV_OFFSET);
  }

  /** `1:1000001:2`. */
  get id(): string {
    return `${this.gid}:${this.sid}:${this.rev}`;
  }

  get priority(): number {
    return this.rule?.priority ?? NO_PRIORITY;
  }

  /** The classtype's words, or its name where it has none; empty without one. */
  get classification(): string {
    return this.rule?.classification ?? this.rule?.classtype ?? "";
  }

  // ---- The alert ------------------------------------------------------------------------------------------

  /** From 1 on, of its worker. */
  get sequence(): number {
    return this.u64(R.ALERT_SEQUENCE_OFFSET);
  }

  /** ALERT_KIND_*. */
  get kind(): number {
    return this.u8(R.ALERT_KIND_OFFSET);
  }

  /** To be told to people; the others are kept as evidence only. */
  get isTold(): boolean {
    return this.kind === R.ALERT_KIND_ALERT;
  }

  /** ACTION_* of the rule. */
  get action(): number {
    return this.u8(R.ALERT_ACTION_OFFSET);
  }

  /** The rule asks for the packet to be dropped or refused. */
  get isDrop(): boolean {
    return this.action >= R.ACTION_DROP && this.action <= R.ACTION_REJECT_BOTH;
  }

  has(bit: number): boolean {
    return (this.u16(R.ALERT_BITS_OFFSET) & bit) !== 0;
  }

  /** Microseconds since 1970. */
  get timeUs(): number {
    return this.microseconds(R.ALERT_TIME_OFFSET);
  }

  get packetIndex(): number {
    return this.u64(R.ALERT_PACKET_INDEX_OFFSET);
  }

  get input(): number {
    return this.u16(R.ALERT_INPUT_OFFSET);
  }

  // ---- Its flow -------------------------------------------------------------------------------------------

  /** KIND_*. */
  get family(): number {
    return this.u8(R.ALERT_FAMILY_OFFSET);
  }

  get proto(): number {
    return this.u8(R.ALERT_PROTO_OFFSET);
  }

  /** False also where they are not known: of later fragments both are 0. */
  get hasPorts(): boolean {
    return PORT_PROTOCOLS.has(this.proto) && (this.sport | this.dport) !== 0;
  }

  get isIcmp(): boolean {
    return this.family === L.KIND_IPV6 ? this.proto === 58 : this.proto === 1;
  }

  /** Address of the 16 bytes. */
  get sourceAt(): number {
    return this.at + R.ALERT_SOURCE_OFFSET;
  }

  get destinationAt(): number {
    return this.at + R.ALERT_DESTINATION_OFFSET;
  }

  get source(): string {
    return this.addressText(this.sourceAt);
  }

  get destination(): string {
    return this.addressText(this.destinationAt);
  }

  /** Of ICMP the type. */
  get sport(): number {
    return this.u16(R.ALERT_SPORT_OFFSET);
  }

  /** Of ICMP the code. */
  get dport(): number {
    return this.u16(R.ALERT_DPORT_OFFSET);
  }

  get vlan(): number {
    return this.u16(R.ALERT_VLAN_OFFSET);
  }

  /** CAUSE_*. */
  get cause(): number {
    return this.u8(R.ALERT_CAUSE_OFFSET);
  }

  get findingsLow(): number {
    return this.u32(R.ALERT_FINDINGS_OFFSET);
  }

  get findingsHigh(): number {
    return this.u32(R.ALERT_FINDINGS_OFFSET + 4);
  }

  get flowStartUs(): number {
    return this.microseconds(R.ALERT_FLOW_START_OFFSET);
  }

  /** Packets and bytes of the flow so far; `to` the server: sent by the initiator. */
  packets(to: "server" | "client"): number {
    return this.u64(to === "server" ? R.ALERT_ORIG_PACKETS_OFFSET : R.ALERT_RESP_PACKETS_OFFSET);
  }

  flowBytes(to: "server" | "client"): number {
    return this.u64(to === "server" ? R.ALERT_ORIG_BYTES_OFFSET : R.ALERT_RESP_BYTES_OFFSET);
  }

  // ---- Its frame ------------------------------------------------------------------------------------------

  /** LINKTYPE_ value. */
  get link(): number {
    return this.u32(R.ALERT_LINK_OFFSET);
  }

  /** Bytes of the frame on the wire. */
  get wire(): number {
    return this.u32(R.ALERT_WIRE_OFFSET);
  }

  /** Bytes of it that were captured; `frameSize` of them are kept. */
  get captured(): number {
    return this.u32(R.ALERT_CAPTURED_OFFSET);
  }

  /** Address of the frame's first byte. */
  get frameAt(): number {
    return this.at + R.ALERT_FRAME_OFFSET;
  }

  get frameSize(): number {
    return Math.min(this.u32(R.ALERT_FRAME_SIZE_OFFSET), ALERT_FRAME_MAX);
  }

  /** Of the innermost IP header from the frame's first byte; -1 when it is not in what is kept. */
  get l3(): number {
    return this.frameOffset(R.ALERT_L3_OFFSET);
  }

  get l4(): number {
    return this.frameOffset(R.ALERT_L4_OFFSET);
  }

  get payload(): number {
    return this.frameOffset(R.ALERT_PAYLOAD_OFFSET);
  }

  /** Payload bytes that were captured. */
  get payloadCaptured(): number {
    return this.payload < 0 ? 0 : this.u32(R.ALERT_PAYLOAD_SIZE_OFFSET);
  }

  /** Payload bytes that are kept here. */
  get payloadSize(): number {
    const { payload } = this;
    return payload < 0 ? 0 : Math.min(this.payloadCaptured, this.frameSize - payload);
  }

  /** A copy of the kept frame, or of its payload, in memory that is not shared. */
  copy(what: "frame" | "payload"): Buffer {
    const start = this.frameAt + (what === "frame" ? 0 : Math.max(0, this.payload));
    const size = what === "frame" ? this.frameSize : this.payloadSize;
    return Buffer.from(this.bytes.subarray(start, start + size));
  }

  // ---- Reads ----------------------------------------------------------------------------------------------

  u8(offset: number): number {
    return this.bytes[this.at + offset]!;
  }

  u16(offset: number): number {
    return this.view.getUint16(this.at + offset, true);
  }

  u32(offset: number): number {
    return this.view.getUint32(this.at + offset, true);
  }

  /** Exact up to 2^53. */
  u64(offset: number): number {
    return this.u32(offset + 4) * TWO_TO_32 + this.u32(offset);
  }

  /** A u64 of nanoseconds as whole microseconds, exactly: 2^32 = 4294967 * 1000 + 296. */
  private microseconds(offset: number): number {
    const high = this.u32(offset + 4);
    return high * 4294967 + Math.floor((high * 296 + this.u32(offset)) / 1000);
  }

  private frameOffset(offset: number): number {
    const value = this.u32(offset);
    return value > this.frameSize ? -1 : value;
  }

  private addressText(at: number): string {
    return this.family === L.KIND_IPV6 ? ipv6Text(this.bytes, at) : ipv4Text(this.bytes, at + 12);
  }
}
