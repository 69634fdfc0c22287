// The sets that come before data: stray's templates and the type information of its own elements (RFC 5610).
// Apart from the message because they are made once and only copied then.
// Always holds: a part is whole sets and fits an empty message; template records count in no sequence number, type
// information does, being data (RFC 7011, section 3.1).

import type { Element } from "./element.js";
import {
  elementOfRegistry,
  TIME_WINDOW_FIELDS,
  TYPE_INFORMATION_FIELDS,
  TYPE_INFORMATION_SCOPES,
} from "./options.js";
import { OWN_ELEMENTS } from "./own-elements.js";
import {
  FLOW_TEMPLATES,
  SUB_TEMPLATES,
  type Template,
  TIME_WINDOW_ID,
  TYPE_INFORMATION_ID,
} from "./templates.js";
import {
  DATA_TYPES,
  ENTERPRISE_BIT,
  MESSAGE_HEADER_SIZE,
  OPTIONS_TEMPLATE_SET,
  REVERSE_ENTERPRISE,
  SEMANTICS,
  SET_HEADER_SIZE,
  SUB_TEMPLATE_LIST,
  TEMPLATE_SET,
  UNITS,
  VARIABLE_LENGTH,
} from "./wire.js";

export interface TemplatePart {
  readonly bytes: Uint8Array;
  /** Data records in it: type information. */
  readonly dataRecords: number;
}

/** A set's number and one record of it. */
interface Piece {
  readonly set: number;
  readonly bytes: readonly number[];
}

/** All parts for messages of `maxBytes`. */
export function templateParts(enterprise: number, maxBytes: number): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let bytes: number[] = [];
  let dataRecords = 0;
  let setStart = -1;
  let set = -1;
  const close = () => {
    if (bytes.length > 0) parts.push({ bytes: Uint8Array.from(bytes), dataRecords });
    bytes = [];
    dataRecords = 0;
    set = -1;
  };
  for (const piece of pieces(enterprise)) {
    const room = maxBytes - MESSAGE_HEADER_SIZE - bytes.length;
    if (piece.bytes.length + (piece.set === set ? 0 : SET_HEADER_SIZE) > room) close();
    if (piece.set !== set) {
      setStart = bytes.length;
      set = piece.set;
      bytes.push(...u16(set), 0, 0);
    }
    bytes.push(...piece.bytes);
    [bytes[setStart + 2], bytes[setStart + 3]] = u16(bytes.length - setStart) as [number, number];
    if (set === TYPE_INFORMATION_ID) dataRecords++;
  }
  close();
  return parts;
}

/** Every record in order: templates of lists before those that have lists, options templates before their data. */
function* pieces(enterprise: number): Generator<Piece> {
  for (const template of [...SUB_TEMPLATES, ...FLOW_TEMPLATES]) {
    yield { set: TEMPLATE_SET, bytes: templateRecord(template, enterprise) };
  }
  yield optionsTemplate(TYPE_INFORMATION_ID, TYPE_INFORMATION_FIELDS, TYPE_INFORMATION_SCOPES);
  yield optionsTemplate(TIME_WINDOW_ID, TIME_WINDOW_FIELDS, 1);
  for (const element of OWN_ELEMENTS) {
    yield { set: TYPE_INFORMATION_ID, bytes: typeInformation(element, enterprise) };
  }
}

function templateRecord({ id, fields }: Template, enterprise: number): number[] {
  const specifiers = fields.flatMap(({ element, isReverse, list }) => {
    if (list) return [...u16(SUB_TEMPLATE_LIST), ...u16(VARIABLE_LENGTH)];
    if (element.isOwn) return [...u16(element.id | ENTERPRISE_BIT), ...u16(element.size), ...u32(enterprise)];
    if (!isReverse) return [...u16(element.id), ...u16(element.size)];
    return [...u16(element.id | ENTERPRISE_BIT), ...u16(element.size), ...u32(REVERSE_ENTERPRISE)];
  });
  return [...u16(id), ...u16(fields.length), ...specifiers];
}

function optionsTemplate(id: number, names: readonly string[], scopes: number): Piece {
  const specifiers = names.flatMap((name) => {
    const { number, bytes } = elementOfRegistry(name);
    return [...u16(number), ...u16(bytes)];
  });
  return {
    set: OPTIONS_TEMPLATE_SET,
    bytes: [...u16(id), ...u16(names.length), ...u16(scopes), ...specifiers],
  };
}

/** In the order of TYPE_INFORMATION_FIELDS. */
function typeInformation(element: Element, enterprise: number): number[] {
  return [
    ...u32(enterprise),
    ...u16(element.id),
    DATA_TYPES[element.type].code,
    SEMANTICS[element.semantics],
    ...u16(UNITS[element.units]),
    ...text(element.name),
    ...text(element.meaning),
  ];
}

/** A string of variable length below 255 octets. */
function text(value: string): number[] {
  const octets = [...new TextEncoder().encode(value)];
  return [octets.length, ...octets];
}

function u16(value: number): number[] {
  return [(value >>> 8) & 255, value & 255];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
