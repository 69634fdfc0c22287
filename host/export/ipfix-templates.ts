// The messages that tell a collector our templates, made once and sent again and again.
// Apart because only the time and the sequence number in their headers ever change.
// Always holds: a message has at most the bytes that the message maker was given.

import type { IpfixMessage } from "../ipfix/message.js";

// RFC 7011, section 3.1: version, length, export time, sequence number, observation domain.
const EXPORT_TIME_OFFSET = 4;
const SEQUENCE_OFFSET = 8;

export class CollectorTemplates {
  readonly messages: readonly Uint8Array[];
  /** Data records in each: the type information of our own elements (RFC 5610) is data, and counts. */
  readonly dataRecords: readonly number[];

  constructor(maker: IpfixMessage) {
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
    maker.begin(0);
    const after = sequenceOf(maker.finish());
    this.messages = messages;
    // The maker counts the data records of all messages before.
    this.dataRecords = messages.map((message, index) => {
      const next = messages[index + 1];
      return (next === undefined ? after : sequenceOf(next)) - sequenceOf(message);
    });
  }
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
