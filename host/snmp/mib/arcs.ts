// Where STRAY-MIB hangs in the tree of object identifiers.
// Apart because it is the one thing that changes when stray gets a number of its own.
// Always holds: everything else of the MIB is counted from here.

import type { Oid } from "../oid.js";

/** For documentation and examples (RFC 5612): stray has no number of its own from IANA yet. */
export const ENTERPRISE_NUMBER = 32473;
/** iso.org.dod.internet.private.enterprises */
const ENTERPRISES: Oid = [1, 3, 6, 1, 4, 1];

export const ENTERPRISE_ARC: Oid = [...ENTERPRISES, ENTERPRISE_NUMBER];
export const MIB_ARC: Oid = [...ENTERPRISE_ARC, 1];
/** The 0 in front of a notification's number: RFC 2578, section 8.5. */
export const NOTIFICATIONS_ARC: Oid = [...MIB_ARC, 0];
export const OBJECTS_ARC: Oid = [...MIB_ARC, 1];
export const CONFORMANCE_ARC: Oid = [...MIB_ARC, 2];
/** Tables of a section begin with this number, its scalars with 1. */
export const TABLE_FIRST = 100;
