// A rule's program as text, read back from the image: what `stray rules show` prints, and what golden tests compare.
// Apart from the compiler, and reading bytes instead of its structures, so that it shows what is really in force.
// Always holds: a line an op, in the order in which they are done; an image that is damaged throws a RangeError.

import * as L from "../../../assembly/match/rules-layout.js";
import { bufferName } from "./buffers.js";
import type { CompiledRules } from "./compile.js";
import { type ListingOptions, namesOf, opText, type ReadOp } from "./listing-ops.js";

/** The rule at that index of the compiled ones; see listRule. */
export function ruleListing({ image, flowbits }: CompiledRules, index: number): string[] {
  return listRule(image, index, { flowbits });
}

/** Lines: what the rule is asked of, then its ops. */
export function listRule(image: Uint8Array, index: number, options: ListingOptions = {}): string[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const count = view.getUint32(L.IMAGE_RULE_COUNT_OFFSET, true);
  if (index < 0 || index >= count)
    throw new RangeError(`expected a rule from 0 to ${count - 1}, found ${index}`);
  const rule = view.getUint32(L.IMAGE_RULES_OFFSET, true) + index * L.RULE_SIZE;
  const lines = [headLine(view, rule)];
  const flags = namesOf(RULE_FLAGS, view.getUint16(rule + L.RULE_FLAGS_OFFSET, true));
  if (flags.length > 0) lines.push(`flags   ${flags.join(" ")}`);
  const buffers = view.getUint32(rule + L.RULE_BUFFERS_OFFSET, true);
  if (buffers !== 0) lines.push(`needs   ${bitsOf(buffers).map(bufferName).join(" ")}`);
  const program = view.getUint32(rule + L.RULE_PROGRAM_OFFSET, true);
  for (let number = 0; number < view.getUint32(rule + L.RULE_OPS_OFFSET, true); number++) {
    const op = readOp(image, view, program + number * L.OP_SIZE);
    lines.push(`${String(number).padStart(4)}  ${opText(op, options)}`.trimEnd());
  }
  return lines;
}

const ACTIONS = ["none", "pass", "drop", "sdrop", "reject", "rejectdst", "rejectboth", "alert", "log"];
const PROTOCOLS = ["tcp", "udp", "icmp", "other"];
const RULE_FLAGS: readonly (readonly [number, string])[] = [
  [L.RULE_FLAG_NO_ALERT, "no-alert"],
  [L.RULE_FLAG_PACKET_ONLY, "packet-only"],
  [L.RULE_FLAG_STREAM_ONLY, "stream-only"],
  [L.RULE_FLAG_HTTP_REQUEST, "http-request"],
  [L.RULE_FLAG_HTTP_RESPONSE, "http-response"],
  [L.RULE_FLAG_CONTENT, "payload"],
  [L.RULE_FLAG_FLOATING, "floating"],
  [L.RULE_FLAG_FINDING, "finding"],
  [L.RULE_FLAG_HTTP_PROTO, "http"],
];

function headLine(view: DataView, rule: number): string {
  const u16 = (offset: number) => view.getUint16(rule + offset, true);
  const u32 = (offset: number) => view.getUint32(rule + offset, true);
  const proto = view.getUint8(rule + L.RULE_PROTO_OFFSET);
  const arrow = (u16(L.RULE_FLAGS_OFFSET) & L.RULE_FLAG_BIDIRECTIONAL) !== 0 ? "<>" : "->";
  const set = (offset: number) => (u16(offset) === 0 ? "any" : `set ${u16(offset)}`);
  return (
    `${u32(L.RULE_GID_OFFSET)}:${u32(L.RULE_SID_OFFSET)}:${u32(L.RULE_REV_OFFSET)} ` +
    `${ACTIONS[view.getUint8(rule + L.RULE_ACTION_OFFSET)]} ` +
    `${proto === L.RULE_PROTO_IP ? "ip" : PROTOCOLS[proto]} ` +
    `${set(L.RULE_SOURCE_OFFSET)} ports ${set(L.RULE_SOURCE_PORTS_OFFSET)} ${arrow} ` +
    `${set(L.RULE_DESTINATION_OFFSET)} ports ${set(L.RULE_DESTINATION_PORTS_OFFSET)}`
  );
}

function readOp(image: Uint8Array, view: DataView, at: number): ReadOp {
  const i32 = (offset: number) => view.getInt32(at + offset, true);
  const offset = view.getUint32(at + L.OP_DATA_OFFSET, true);
  const size = view.getUint32(at + L.OP_DATA_SIZE_OFFSET, true);
  return {
    code: view.getUint8(at + L.OP_CODE_OFFSET),
    flags: view.getUint8(at + L.OP_FLAGS_OFFSET),
    buffer: bufferName(view.getUint8(at + L.OP_BUFFER_OFFSET)),
    vars: view.getUint8(at + L.OP_VARS_OFFSET),
    a: i32(L.OP_A_OFFSET),
    b: i32(L.OP_B_OFFSET),
    c: i32(L.OP_C_OFFSET),
    d: i32(L.OP_D_OFFSET),
    e: i32(L.OP_E_OFFSET),
    data: offset === 0 ? new Uint8Array() : image.subarray(offset, offset + size),
    mask: offset === 0 ? size : 0,
  };
}

function bitsOf(word: number): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) bits.push(bit);
  return bits;
}
