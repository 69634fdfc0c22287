// A TCP window that never changes.

import { expect, it } from "vitest";
import { window } from "../../../../host/report/features/window.js";
import { flags, flow, many, told } from "./rig.js";

it("names it in both forms, and the packets with another", () => {
  expect(told(window, { flows: [flow()], packets: many(24, () => ({ window: 0x4470 })) })).toBe(
    "the TCP window is 17520 (0x4470) in all 24 packets",
  );
  expect(told(window, { flows: [flow()], packets: many(5, (n) => ({ window: n === 0 ? 0 : 512 })) })).toBe(
    "the TCP window is 512 (0x200) in 4 of 5 packets; except 0 in the packet of 11:31:06.000000",
  );
});

it("leaves resets out, and is not told of windows that move", () => {
  const packets = [...many(3, () => ({ window: 9 })), { window: 0, tcpFlags: flags("R") }];
  expect(told(window, { flows: [flow()], packets })).toBe("the TCP window is 9 (0x9) in all 3 packets");
  expect(told(window, { flows: [flow()], packets: many(6, (n) => ({ window: n })) })).toBeUndefined();
});
