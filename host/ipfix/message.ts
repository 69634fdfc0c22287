// One IPFIX message (RFC 7011, section 3) being filled, in a buffer of its own that serves for all of them.
// Apart from where messages go (files, collectors), which differ in all but this.
// Always holds: what finish() gives is a whole message of at most maxBytes; the sequence number goes on from message
// to message; adding a record allocates nothing.

import type { FlowRecord } from "../record/flow-record.js";
import { TIME_WINDOW_SIZE } from "./options.js";
import { RecordEncoder } from "./record-encoder.js";
import { type TemplatePart, templateParts } from "./template-parts.js";
import { TIME_WINDOW_ID } from "./templates.js";
import {
  DOMAIN_OFFSET,
  EXPORT_TIME_OFFSET,
  IPFIX_VERSION,
  LENGTH_OFFSET,
  MESSAGE_HEADER_SIZE,
  MESSAGE_SIZE_MAX,
  SEQUENCE_OFFSET,
  SET_HEADER_SIZE,
} from "./wire.js";

/** Every template and every record fits in a message of that size. */
export const MESSAGE_SIZE_MIN = 512;

/** The last second that a dateTimeSeconds can tell, in 2106. */
const SECONDS_MAX = 0xffffffff;

export interface IpfixMessageOptions {
  /** Private enterprise number of stray's own information elements. */
  readonly enterprise: number;
  /** Observation domain (RFC 7011, section 3.1). */
  readonly domain: number;
  /** Bytes of a message at most, MESSAGE_SIZE_MIN to 65535; 1400 or so for UDP. */
  readonly maxBytes: number;
}

export class IpfixMessage {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly encoder: RecordEncoder;
  private readonly parts: readonly TemplatePart[];
  private end = MESSAGE_HEADER_SIZE;
  /** The data set being filled: its template, 0 = none, and where it begins. */
  private setId = 0;
  private setStart = 0;
  private sequence = 0;
  private recordCount = 0;
  private dataCount = 0;

  constructor(options: IpfixMessageOptions) {
    const { enterprise, domain, maxBytes } = options;
    if (maxBytes < MESSAGE_SIZE_MIN || maxBytes > MESSAGE_SIZE_MAX) {
      throw new RangeError(
        `maxBytes must be from ${MESSAGE_SIZE_MIN} to ${MESSAGE_SIZE_MAX}, not ${maxBytes}`,
      );
    }
    this.bytes = new Uint8Array(maxBytes);
    this.view = new DataView(this.bytes.buffer);
    this.view.setUint16(0, IPFIX_VERSION);
    this.view.setUint32(DOMAIN_OFFSET, domain);
    this.encoder = new RecordEncoder(this.view, this.bytes);
    this.parts = templateParts(enterprise, maxBytes);
  }

  /** Parts of the templates and type information, each for one addTemplates(). */
  get templateParts(): number {
    return this.parts.length;
  }

  get isEmpty(): boolean {
    return this.end === MESSAGE_HEADER_SIZE;
  }

  /** Flow records in this message. */
  get records(): number {
    return this.recordCount;
  }

  /** Bytes of this message so far. */
  get size(): number {
    return this.end;
  }

  /** Sequence number of the message after the one that finish() gave. */
  get nextSequence(): number {
    return this.sequence;
  }

  /** Begins an empty message; `exportTimeMs` since 1970. */
  begin(exportTimeMs: number): void {
    this.view.setUint32(EXPORT_TIME_OFFSET, Math.floor(exportTimeMs / 1000));
    this.view.setUint32(SEQUENCE_OFFSET, this.sequence);
    this.end = MESSAGE_HEADER_SIZE;
    this.setId = 0;
    this.recordCount = 0;
    this.dataCount = 0;
  }

  /** Adds part `part` (from 0) of the templates and type information; false: no room, finish() and begin() first. */
  addTemplates(part: number): boolean {
    const { bytes, dataRecords } = this.parts[part]!;
    if (this.end + bytes.length > this.bytes.length) return false;
    this.closeSet();
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
    this.dataCount += dataRecords;
    return true;
  }

  /** False: no room, finish() and begin() first. */
  add(record: FlowRecord): boolean {
    const size = this.encoder.plan(record);
    if (!this.openSet(this.encoder.template.id, size)) return false;
    this.end = this.encoder.write(record, this.end);
    this.recordCount++;
    this.dataCount++;
    return true;
  }

  /**
   * The earliest start and the latest end of a file's flows, ms since 1970, as whole seconds around them (RFC 5655,
   * section 8.1.2).
   */
  addTimeWindow(startMs: number, endMs: number): boolean {
    if (!this.openSet(TIME_WINDOW_ID, TIME_WINDOW_SIZE)) return false;
    this.view.setUint8(this.end, 1);
    this.view.setUint32(this.end + 1, Math.min(Math.floor(startMs / 1000), SECONDS_MAX));
    this.view.setUint32(this.end + 5, Math.min(Math.ceil(endMs / 1000), SECONDS_MAX));
    this.end += TIME_WINDOW_SIZE;
    this.dataCount++;
    return true;
  }

  /** The whole message, ready to send; valid until the next begin(). */
  finish(): Uint8Array {
    this.closeSet();
    this.view.setUint16(LENGTH_OFFSET, this.end);
    this.sequence = (this.sequence + this.dataCount) >>> 0;
    this.dataCount = 0;
    return this.bytes.subarray(0, this.end);
  }

  /** A new transport session (a TCP connection, a file): the next message begun has sequence number 0. */
  restartSequence(): void {
    this.sequence = 0;
  }

  /** Goes on with the open set or begins another, when `size` bytes of it fit. */
  private openSet(id: number, size: number): boolean {
    const header = id === this.setId ? 0 : SET_HEADER_SIZE;
    if (this.end + header + size > this.bytes.length) return false;
    if (header === 0) return true;
    this.closeSet();
    this.setId = id;
    this.setStart = this.end;
    this.view.setUint16(this.end, id);
    this.end += SET_HEADER_SIZE;
    return true;
  }

  private closeSet(): void {
    if (this.setId !== 0) this.view.setUint16(this.setStart + LENGTH_OFFSET, this.end - this.setStart);
    this.setId = 0;
  }
}
