// Ops that ask one thing of a packet, a flow or the size of a buffer, whatever the other ops found.
// Apart from those that look into bytes because these may be done in any order: the cheap ones are done first.

import * as L from "../../../assembly/match/rules-layout.js";
import { printable } from "../../errors.js";
import { findingBit } from "../../record/findings.js";
import { type RuleOption, RuleRefusal } from "../model.js";
import { bufferNumber, bufferOf } from "./buffers.js";
import { CAUSE_NAMES, causeNumber } from "./causes.js";
import { makeOp, type Op, signed, unsigned } from "./op.js";

type OptionOf<Kind extends RuleOption["kind"]> = Extract<RuleOption, { kind: Kind }>;
type RangeOption = OptionOf<
  "dsize" | "ttl" | "ip_proto" | "itype" | "icode" | "fragoffset" | "urilen" | "rawurilen" | "bsize"
>;
type ValueOption = OptionOf<"ack" | "seq" | "window" | "id" | "tos" | "icmp_id" | "icmp_seq">;

const RANGE_CODES: Readonly<Record<RangeOption["kind"], number>> = {
  dsize: L.OP_DSIZE,
  ttl: L.OP_TTL,
  ip_proto: L.OP_IP_PROTO,
  itype: L.OP_ITYPE,
  icode: L.OP_ICODE,
  fragoffset: L.OP_FRAGOFFSET,
  urilen: L.OP_BSIZE,
  rawurilen: L.OP_RAW_SIZE,
  bsize: L.OP_BSIZE,
};

const VALUE_CODES: Readonly<Record<ValueOption["kind"], number>> = {
  ack: L.OP_ACK,
  seq: L.OP_SEQ,
  window: L.OP_WINDOW,
  id: L.OP_IP_ID,
  tos: L.OP_TOS,
  icmp_id: L.OP_ICMP_ID,
  icmp_seq: L.OP_ICMP_SEQ,
};

const MODES = {
  exact: L.MODE_EXACT,
  all: L.MODE_ALL,
  any: L.MODE_ANY,
  not: L.MODE_NOT,
} as const;

const FLOWBITS_ACTIONS = {
  set: L.FLOWBITS_SET,
  unset: L.FLOWBITS_UNSET,
  toggle: L.FLOWBITS_TOGGLE,
  isset: L.FLOWBITS_ISSET,
  isnotset: L.FLOWBITS_ISNOTSET,
} as const;

export function rangeOp(option: RangeOption): Op {
  if (option.least > option.most) {
    throw new RuleRefusal(`${option.kind} from ${option.least} to ${option.most} holds for nothing`);
  }
  const buffer = bufferOf(option);
  return makeOp(RANGE_CODES[option.kind], {
    flags: option.negated ? L.OP_FLAG_NEGATED : 0,
    buffer: buffer === undefined ? 0 : bufferNumber(buffer),
    a: signed(option.least, option.kind),
    b: signed(Math.min(option.most, 0x7ffffffe), option.kind),
  });
}

export function valueOp(option: ValueOption): Op {
  return makeOp(VALUE_CODES[option.kind], {
    flags: option.negated ? L.OP_FLAG_NEGATED : 0,
    a: unsigned(option.value, option.kind),
  });
}

export function bitsOp(option: OptionOf<"flags" | "fragbits">): Op {
  return makeOp(option.kind === "flags" ? L.OP_FLAGS : L.OP_FRAGBITS, {
    a: unsigned(option.bits, option.kind),
    b: MODES[option.mode],
    c: unsigned(option.ignored, option.kind),
  });
}

/** Undefined when it asks nothing that is tested by an op (stateless, only_stream). */
export function flowOp({ direction, established }: OptionOf<"flow">): Op | undefined {
  const a =
    (direction === "to_server" ? L.FLOW_IS_TO_SERVER : 0) |
    (direction === "to_client" ? L.FLOW_IS_TO_CLIENT : 0) |
    (established === true ? L.FLOW_IS_ESTABLISHED : 0) |
    (established === false ? L.FLOW_IS_NOT_ESTABLISHED : 0);
  return a === 0 ? undefined : makeOp(L.OP_FLOW, { a });
}

export function flowbitsOp({ action, names, any }: OptionOf<"flowbits">): Op {
  if (names.length === 0) throw new RuleRefusal(`flowbits:${action} names no flow bit`);
  return makeOp(L.OP_FLOWBITS, {
    a: FLOWBITS_ACTIONS[action],
    b: names.length,
    c: any ? 1 : 0,
    names,
  });
}

export function ipoptsOp({ option }: OptionOf<"ipopts">): Op {
  return makeOp(L.OP_IPOPTS, { a: option === "any" ? L.IPOPTS_ANY : unsigned(option, "ipopts") });
}

export function findingOp({ name, negated }: OptionOf<"finding">): Op {
  const a = findingBit(name);
  if (a === undefined)
    throw new RuleRefusal(`finding:${printable(name)} names no finding that flows can have`);
  return makeOp(L.OP_FINDING, { flags: negated ? L.OP_FLAG_NEGATED : 0, a });
}

export function causeOp({ name, negated }: OptionOf<"cause">): Op {
  const a = causeNumber(name);
  if (a === undefined) {
    throw new RuleRefusal(`expected cause:${CAUSE_NAMES.join(", ")}, found "${printable(name)}"`);
  }
  return makeOp(L.OP_CAUSE, { flags: negated ? L.OP_FLAG_NEGATED : 0, a });
}
