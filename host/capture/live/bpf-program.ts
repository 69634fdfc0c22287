// Kernel filters (classic BPF, Documentation/networking/filter.rst): programs as data, and reading what
// `tcpdump -ddd` prints. Apart from sockets because programs are also made for fan-out, and tested without a kernel.
// Always holds: a program that leaves here has 1 to 4096 instructions, each within its fields' ranges.

import { printable, StrayError } from "../../errors.js";

/** struct sock_filter (linux/filter.h): u16 code, u8 jumps, u32 operand. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** BPF_MAXINSNS of linux/bpf_common.h. */
const INSTRUCTIONS_MAX = 4096;
const INSTRUCTION_BYTES = 8;
const FIELD_MAXIMA = [0xffff, 0xff, 0xff, 0xffffffff] as const;
/** BPF_RET + BPF_K: ends the program, keeping `k` bytes of the frame, none for 0. */
const RETURN_K = 0x06;

/** Takes no frame at all. */
export const DROP_ALL: readonly BpfInstruction[] = [{ code: RETURN_K, jt: 0, jf: 0, k: 0 }];

/**
 * The program that decides what a ring takes: `program` (empty: everything) with every frame it keeps cut to
 * `snapLen` bytes. A ring of TPACKET_V3 cuts by nothing else but what the filter returns (and the block's size).
 */
export function withSnapLength(
  program: readonly BpfInstruction[],
  snapLen: number,
): readonly BpfInstruction[] {
  if (program.length === 0) return [{ code: RETURN_K, jt: 0, jf: 0, k: snapLen }];
  return program.map((instruction) =>
    instruction.code === RETURN_K ? { ...instruction, k: Math.min(instruction.k, snapLen) } : instruction,
  );
}

/** As the kernel takes it: an array of struct sock_filter, little-endian. */
export function bpfBytes(program: readonly BpfInstruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * INSTRUCTION_BYTES));
  program.forEach(({ code, jt, jf, k }, index) => {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jt);
    view.setUint8(at + 3, jf);
    view.setUint32(at + 4, k, true);
  });
  return new Uint8Array(view.buffer);
}

/**
 * Reads the decimal form of `tcpdump -ddd`: the number of instructions, then a line `code jt jf k` for each.
 * @throws StrayError FILTER_PROGRAM for anything else.
 */
export function parseBpf(text: string): readonly BpfInstruction[] {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const count = wholeNumber(head, INSTRUCTIONS_MAX);
  if (count === undefined || count === 0)
    throw damaged(
      `expected a count of instructions from 1 to ${INSTRUCTIONS_MAX}, found "${printable(head)}"`,
    );
  if (lines.length !== count) throw damaged(`expected ${count} instructions, found ${lines.length}`);
  return lines.map(parseInstruction);
}

function parseInstruction(line: string, index: number): BpfInstruction {
  const words = line.split(" ");
  const numbers = FIELD_MAXIMA.map((maximum, field) => wholeNumber(words[field] ?? "", maximum));
  const [code, jt, jf, k] = numbers;
  if (words.length !== 4 || code === undefined || jt === undefined || jf === undefined || k === undefined)
    throw damaged(`instruction ${index}: expected four numbers "code jt jf k", found "${printable(line)}"`);
  return { code, jt, jf, k };
}

function wholeNumber(text: string, maximum: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= maximum ? value : undefined;
}

function damaged(what: string): StrayError {
  return new StrayError("FILTER_PROGRAM", `tcpdump -ddd gave no filter program: ${what}`, 2);
}
