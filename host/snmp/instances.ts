// Every instance of STRAY-MIB with its value, in order: a snapshot as a list.
// Apart from the view, which finds in the list, and from the objects, which know nothing of lists.
// Always holds: an instance keeps its object from look to look while its row keeps its place, so that a walk a second leaves
// the collector of garbage little to do. Who keeps an instance beyond the answer that it is for sees it change.

import { SECTIONS } from "./mib/definition.js";
import type { ObjectDef } from "./mib/types.js";
import type { Oid } from "./oid.js";
import type { MibSnapshot } from "./snapshot.js";
import { typedValue } from "./values.js";
import type { Instance } from "./view.js";

interface Kept extends Instance {
  /** The object that it is an instance of: the part of `oid` before `index`. */
  readonly object: Oid;
  readonly index: readonly number[];
  type: Instance["type"];
  value: Instance["value"];
}

const SCALAR: readonly number[] = [0];

export class Instances {
  private readonly kept: Kept[] = [];
  private count = 0;

  get all(): readonly Instance[] {
    return this.kept;
  }

  take(snapshot: MibSnapshot): void {
    this.count = 0;
    for (const { scalars, tables } of SECTIONS) {
      for (const { def, oid } of scalars) this.put(oid, SCALAR, def, snapshot);
      for (const { def: table, columns } of tables) {
        const rows = table.rows(snapshot);
        for (const { def, oid } of columns) {
          for (const row of rows) this.put(oid, row.index, def, row.of);
        }
      }
    }
    this.kept.length = this.count;
  }

  private put<Of>(object: Oid, index: readonly number[], { syntax, value: read }: ObjectDef<Of>, of: Of) {
    const { type, value } = typedValue(syntax, read(of));
    const before = this.kept[this.count];
    if (before !== undefined && before.object === object && isSame(before.index, index)) {
      before.type = type;
      before.value = value;
    } else this.kept[this.count] = { object, index, oid: [...object, ...index], type, value };
    this.count++;
  }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}
