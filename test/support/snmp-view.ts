// A view of some objects for tests of agents: numbers, texts, a table that is as long as wanted.
// Apart because tests of answers, of the agent and the fuzzer ask the same.

import { compareOids, isBelow, type Oid } from "../../host/snmp/oid.js";
import type { Instance, InstanceView } from "../../host/snmp/view.js";

export const ARC: Oid = [1, 3, 6, 1, 4, 1, 32473, 1];

export class ListView implements InstanceView {
  /** Questions so far. */
  asked = 0;
  readonly instances: readonly Instance[];

  constructor(instances: readonly Instance[]) {
    this.instances = instances.toSorted((a, b) => compareOids(a.oid, b.oid));
  }

  get(oid: Oid) {
    this.asked++;
    const found = this.instances.find((one) => compareOids(one.oid, oid) === 0);
    if (found !== undefined) return found;
    const isKnown = this.instances.some((one) => isBelow(oid, one.oid.slice(0, -1)));
    return isKnown ? "noSuchInstance" : "noSuchObject";
  }

  next(oid: Oid) {
    this.asked++;
    return this.instances.find((one) => compareOids(one.oid, oid) > 0);
  }
}

/** Three scalars and a column of `rows`. */
export function smallView(rows = 50): ListView {
  const column = Array.from({ length: rows }, (_, row) => ({
    oid: [...ARC, 2, 1, 1, 2, row + 1],
    type: 70,
    value: BigInt(row) * 0x1_0000_0000n,
  }));
  return new ListView([
    { oid: [...ARC, 1, 1, 0], type: 4, value: "stray" },
    { oid: [...ARC, 1, 2, 0], type: 2, value: -5 },
    { oid: [...ARC, 1, 3, 0], type: 66, value: 4_000_000_000 },
    ...column,
  ]);
}
