// Writes a flow record as an IPFIX data record, straight from the record's bytes.
// Apart from the message around it because this is the part that runs for every record.
// Always holds: nothing is allocated for a record; plan() tells the size before a byte is written; what is written is
// what the templates say, since both are made from the same table.

import * as L from "../../assembly/layout.js";
import { type FlowRecord, PROTO_ESP } from "../record/flow-record.js";
import { orientedFlags, registryEndReason, VALID_BITS, VLAN_SEEN } from "./meanings.js";
import { BASE_DIRECTION, CODE, SOURCE } from "./place.js";
import { hasTrouble, isContinued, isSilent, shapeOf } from "./record-shape.js";
import {
  CONTINUATION,
  FLOW_TEMPLATES,
  type FlowTemplate,
  SHAPES,
  SUB_TEMPLATES,
  type SubTemplate,
  type Template,
  TROUBLE,
} from "./templates.js";
import { LIST_HEADER_SIZE, LIST_ORDERED } from "./wire.js";

const TWO_TO_32 = 4294967296;
const NS_PER_MS = 1_000_000;

/** Numbers of a step: code, base, offset (or which end; of a list the template's number), bytes. */
const STEP_NUMBERS = 4;
const ORIG = BASE_DIRECTION;
const RESP = BASE_DIRECTION + 1;

/** A template as numbers, so that a record is one loop. */
function compile({ fields }: Template): Uint16Array {
  const steps = fields.map(({ element, isReverse, list }) => {
    const { code, base, offset, bytes, end } = element.place;
    const from = base === BASE_DIRECTION && isReverse ? RESP : base;
    if (list) return [code, from, list.id, 0];
    return code === CODE.number ? [code, from, offset, bytes] : [code, from, isReverse ? 1 - end : end, 0];
  });
  return Uint16Array.from(steps.flat());
}

const FLOW_STEPS = FLOW_TEMPLATES.map(compile);
const SUB_STEPS = new Map(
  SUB_TEMPLATES.map((template) => [template.id, { template, steps: compile(template) }]),
);
const LISTS = FLOW_TEMPLATES.map(({ fields }) => fields.flatMap(({ list }) => list ?? []));

export class RecordEncoder {
  /** The planned record's. */
  template: FlowTemplate = FLOW_TEMPLATES[0]!;
  private steps = FLOW_STEPS[0]!;
  private directions = 2;
  private hasTrouble = false;
  private isContinued = false;
  /** Addresses of header, flow, and the directions that plain and reverse fields speak of. */
  private readonly bases = new Float64Array(4);

  /** `out` and `bytes` are views of the same message. */
  constructor(
    private readonly out: DataView,
    private readonly bytes: Uint8Array,
  ) {}

  /** Chooses the template; bytes of the data record. */
  plan(record: FlowRecord): number {
    const isOneWay = isSilent(record);
    const index = shapeOf(record) + (isOneWay ? SHAPES.length : 0);
    this.template = FLOW_TEMPLATES[index]!;
    this.steps = FLOW_STEPS[index]!;
    this.directions = isOneWay ? 1 : 2;
    this.hasTrouble = hasTrouble(record, record.orig) || hasTrouble(record, record.resp);
    this.isContinued = isContinued(record);
    let size = this.template.size;
    const lists = LISTS[index]!;
    for (let i = 0; i < lists.length; i++) size += this.countOf(lists[i]!) * lists[i]!.size;
    return size;
  }

  /** Writes the planned record at `at`; where it ends. */
  write(record: FlowRecord, at: number): number {
    const { bases } = this;
    bases[0] = record.header;
    bases[1] = record.flow;
    bases[ORIG] = record.orig;
    bases[RESP] = record.resp;
    return this.run(this.steps, record, at);
  }

  /** Records of that list. */
  private countOf(list: SubTemplate): number {
    if (list === CONTINUATION) return this.isContinued ? 1 : 0;
    if (list === TROUBLE) return this.hasTrouble ? this.directions : 0;
    return this.directions;
  }

  private run(steps: Uint16Array, record: FlowRecord, start: number): number {
    const { bases } = this;
    let at = start;
    for (let i = 0; i < steps.length; i += STEP_NUMBERS) {
      const code = steps[i]!;
      const base = bases[steps[i + 1]!]!;
      const argument = steps[i + 2]!;
      if (code === CODE.number) at = this.number(record, base + argument, steps[i + 3]!, at);
      else if (code === CODE.list) at = this.list(record, argument, at);
      else at = this.special(code, record, base, argument === SOURCE, at);
    }
    return at;
  }

  private number(record: FlowRecord, from: number, bytes: number, at: number): number {
    const { out } = this;
    const { view } = record;
    switch (bytes) {
      case 1:
        this.bytes[at] = record.bytes[from]!;
        break;
      case 2:
        out.setUint16(at, view.getUint16(from, true));
        break;
      case 4:
        out.setUint32(at, view.getUint32(from, true));
        break;
      default:
        out.setUint32(at, view.getUint32(from + 4, true));
        out.setUint32(at + 4, view.getUint32(from, true));
    }
    return at + bytes;
  }

  private list(record: FlowRecord, id: number, start: number): number {
    const { template, steps } = SUB_STEPS.get(id)!;
    const count = this.countOf(template);
    const { bytes, bases } = this;
    // A list is shorter than 255 bytes by far: its length takes one.
    bytes[start] = LIST_HEADER_SIZE + count * template.size;
    bytes[start + 1] = LIST_ORDERED;
    this.out.setUint16(start + 2, id);
    let at = start + 1 + LIST_HEADER_SIZE;
    for (let index = 0; index < count; index++) {
      if (index === 1) {
        bases[ORIG] = record.resp;
        bases[RESP] = record.orig;
      }
      at = this.run(steps, record, at);
    }
    bases[ORIG] = record.orig;
    bases[RESP] = record.resp;
    return at;
  }

  /** What is no plain number; `isSource`: speaks of the initiator. */
  private special(
    code: number,
    record: FlowRecord,
    direction: number,
    isSource: boolean,
    at: number,
  ): number {
    const end = isSource ? "orig" : "resp";
    switch (code) {
      case CODE.startMs:
        return this.milliseconds(record, record.flow + L.FLOW_RECORD_START_OFFSET, at);
      case CODE.endMs:
        return this.milliseconds(record, record.flow + L.FLOW_LAST_OFFSET, at);
      case CODE.lifeMs:
        return this.milliseconds(record, record.flow + L.FLOW_START_OFFSET, at);
      case CODE.startPart:
        return this.u32(nanosecondsPart(record, record.flow + L.FLOW_RECORD_START_OFFSET), at);
      case CODE.endPart:
        return this.u32(nanosecondsPart(record, record.flow + L.FLOW_LAST_OFFSET), at);
      case CODE.lifePart:
        return this.u32(nanosecondsPart(record, record.flow + L.FLOW_START_OFFSET), at);
      case CODE.address4:
        return this.copy(record, record.addressAt(end) + 12, 4, at);
      case CODE.address6:
        return this.copy(record, record.addressAt(end), 16, at);
      case CODE.mac:
        if (record.kind === L.KIND_MAC) return this.copy(record, record.addressAt(end) + 10, 6, at);
        return this.copy(record, record.direction(end) + L.DIR_MAC_OFFSET, 6, at);
      case CODE.firstMac:
        return this.copy(record, direction + L.DIR_MAC_OFFSET, 6, at);
      case CODE.port:
        return this.u16(record.portOf(end), at);
      case CODE.packets:
        return this.u64(record.packets(end), at);
      case CODE.packetsOfLife:
        return this.u64(record.packetsOfLife(end), at);
      case CODE.wireBytes:
        return this.u64(record.wireBytes(end), at);
      case CODE.appBytes:
        return this.u64(record.appBytes(end), at);
      case CODE.icmpTypeCode:
        return this.u16((record.portA << 8) | (record.portB & 0xff), at);
      case CODE.spi:
        return this.u32(record.proto === PROTO_ESP ? record.portA + record.portB * 65536 : 0, at);
      case CODE.etherType:
        return this.u16(etherTypeOf(record), at);
      case CODE.endReason:
        return this.u8(registryEndReason(record.reason), at);
      case CODE.biflowDirection:
        return this.u8(1, at);
      case CODE.flowFlags:
        return this.u32(orientedFlags(record.flags), at);
      case CODE.evidenceFlags:
        return this.u8(evidenceFlags(record, direction), at);
      case CODE.vlan: {
        const vlan = record.u16(direction + L.DIR_VLAN_OFFSET);
        return this.u16(vlan === L.VLAN_NONE ? 0 : vlan, at);
      }
      case CODE.firstClassOfService:
        return this.u8(record.bytes[direction + L.DIR_TOS_FIRST_OFFSET]!, at);
      default:
        throw new Error(`no way to write code ${code}`);
    }
  }

  private u8(value: number, at: number): number {
    this.bytes[at] = value;
    return at + 1;
  }

  private u16(value: number, at: number): number {
    this.out.setUint16(at, value);
    return at + 2;
  }

  private u32(value: number, at: number): number {
    this.out.setUint32(at, value);
    return at + 4;
  }

  private u64(value: number, at: number): number {
    this.out.setUint32(at, Math.floor(value / TWO_TO_32));
    this.out.setUint32(at + 4, value >>> 0);
    return at + 8;
  }

  private copy(record: FlowRecord, from: number, size: number, at: number): number {
    for (let i = 0; i < size; i++) this.bytes[at + i] = record.bytes[from + i]!;
    return at + size;
  }

  private milliseconds(record: FlowRecord, from: number, at: number): number {
    const high = record.u32(from + 4);
    // 2^32 = 4294 * 1000000 + 967296, which keeps every step below 2^53.
    return this.u64(high * 4294 + Math.floor((high * 967296 + record.u32(from)) / NS_PER_MS), at);
  }
}

/** Nanoseconds of a time behind its last whole millisecond. */
function nanosecondsPart(record: FlowRecord, at: number): number {
  return (record.u32(at + 4) * 967296 + record.u32(at)) % NS_PER_MS;
}

function etherTypeOf(record: FlowRecord): number {
  if (record.kind !== L.KIND_ARP) return record.extra;
  return record.extra === 2 ? 0x8035 : 0x0806;
}

function evidenceFlags(record: FlowRecord, direction: number): number {
  const hasVlan = record.u16(direction + L.DIR_VLAN_OFFSET) !== L.VLAN_NONE;
  return (record.bytes[direction + L.DIR_BITS_OFFSET]! & VALID_BITS) | (hasVlan ? VLAN_SEEN : 0);
}
