// The classic BPF program that chooses a fan-out member by the pair of addresses (PACKET_FANOUT_CBPF, packet(7)).
// Apart because it is a program, made here by a few words of assembler, and tested against known frames.
// Always holds: the answer is the same for both directions; fragments, and errors between the same two hosts, fall
// together with their conversation; a frame too short to tell falls to member 0.

import type { BpfInstruction } from "./bpf-program.js";

// linux/bpf_common.h and linux/filter.h.
const LOAD_WORD = 0x40; // A = 4 bytes at X + k, in network order; the program ends with 0 where there are none
const LOAD_HALF = 0x48; // A = 2 bytes at X + k
const LOAD_ANCILLARY = 0x20; // A = what the kernel knows
const LOAD_X = 0x01; // X = k
const X_FROM_SCRATCH = 0x61; // X = M[k]
const A_FROM_SCRATCH = 0x60; // A = M[k]
const STORE_A = 0x02; // M[k] = A
const XOR_X = 0xac;
const MULTIPLY = 0x24;
const SHIFT_RIGHT = 0x74;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const RETURN_A = 0x16;

/** Offsets that count from the network header, from the MAC header, and the ethertype behind a tag taken off. */
const FROM_NETWORK = 0x100000000 - 0x100000;
const FROM_LINK = 0x100000000 - 0x200000;
const PROTOCOL = 0x100000000 - 0x1000;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const VLAN = 0x8100;
const SERVICE_VLAN = 0x88a8;
const PPPOE = 0x8864;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

/** Knuth's multiplicative constant: the upper half of the product depends on every bit of the pair. */
const MIX = 0x9e3779b1;
const MIX_SHIFT = 16;

/** An instruction, or (code undefined) a place to jump to. */
interface Line {
  readonly code?: number;
  readonly k?: number;
  /** Where to go when A equals k, or (JUMP) always. */
  readonly to?: string;
  readonly label?: string;
}

const op = (code: number, k = 0): Line => ({ code, k });
const when = (k: number, to: string): Line => ({ code: JUMP_EQUAL, k, to });
const go = (to: string): Line => ({ code: JUMP, to });
const label = (name: string): Line => ({ label: name });

/** A = XOR of the values at X + each offset. X is lost. */
function xorOf(load: number, offsets: readonly number[]): Line[] {
  const loads = offsets.flatMap((offset, index) => [op(load, offset), op(STORE_A, index)]);
  const xors = offsets.slice(1).flatMap((_, index) => [op(X_FROM_SCRATCH, index + 1), op(XOR_X)]);
  return [...loads, op(A_FROM_SCRATCH, 0), ...xors];
}

function words(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => FROM_NETWORK + from + 4 * index);
}

/** A = the type behind a header of `bytes` at the place X stands for, X = that place; X is `at` before. */
function step(typeOffset: number, at: number, bytes: number): Line[] {
  return [op(LOAD_HALF, FROM_NETWORK + typeOffset), op(LOAD_X, at + bytes)];
}

/**
 * The kernel takes the answer modulo the number of members. Tags that the card took off are not in the frame; up to
 * two more are stepped over, and a PPPoE session header (RFC 2516) where no tag is left in the frame.
 */
export function addressProgram(): readonly BpfInstruction[] {
  return assemble([
    op(LOAD_X, 0),
    op(LOAD_ANCILLARY, PROTOCOL),
    when(VLAN, "tag"),
    when(SERVICE_VLAN, "tag"),
    when(PPPOE, "pppoe"),
    go("type"),
    label("tag"),
    ...step(2, 0, 4),
    when(VLAN, "second tag"),
    go("type"),
    label("second tag"),
    ...step(2, 4, 4),
    go("type"),
    label("pppoe"),
    ...step(6, 0, 8),
    label("type"),
    when(IPV4, "ipv4"),
    when(PPP_IPV4, "ipv4"),
    when(IPV6, "ipv6"),
    when(PPP_IPV6, "ipv6"),
    when(ARP, "arp"),
    op(LOAD_X, 0),
    ...xorOf(
      LOAD_HALF,
      [0, 2, 4, 6, 8, 10].map((offset) => FROM_LINK + offset),
    ),
    go("mix"),
    label("ipv4"),
    ...xorOf(LOAD_WORD, words(12, 2)),
    go("mix"),
    label("ipv6"),
    ...xorOf(LOAD_WORD, words(8, 8)),
    go("mix"),
    label("arp"), // the two protocol addresses, RFC 826
    ...xorOf(LOAD_WORD, [FROM_NETWORK + 14, FROM_NETWORK + 24]),
    label("mix"),
    op(MULTIPLY, MIX),
    op(SHIFT_RIGHT, MIX_SHIFT),
    op(RETURN_A),
  ]);
}

/** Labels become distances; jumps go forward only, as the kernel demands. */
function assemble(lines: readonly Line[]): BpfInstruction[] {
  const places = new Map<string, number>();
  let place = 0;
  for (const line of lines) {
    if (line.code === undefined) places.set(line.label ?? "", place);
    else place++;
  }
  const program: BpfInstruction[] = [];
  for (const { code, k = 0, to } of lines) {
    if (code === undefined) continue;
    const distance = to === undefined ? 0 : (places.get(to) ?? -1) - program.length - 1;
    if (code === JUMP) program.push({ code, jt: 0, jf: 0, k: distance });
    else program.push({ code, jt: distance, jf: 0, k });
  }
  return program;
}
