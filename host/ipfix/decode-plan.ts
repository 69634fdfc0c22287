// A template as the steps that read its data records, and the run of those steps.
// Apart from messages and sets so that the work for a record is one loop over numbers.
// Always holds: no byte behind `limit` is read; a step that nobody asked for is a skip; a field that is not the length
// its type allows is a skip too.

import type { Element } from "./element.js";
import { BASE_DIRECTION, CODE } from "./place.js";
import type { RecordImage } from "./record-image.js";
import { READ_ELEMENTS, WRITTEN_ELEMENTS } from "./standard-elements.js";
import { LIST_HEADER_SIZE, LONG_LENGTH, REVERSE_ENTERPRISE, VARIABLE_LENGTH } from "./wire.js";

/** One field of a template as it was received. */
export interface FieldSpecifier {
  readonly enterprise: number;
  readonly id: number;
  /** VARIABLE_LENGTH when the data has it. */
  readonly length: number;
}

export interface DecodePlan {
  readonly steps: Int32Array;
  /** A list's records are read only where a field of stray's own says what they are. */
  readonly hasOwn: boolean;
}

/** Finds one of stray's own elements under the number that the stream gave it. */
export type FindOwn = (enterprise: number, id: number) => Element | undefined;
/** Finds the template of a list's records: its plan and their size, undefined when that varies. */
export type FindList = (id: number) => { readonly plan: DecodePlan; readonly size: number } | undefined;

const SKIP = 0;
const NUMBER = 1;
const VALUE = 2;
const OCTETS = 3;
const LIST = 4;
/** Kind, length on the wire, code or base, end, offset in the record, bytes in the record. */
const STEP_NUMBERS = 6;
/** Two directions. */
const LIST_RECORDS_MAX = 2;

const STANDARD: ReadonlyMap<number, Element> = new Map(
  [...WRITTEN_ELEMENTS, ...READ_ELEMENTS].map((element) => [element.id, element]),
);
const ADDRESS_CODES: ReadonlySet<number> = new Set([CODE.address4, CODE.address6, CODE.mac, CODE.firstMac]);
/** What the other direction has too; the reverse of anything else is passed over. */
const DIRECTIONAL: ReadonlySet<number> = new Set([
  CODE.packets,
  CODE.packetsOfLife,
  CODE.wireBytes,
  CODE.wireBytesOfLife,
  CODE.vlan,
  CODE.firstClassOfService,
  CODE.ttl,
  CODE.dscp,
]);

export function compilePlan(fields: readonly FieldSpecifier[], findOwn: FindOwn): DecodePlan {
  let hasOwn = false;
  const steps = fields.flatMap((field) => {
    const { enterprise, id, length } = field;
    const isReverse = enterprise === REVERSE_ENTERPRISE;
    const own = enterprise === 0 || isReverse ? undefined : findOwn(enterprise, id);
    if (own) hasOwn = true;
    const element = own ?? (enterprise === 0 || isReverse ? STANDARD.get(id) : undefined);
    return (element && stepOf(element, isReverse, length)) ?? [SKIP, length, 0, 0, 0, 0];
  });
  return { steps: Int32Array.from(steps), hasOwn };
}

function stepOf({ place }: Element, isReverse: boolean, length: number): number[] | undefined {
  const { code, base, offset, bytes } = place;
  const isDirectional = code === CODE.number ? base === BASE_DIRECTION : DIRECTIONAL.has(code);
  if (isReverse && !isDirectional) return undefined;
  const end = isReverse ? 1 - place.end : place.end;
  if (code === CODE.list) return length === VARIABLE_LENGTH ? [LIST, length, 0, 0, 0, 0] : undefined;
  if (ADDRESS_CODES.has(code)) return length <= 16 ? [OCTETS, length, code, end, 0, 0] : undefined;
  if (length < 1 || length > 8) return undefined;
  return code === CODE.number ? [NUMBER, length, base, end, offset, bytes] : [VALUE, length, code, end, 0, 0];
}

export class PlanRunner {
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private findList: FindList = () => undefined;

  constructor(private readonly image: RecordImage) {}

  /** The bytes that records are read from, and the lists known there. */
  use(bytes: Uint8Array, view: DataView, findList: FindList): void {
    this.bytes = bytes;
    this.view = view;
    this.findList = findList;
  }

  /** Reads the record at `start`; where it ends, or -1 when it goes beyond `limit`. */
  run({ steps }: DecodePlan, start: number, limit: number, flip = 0): number {
    let at = start;
    for (let i = 0; i < steps.length; i += STEP_NUMBERS) {
      const kind = steps[i]!;
      let length = steps[i + 1]!;
      if (length === VARIABLE_LENGTH) {
        if (at >= limit) return -1;
        length = this.bytes[at++]!;
        if (length === LONG_LENGTH) {
          if (at + 2 > limit) return -1;
          length = this.view.getUint16(at);
          at += 2;
        }
      }
      if (at + length > limit) return -1;
      if (kind !== SKIP) this.step(i, steps, at, length, flip);
      at += length;
    }
    return at;
  }

  private step(i: number, steps: Int32Array, at: number, length: number, flip: number): void {
    const { image } = this;
    const code = steps[i + 2]!;
    const end = steps[i + 3]! ^ flip;
    switch (steps[i]) {
      case OCTETS:
        image.octets(code, end, this.bytes, at, length);
        break;
      case LIST:
        this.list(at, length);
        break;
      case NUMBER:
        image.number(end, code, steps[i + 4]!, steps[i + 5]!, this.high(at, length), this.low(at, length));
        break;
      default:
        image.value(code, end, this.high(at, length), this.low(at, length));
    }
  }

  /** A subTemplateList (RFC 6313, section 4.5.2) of evidence: a record a direction. Others are passed over. */
  private list(start: number, length: number): void {
    if (length < LIST_HEADER_SIZE) return;
    const found = this.findList(this.view.getUint16(start + 1));
    if (!found?.plan.hasOwn) return;
    const limit = start + length;
    let at = start + LIST_HEADER_SIZE;
    for (let index = 0; index < LIST_RECORDS_MAX && at + found.size <= limit; index++) {
      // Records of one size have no list in them: this goes one level deep.
      at = this.run(found.plan, at, limit, index);
      if (at < 0) return;
    }
  }

  /** The low 32 bits of an unsigned number of `length` octets. */
  private low(at: number, length: number): number {
    const { view, bytes } = this;
    switch (length) {
      case 1:
        return bytes[at]!;
      case 2:
        return view.getUint16(at);
      case 3:
        return bytes[at]! * 65536 + view.getUint16(at + 1);
      default:
        return view.getUint32(at + length - 4);
    }
  }

  private high(at: number, length: number): number {
    return length <= 4 ? 0 : length === 8 ? this.view.getUint32(at) : this.low(at, length - 4);
  }
}
