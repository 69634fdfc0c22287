// Maps and programs: made, filled, and told apart by what the kernel says of them.
// Apart from links and pins because these are the objects that links join and pins keep.
// Always holds: what is answered is a descriptor that the caller closes; nothing here needs a compiler.

import { readlinkSync } from "node:fs";
import { printable, StrayError } from "../errors.js";
import { errnoName, libc } from "../system/libc.js";
import {
  Attributes,
  BPF_MAP_CREATE,
  BPF_MAP_LOOKUP_ELEM,
  BPF_MAP_UPDATE_ELEM,
  BPF_OBJ_GET_INFO_BY_FD,
  BPF_PROG_LOAD,
  bpf,
  nameAt,
  refusedBpf,
  tryBpf,
} from "./call.js";
import { INSTRUCTION_BYTES } from "./instruction.js";

const BPF_MAP_TYPE_ARRAY = 2;
const BPF_MAP_TYPE_PERCPU_ARRAY = 6;
const BPF_F_MMAPABLE = 1 << 10;
export const BPF_PROG_TYPE_SOCKET_FILTER = 1;
export const BPF_PROG_TYPE_SCHED_CLS = 3;
export const BPF_PROG_TYPE_XDP = 6;

const SOL_SOCKET = 1;
const SO_ATTACH_BPF = 50;

/** Bytes of union bpf_attr that each command reads. */
const MAP_CREATE_BYTES = 44;
const ELEMENT_BYTES = 32;
const PROG_LOAD_BYTES = 72;
const INFO_BYTES = 16;

/** Of the kernel's own sentence about a program: enough for ours, which are short. */
const LOG_BYTES = 64 * 1024;
const LOG_CHARACTERS_SHOWN = 400;
/** None of the functions that ours call is for GPL programs only (Linux 5.8 and later). */
const LICENSE = Buffer.from("Apache-2.0\0");

/** An array of values that can be mapped into a process (Linux 5.5). */
export function createArray(name: string, valueBytes: number, entries: number): number {
  return createMap(name, BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, valueBytes, entries);
}

/** An array of which each processor has its own values (Linux 4.6). */
export function createPerProcessorArray(name: string, valueBytes: number, entries: number): number {
  return createMap(name, BPF_MAP_TYPE_PERCPU_ARRAY, 0, valueBytes, entries);
}

function createMap(name: string, type: number, flags: number, valueBytes: number, entries: number): number {
  const attributes = new Attributes(MAP_CREATE_BYTES)
    .u32(0, type)
    .u32(4, 4)
    .u32(8, valueBytes)
    .u32(12, entries)
    .u32(16, flags)
    .name(28, name);
  return bpf(BPF_MAP_CREATE, attributes, `make the BPF map ${name}`);
}

export function updateElement(mapFd: number, index: number, value: Uint8Array): void {
  bpf(BPF_MAP_UPDATE_ELEM, element(mapFd, index, value), "write a BPF map");
}

/** Fills `value`, whose size is the map's. */
export function readElement(mapFd: number, index: number, value: Uint8Array): void {
  bpf(BPF_MAP_LOOKUP_ELEM, element(mapFd, index, value), "read a BPF map");
}

function element(mapFd: number, index: number, value: Uint8Array): Attributes {
  const key = new Uint8Array(Uint32Array.of(index).buffer);
  return new Attributes(ELEMENT_BYTES).u32(0, mapFd).pointer(8, key).pointer(16, value);
}

export interface ProgramText {
  readonly name: string;
  /** BPF_PROG_TYPE_*. */
  readonly type: number;
  /** BPF_XDP and others of linux/bpf.h. */
  readonly attachType: number;
  readonly code: Uint8Array;
}

/** @throws StrayError with what the kernel's verifier said last when it refuses the program. */
export function loadProgram(program: ProgramText): number {
  const plain = tryBpf(BPF_PROG_LOAD, loadAttributes(program));
  if (plain >= 0) return plain;
  const name = errnoName(plain);
  // A log is only asked for once it is needed: it can itself be too short.
  const log = new Uint8Array(LOG_BYTES);
  const again = tryBpf(BPF_PROG_LOAD, loadAttributes(program).u32(24, 1).u32(28, LOG_BYTES).pointer(32, log));
  if (again >= 0) return again;
  const said = lastWords(log);
  const more = said === "" || name === "EPERM" ? "" : ` (its verifier: ${said})`;
  throw refusedBpf(plain, `load the BPF program ${program.name}`, more);
}

function loadAttributes({ name, type, attachType, code }: ProgramText): Attributes {
  return new Attributes(PROG_LOAD_BYTES)
    .u32(0, type)
    .u32(4, code.byteLength / INSTRUCTION_BYTES)
    .pointer(8, code)
    .pointer(16, LICENSE)
    .name(48, name)
    .u32(68, attachType);
}

/** The verifier ends with figures about its own work; what it objects to stands before. */
function lastWords(log: Uint8Array): string {
  const end = log.indexOf(0);
  const lines = Buffer.from(log.subarray(0, end < 0 ? log.length : end))
    .toString("latin1")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("processed "));
  return printable((lines.at(-1) ?? "").slice(0, LOG_CHARACTERS_SHOWN));
}

/** Frames for which the program answers 0 never reach the socket; it takes the place of any filter there. Answers 0, or -errno. */
export function tryAttachToSocket(socketFd: number, programFd: number): number {
  const value = new Uint8Array(Uint32Array.of(programFd).buffer);
  return libc().setsockopt(socketFd, SOL_SOCKET, SO_ATTACH_BPF, value, value.length);
}

export type ObjectKind = "map" | "program" | "link" | "other";

/** What kind of object a descriptor is of; the kernel's name of its file tells. */
export function kindOf(fd: number): ObjectKind {
  const target = readlinkSync(`/proc/self/fd/${fd}`);
  const word = /^anon_inode:\[?bpf[-_](map|prog|link)/.exec(target)?.[1];
  return word === "prog" ? "program" : word === "map" || word === "link" ? word : "other";
}

/** The kernel's description of an object, as much of `bytes` as it knows; the rest is zero. */
export function objectInfo(fd: number, bytes: number): DataView {
  const info = new Uint8Array(bytes);
  const attributes = new Attributes(INFO_BYTES).u32(0, fd).u32(4, bytes).pointer(8, info);
  bpf(BPF_OBJ_GET_INFO_BY_FD, attributes, "describe a BPF object");
  return new DataView(info.buffer);
}

export interface ProgramInfo {
  readonly type: number;
  readonly id: number;
  readonly name: string;
}

/** Of struct bpf_prog_info. @throws StrayError BPF_OBJECT_KIND when it is no program. */
export function programInfo(fd: number): ProgramInfo {
  expectKind(fd, "program");
  const view = objectInfo(fd, 80);
  return { type: view.getUint32(0, true), id: view.getUint32(4, true), name: nameAt(bytesOf(view), 64) };
}

export interface MapInfo {
  readonly id: number;
  readonly valueBytes: number;
  readonly entries: number;
  readonly name: string;
}

/** Of struct bpf_map_info. @throws StrayError BPF_OBJECT_KIND when it is no map. */
export function mapInfo(fd: number): MapInfo {
  expectKind(fd, "map");
  const view = objectInfo(fd, 40);
  return {
    id: view.getUint32(4, true),
    valueBytes: view.getUint32(12, true),
    entries: view.getUint32(16, true),
    name: nameAt(bytesOf(view), 24),
  };
}

export function expectKind(fd: number, wanted: ObjectKind): void {
  const found = kindOf(fd);
  if (found !== wanted)
    throw new StrayError("BPF_OBJECT_KIND", `a BPF ${wanted} was expected, found: ${found}`, 2);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}
