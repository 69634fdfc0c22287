// The kernel's half of the dead man's switch: who gets a frame, the sensor or the other interface.
// Apart from attaching it because it is read and tested as data.
// Always holds: a frame is either passed on to the sensor's socket or redirected, never dropped by the program itself;
// whatever is unclear (no peer, a mode it does not know) goes to the sensor. One look at the clock decides over a frame:
// where its socket sees it first, the guard there looks, and the switch does as the guard did.

import {
  DEADMAN_BEAT_OFFSET,
  DEADMAN_BYPASSED_BYTES_OFFSET,
  DEADMAN_BYPASSED_OFFSET,
  DEADMAN_LIMIT_OFFSET,
  DEADMAN_MODE_ARMED,
  DEADMAN_MODE_BYPASS,
  DEADMAN_MODE_OFFSET,
  DEADMAN_PEER_OFFSET,
  DEADMAN_SIDE_SIZE,
  DEADMAN_SIDES_OFFSET,
} from "../../assembly/inline/inline-layout.js";
import type { Step } from "../bpf/instruction.js";
import {
  addAtomic,
  addNumber,
  assemble,
  call,
  exit,
  jump,
  jumpIf,
  jumpIfNumber,
  label,
  load,
  loadMap,
  loadMapValue,
  move,
  moveNumber,
  store,
  storeNumber,
  subtract,
} from "../bpf/instruction.js";
import { BPF_TCX_INGRESS, BPF_XDP } from "../bpf/link.js";
import type { ProgramText } from "../bpf/objects.js";
import { BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SOCKET_FILTER, BPF_PROG_TYPE_XDP } from "../bpf/objects.js";

/** 0: frames that come in at the first interface; 1: at the second. */
export type Side = 0 | 1;

export const MAP_NAME = "stray_dead_man";
export const VERDICTS_NAME = "stray_verdicts";
const PROGRAM_NAMES = ["stray_dead_0", "stray_dead_1"] as const;

/**
 * Where it runs. xdp: before anything else sees the frame. ingress: behind packet sockets, with frames that are
 * merged (larger than the MTU) as they are, which XDP's redirect would lose.
 */
export type Hook = "xdp" | "ingress";

/** Of struct __sk_buff. */
const SKB_LEN_OFFSET = 0;

// enum bpf_func_id, enum xdp_action, enum tcx_action_base.
const MAP_LOOKUP_ELEM = 1;
const KTIME_GET_NS = 5;
const REDIRECT = 23;
const XDP_GET_BUFF_LEN = 188;
const XDP_PASS = 2;
const TCX_NEXT = -1;
/** More bytes than a frame has. */
const KEEP_WHOLE = 0x7fffffff;

/**
 * What the guard leaves for the switch: a number a side, of each processor its own. A frame goes from one to the other on
 * one processor, and no other frame of that side comes between.
 */
export const VERDICT_BYTES = 8;
const NO_VERDICT = 0;
const KEPT = 1;
const CARRIED = 2;
/** On the program's stack. */
const KEY_OFFSET = -4;

/** Descriptors. */
export interface DeadManMaps {
  /** An array whose only value is the page. */
  readonly page: number;
  /** An array of two verdicts a processor, by side. */
  readonly verdicts: number;
}

/** Is `name` that of a program of a dead man's switch? */
export function isOurProgram(name: string): boolean {
  return PROGRAM_NAMES.some((ours) => ours === name);
}

/** Goes on behind these where the kernel carries the frame, and at "pass" where it does not. The page is in r7. */
function decide(): readonly Step[] {
  return [
    load(4, 1, 7, DEADMAN_MODE_OFFSET),
    jumpIfNumber(1, "==", DEADMAN_MODE_BYPASS, "bypass"),
    jumpIfNumber(1, "!=", DEADMAN_MODE_ARMED, "pass"),

    // The beat is read first: one that comes between both makes the age too large by what a call takes, no more.
    load(8, 9, 7, DEADMAN_BEAT_OFFSET),
    call(KTIME_GET_NS),
    subtract(0, 9),
    load(8, 2, 7, DEADMAN_LIMIT_OFFSET),
    // With signs: another processor's clock may be behind the beat's by a little.
    jumpIf(0, "s<=", 2, "pass"),
    label("bypass"),
  ];
}

/** r0 = the address of this processor's verdict over the side's frame, or 0, which only the verifier believes in. */
function findVerdict(side: Side, verdictsFd: number): readonly Step[] {
  return [
    storeNumber(4, 10, KEY_OFFSET, side),
    ...loadMap(1, verdictsFd),
    move(2, 10),
    addNumber(2, KEY_OFFSET),
    call(MAP_LOOKUP_ELEM),
  ];
}

/** As the guard decided, whose verdict is used up by that. Where no socket has seen the frame, it goes on behind. */
function obeyGuard(side: Side, verdictsFd: number): readonly Step[] {
  return [
    ...findVerdict(side, verdictsFd),
    jumpIfNumber(0, "==", 0, "decide"),
    load(8, 2, 0, 0),
    storeNumber(8, 0, 0, NO_VERDICT),
    jumpIfNumber(2, "==", KEPT, "pass"),
    jumpIfNumber(2, "==", CARRIED, "bypass"),
    label("decide"),
  ];
}

/** The frame stays in r6, the peer's index in r8. */
export function deadManSteps(hook: Hook, side: Side, maps: DeadManMaps): readonly Step[] {
  const own = DEADMAN_SIDES_OFFSET + side * DEADMAN_SIDE_SIZE;
  return [
    move(6, 1),
    ...loadMapValue(7, maps.page),
    ...(hook === "ingress" ? obeyGuard(side, maps.verdicts) : []),
    ...decide(),
    load(4, 8, 7, own + DEADMAN_PEER_OFFSET),
    jumpIfNumber(8, "==", 0, "pass"),
    moveNumber(1, 1),
    addAtomic(8, 7, own + DEADMAN_BYPASSED_OFFSET, 1),
    ...(hook === "xdp" ? [move(1, 6), call(XDP_GET_BUFF_LEN)] : [load(4, 0, 6, SKB_LEN_OFFSET)]),
    addAtomic(8, 7, own + DEADMAN_BYPASSED_BYTES_OFFSET, 0),
    move(1, 8),
    moveNumber(2, 0),
    call(REDIRECT),
    jump("end"),

    label("pass"),
    moveNumber(0, hook === "xdp" ? XDP_PASS : TCX_NEXT),
    label("end"),
    exit(),
  ];
}

export function deadManProgram(hook: Hook, side: Side, maps: DeadManMaps): ProgramText {
  return {
    name: PROGRAM_NAMES[side],
    type: hook === "xdp" ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS,
    attachType: hook === "xdp" ? BPF_XDP : BPF_TCX_INGRESS,
    code: assemble(deadManSteps(hook, side, maps)),
  };
}

/** The answer is in r8, the verdict in r6. */
function guardSteps(side: Side, maps: DeadManMaps): readonly Step[] {
  return [
    ...loadMapValue(7, maps.page),
    ...decide(),
    moveNumber(6, CARRIED),
    moveNumber(8, 0),
    jump("leave"),
    label("pass"),
    moveNumber(6, KEPT),
    moveNumber(8, KEEP_WHOLE),
    label("leave"),
    ...findVerdict(side, maps.verdicts),
    jumpIfNumber(0, "==", 0, "end"),
    store(8, 0, 0, 6),
    label("end"),
    move(0, 8),
    exit(),
  ];
}

/**
 * For the sensor's socket on that side, the only one with a guard there: what the kernel carries does not enter its ring,
 * everything else does, whole. Behind XDP that is what XDP let through: deciding again could only lose it.
 */
export function guardProgram(hook: Hook, side: Side, maps: DeadManMaps): ProgramText {
  const steps = hook === "xdp" ? [moveNumber(0, KEEP_WHOLE), exit()] : guardSteps(side, maps);
  return {
    name: "stray_guard",
    type: BPF_PROG_TYPE_SOCKET_FILTER,
    attachType: 0,
    code: assemble(steps),
  };
}
