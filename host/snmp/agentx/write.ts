// PDUs of a subagent, as bytes, and the one of a master that it asks itself (warm-up.ts).
// Apart from when they are sent. net-snmp's codec is not used for it: it takes text alone, and measures it in characters;
// the tests hold this writer against that codec.
// Always holds: the byte order is that of the network; lengths are whole words.

import type { Oid } from "../oid.js";
import { type SnmpValue, ValueType } from "../values.js";
import { Flag, HEADER_BYTES, PduType, type VarBind, VERSION } from "./protocol.js";

/** Closing because the subagent stops. */
const REASON_SHUTDOWN = 5;
const PRIORITY = 127;
const INTERNET_LENGTH = 4;
/** What most PDUs fit into. */
const PDU_BYTES = 512;

interface Numbers {
  readonly session: number;
  readonly packet: number;
  readonly transaction?: number;
}

/** `timeoutS`: how long the master waits for answers. */
export function openPdu(packet: number, timeoutS: number, description: string): Buffer {
  return new PduWriter()
    .begin(PduType.open, { session: 0, packet })
    .bytes(timeoutS, 0, 0, 0)
    .oid([])
    .octets(Buffer.from(description, "latin1"))
    .end();
}

export function registerPdu(numbers: Numbers, timeoutS: number, arc: Oid): Buffer {
  return new PduWriter().begin(PduType.register, numbers).bytes(timeoutS, PRIORITY, 0, 0).oid(arc).end();
}

export function closePdu(numbers: Numbers): Buffer {
  return new PduWriter().begin(PduType.close, numbers).bytes(REASON_SHUTDOWN, 0, 0, 0).end();
}

export function pingPdu(numbers: Numbers): Buffer {
  return new PduWriter().begin(PduType.ping, numbers).end();
}

export function notifyPdu(numbers: Numbers, varBinds: readonly VarBind[]): Buffer {
  const writer = new PduWriter().begin(PduType.notify, numbers);
  for (const varBind of varBinds) writer.varBind(varBind);
  return writer.end();
}

/** As a master sends it: what is behind `start` and before `end`. */
export function getNextPdu(numbers: Numbers, start: Oid, end: Oid): Buffer {
  return new PduWriter().begin(PduType.getNext, numbers).oid(start).oid(end).end();
}

/** Answers to requests, one after the other, in the same memory: a walk of hundreds leaves nothing to collect. */
export class ResponseWriter {
  private readonly writer = new PduWriter();

  begin(numbers: Required<Numbers>, error = 0, index = 0): this {
    this.writer.begin(PduType.response, numbers).u32(0).u16(error).u16(index);
    return this;
  }

  get size(): number {
    return this.writer.size;
  }

  add(varBind: VarBind): void {
    this.writer.varBind(varBind);
  }

  /** Holds until the next one begins. */
  end(): Buffer {
    return this.writer.end();
  }

  /** Leaves the memory of the last answer to who has it still. */
  renew(): void {
    this.writer.renew();
  }
}

class PduWriter {
  private at = 0;
  private buffer = Buffer.allocUnsafe(PDU_BYTES);

  begin(type: number, { session, packet, transaction = 0 }: Numbers): this {
    this.at = 0;
    return this.bytes(VERSION, type, Flag.networkByteOrder, 0)
      .u32(session)
      .u32(transaction)
      .u32(packet)
      .u32(0);
  }

  renew(): void {
    this.buffer = Buffer.allocUnsafe(PDU_BYTES);
  }

  get size(): number {
    return this.at;
  }

  bytes(...bytes: readonly number[]): this {
    const at = this.room(bytes.length);
    for (let place = 0; place < bytes.length; place++) this.buffer[at + place] = bytes[place]!;
    return this;
  }

  u16(value: number): this {
    const at = this.room(2);
    this.buffer.writeUInt16BE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.room(4);
    this.buffer.writeUInt32BE(value >>> 0, at);
    return this;
  }

  oid(oid: Oid): this {
    // 1.3.6.1.N goes as the prefix N.
    const prefix = oid[INTERNET_LENGTH] ?? 0;
    const hasPrefix =
      oid[0] === 1 && oid[1] === 3 && oid[2] === 6 && oid[3] === 1 && prefix > 0 && prefix < 256;
    const first = hasPrefix ? INTERNET_LENGTH + 1 : 0;
    const at = this.room(4 * (1 + oid.length - first));
    const { buffer } = this;
    buffer.writeUInt32BE((((oid.length - first) << 24) | (hasPrefix ? prefix << 16 : 0)) >>> 0, at);
    for (let part = first; part < oid.length; part++) {
      buffer.writeUInt32BE(oid[part]!, at + 4 * (1 + part - first));
    }
    return this;
  }

  octets(octets: Buffer): this {
    this.u32(octets.length);
    const padded = Math.ceil(octets.length / 4) * 4;
    const at = this.room(padded);
    this.buffer.fill(0, at + octets.length, at + padded);
    octets.copy(this.buffer, at);
    return this;
  }

  varBind({ oid, type, value }: VarBind): this {
    this.u16(type).u16(0).oid(oid);
    if (value !== undefined) this.value(type, value);
    return this;
  }

  end(): Buffer {
    this.buffer.writeUInt32BE(this.at - HEADER_BYTES, HEADER_BYTES - 4);
    return this.buffer.subarray(0, this.at);
  }

  private value(type: number, value: SnmpValue): void {
    switch (type) {
      case ValueType.Counter64: {
        const at = this.room(8);
        this.buffer.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value as number | bigint)), at);
        return;
      }
      case ValueType.OctetString:
        this.octets(typeof value === "string" ? Buffer.from(value, "latin1") : (value as Buffer));
        return;
      case ValueType.Oid:
        this.oid(String(value).split(".").map(Number));
        return;
      default:
        this.u32(Number(value));
    }
  }

  private room(size: number): number {
    const { at } = this;
    const end = at + size;
    if (end > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, 2 * this.buffer.length));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    this.at = end;
    return at;
  }
}
