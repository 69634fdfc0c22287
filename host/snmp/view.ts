// What an agent may be asked for: instances of objects in the order of their identifiers.
// Apart so that an agent knows nothing of the sensor, and the MIB nothing of messages.
// Always holds: next() goes strictly forward, so a walk ends.

import type { Oid } from "./oid.js";

export interface Instance {
  readonly oid: Oid;
  /** Of net-snmp's ObjectType. */
  readonly type: number;
  readonly value: number | bigint | string | Buffer;
}

export interface InstanceView {
  get(oid: Oid): Instance | "noSuchObject" | "noSuchInstance";
  /** The first instance strictly behind `oid`. */
  next(oid: Oid): Instance | undefined;
}
