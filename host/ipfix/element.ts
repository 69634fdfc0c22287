// The shape of an information element, and makers that keep the two tables one line an element.
// Apart so that the standard table and stray's own don't depend on each other.
// Always holds: an element is stray's own, or IANA's (and may then be reversed, RFC 5103).

import type { Place } from "./place.js";
import { DATA_TYPES, type DataType, type Semantics, type Units } from "./wire.js";

export interface Element {
  readonly id: number;
  readonly name: string;
  readonly isOwn: boolean;
  readonly type: DataType;
  readonly semantics: Semantics;
  readonly units: Units;
  /** Bytes that stray writes: fewer than the type has where the value is short (RFC 7011, section 6.2). */
  readonly size: number;
  /** Own elements: their description in the type information. Standard ones: what stray puts there. */
  readonly meaning: string;
  readonly place: Place;
}

/** An element of the IANA registry; `size` when stray writes it shorter than its type. */
export function standard(
  id: number,
  name: string,
  type: DataType,
  place: Place,
  meaning: string,
  size: number = DATA_TYPES[type].bytes,
): Element {
  return { id, name, isOwn: false, type, semantics: "default", units: "none", size, meaning, place };
}

/** An element of stray's own: `type` and what its number means, then where it lies and its description. */
export function own(
  id: number,
  name: string,
  type: DataType,
  [semantics, units]: readonly [Semantics, Units],
  place: Place,
  meaning: string,
): Element {
  return { id, name, isOwn: true, type, semantics, units, size: DATA_TYPES[type].bytes, meaning, place };
}
