// What each file of the store begins and ends with: templates and type information, and the time window of its flows
// (RFC 5655, section 8.1.2), by which readers pass over files without looking into them.
// Apart from the writing because these are made once and only stamped for each file.
// Always holds: a head's sequence numbers begin at 0.

import { IpfixMessage, MESSAGE_SIZE_MIN } from "../ipfix/message.js";
import { TIME_WINDOW_SIZE } from "../ipfix/options.js";
import { TIME_WINDOW_ID } from "../ipfix/templates.js";
import {
  EXPORT_TIME_OFFSET,
  LENGTH_OFFSET,
  MESSAGE_HEADER_SIZE,
  SEQUENCE_OFFSET,
  SET_HEADER_SIZE,
} from "../ipfix/wire.js";

const HEAD_MESSAGE_SIZE = 16384;
export const TRAILER_SIZE = MESSAGE_HEADER_SIZE + SET_HEADER_SIZE + TIME_WINDOW_SIZE;

export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

export class FileEnds {
  /** Data records in the head: the sequence number of what follows. */
  readonly headRecords: number;
  private readonly headBytes: Uint8Array;
  private readonly trailer: IpfixMessage;

  constructor(enterprise: number, domain: number) {
    const maker = new IpfixMessage({ enterprise, domain, maxBytes: HEAD_MESSAGE_SIZE });
    const messages = Array.from({ length: maker.templateParts }, (_, part) => {
      maker.begin(0);
      maker.addTemplates(part);
      return maker.finish().slice();
    });
    this.headBytes = Uint8Array.from(messages.flatMap((message) => [...message]));
    this.headRecords = maker.nextSequence;
    this.trailer = new IpfixMessage({ enterprise, domain, maxBytes: MESSAGE_SIZE_MIN });
  }

  get headSize(): number {
    return this.headBytes.length;
  }

  /** Valid until the next call. */
  head(nowMs: number): Uint8Array {
    const view = new DataView(this.headBytes.buffer);
    for (let at = 0; at < this.headBytes.length; at += view.getUint16(at + LENGTH_OFFSET)) {
      view.setUint32(at + EXPORT_TIME_OFFSET, Math.floor(nowMs / 1000));
    }
    return this.headBytes;
  }

  /** Valid until the next call. */
  end(nowMs: number, sequence: number, { startMs, endMs }: TimeWindow): Uint8Array {
    this.trailer.begin(nowMs);
    this.trailer.addTimeWindow(startMs, endMs);
    const message = this.trailer.finish();
    new DataView(message.buffer).setUint32(SEQUENCE_OFFSET, sequence);
    return message;
  }
}

/** The time window that a file's last TRAILER_SIZE bytes tell, undefined when they are something else. */
export function readTrailer(bytes: Uint8Array): TimeWindow | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const set = MESSAGE_HEADER_SIZE;
  const isTrailer =
    bytes.length === TRAILER_SIZE &&
    view.getUint16(0) === 10 &&
    view.getUint16(LENGTH_OFFSET) === TRAILER_SIZE &&
    view.getUint16(set) === TIME_WINDOW_ID &&
    view.getUint16(set + LENGTH_OFFSET) === TRAILER_SIZE - MESSAGE_HEADER_SIZE &&
    bytes[set + SET_HEADER_SIZE] === 1;
  if (!isTrailer) return undefined;
  const start = view.getUint32(set + SET_HEADER_SIZE + 1);
  const end = view.getUint32(set + SET_HEADER_SIZE + 5);
  // The last second that can be told stands for all that come after it.
  return { startMs: start * 1000, endMs: end === 0xffffffff ? Number.POSITIVE_INFINITY : end * 1000 };
}
