// The core with inspection on, rules out of text in force, and its alerts read as plain objects.
// Apart from core.ts because the host's parser and compiler stand behind it. Always holds: alerts are read by the
// layout alone; rules that a test writes are all in force, or it fails.

import * as L from "../../assembly/layout.js";
import * as R from "../../assembly/match/rules-layout.js";
import { ipv4Text, ipv6Text } from "../../host/record/address.js";
import { type CompiledRules, compileRules } from "../../host/rules/compile/compile.js";
import { installRules } from "../../host/rules/install.js";
import { parseRules } from "../../host/rules/parse/index.js";
import { type SensorMemory, viewMemory } from "../../host/wasm/memory.js";
import { Core, type CoreExports, type CoreLimits, type PushOptions } from "./core.js";

const MS_NS = 1_000_000n;
/** Packet time of the first frame that is sent without a time. */
export const START_NS = 1_000_000_000n;

/** Where rules are, an address's doings are kept too. */
const ON: Partial<CoreLimits> = { inspectFlags: L.INSPECT_FLAG_ON, detectFlags: L.DETECT_FLAG_ON };

export interface SeenAlert {
  sequence: number;
  timeNs: bigint;
  packetIndex: number;
  rule: number;
  generation: number;
  sid: number;
  gid: number;
  rev: number;
  kind: number;
  action: number;
  bits: number;
  captured: number;
  wire: number;
  link: number;
  l3: number;
  l4: number;
  payload: number;
  payloadSize: number;
  source: string;
  destination: string;
  sport: number;
  dport: number;
  proto: number;
  family: number;
  input: number;
  flowStartNs: bigint;
  flowFirstFrame: number;
  findings: bigint;
  origPackets: number;
  respPackets: number;
  origBytes: number;
  respBytes: number;
  vlan: number;
  cause: number;
  /** Of the flow: ports of the lower and the higher end, protocol, kind, extra. */
  key: readonly number[];
  frame: Uint8Array;
}

export class RulesCore extends Core {
  declare readonly exports: CoreExports & { takeRules(): void };
  readonly sensor: SensorMemory;
  /** Between frames that are sent without a time. */
  stepNs = MS_NS;
  /** Of the rules installed last. */
  compiled: CompiledRules | undefined;
  private timeNs = START_NS;

  constructor(rules = "", limits: Partial<CoreLimits> = {}) {
    super({ ...ON, ...limits });
    this.sensor = viewMemory(this.memory);
    if (rules !== "") this.install(rules);
  }

  /** Begins anew, with inspection and detection on and these rules in force. */
  begin(rules: string, limits: Partial<CoreLimits> = {}): void {
    this.reset({ ...ON, ...limits });
    this.exports.drain();
    this.timeNs = START_NS;
    this.compiled = undefined;
    if (rules !== "") this.install(rules);
  }

  /** Rules of the text, in force at once. */
  install(text: string): void {
    this.offer(text);
    this.exports.takeRules();
  }

  /** Rules of the text, in force with the next packet. */
  offer(text: string): void {
    this.compiled = compiled(text);
    installRules(this.sensor, this.compiled.image);
  }

  /** Hands a frame in and processes it; answers the alerts that it gave. Without a time it is a step later. */
  send(frame: Uint8Array, options: PushOptions = {}): SeenAlert[] {
    this.timeNs = options.timeNs ?? this.timeNs + this.stepNs;
    this.push(frame, { ...options, timeNs: this.timeNs });
    this.exports.drain();
    return this.alerts();
  }

  /** The sids that the frames told, in order. */
  sids(...frames: readonly Uint8Array[]): number[] {
    return frames.flatMap((frame) => this.send(frame).map(({ sid }) => sid));
  }

  inspect32(offset: number): number {
    return this.view.getUint32(L.INSPECT_BASE + offset, true);
  }

  get verdict(): number {
    return this.inspect32(R.INSPECT_VERDICT_OFFSET);
  }

  get waiting(): number {
    return (this.inspect32(R.INSPECT_ALERT_HEAD_OFFSET) - this.inspect32(R.INSPECT_ALERT_TAIL_OFFSET)) >>> 0;
  }

  /** A u64 of the rule's RULE_STATE. */
  ruleState(sid: number, offset: number): number {
    const index = this.compiled!.rules.findIndex((rule) => rule.sid === sid);
    const image = this.inspect32(R.INSPECT_IMAGE_OFFSET);
    const states = image + this.view.getUint32(image + R.IMAGE_RULE_STATES_OFFSET, true);
    return Number(this.view.getBigUint64(states + index * R.RULE_STATE_SIZE + offset, true));
  }

  /** Takes the waiting alerts out, oldest first. */
  alerts(): SeenAlert[] {
    const head = this.inspect32(R.INSPECT_ALERT_HEAD_OFFSET);
    const out: SeenAlert[] = [];
    let tail = this.inspect32(R.INSPECT_ALERT_TAIL_OFFSET);
    for (; tail !== head; tail = (tail + 1) >>> 0) {
      out.push(this.read(L.ALERTS_BASE + (tail % L.ALERT_CAPACITY) * L.ALERT_SIZE));
    }
    this.view.setUint32(L.INSPECT_BASE + R.INSPECT_ALERT_TAIL_OFFSET, head, true);
    return out;
  }

  private read(at: number): SeenAlert {
    const u16 = (offset: number): number => this.view.getUint16(at + offset, true);
    const u32 = (offset: number): number => this.view.getUint32(at + offset, true);
    const u64 = (offset: number): bigint => this.view.getBigUint64(at + offset, true);
    const u8 = (offset: number): number => this.view.getUint8(at + offset);
    const isV6 = u8(R.ALERT_FAMILY_OFFSET) === L.KIND_IPV6;
    const address = (offset: number): string =>
      isV6 ? ipv6Text(this.bytes, at + offset) : ipv4Text(this.bytes, at + offset + 12);
    const key = R.ALERT_FLOW_KEY_OFFSET;
    return {
      sequence: Number(u64(R.ALERT_SEQUENCE_OFFSET)),
      timeNs: u64(R.ALERT_TIME_OFFSET),
      packetIndex: Number(u64(R.ALERT_PACKET_INDEX_OFFSET)),
      rule: u32(R.ALERT_RULE_OFFSET),
      generation: u32(R.ALERT_GENERATION_OFFSET),
      sid: u32(R.ALERT_SID_OFFSET),
      gid: u32(R.ALERT_GID_OFFSET),
      rev: u32(R.ALERT_REV_OFFSET),
      kind: u8(R.ALERT_KIND_OFFSET),
      action: u8(R.ALERT_ACTION_OFFSET),
      bits: u16(R.ALERT_BITS_OFFSET),
      captured: u32(R.ALERT_CAPTURED_OFFSET),
      wire: u32(R.ALERT_WIRE_OFFSET),
      link: u32(R.ALERT_LINK_OFFSET),
      l3: u32(R.ALERT_L3_OFFSET),
      l4: u32(R.ALERT_L4_OFFSET),
      payload: u32(R.ALERT_PAYLOAD_OFFSET),
      payloadSize: u32(R.ALERT_PAYLOAD_SIZE_OFFSET),
      source: address(R.ALERT_SOURCE_OFFSET),
      destination: address(R.ALERT_DESTINATION_OFFSET),
      sport: u16(R.ALERT_SPORT_OFFSET),
      dport: u16(R.ALERT_DPORT_OFFSET),
      proto: u8(R.ALERT_PROTO_OFFSET),
      family: u8(R.ALERT_FAMILY_OFFSET),
      input: u16(R.ALERT_INPUT_OFFSET),
      flowStartNs: u64(R.ALERT_FLOW_START_OFFSET),
      flowFirstFrame: Number(u64(R.ALERT_FLOW_FIRST_FRAME_OFFSET)),
      findings: u64(R.ALERT_FINDINGS_OFFSET),
      origPackets: Number(u64(R.ALERT_ORIG_PACKETS_OFFSET)),
      respPackets: Number(u64(R.ALERT_RESP_PACKETS_OFFSET)),
      origBytes: Number(u64(R.ALERT_ORIG_BYTES_OFFSET)),
      respBytes: Number(u64(R.ALERT_RESP_BYTES_OFFSET)),
      vlan: u16(R.ALERT_VLAN_OFFSET),
      cause: u8(R.ALERT_CAUSE_OFFSET),
      key: [u16(key), u16(key + 2), u8(key + 4), u8(key + 5), u16(key + 6)],
      frame: this.bytes.slice(
        at + R.ALERT_FRAME_OFFSET,
        at + R.ALERT_FRAME_OFFSET + u32(R.ALERT_FRAME_SIZE_OFFSET),
      ),
    };
  }
}

/** @throws Error when a rule of the text is not in force as it is written. */
export function compiled(text: string): CompiledRules {
  const set = parseRules(text);
  const result = compileRules(set.rules, { limitBytes: L.RULES_HALF_SIZE });
  const wrong = [...set.problems, ...result.problems].filter(({ level }) => level === "error");
  if (wrong.length > 0)
    throw new Error(wrong.map(({ place, reason }) => `${place.line}: ${reason}`).join("\n"));
  return result;
}
