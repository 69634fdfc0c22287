// One op of a program before it has a place, and how it is written.
// Apart from the options it is made of: this is the layout, that is the language.
// Always holds: operands fit 32 bits; data is either bytes of the pool or a bit mask, never both.

import * as L from "../../../assembly/match/rules-layout.js";
import { type Operand, RuleRefusal } from "../model.js";

export interface Op {
  readonly code: number;
  flags: number;
  readonly buffer: number;
  readonly vars: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  /** Bytes that go to the pool, with the alignment they need. */
  readonly data?: { readonly bytes: Uint8Array; readonly alignment: number };
  /** Of a relative regular expression: what it finds hangs on where exactly it begins, not only on what lies behind. */
  readonly isPinned?: boolean;
  /** Flow bits whose numbers become the data once the rule is taken. */
  readonly names?: readonly string[];
  /** DATA_SIZE when there is no data. */
  readonly mask: number;
}

const NOTHING: Op = { code: 0, flags: 0, buffer: 0, vars: 0, a: 0, b: 0, c: 0, d: 0, e: 0, mask: 0 };

export function makeOp(code: number, fields: Partial<Omit<Op, "code">> = {}): Op {
  return { ...NOTHING, ...fields, code };
}

export function writeOp(view: DataView, at: number, op: Op, dataOffset: number): void {
  view.setUint8(at + L.OP_CODE_OFFSET, op.code);
  view.setUint8(at + L.OP_FLAGS_OFFSET, op.flags);
  view.setUint8(at + L.OP_BUFFER_OFFSET, op.buffer);
  view.setUint8(at + L.OP_VARS_OFFSET, op.vars);
  view.setInt32(at + L.OP_A_OFFSET, op.a, true);
  view.setInt32(at + L.OP_B_OFFSET, op.b, true);
  view.setInt32(at + L.OP_C_OFFSET, op.c, true);
  view.setInt32(at + L.OP_D_OFFSET, op.d, true);
  view.setInt32(at + L.OP_E_OFFSET, op.e, true);
  view.setUint32(at + L.OP_DATA_OFFSET, op.data ? dataOffset : 0, true);
  view.setUint32(at + L.OP_DATA_SIZE_OFFSET, op.data ? op.data.bytes.length : op.mask, true);
}

const SIGNED_MAX = 0x7ffffffe;
const UNSIGNED_MAX = 0xffffffff;

/** A place or length: signed, and not OPERAND_NONE. */
export function signed(value: number, what: string): number {
  if (Number.isSafeInteger(value) && Math.abs(value) <= SIGNED_MAX) return value;
  throw new RuleRefusal(`expected ${what} from -${SIGNED_MAX} to ${SIGNED_MAX}, found ${value}`);
}

/** A value that is compared with 32 bits of a packet. */
export function unsigned(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= UNSIGNED_MAX) return value;
  throw new RuleRefusal(`expected ${what} from 0 to ${UNSIGNED_MAX}, found ${value}`);
}

const VARIABLE_CAPACITY = 4;

/** Variables of one rule, numbered in the order in which byte_extract names them. */
export class Variables {
  readonly #numbers = new Map<string, number>();

  define(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number === VARIABLE_CAPACITY) {
      throw new RuleRefusal(
        `expected ${VARIABLE_CAPACITY} byte_extract variables at most, found "${name}" besides`,
      );
    }
    this.#numbers.set(name, number);
    return number;
  }

  numberOf(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) {
      throw new RuleRefusal(`variable "${name}" is used before a byte_extract of this rule gives it a value`);
    }
    return number;
  }
}

/** Operands of one op, each a number or the number of a variable. */
export class Operands {
  vars = 0;

  constructor(readonly variables: Variables) {}

  /** `bit` is the OP_VAR_* of its place in the op. */
  take(
    operand: Operand | undefined,
    bit: number,
    what: string,
    check: (value: number, what: string) => number = signed,
  ): number {
    if (operand === undefined) return L.OPERAND_NONE;
    if (typeof operand === "number") return check(operand, what);
    this.vars |= bit;
    return this.variables.numberOf(operand.variable);
  }
}
