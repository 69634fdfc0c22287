// Combinations of TCP flags.

import { expect, it } from "vitest";
import { tcpFlags } from "../../../../host/report/features/tcp-flags.js";
import { flags, flow, many, told } from "./rig.js";

it("counts them, the commonest first", () => {
  const packets = [...many(3, () => ({ tcpFlags: flags("FPA") })), { tcpFlags: flags("FA") }];
  expect(told(tcpFlags, { flows: [flow()], packets })).toBe("TCP flags are FPA in 3 packets, FA in 1 packet");
  expect(told(tcpFlags, { flows: [flow()], packets: many(4, () => ({ tcpFlags: 0 })) })).toBe(
    "TCP flags are none at all in all 4 packets",
  );
});

it("is not told of many, of UDP, or without packets", () => {
  const packets = ["S", "A", "PA", "FA", "RA"].map((letters) => ({ tcpFlags: flags(letters) }));
  expect(told(tcpFlags, { flows: [flow()], packets })).toBeUndefined();
  expect(told(tcpFlags, { flows: [flow()], packets: [{ tcpFlags: -1 }] })).toBeUndefined();
  expect(told(tcpFlags, { flows: [flow()] })).toBeUndefined();
});
