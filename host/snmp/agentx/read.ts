// PDUs of a master, from a stream of bytes.
// Apart from what they ask for. net-snmp's codec is not used for it: it takes a chunk for a PDU, forgets `include`, knows
// neither contexts nor the other byte order, and reads beyond what was sent.
// Always holds: nothing is read beyond what a header announced, nor announced beyond PAYLOAD_MAX; what can't be read is an
// AgentXError that says what was expected; both byte orders are understood.

import type { Oid } from "../oid.js";
import {
  Flag,
  HEADER_BYTES,
  type Header,
  type MasterPdu,
  OID_MAX,
  PAYLOAD_MAX,
  PduType,
  RANGES_MAX,
  type SearchRange,
  VERSION,
} from "./protocol.js";

/** What a master sent is no AgentX. The session can't go on: where the next PDU begins is not known. */
export class AgentXError extends Error {}

const NO_BYTES = Buffer.alloc(0);

/** Puts chunks together and gives whole PDUs. */
export class Framer {
  private pending: Buffer = NO_BYTES;
  private readonly reader = new PayloadReader();

  /** Bytes of a PDU that is not whole yet. */
  get waiting(): number {
    return this.pending.length;
  }

  /** Gives each PDU that is whole now to `each`, until that answers false. @throws AgentXError */
  take(chunk: Buffer, each: (pdu: MasterPdu) => boolean): void {
    let rest = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    this.pending = NO_BYTES;
    while (rest.length >= HEADER_BYTES) {
      const header = headerOf(rest);
      const end = HEADER_BYTES + header.payload;
      if (rest.length < end) break;
      const pdu = pduOf(header, this.reader.begin(rest, end, isBig(header.flags)));
      rest = rest.length === end ? NO_BYTES : rest.subarray(end);
      if (!each(pdu)) return;
    }
    // A copy: whose chunk it is may use it again.
    if (rest.length > 0) this.pending = Buffer.from(rest);
  }
}

function headerOf(bytes: Buffer): Header {
  const version = bytes[0]!;
  const flags = bytes[2]!;
  if (version !== VERSION) throw new AgentXError(`expected version ${VERSION} of AgentX, found ${version}`);
  const isBigEndian = isBig(flags);
  const payload = wordAt(bytes, 16, isBigEndian);
  if (payload > PAYLOAD_MAX || payload % 4 !== 0) {
    throw new AgentXError(
      `expected a payload of up to ${PAYLOAD_MAX} bytes in whole words, found ${payload}`,
    );
  }
  return {
    type: bytes[1]!,
    flags,
    session: wordAt(bytes, 4, isBigEndian),
    transaction: wordAt(bytes, 8, isBigEndian),
    packet: wordAt(bytes, 12, isBigEndian),
    payload,
  };
}

function wordAt(bytes: Buffer, at: number, isBigEndian: boolean): number {
  return isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
}

function isBig(flags: number): boolean {
  return (flags & Flag.networkByteOrder) !== 0;
}

function pduOf(header: Header, reader: PayloadReader): MasterPdu {
  if ((header.flags & Flag.nonDefaultContext) !== 0 && isRequest(header.type)) {
    reader.octets();
    return { kind: "otherContext", header };
  }
  switch (header.type) {
    case PduType.response: {
      reader.u32();
      return { kind: "response", header, error: reader.u16(), index: reader.u16() };
    }
    case PduType.close:
      return { kind: "close", header, reason: reader.u8() };
    case PduType.get:
      return { kind: "get", header, ranges: reader.ranges() };
    case PduType.getNext:
      return { kind: "getNext", header, ranges: reader.ranges() };
    case PduType.getBulk: {
      const [nonRepeaters, maxRepetitions] = [reader.u16(), reader.u16()];
      return { kind: "getBulk", header, nonRepeaters, maxRepetitions, ranges: reader.ranges() };
    }
    case PduType.testSet:
      return { kind: "testSet", header };
    case PduType.commitSet:
      return { kind: "commitSet", header };
    case PduType.undoSet:
      return { kind: "undoSet", header };
    case PduType.cleanupSet:
      return { kind: "cleanupSet", header };
    default:
      throw new AgentXError(`expected a PDU that a master sends, found type ${header.type}`);
  }
}

function isRequest(type: number): boolean {
  return type >= PduType.get && type <= PduType.testSet;
}

/** One for all of a session's PDUs: V8 throws compiled code away with the last object of a class that it is for. */
class PayloadReader {
  private at = 0;
  private bytes: Buffer = NO_BYTES;
  private end = 0;
  private isBig = false;

  /** `bytes` begin with the header; the payload reaches to `end`. */
  begin(bytes: Buffer, end: number, isBigEndian: boolean): this {
    this.at = HEADER_BYTES;
    this.bytes = bytes;
    this.end = end;
    this.isBig = isBigEndian;
    return this;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u16(): number {
    const at = this.take(2);
    return this.isBig ? this.bytes.readUInt16BE(at) : this.bytes.readUInt16LE(at);
  }

  u32(): number {
    return wordAt(this.bytes, this.take(4), this.isBig);
  }

  /** Passes over them. */
  octets(): void {
    const length = this.u32();
    this.take(Math.ceil(length / 4) * 4);
  }

  ranges(): SearchRange[] {
    const ranges: SearchRange[] = [];
    while (this.at < this.end) {
      if (ranges.length >= RANGES_MAX)
        throw new AgentXError(`expected up to ${RANGES_MAX} names in a request`);
      ranges.push(this.range());
    }
    return ranges;
  }

  /** The next range. Each step is plain: a walk comes here twice for each of its hundreds of requests. */
  private range(): SearchRange {
    const { oid: start, include } = this.oid();
    return { start, include, end: this.oid().oid };
  }

  private oid(): { oid: Oid; include: boolean } {
    const { bytes, isBig: isBigEndian } = this;
    const head = this.take(4);
    const count = bytes[head]!;
    const prefix = bytes[head + 1]!;
    if (count > OID_MAX) throw new AgentXError(`expected a name of up to ${OID_MAX} numbers, found ${count}`);
    // A prefix stands for 1.3.6.1 and itself.
    const oid = prefix === 0 ? [] : [1, 3, 6, 1, prefix];
    let at = this.take(4 * count);
    for (let part = 0; part < count; part++, at += 4) oid.push(wordAt(bytes, at, isBigEndian));
    return { oid, include: bytes[head + 2] !== 0 };
  }

  private take(size: number): number {
    const { at } = this;
    if (at + size > this.end) {
      const [place, payload] = [at - HEADER_BYTES, this.end - HEADER_BYTES];
      throw new AgentXError(`expected ${size} bytes at ${place} of a payload of ${payload}`);
    }
    this.at = at + size;
    return at;
  }
}
