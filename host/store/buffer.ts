// Messages that wait to be written: whole ones, one behind the other, in memory of a fixed size.
// Apart from the writer because two of them take turns, one being filled while the other is written.
// Always holds: nothing in it is cut; what was written is forgotten only message by message.

import { SEQUENCE_OFFSET } from "../ipfix/wire.js";

/** Messages in a buffer at most. */
const MESSAGES_MAX = 4096;

export class MessageBuffer {
  readonly bytes: Uint8Array;
  /** Bytes in it, and how many of them are written. */
  used = 0;
  written = 0;
  /** Earliest start and latest end of its flows, ms. */
  startMs = Number.POSITIVE_INFINITY;
  endMs = 0;
  /** Sequence number behind its last message. */
  nextSequence = 0;
  /** What was taken from its sequence numbers so far. */
  base = 0;
  private messages = 0;
  private writtenMessages = 0;
  private readonly ends = new Uint32Array(MESSAGES_MAX);
  private readonly counts = new Uint32Array(MESSAGES_MAX);
  private readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  get isEmpty(): boolean {
    return this.messages === this.writtenMessages;
  }

  /** Flow records in it that are not written yet. */
  get records(): number {
    let sum = 0;
    for (let i = this.writtenMessages; i < this.messages; i++) sum += this.counts[i]!;
    return sum;
  }

  /** Sequence number of the first message not written. */
  get firstSequence(): number {
    return this.isEmpty ? this.nextSequence : this.view.getUint32(this.written + SEQUENCE_OFFSET);
  }

  /** False: no room. */
  push(message: Uint8Array, records: number, nextSequence: number): boolean {
    if (this.used + message.length > this.bytes.length || this.messages === MESSAGES_MAX) return false;
    this.bytes.set(message, this.used);
    this.used += message.length;
    this.ends[this.messages] = this.used;
    this.counts[this.messages] = records;
    this.messages++;
    this.nextSequence = nextSequence;
    return true;
  }

  covers(startMs: number, endMs: number): void {
    this.startMs = Math.min(this.startMs, startMs);
    this.endMs = Math.max(this.endMs, endMs);
  }

  /** Makes the sequence numbers of what is not written count from `base`: a file's begin at 0. */
  renumber(base: number): void {
    const less = base - this.base;
    let at = this.written;
    for (let i = this.writtenMessages; i < this.messages; i++) {
      const place = at + SEQUENCE_OFFSET;
      this.view.setUint32(place, (this.view.getUint32(place) - less) >>> 0);
      at = this.ends[i]!;
    }
    this.nextSequence = (this.nextSequence - less) >>> 0;
    this.base = base;
  }

  /** Bytes of the next messages not written that fit in `room`, but of one at least. */
  fitting(room: number): number {
    let size = 0;
    for (let i = this.writtenMessages; i < this.messages; i++) {
      const next = this.ends[i]! - this.written;
      if (size > 0 && next > room) break;
      size = next;
    }
    return size;
  }

  /** `bytes` more of it are in the file; answers how many records are whole there. What is cut stays. */
  wrote(bytes: number): { readonly records: number; readonly bytes: number } {
    const start = this.written;
    let records = 0;
    while (this.writtenMessages < this.messages && this.ends[this.writtenMessages]! <= start + bytes) {
      records += this.counts[this.writtenMessages]!;
      this.written = this.ends[this.writtenMessages]!;
      this.writtenMessages++;
    }
    return { records, bytes: this.written - start };
  }

  clear(): void {
    this.used = 0;
    this.written = 0;
    this.messages = 0;
    this.writtenMessages = 0;
    this.base = 0;
    this.startMs = Number.POSITIVE_INFINITY;
    this.endMs = 0;
  }
}
