// What was only picked up: early and without a SYN, unless the source goes on doing it.

import { expect, it } from "vitest";
import { Pickup } from "../../../host/report/gather/pickup.js";
import { flow, leak, many, START_US, syn } from "./features/rig.js";

const pickup = new Pickup(START_US, 60_000);

it("is marked where it may be older", () => {
  expect(pickup.marked(leak({ at: 10 })).notes).toEqual(["pickup"]);
  expect(pickup.marked(leak({ at: 10, notes: ["vlan", "pickup"] })).notes).toEqual(["vlan", "pickup"]);
  for (const other of [
    leak({ at: 60 }),
    syn({ at: 10 }),
    flow({ at: 10, proto: 17 }),
    flow({ at: 10, sawSynAck: true }),
  ]) {
    expect(pickup.marked(other)).toBe(other);
  }
  expect(new Pickup(START_US, 0).marked(leak()).notes).toEqual([]);
});

it("was not picked up what goes on", () => {
  const early = many(3, () => leak({ at: 1 }));
  const late = (count: number) => many(count, (n) => leak({ at: 100 + n }));
  expect(pickup.goesOn([...early, ...late(3)])).toBe(true);
  expect(pickup.goesOn([...early, ...late(2)])).toBe(false);
  expect(pickup.goesOn([...early, ...early, ...late(4)])).toBe(false);
  expect(pickup.goesOn(early)).toBe(false);
});
