// Streams and sessions as tests drive them: a flow in a slot, segments put into it, and what is handed out in order.
// Apart from the tests so that each says only what is sent and what must come out.
// Always holds: payloads lie between poisoned bytes; what is handed out is read as the engine reads it, and after
// each step the stream's words agree with one another.

import * as L from "../../../assembly/layout.js";
import * as R from "../../../assembly/match/rules-layout.js";
import * as S from "../../../assembly/stream/stream-layout.js";
import { type CoreLimits, LIMITS, writeLimits } from "../../support/core.js";
import { type Entry, loadEntry } from "../../support/entry.js";

interface StreamExports {
  initSessions(): void;
  openFlow(slot: number, firstFrame: bigint): void;
  segment(
    at: number,
    payload: number,
    size: number,
    claimed: number,
    seq: number,
    ack: number,
    flags: number,
    notes: number,
  ): void;
  credit(slot: number, at: number, fromB: number): void;
  session(slot: number, make: number): number;
  slotOfFlow(slot: number): number;
  streamOf(session: number, fromB: number): number;
  put(session: number, slot: number, at: number, fromB: number, more: number): number;
  inspected(stream: number): void;
  end(session: number, slot: number, at: number): void;
  text(stream: number): number;
  newFrom(stream: number): number;
  textEnd(stream: number): number;
  positionOf(stream: number, address: number): number;
  findings(slot: number): bigint;
  setGeneration(generation: number): void;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

const PACKET = L.WINDOWS_BASE;
const PAYLOAD = L.WINDOWS_BASE + 4096;
const POISON = 0xa5;
const POISON_SIZE = 64;

export interface Segment {
  slot?: number;
  fromB?: boolean;
  seq: number;
  bytes?: Uint8Array;
  /** Application bytes that the IP header claims, when more than were captured. */
  claimed?: number;
  ack?: number;
  flags?: number;
  notes?: number;
  /** Bits of the packet besides TCP. */
  bits?: number;
  /** A session is only looked for. */
  find?: boolean;
}

/** Bytes in order that a segment brought, with the sequence number of the first. */
export interface Piece {
  seq: number;
  bytes: Uint8Array;
  afterHole: boolean;
}

export interface Sent {
  placed: number;
  pieces: Piece[];
}

export class StreamRig {
  private constructor(private readonly entry: Entry<StreamExports>) {}

  static async make(): Promise<StreamRig> {
    return new StreamRig(await loadEntry<StreamExports>("streams"));
  }

  get exports(): StreamExports {
    return this.entry.exports;
  }

  get bytes(): Uint8Array {
    return this.entry.bytes;
  }

  get view(): DataView {
    return this.entry.view;
  }

  /** Forgets everything and takes these limits. */
  reset(limits: Partial<CoreLimits> = {}): void {
    const { bytes, view, exports } = this.entry;
    writeLimits(view, { ...LIMITS, ...limits });
    exports.initSessions();
    bytes.fill(0, L.STATE_BASE, L.STATE_BASE + L.STATE_SIZE);
    bytes.fill(0, L.COUNTERS_BASE, L.COUNTERS_BASE + L.COUNTERS_REGION_SIZE);
  }

  open(slot = 0, firstFrame = 1n): void {
    this.exports.openFlow(slot, firstFrame);
  }

  counter(index: number): number {
    return Number(this.entry.view.getBigUint64(L.COUNTERS_BASE + index * 8, true));
  }

  u32(address: number): number {
    return this.entry.view.getUint32(address, true);
  }

  inspect(offset: number): number {
    return this.u32(L.INSPECT_BASE + offset);
  }

  stream(slot = 0, fromB = false): number {
    return this.exports.streamOf(this.exports.session(slot, 0), Number(fromB));
  }

  bitsOf(stream: number): number {
    return this.u32(stream + S.STREAM_BITS_OFFSET);
  }

  text(stream: number): Uint8Array {
    const { exports, bytes } = this.entry;
    const start = exports.text(stream);
    return bytes.slice(start, start === 0 ? 0 : exports.textEnd(stream));
  }

  send({ slot = 0, fromB = false, seq, bytes = new Uint8Array(), ...rest }: Segment): Sent {
    const { exports, view } = this.entry;
    const memory = this.entry.bytes;
    memory.fill(POISON, PAYLOAD - POISON_SIZE, PAYLOAD + bytes.length + POISON_SIZE);
    memory.set(bytes, PAYLOAD);
    const { claimed = bytes.length, ack = 0, flags = ACK, notes = 0, bits = 0 } = rest;
    exports.segment(PACKET, PAYLOAD, bytes.length, claimed, seq >>> 0, ack >>> 0, flags, notes);
    view.setUint16(
      PACKET + L.PACKET_BITS_OFFSET,
      view.getUint16(PACKET + L.PACKET_BITS_OFFSET, true) | bits,
      true,
    );
    exports.credit(slot, PACKET, Number(fromB));
    const session = exports.session(slot, rest.find ? 0 : 1);
    if (session === 0) return { placed: 0, pieces: [] };
    const stream = exports.streamOf(session, Number(fromB));
    const pieces: Piece[] = [];
    let placed = 0;
    for (let calls = 0; ; calls++) {
      if (calls > 20 + bytes.length) throw new Error("placeMore() has no end");
      const now = exports.put(session, slot, PACKET, Number(fromB), Number(calls > 0));
      placed |= now;
      this.check(stream);
      if ((now & S.PLACED_NEW) !== 0) pieces.push(this.takeNew(stream));
      else if (exports.newFrom(stream) !== exports.textEnd(stream)) throw new Error("new bytes not told");
      exports.inspected(stream);
      if ((now & S.PLACED_MORE) === 0) break;
    }
    exports.end(session, slot, PACKET);
    return { placed, pieces };
  }

  /** The new bytes; that a hole lies before them is told once, as the HTTP parser takes it back. */
  private takeNew(stream: number): Piece {
    const { exports, bytes, view } = this.entry;
    const from = exports.newFrom(stream);
    const end = exports.textEnd(stream);
    if (from >= end) throw new Error("PLACED_NEW without new bytes");
    const bits = this.bitsOf(stream);
    view.setUint32(stream + S.STREAM_BITS_OFFSET, bits & ~S.STREAM_BIT_GAP, true);
    return {
      seq: (this.u32(stream + S.STREAM_BASE_OFFSET) + from - exports.text(stream)) >>> 0,
      bytes: bytes.slice(from, end),
      afterHole: (bits & S.STREAM_BIT_GAP) !== 0,
    };
  }

  private check(stream: number): void {
    const { view } = this.entry;
    const room = this.u32(L.CONFIG_BASE + L.CONFIG_STREAM_WINDOW_SIZE_OFFSET) - S.WINDOW_HEADER_SIZE;
    const filled = this.u32(stream + S.STREAM_FILLED_OFFSET);
    const window = this.u32(stream + S.STREAM_WINDOW_OFFSET);
    const ranges = this.u32(stream + S.STREAM_RANGE_COUNT_OFFSET);
    if (window !== 0 && this.u32(window - S.WINDOW_HEADER_SIZE) !== stream)
      throw new Error("the window is another's");
    if (this.u32(stream + S.STREAM_INSPECTED_OFFSET) > filled || filled > room)
      throw new Error("filled is wrong");
    if (window === 0 && (filled !== 0 || ranges !== 0)) throw new Error("text without a window");
    if (ranges > S.STREAM_RANGE_CAPACITY) throw new Error("too many ranges");
    let before = filled;
    for (let index = 0; index < ranges; index++) {
      const at = stream + S.STREAM_RANGES_OFFSET + index * 4;
      const from = view.getUint16(at, true);
      const to = view.getUint16(at + 2, true);
      if (from <= before || to <= from || to > room) {
        throw new Error(`range ${index} is ${from} to ${to}, behind ${before}, room ${room}`);
      }
      before = to;
    }
  }

  /** Windows that streams of known sessions have. */
  windowsHeld(): number {
    const used = this.inspect(R.INSPECT_SESSIONS_USED_OFFSET);
    let held = 0;
    for (let index = 0; index < used; index++) {
      const session = L.SESSIONS_BASE + index * L.SESSION_SIZE;
      for (const at of [S.SESSION_STREAM_A_OFFSET, S.SESSION_STREAM_B_OFFSET]) {
        if (this.u32(session + at + S.STREAM_WINDOW_OFFSET) !== 0) held += 1;
      }
    }
    return held;
  }
}

export function joined(pieces: readonly Piece[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces.map(({ bytes }) => bytes)));
}

/** A byte that is known by its sequence number. */
export function byteAt(seq: number): number {
  const mixed = Math.imul((seq >>> 0) ^ 0x9e3779b9, 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) & 0xff;
}

export function bytesAt(seq: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index++) bytes[index] = byteAt(seq + index);
  return bytes;
}
