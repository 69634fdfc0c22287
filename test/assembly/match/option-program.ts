// A rule's program as a test writes it, put into a module's memory and run over buffers.
// Apart from the tests so that each of them says ops and bytes, not offsets.
// Always holds: a buffer lies between poison, and the last one placed ends at the memory's end, where a read behind
// it traps.

import * as M from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import { type Entry, loadEntry } from "../../support/entry.js";

export interface Exports {
  clear(): void;
  give(buffer: number, address: number, length: number): void;
  run(
    image: number,
    rule: number,
    packet: number,
    flow: number,
    session: number,
    budget: number,
  ): number | boolean;
  matchEnd(): number;
  budget(): number;
  find(hay: number, hayEnd: number, data: number, size: number, nocase: boolean): number;
  findOften(hay: number, hayEnd: number, data: number, size: number, nocase: boolean, times: number): number;
  toServer(flow: number, packet: number): number | boolean;
  blank(packet: number, frame: number, captured: number): void;
  decodeFrame(packet: number, frame: number, captured: number): void;
}

export interface TestOp {
  code: number;
  flags?: number;
  buffer?: number;
  vars?: number;
  a?: number;
  b?: number;
  c?: number;
  d?: number;
  e?: number;
  data?: Uint8Array;
  mask?: number;
}

export const BUDGET = 1_000_000;
export const REGEX_STEPS = 100_000;
export const POISONS = [0x00, 0x61, 0xff] as const;

const IMAGE = M.RULES_BASE;
const RULE = IMAGE + R.IMAGE_HEADER_SIZE;
const PROGRAM = RULE + R.RULE_SIZE;
const POISON_SIZE = 64;

export class Bench {
  readonly packet = M.BATCH_BASE;
  readonly flow = M.FLOWS_BASE;
  readonly session = M.SESSIONS_BASE;
  readonly frame = M.WINDOWS_BASE;
  readonly #addresses = new Map<number, number>();

  private constructor(readonly entry: Entry<Exports>) {
    this.blank();
  }

  static async open(): Promise<Bench> {
    return new Bench(await loadEntry<Exports>("evaluate"));
  }

  /** An empty packet, flow and session; no buffers. */
  blank(): void {
    const { bytes, exports, view } = this.entry;
    bytes.fill(0, this.flow, this.flow + M.FLOW_SIZE);
    bytes.fill(0, this.session, this.session + M.SESSION_SIZE);
    view.setUint32(M.CONFIG_BASE + M.CONFIG_REGEX_STEPS_OFFSET, REGEX_STEPS, true);
    exports.blank(this.packet, this.frame, 0);
    exports.clear();
  }

  /** The buffers as they are to be, others away. Payload is placed last, at the memory's end. */
  buffers(contents: ReadonlyMap<number, Uint8Array>, poison: number): void {
    const { bytes, exports } = this.entry;
    exports.clear();
    this.#addresses.clear();
    let end = bytes.length;
    for (const [buffer, content] of [...contents].sort(([a], [b]) => a - b)) {
      const start = end - content.length;
      bytes.fill(poison, start - POISON_SIZE, start);
      bytes.set(content, start);
      exports.give(buffer, start, content.length);
      this.#addresses.set(buffer, start);
      end = start - POISON_SIZE;
    }
  }

  write(ops: readonly TestOp[]): void {
    const { bytes, view } = this.entry;
    let data = PROGRAM + ops.length * R.OP_SIZE;
    view.setUint32(RULE + R.RULE_PROGRAM_OFFSET, PROGRAM - IMAGE, true);
    view.setUint32(RULE + R.RULE_OPS_OFFSET, ops.length, true);
    for (const [index, op] of ops.entries()) {
      const at = PROGRAM + index * R.OP_SIZE;
      view.setUint8(at + R.OP_CODE_OFFSET, op.code);
      view.setUint8(at + R.OP_FLAGS_OFFSET, op.flags ?? 0);
      view.setUint8(at + R.OP_BUFFER_OFFSET, op.buffer ?? R.BUFFER_PAYLOAD);
      view.setUint8(at + R.OP_VARS_OFFSET, op.vars ?? 0);
      view.setInt32(at + R.OP_A_OFFSET, op.a ?? 0, true);
      view.setInt32(at + R.OP_B_OFFSET, op.b ?? 0, true);
      view.setInt32(at + R.OP_C_OFFSET, op.c ?? 0, true);
      view.setInt32(at + R.OP_D_OFFSET, op.d ?? 0, true);
      view.setInt32(at + R.OP_E_OFFSET, op.e ?? 0, true);
      view.setUint32(at + R.OP_DATA_OFFSET, op.data ? data - IMAGE : 0, true);
      view.setUint32(at + R.OP_DATA_SIZE_OFFSET, op.data ? op.data.length : (op.mask ?? 0), true);
      if (!op.data) continue;
      bytes.set(op.data, data);
      data = (data + op.data.length + 7) & ~7;
    }
  }

  /** Whether the program holds over the buffers given before. */
  run(ops: readonly TestOp[], budget = BUDGET, session = this.session): boolean {
    this.write(ops);
    return Boolean(this.entry.exports.run(IMAGE, RULE, this.packet, this.flow, session, budget));
  }

  /** Whether it holds over that payload, the same whatever lies around it. */
  holds(payload: Uint8Array | undefined, ops: readonly TestOp[]): boolean {
    const answers = POISONS.map((poison) => {
      this.buffers(new Map(payload ? [[R.BUFFER_PAYLOAD, payload]] : []), poison);
      return this.run(ops);
    });
    if (new Set(answers).size !== 1) throw new Error(`bytes around the buffer change the answer: ${answers}`);
    return answers[0]!;
  }

  /** Where the last match in the payload ended, from its first byte; undefined when none did. */
  matchEnd(): number | undefined {
    const end = this.entry.exports.matchEnd();
    return end === 0 ? undefined : end - this.#addresses.get(R.BUFFER_PAYLOAD)!;
  }

  variable(number: number): number {
    return this.entry.view.getUint32(M.INSPECT_BASE + R.INSPECT_VARS_OFFSET + number * 4, true);
  }

  setVariable(number: number, value: number): void {
    this.entry.view.setUint32(M.INSPECT_BASE + R.INSPECT_VARS_OFFSET + number * 4, value, true);
  }
}

export interface ContentModifiers {
  offset?: number;
  depth?: number;
  distance?: number;
  within?: number;
  flags?: number;
  buffer?: number;
  vars?: number;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
export const bytesOf = (data: string | Uint8Array): Uint8Array =>
  typeof data === "string" ? latin1(data) : data;

export function content(data: string | Uint8Array, modifiers: ContentModifiers = {}): TestOp {
  const { offset, depth, distance, within, flags = 0, buffer = R.BUFFER_PAYLOAD, vars = 0 } = modifiers;
  const isRelative = distance !== undefined || within !== undefined;
  return {
    code: R.OP_CONTENT,
    flags: flags | (isRelative ? R.OP_FLAG_RELATIVE : 0),
    buffer,
    vars,
    a: (isRelative ? distance : offset) ?? R.OPERAND_NONE,
    b: (isRelative ? within : depth) ?? R.OPERAND_NONE,
    data: bytesOf(data),
  };
}

export const isdataat = (a: number, flags = 0, vars = 0): TestOp => ({
  code: R.OP_ISDATAAT,
  flags,
  vars,
  a,
});
