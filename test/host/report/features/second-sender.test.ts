// Packets whose TTL is not that of the others of their side.

import { expect, it } from "vitest";
import { secondSender } from "../../../../host/report/features/second-sender.js";
import { flags, flow, many, told } from "./rig.js";

it("names the packet, its flags, and what is usual", () => {
  const packets = many(6, (n) => (n === 4 ? { ttl: 88, tcpFlags: flags("R") } : { ttl: 64 }));
  expect(told(secondSender, { flows: [flow()], packets })).toBe(
    "1 packet of 6 came another way than the others of their side: TTL 88 where others of 192.0.2.1 have 64, in the packet of 11:31:10.000000 (R)",
  );
});

it("counts beyond three", () => {
  const packets = many(20, (n) => ({ ttl: n % 4 === 0 ? 30 : 64 }));
  expect(told(secondSender, { flows: [flow()], packets })).toMatch(/^5 packets of 20 .*; and 2 more$/);
});

it("is not told of a hop or two, of few packets, of two sides that differ", () => {
  expect(
    told(secondSender, { flows: [flow()], packets: many(6, (n) => ({ ttl: n === 0 ? 62 : 64 })) }),
  ).toBeUndefined();
  expect(told(secondSender, { flows: [flow()], packets: [{ ttl: 64 }, { ttl: 20 }] })).toBeUndefined();
  const sides = many(8, (n) =>
    n % 2 === 0 ? { ttl: 64 } : { ttl: 120, source: "198.51.100.1", sport: 80, isActor: false },
  );
  expect(told(secondSender, { flows: [flow()], packets: sides })).toBeUndefined();
});
