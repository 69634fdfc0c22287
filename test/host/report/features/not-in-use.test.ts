// Who is spoken to is nobody; and what may be said of that.

import { expect, it } from "vitest";
import { notInUse } from "../../../../host/report/features/not-in-use.js";
import { flow, many, told } from "./rig.js";

const TARGET = "198.51.100.1";
const flows = [flow({ destination: TARGET })];
const several = many(4, (n) => flow({ destination: `198.51.100.${n + 1}` }));

it("calls an address unused only where it is known to be", () => {
  expect(told(notInUse, { flows, hasSpoken: () => false, addressState: () => "dark" })).toBe(
    `${TARGET} is not in use: it sent nothing and answered nothing in this capture`,
  );
  expect(told(notInUse, { flows, hasSpoken: () => false })).toBe(
    `${TARGET} sent nothing and answered nothing in this capture: nothing says that it is in use`,
  );
  expect(told(notInUse, { flows, addressState: () => "dark" })).toBe(
    `${TARGET} is not in use: it is known as dark`,
  );
});

it("is not told of who sent a packet, or of whom nothing is known", () => {
  expect(told(notInUse, { flows, hasSpoken: () => true, addressState: () => "dark" })).toBeUndefined();
  expect(told(notInUse, { flows })).toBeUndefined();
});

it("counts several, with those that are in use as exceptions", () => {
  const hasSpoken = (address: string): boolean => address === "198.51.100.3";
  expect(told(notInUse, { flows: several, hasSpoken })).toBe(
    "3 of 4 addresses spoken to sent nothing and answered nothing in this capture; except 198.51.100.3 is in use",
  );
  const addressState = (address: string) =>
    address.endsWith(".1") ? ("dark" as const) : ("unknown" as const);
  expect(told(notInUse, { flows: several, hasSpoken: () => false, addressState })).toBe(
    "all 4 addresses spoken to sent nothing and answered nothing in this capture; 1 of them is known as not in use",
  );
  expect(told(notInUse, { flows: several, addressState: () => "dark" })).toBe(
    "all 4 addresses spoken to are known as dark",
  );
});
