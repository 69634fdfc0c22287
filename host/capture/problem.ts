// What can be wrong with a capture file, as one line for its user.
// Apart because the same words serve the command line, the live sensor's replay and the tests.
// Always holds: the line names the file (escaped), where in it, what was expected and what is there.

import * as L from "../../assembly/layout.js";
import { type ExitCode, messageOf, printable, StrayError, systemCode } from "../errors.js";
import { readU32, readU64, type SensorMemory } from "../wasm/memory.js";

export type ProblemCode =
  | "INPUT_MISSING"
  | "INPUT_DIRECTORY"
  | "INPUT_UNREADABLE"
  | "INPUT_EMPTY"
  | "INPUT_NOT_CAPTURE"
  | "INPUT_CUT"
  | "INPUT_DAMAGED";

export class CaptureProblem extends StrayError {
  /** `file` as the user gave it; `offset` in the (decompressed) file, where one is known. */
  constructor(
    code: ProblemCode,
    readonly file: string,
    readonly reason: string,
    readonly offset?: number,
    exitCode: ExitCode = 1,
    options?: ErrorOptions,
  ) {
    const place = offset === undefined ? "" : `byte ${offset}: `;
    super(code, `${fileLabel(file)}: ${place}${reason}`, exitCode, options);
  }
}

/** How a file is called in messages: `-` is standard input. */
export function fileLabel(file: string): string {
  return file === "-" ? "standard input" : printable(file);
}

/** A file that could not be opened. */
export function openProblem(file: string, cause: unknown): CaptureProblem {
  const system = systemCode(cause);
  const problem = (code: ProblemCode, reason: string) =>
    new CaptureProblem(code, file, reason, undefined, 2, { cause });
  if (system === "ENOENT" || system === "ENOTDIR") return problem("INPUT_MISSING", "no such file");
  if (system === "EISDIR") return directoryProblem(file);
  if (system === "EACCES" || system === "EPERM") {
    return problem("INPUT_UNREADABLE", "permission denied: it must be readable by this user");
  }
  return problem("INPUT_UNREADABLE", `cannot be opened (${system ?? shownMessage(cause)})`);
}

export function directoryProblem(file: string): CaptureProblem {
  return new CaptureProblem(
    "INPUT_DIRECTORY",
    file,
    "is a directory, a capture file was expected",
    undefined,
    2,
  );
}

/** A file that could be opened, but not read to its end. */
export function readProblem(file: string, offset: number, cause: unknown): CaptureProblem {
  const reason = `reading failed (${systemCode(cause) ?? shownMessage(cause)}); what came before it was read`;
  return new CaptureProblem("INPUT_UNREADABLE", file, reason, offset, 1, { cause });
}

/** Gzip data that is broken or ends early; `offset` in the compressed file. */
export function gzipProblem(file: string, offset: number, cause: unknown): CaptureProblem {
  const cut = systemCode(cause) === "Z_BUF_ERROR";
  const what = cut ? "the compressed data ends too early" : `the compressed data is damaged`;
  const detail = cut ? "" : ` (${shownMessage(cause)})`;
  const reason = `${what}${detail}; what could be decompressed was read`;
  return new CaptureProblem(cut ? "INPUT_CUT" : "INPUT_DAMAGED", file, reason, offset, 1, { cause });
}

function shownMessage(error: unknown): string {
  return printable(messageOf(error));
}

/** What the module found wrong with input `number`, after RUN_INPUT_DAMAGED. */
export function inputProblem(
  memory: SensorMemory,
  number: number,
  file: string,
  compressed: boolean,
): CaptureProblem {
  const at = L.INPUTS_BASE + number * L.INPUT_SIZE;
  const code = readU32(memory, at + L.INPUT_ERROR_CODE_OFFSET);
  const value = readU32(memory, at + L.INPUT_ERROR_VALUE_OFFSET);
  const offset = Number(readU64(memory, at + L.INPUT_ERROR_OFFSET_OFFSET));
  const pcapng = readU32(memory, at + L.INPUT_FORMAT_OFFSET) === L.INPUT_FORMAT_PCAPNG;
  const [problem, reason] = describe(code, value, pcapng);
  const rest = offset === 0 ? "" : "; what came before it was read";
  const place = compressed ? " (of the decompressed data)" : "";
  return new CaptureProblem(problem, file, `${reason}${place}${rest}`, offset);
}

/** Whether the problem is no more than that the bytes ended. */
export function isEarlyEnd(problem: CaptureProblem): boolean {
  return problem.code === "INPUT_CUT" || problem.code === "INPUT_EMPTY";
}

/** The name and the reason of an INPUT_ERROR_*; `value` is what was found. */
export function describe(code: number, value: number, pcapng: boolean): [ProblemCode, string] {
  const unit = pcapng ? "block" : "record";
  switch (code) {
    case L.INPUT_ERROR_MAGIC:
      return ["INPUT_NOT_CAPTURE", `not a pcap or pcapng file: it begins with the bytes ${bytesOf(value)}`];
    case L.INPUT_ERROR_EMPTY:
      return ["INPUT_EMPTY", "the file is empty, a pcap or pcapng header was expected"];
    case L.INPUT_ERROR_HEADER_CUT:
      return ["INPUT_CUT", `the file ends within its header, after ${bytesThere(value)}`];
    case L.INPUT_ERROR_RECORD_CUT:
      return ["INPUT_CUT", `the file ends within a ${unit}: only ${bytesThere(value)} of it are there`];
    case L.INPUT_ERROR_RECORD_LENGTH:
      return ["INPUT_DAMAGED", recordLength(value, pcapng)];
    case L.INPUT_ERROR_BLOCK_LENGTH:
      return ["INPUT_DAMAGED", `a block claims a length of ${value} bytes, which its type cannot have`];
    case L.INPUT_ERROR_BLOCK_TRAILER:
      return ["INPUT_DAMAGED", `a block's two lengths differ: the one at its end is ${value}`];
    case L.INPUT_ERROR_INTERFACE:
      return ["INPUT_DAMAGED", `a packet names interface ${value}, which its section does not describe`];
    case L.INPUT_ERROR_INTERFACES_FULL:
      return ["INPUT_DAMAGED", `a section has more than ${value} interfaces, the most that can be read`];
    case L.INPUT_ERROR_BYTE_ORDER:
      return ["INPUT_DAMAGED", `a section header's byte order magic is ${hex(value)}, not 0x1a2b3c4d`];
    case L.INPUT_ERROR_VERSION:
      return [
        "INPUT_NOT_CAPTURE",
        `format version ${value} is not known: ${pcapng ? "1" : "2"} was expected`,
      ];
    case L.INPUT_ERROR_OPTION:
      return [
        "INPUT_DAMAGED",
        `an interface's option ${value >>> 16} claims a length of ${value & 0xffff}, which cannot be`,
      ];
    default:
      return ["INPUT_DAMAGED", `damaged (error ${code}, value ${value})`];
  }
}

function recordLength(value: number, pcapng: boolean): string {
  if (value > L.RECORD_CAPTURED_MAX) {
    return `a packet claims ${value} captured bytes, more than the ${L.RECORD_CAPTURED_MAX} that one can have`;
  }
  return pcapng
    ? `a packet claims ${value} captured bytes, more than its block holds`
    : `a packet claims ${value} captured bytes`;
}

function bytesThere(value: number): string {
  return value === 1 ? "1 byte" : `${value} bytes`;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}

/** The bytes of a little-endian word in file order. */
function bytesOf(value: number): string {
  return [0, 8, 16, 24].map((shift) => ((value >>> shift) & 255).toString(16).padStart(2, "0")).join(" ");
}
