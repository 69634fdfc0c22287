// The messages that tell a collector our templates, made once and sent again and again.
// Apart because only the time and the sequence number in their headers ever change.
// Always holds: a message has at most the bytes that the message maker was given; what is sent again has no data
// records: type information (RFC 5610) does not change, and some collectors (nfdump 1.7) know only flow records in the
// sequence numbers and would report a loss at each refresh.

import type { IpfixMessage } from "../ipfix/message.js";
import type { FirstMessage } from "./sender-options.js";

// RFC 7011, section 3.1: version, length, export time, sequence number, observation domain.
const LENGTH_OFFSET = 2;
const EXPORT_TIME_OFFSET = 4;
const SEQUENCE_OFFSET = 8;
const HEADER_BYTES = 16;
/** Section 3.3.2: below are templates and options templates, from here on data. */
const DATA_SET_MIN = 256;

export class CollectorTemplates {
  /** Templates and type information, for the start of a session. */
  readonly whole: readonly FirstMessage[];
  /** Templates and options templates only, for a refresh (section 8.4). */
  readonly again: readonly FirstMessage[];

  constructor(maker: IpfixMessage) {
    const messages = messagesOf(maker);
    // The maker counts the data records of all messages before; one more message tells the last one's.
    maker.begin(0);
    const after = sequenceOf(maker.finish());
    this.whole = messages.map((bytes, index) => {
      const next = messages[index + 1];
      return { bytes, records: (next === undefined ? after : sequenceOf(next)) - sequenceOf(bytes) };
    });
    this.again = messages
      .map((bytes) => ({ bytes: withoutData(bytes), records: 0 }))
      .filter(({ bytes }) => bytes.length > HEADER_BYTES);
  }
}

function messagesOf(maker: IpfixMessage): Uint8Array[] {
  const messages: Uint8Array[] = [];
  maker.restartSequence();
  maker.begin(0);
  for (let part = 0; part < maker.templateParts; part++) {
    if (maker.addTemplates(part)) continue;
    messages.push(maker.finish().slice());
    maker.begin(0);
    if (!maker.addTemplates(part))
      throw new Error(`part ${part} of the templates does not fit an IPFIX message`);
  }
  messages.push(maker.finish().slice());
  return messages;
}

function withoutData(message: Uint8Array): Uint8Array {
  const out = message.slice();
  let end = HEADER_BYTES;
  for (let at = HEADER_BYTES; at < message.length; ) {
    const length = view(message).getUint16(at + 2);
    if (view(message).getUint16(at) < DATA_SET_MIN) {
      out.set(message.subarray(at, at + length), end);
      end += length;
    }
    at += length;
  }
  view(out).setUint16(LENGTH_OFFSET, end);
  return out.subarray(0, end);
}

function sequenceOf(message: Uint8Array): number {
  return view(message).getUint32(SEQUENCE_OFFSET);
}

/** Writes the time at which the message leaves, and the data records that left before it in its stream. */
export function stamp(message: Uint8Array, nowMs: number, sequence: number): void {
  view(message).setUint32(EXPORT_TIME_OFFSET, Math.floor(nowMs / 1000) >>> 0);
  view(message).setUint32(SEQUENCE_OFFSET, sequence);
}

function view(message: Uint8Array): DataView {
  return new DataView(message.buffer, message.byteOffset, message.byteLength);
}
