// Instructions of eBPF as data (RFC 9669), put together with labels instead of counted jumps.
// Apart from the system call because programs are made, read and tested without a kernel.
// Always holds: a program that leaves here has every jump's target inside, within the 16 bits of its distance.

/** A register: r0 answers, r1 to r5 are arguments, r6 to r9 outlive calls, r10 is the stack. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** Bytes that a load or a store moves. */
export type Width = 1 | 2 | 4 | 8;

export type Condition = "==" | "!=" | ">" | ">=" | "<" | "<=" | "s>" | "s>=" | "s<" | "s<=";

/** One step of a program; a label takes no room. */
export type Step =
  | { readonly label: string }
  | {
      readonly code: number;
      readonly dst?: number;
      readonly src?: number;
      readonly off?: number;
      readonly imm?: number;
      readonly target?: string;
    };

export const INSTRUCTION_BYTES = 8;

// Classes and parts of the code (RFC 9669, sections 3 to 5).
const LDX = 0x61;
const ST = 0x62;
const STX = 0x63;
const ATOMIC_ADD = 0xc3;
const LD_IMM64 = 0x18;
const MOVE_REGISTER = 0xbf;
const MOVE_NUMBER = 0xb7;
const ADD_NUMBER = 0x07;
const SUBTRACT_REGISTER = 0x1f;
const JUMP = 0x05;
const JUMP_REGISTER = 0x08;
const CALL = 0x85;
const EXIT = 0x95;
/** Of the second register field of LD_IMM64: the number is a map's descriptor; loaded is the map, or its value's address. */
const MAP = 1;
const MAP_VALUE = 2;

const SIZES: Readonly<Record<Width, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };
const CONDITIONS: Readonly<Record<Condition, number>> = {
  "==": 0x15,
  ">": 0x25,
  ">=": 0x35,
  "!=": 0x55,
  "s>": 0x65,
  "s>=": 0x75,
  "<": 0xa5,
  "<=": 0xb5,
  "s<": 0xc5,
  "s<=": 0xd5,
};
const DISTANCE_MAX = 0x7fff;

export const label = (name: string): Step => ({ label: name });
export const move = (dst: Register, src: Register): Step => ({ code: MOVE_REGISTER, dst, src });
export const moveNumber = (dst: Register, imm: number): Step => ({ code: MOVE_NUMBER, dst, imm });
export const addNumber = (dst: Register, imm: number): Step => ({ code: ADD_NUMBER, dst, imm });
export const subtract = (dst: Register, src: Register): Step => ({ code: SUBTRACT_REGISTER, dst, src });
/** dst = the `width` bytes at src + off. */
export const load = (width: Width, dst: Register, src: Register, off: number): Step => ({
  code: LDX + SIZES[width],
  dst,
  src,
  off,
});
/** The `width` bytes at dst + off = src. */
export const store = (width: Width, dst: Register, off: number, src: Register): Step => ({
  code: STX + SIZES[width],
  dst,
  src,
  off,
});
export const storeNumber = (width: Width, dst: Register, off: number, imm: number): Step => ({
  code: ST + SIZES[width],
  dst,
  off,
  imm,
});
/** What lies at dst + off grows by src, in one step for all processors. */
export const addAtomic = (width: 4 | 8, dst: Register, off: number, src: Register): Step => ({
  code: ATOMIC_ADD + SIZES[width],
  dst,
  src,
  off,
});
/** dst = the map that `mapFd` refers to, as the kernel's functions take it. */
export const loadMap = (dst: Register, mapFd: number): readonly Step[] => [
  { code: LD_IMM64, dst, src: MAP, imm: mapFd },
  { code: 0 },
];
/** dst = the address of the first value of the array that `mapFd` refers to, and `offset` bytes on. */
export const loadMapValue = (dst: Register, mapFd: number, offset = 0): readonly Step[] => [
  { code: LD_IMM64, dst, src: MAP_VALUE, imm: mapFd },
  { code: 0, imm: offset },
];
export const jump = (target: string): Step => ({ code: JUMP, target });
export const jumpIf = (dst: Register, condition: Condition, src: Register, target: string): Step => ({
  code: CONDITIONS[condition] + JUMP_REGISTER,
  dst,
  src,
  target,
});
export const jumpIfNumber = (dst: Register, condition: Condition, imm: number, target: string): Step => ({
  code: CONDITIONS[condition],
  dst,
  imm,
  target,
});
/** Calls the kernel's function of that number (linux/bpf.h, enum bpf_func_id). */
export const call = (imm: number): Step => ({ code: CALL, imm });
export const exit = (): Step => ({ code: EXIT });

/** The program as the kernel takes it: struct bpf_insn each, in the order of a little-endian machine. */
export function assemble(steps: readonly Step[]): Uint8Array {
  const labels = new Map<string, number>();
  let count = 0;
  for (const step of steps) {
    if (!("label" in step)) count++;
    else if (labels.has(step.label)) throw new RangeError(`label ${step.label} is there twice`);
    else labels.set(step.label, count);
  }
  const view = new DataView(new ArrayBuffer(count * INSTRUCTION_BYTES));
  let index = 0;
  for (const step of steps) {
    if ("label" in step) continue;
    const at = index * INSTRUCTION_BYTES;
    view.setUint8(at, step.code);
    view.setUint8(at + 1, (step.dst ?? 0) + ((step.src ?? 0) << 4));
    view.setInt16(
      at + 2,
      step.target === undefined ? (step.off ?? 0) : distance(labels, step.target, index, count),
      true,
    );
    view.setInt32(at + 4, step.imm ?? 0, true);
    index++;
  }
  return new Uint8Array(view.buffer);
}

/** From the instruction behind the jump to the label. */
function distance(labels: ReadonlyMap<string, number>, target: string, from: number, count: number): number {
  const to = labels.get(target);
  if (to === undefined || to >= count) throw new RangeError(`label ${target} leads nowhere`);
  const steps = to - from - 1;
  if (Math.abs(steps) > DISTANCE_MAX) throw new RangeError(`label ${target} is too far away`);
  return steps;
}
