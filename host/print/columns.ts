// Reads `-s`: which fields, in which order, how wide.
// Apart from the printers because all of them take a list of columns.
// Always holds: at least one column; every column's field exists.

import { StrayError } from "../errors.js";
import type { Field } from "../record/field-types.js";
import { FIELDS, fieldByName } from "../record/fields.js";

export interface Column {
  field: Field;
  /** Least width in a table. */
  width: number;
}

const SPEC = /^([+-]?)(\d*)([a-z_]+)(?::(\d+))?$/i;

/**
 * The columns that `specs` (each a list with commas or spaces) make of the defaults. As with ra, a plain name
 * begins a list of its own, `+name` adds, `+2name` adds as second, `-name` takes away, `name:18` sets the width.
 */
export function chooseColumns(specs: readonly string[], defaults: readonly string[]): Column[] {
  let columns = defaults.map((name) => column(name));
  let isOwnList = false;
  for (const item of specs.flatMap((spec) => spec.split(/[\s,]+/)).filter((item) => item !== "")) {
    const [, sign, place = "", name = "", width] = SPEC.exec(item) ?? [];
    if (sign === undefined || (place !== "" && sign !== "+")) throw badSpec(item);
    if (sign === "-") {
      const { field } = column(name);
      columns = columns.filter((existing) => existing.field !== field);
      continue;
    }
    if (sign === "" && !isOwnList) {
      isOwnList = true;
      columns = [];
    }
    const position = place === "" ? columns.length : Math.max(0, Number(place) - 1);
    columns.splice(position, 0, column(name, width));
  }
  if (columns.length === 0) throw new StrayError("USAGE", "-s leaves no field to print", 2);
  return columns;
}

function column(name: string, width?: string): Column {
  const field = fieldByName(name);
  if (field === undefined) {
    const names = FIELDS.map((known) => known.name).join(" ");
    throw new StrayError("USAGE", `-s: no field is called "${name}"; there are ${names}`, 2);
  }
  const chosen = width === undefined ? field.width : Number(width);
  if (chosen < 1 || chosen > 256) {
    throw new StrayError("USAGE", `-s ${name}:${width}: a width from 1 to 256 was expected`, 2);
  }
  return { field, width: chosen };
}

function badSpec(item: string): StrayError {
  return new StrayError("USAGE", `-s: expected field, +field, -field or field:width, found "${item}"`, 2);
}
