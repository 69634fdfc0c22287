// One record of options: what in it matters for the flows that follow.
// Apart from flow records because these are few and of any shape.
// Always holds: no byte behind `limit` is read.

import type { FieldSpecifier } from "./decode-plan.js";
import { ELEMENT_ID, ELEMENT_NAME, ENTERPRISE_NUMBER, SYSTEM_INIT_TIME } from "./options.js";
import { LONG_LENGTH, VARIABLE_LENGTH } from "./wire.js";

export interface Option {
  /** Where the record ends. */
  readonly end: number;
  /** Type information (RFC 5610): the element's enterprise and number, and its name. */
  readonly enterprise: number;
  readonly element: number;
  readonly name: string | undefined;
  /** When the exporter's clock of up times began, ms since 1970. */
  readonly bootMs: number | undefined;
}

/** Longer names are none of ours. */
const NAME_SIZE_MAX = 64;

/** Undefined when the record goes beyond `limit`. */
export function readOption(
  fields: readonly FieldSpecifier[],
  bytes: Uint8Array,
  view: DataView,
  start: number,
  limit: number,
): Option | undefined {
  let enterprise = 0;
  let element = 0;
  let name: string | undefined;
  let bootMs: number | undefined;
  let at = start;
  for (const field of fields) {
    let { length } = field;
    if (length === VARIABLE_LENGTH) {
      if (at >= limit) return undefined;
      length = bytes[at++]!;
      if (length === LONG_LENGTH) {
        if (at + 2 > limit) return undefined;
        length = view.getUint16(at);
        at += 2;
      }
    }
    if (at + length > limit) return undefined;
    if (field.enterprise === 0) {
      if (field.id === ENTERPRISE_NUMBER && length === 4) enterprise = view.getUint32(at);
      else if (field.id === ELEMENT_ID && length === 2) element = view.getUint16(at);
      else if (field.id === SYSTEM_INIT_TIME && length === 8) bootMs = Number(view.getBigUint64(at));
      else if (field.id === ELEMENT_NAME && length <= NAME_SIZE_MAX) name = textOf(bytes, at, length);
    }
    at += length;
  }
  return { end: at, enterprise, element, name, bootMs };
}

function textOf(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
