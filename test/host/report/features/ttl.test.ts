// The TTL: one, or scattered.

import { expect, it } from "vitest";
import { ttl } from "../../../../host/report/features/ttl.js";
import { flow, many, told } from "./rig.js";

it("guesses hops as a guess, and names packets with another", () => {
  expect(told(ttl, { flows: [flow()], packets: many(3, () => ({ ttl: 101 })) })).toBe(
    "TTL is 101 in all 3 packets (27 hops away, if it began at 128)",
  );
  expect(told(ttl, { flows: [flow()], packets: many(3, () => ({ ttl: 64 })) })).toBe(
    "TTL is 64 in all 3 packets (no hop away, as it looks)",
  );
  expect(told(ttl, { flows: [flow()], packets: many(9, (n) => ({ ttl: n === 2 ? 57 : 50 })) })).toBe(
    "TTL is 50 in 8 of 9 packets (14 hops away, if it began at 64); except 57 in the packet of 11:31:08.000000",
  );
});

it("gives the range where it is scattered", () => {
  expect(told(ttl, { flows: [flow()], packets: many(10, (n) => ({ ttl: 40 + n * 9 })) })).toBe(
    "TTL lies between 40 and 121 in all 10 packets: more than one sender, or forged addresses",
  );
  expect(told(ttl, { flows: [flow()], packets: many(4, (n) => ({ ttl: 40 + (n % 2) })) })).toBe(
    "TTL lies between 40 and 41 in all 4 packets",
  );
});

it("rests on the flows where packets are not there", () => {
  const of = (low: number, high: number) => flow({ orig: { packets: 4, ttlLow: low, ttlHigh: high } });
  expect(told(ttl, { flows: [of(60, 60), of(60, 60)] })).toBe(
    "TTL is 60 in all 8 packets (4 hops away, if it began at 64)",
  );
  expect(told(ttl, { flows: [of(60, 60), of(58, 60)] })).toBe("TTL lies between 58 and 60 in all 8 packets");
});

it("is not told of a single packet", () => {
  expect(told(ttl, { flows: [flow()], packets: [{}] })).toBeUndefined();
});
